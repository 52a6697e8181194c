"""`Decision`: the replies and actions for a message, and the errors that the app's own code may raise."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from flask_chatbot.core.conversation.memory import State
from flask_chatbot.core.matching.match import Match
from flask_chatbot.core.values.actions import Action
from flask_chatbot.core.values.contents import Choice
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.replies import Menu, Reply

SENDER = ("nama", "nohp")  # names of templates that a rule may need nevertheless

Notes = dict[str, Any]
Outcome = Mapping[str, object] | tuple[Reply | Menu, ...] | None
Handle = Callable[[Match, Message, Notes], Outcome]


class HandlerFailed(Exception):
    """Raised by `handle` if the app's own code failed: these replies, and nothing else, are the result of the match."""

    def __init__(self, replies: tuple[Reply, ...]) -> None:
        self.replies = replies
        super().__init__("a handler failed")


class ForwardFailed(Exception):
    """Raised by `handle` if the forwarded webhook gave no answer: the rule's `failed` is the result of the match."""


class Decision(NamedTuple):
    """The replies and actions for a message. `match` is None if no rule answers.

    `remember` is the sender's new state, None if nothing changed; the caller carries out this and the `actions`. `failure` is the reason
    for an apology, `choices` are those that one of the replies shows with numbers, if any does. `supplied` are the names that the reply
    has beside those of the match: from a handler, and a suggestion.
    """

    match: Match | None
    replies: tuple[Reply, ...] = ()
    remember: State | None = None
    actions: tuple[Action, ...] = ()
    choices: tuple[Choice, ...] = ()
    failure: Exception | None = None
    supplied: Mapping[str, object] | None = None


def no_handler(match: Match, message: Message, notes: Notes) -> None:
    """Leave every rule to its YAML."""


def answers_nothing(match: Match, message: Message, notes: Notes) -> Outcome:
    """Leave every answer out, where it is only asked which rule takes a message."""
    raise HandlerFailed(())


def lacking(match: Match, supplied: Collection[str]) -> list[str]:
    """The names that a rule needs and nobody supplies."""
    return [name for name in match.rule.needs if name not in (*SENDER, *match.fields, *supplied)]
