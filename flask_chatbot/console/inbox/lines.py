"""The lines of the list of conversations: who wrote last and when, and what the bot is doing there."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from flask_chatbot.console.chatting.bubbles import KIND_WORDS
from flask_chatbot.console.marks import shown
from flask_chatbot.console.visits import Visit
from flask_chatbot.core.conversation.dialogue import DAY, NOWHERE, Dialogue
from flask_chatbot.core.conversation.memory import State, on_line
from flask_chatbot.core.conversation.stored_dialogues import read_dialogue
from flask_chatbot.core.values.chats import is_group

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from flask_chatbot.store.console.conversations import Newest

PAGE = 25  # conversations
PREVIEW = 120  # characters


class ListedConversation(NamedTuple):
    """One conversation in the list, by the number; `called` is the person's own name, if that was searched for.

    The flags say what the bot is doing there, and what staff have to do.
    """

    person: str
    name: str
    at: str
    text: str
    called: str = ""
    labels: tuple[str, ...] = ()
    is_waiting: bool = False
    is_unread: bool = False
    is_paused: bool = False
    is_in_form: bool = False
    is_stuck: bool = False
    has_opted_out: bool = False
    is_not_understood: bool = False


def lines_of(visit: Visit, connection: "Connection", found: "list[Newest]", waits: Collection[str]) -> list[ListedConversation]:
    """The conversations with what the bot is doing in each; `waits` are the people who wait for staff."""
    from flask_chatbot.store import optouts
    from flask_chatbot.store.console import remarks
    from flask_chatbot.store.console.conversations import states_of

    now, persons = visit.console.bots.own.clock().timestamp(), [each.person for each in found]
    if not persons:
        return []
    remembered, opted_out = states_of(connection, persons, now), optouts.opted_out_of(connection, persons, "")
    labels = remarks.labels_of(connection, persons)
    return [
        ListedConversation(
            **_written(visit, each),
            **flags_of(each, remembered.get(each.person, State()), now),
            labels=tuple(map(shown, labels.get(each.person, ()))),
            is_waiting=each.person in waits,
            is_unread=each.is_unread,
            has_opted_out=each.person in opted_out,
            is_not_understood=visit.console.bots.is_fallback(each.session, each.rule) and not is_group(each.chat),
        )
        for each in found
    ]


def _written(visit: Visit, found: "Newest") -> dict[str, Any]:
    """The parts of a line about its last message: from whom, when, and what."""
    kind = KIND_WORDS.get(found.kind)
    text = found.text or (visit.translated(kind) if kind else "")
    at = datetime.fromtimestamp(found.at, visit.console.bots.own.book.locale.timezone)
    return {
        "person": found.person,
        "name": shown(visit.number(found.sender)),
        "at": f"{at:%d/%m %H:%M}",
        "text": visit.text(text.replace("\n", " "))[:PREVIEW],
    }


def flags_of(found: "Newest", state: State, now: float) -> dict[str, Any]:
    """The flags about the bot, after somebody's newest message."""
    dialogue = read_dialogue(state.dialogue, on_line(found.session, "private"), now) if state.dialogue else NOWHERE
    return {
        "is_paused": state.paused_on(found.session) > now,
        "is_in_form": dialogue.form is not None,
        "is_stuck": is_stuck(dialogue, found, now),
    }


def is_stuck(dialogue: Dialogue, found: "Newest", now: float) -> bool:
    """True if somebody answers a form wrongly, does not answer it for long, or has given up.

    Long is half of the time that the form waits. A form that somebody left for something else was not given up.
    """
    if dialogue.form is not None:
        return dialogue.form.wrong > 0 or now - found.at > dialogue.form_until - now
    is_late = dialogue.aside_until - DAY > found.at
    return dialogue.aside is not None and (is_late or dialogue.aside.rule == found.rule)
