"""What is decided about a message, and what the app's own code may say to it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_chatbot.core.conversation.memory import State
from flask_chatbot.core.matching.index import Match
from flask_chatbot.core.values.actions import Action
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.replies import Menu, Reply

SENDER = ("nama", "nohp")  # names of templates that a rule may need nevertheless

Notes = dict[str, Any]
Outcome = Mapping[str, object] | tuple[Reply | Menu, ...] | None
Handle = Callable[[Match, Message, Notes], Outcome]


class HandlerFailed(Exception):
    """Raised by `handle` where the app's own code failed: these replies, and nothing else, are what comes of the match."""

    def __init__(self, replies: tuple[Reply, ...]) -> None:
        self.replies = replies
        super().__init__("a handler failed")


class ForwardFailed(Exception):
    """Raised by `handle` where the webhook that a rule forwards to gave no answer: its `failed` is what comes of the match."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What to answer and to do. `match` is None where no rule answers.

    `remember` is the sender's new state, None where nothing changed; it and the `actions` are for whoever asked to carry out. `failure` is
    the reason for an apology.
    """

    match: Match | None
    replies: tuple[Reply, ...] = ()
    remember: State | None = None
    actions: tuple[Action, ...] = ()
    failure: Exception | None = field(default=None, compare=False, repr=False)


def no_handler(match: Match, message: Message, notes: Notes) -> None:
    """Leaves every rule to its YAML."""


def lacking(match: Match, supplied: Collection[str]) -> list[str]:
    """The names that the rule needs and nobody has."""
    return [name for name in match.rule.needs if name not in (*SENDER, *match.fields, *supplied)]
