"""One conversation: read both ways, taken over, answered by hand, and given back."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from flask import Response

from flask_chatbot.console.chatting.bubbles import bubbles_of
from flask_chatbot.console.chatting.page import words
from flask_chatbot.console.inbox.lines import ListedConversation, lines_of
from flask_chatbot.console.routing import route
from flask_chatbot.console.visits import Visit
from flask_chatbot.core.translation.translatable import reason_of, tr
from flask_chatbot.core.values.replies import TEXT_LIMIT, Text
from flask_chatbot.errors import NotAccepted

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from flask_chatbot.store.console.conversations import Newest

NO_LINE = tr("There is no connection to WhatsApp that a text could go by.")
SHOWN = 30  # messages
BY_HAND = 86_400.0  # seconds that the bot keeps quiet after it was taken over, or written by hand


@route("inbox/*", role="look")
def conversation(visit: Visit) -> Response:
    """Show one conversation."""
    return show_conversation(visit)


@route("inbox/messages/*", role="look")
def messages(visit: Visit) -> Response:
    """The messages of one conversation and what the bot is doing there, for a page that looks again."""
    from flask_chatbot.store import people
    from flask_chatbot.store.console import conversations

    with visit.console.database().reading() as connection:
        ids = people.ids_of(connection, visit.about)
        found = conversations.last_of(connection, ids)
        if found is None:
            return _nobody(visit)
        line = _line(visit, connection, found)
        written = conversations.conversation(connection, ids, SHOWN)
    _note_as_read(visit, line.is_unread)
    bubbles = bubbles_of(written, visit.console.bots.own.book.locale, visit.text)
    names = {"line": line, "bubbles": bubbles, "is_live": True, **_rights(visit)}
    return visit.fragment("conversation_live.html", **names, **words(visit, visit.console.bots.of_session(found.session)))


@route("inbox/take/*", role="answer", method="POST")
def take_over(visit: Visit) -> Response:
    """Let the bot keep quiet for a person, until it is given back or a day has passed."""
    from flask_chatbot.answering.operations import pause

    if last_of(visit) is None:
        return show_conversation(visit)
    if visit.console.lines() is None:
        return show_conversation(visit, visit.translated(NO_LINE), 422)
    now = visit.console.bots.own.clock().timestamp()
    pause(visit.console.database(), visit.about, now + BY_HAND, now)
    visit.record("taken over", visit.about)
    return visit.go(f"/inbox/{visit.about}")


@route("inbox/give/*", role="answer", method="POST")
def give_back(visit: Visit) -> Response:
    """Let the bot answer a person again, who does not wait for staff any more."""
    from flask_chatbot.answering.operations import resume

    if last_of(visit) is None:
        return show_conversation(visit)
    resume(visit.console.database(), visit.about, visit.console.bots.own.clock().timestamp())
    visit.record("given back", visit.about)
    return visit.go(f"/inbox/{visit.about}")


@route("inbox/write/*", role="answer", method="POST")
def write(visit: Visit) -> Response:
    """Send a text by hand, by the line by which the person wrote last; the bot keeps quiet for another day."""
    text, last, lines = visit.form.get("text", "").strip(), last_of(visit), visit.console.lines()
    if lines is None or last is None:
        return show_conversation(visit, visit.translated(NO_LINE), 422)
    if not text or len(text) > TEXT_LIMIT:
        return show_conversation(visit, visit.translated(tr("Write a text of at most {limit} characters.", limit=TEXT_LIMIT)), 422)
    try:
        accepted = (lines.of_session(last.session) or lines.first).send(last.chat, Text(text))
    except NotAccepted as error:
        return show_conversation(visit, visit.translated(reason_of(error)), 422)
    _written_by_hand(visit)
    visit.record("written by hand", accepted.id)
    return visit.go(f"/inbox/{visit.about}")


def _written_by_hand(visit: Visit) -> None:
    """Let the bot keep quiet for a person who was answered by hand, and who waits for nobody any more."""
    from flask_chatbot.answering.operations import pause
    from flask_chatbot.store import people
    from flask_chatbot.store.console import handovers

    now, database = visit.console.bots.own.clock().timestamp(), visit.console.database()
    pause(database, visit.about, now + BY_HAND, now)
    with database.writing() as connection:
        handovers.answer(connection, people.ids_of(connection, visit.about), now)


def show_conversation(visit: Visit, problem: str = "", status: int = 200) -> Response:
    """The page of a conversation, with what was wrong with a form of it."""
    from flask_chatbot.store import people
    from flask_chatbot.store.console import conversations

    with visit.console.database().reading() as connection:
        ids = people.ids_of(connection, visit.about)
        found = conversations.last_of(connection, ids)
        if found is None:
            return _nobody(visit)
        line = _line(visit, connection, found)
        notes, written = _notes(visit, connection, ids), conversations.conversation(connection, ids, SHOWN + 1, _until(visit))
    _note_as_read(visit, line.is_unread)
    older = repr(written[1].at) if len(written) > SHOWN else ""
    bubbles = bubbles_of(written[-SHOWN:], visit.console.bots.own.book.locale, visit.text)
    names = {"line": line, "bubbles": bubbles, "notes": notes, "problem": problem, "older": older, "is_newest": not visit.asked("until")}
    bot = visit.console.bots.of_session(found.session)
    return visit.page("conversation.html", status, here="inbox", is_live=False, **names, **_rights(visit), **words(visit, bot))


def _nobody(visit: Visit) -> Response:
    reason = visit.translated(tr("Nobody with this id has written, or what they wrote is not kept any more."))
    return visit.page("refused.html", 404, reason=reason)


def _line(visit: Visit, connection: "Connection", found: "Newest") -> ListedConversation:
    """The conversation as the list has it, with what the bot is doing there."""
    from flask_chatbot.store.console import handovers

    waits = handovers.waiting(connection, visit.console.bots.own.clock().timestamp())
    (line,) = lines_of(visit, connection, [found], waits)
    return line


def _rights(visit: Visit) -> dict[str, bool]:
    """True for what the viewer may do here, and what the bot's connection makes possible."""
    may_answer = visit.viewer is not None and visit.viewer.may("answer")
    return {"may_answer": may_answer, "can_write": may_answer and visit.console.lines() is not None}


def _until(visit: Visit) -> float:
    """The time up to which messages are asked for; without one, all."""
    from flask_chatbot.store.console.conversations import EVER

    with suppress(ValueError):
        return min(float(visit.asked("until")), EVER)
    return EVER


def last_of(visit: Visit) -> "Newest | None":
    """The newest private message of the person that the page is about."""
    from flask_chatbot.store import people
    from flask_chatbot.store.console.conversations import last_of

    with visit.console.database().reading() as connection:
        return last_of(connection, people.ids_of(connection, visit.about))


def _notes(visit: Visit, connection: "Connection", persons: Sequence[str]) -> list[dict[str, object]]:
    """The notes about a person, by all their ids, with what is shown of each."""
    from flask_chatbot.store.console.remarks import notes_of

    zone = visit.console.bots.own.book.locale.timezone
    found = [(each, f"{datetime.fromtimestamp(each.at, zone):%d/%m %H:%M}") for each in notes_of(connection, persons)]
    return [{"seq": each.seq, "at": at, "name": visit.text(each.name), "text": visit.text(each.text)} for each, at in found]


def _note_as_read(visit: Visit, is_unread: bool) -> None:
    """Note that a conversation was read, if nobody had and whoever looks may answer."""
    from flask_chatbot.store.console import remarks

    if is_unread and visit.viewer is not None and visit.viewer.may("answer"):
        with visit.console.database().writing() as connection:
            remarks.read(connection, visit.about)
