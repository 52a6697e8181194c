"""The list of conversations: those that wait for staff at the top, then the newest first; or those that were searched for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Response, request

from flask_chatbot.console.inbox.lines import PAGE, ListedConversation, flags_of, lines_of
from flask_chatbot.console.marks import shown
from flask_chatbot.console.routing import PageEntry, route
from flask_chatbot.console.visits import Visit
from flask_chatbot.core.language.numbers import InvalidNumber, normalize_phone, read_number
from flask_chatbot.core.translation.translatable import tr

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from flask_chatbot.store.console.conversations import Newest

LISTS = {
    "": tr("all"),
    "waiting": tr("waiting for staff"),
    "unread": tr("unread"),
    "paused": tr("the bot is silent"),
    "stuck": tr("stuck in a form"),
    "optout": tr("no promotion"),
}
# Lists of people by what the bot is doing with them: the flag, and the parts of what is remembered that it may come from.
FLAGGED = {"paused": ("is_paused", ("paused_until", "pauses", "takeovers")), "stuck": ("is_stuck", ("dialogue",))}
ROOM = 5  # conversations below those that wait for staff, at least
NAMED = 10  # people found by their names
LABEL = "label:"  # and the name of one


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRequest:
    """A list that is asked for: one of `LISTS` or of a label, or what is searched for, behind an entry of it."""

    listed: str
    text: str
    before: str

    @property
    def before_seq(self) -> int:
        """The number of the message behind which the list goes on."""
        from flask_chatbot.store.console.conversations import FIRST

        return int(self.before) if self.before.isdecimal() and len(self.before) < 19 else FIRST

    @property
    def before_person(self) -> str:
        """The person behind whom the list goes on."""
        from flask_chatbot.store.console.remarks import LAST_PERSON

        return self.before[:26] or LAST_PERSON


@route("inbox", role="look", entry=PageEntry(2, tr("Inbox")))
def inbox(visit: Visit) -> Response:
    """List the conversations, newest first, or those that are asked for."""
    given = request.args
    asked = ListRequest(listed=given.get("show", "")[:60], text=given.get("q", "").strip()[:200], before=given.get("before", ""))
    with visit.console.database().reading() as connection:
        waiting, lines, more = _found(visit, connection, asked)
        lists = _lists(visit, connection)
    names: dict[str, Any] = {"waiting": waiting, "lines": lines, "more": more, "asked": asked, "text": shown(asked.text), "lists": lists}
    is_newest = not asked.before and not asked.text
    return visit.live_page("inbox.html", "inbox_list.html", is_newest=is_newest, here="inbox", **names)


def _lists(visit: Visit, connection: "Connection") -> dict[str, str]:
    """The lists to choose from, with their words."""
    from flask_chatbot.store.console.remarks import all_labels

    labels = {f"{LABEL}{label}": shown(label) for label in all_labels(connection)}
    return {name: visit.translated(words) for name, words in LISTS.items()} | labels


def _found(visit: Visit, connection: "Connection", asked: ListRequest) -> tuple[list[ListedConversation], list[ListedConversation], str]:
    """The conversations that wait, those of the list, and where it goes on, if it does."""
    from flask_chatbot.store.console import handovers
    from flask_chatbot.store.console.searching import last_of_each, named

    names: dict[str, str] = {}
    waits = handovers.waiting(connection, visit.console.bots.own.clock().timestamp())
    is_topped = asked.listed in ("", "waiting") and not asked.text and not asked.before
    top = last_of_each(connection, list(waits)[:PAGE]) if is_topped else []
    room = max(PAGE - len(top), ROOM)
    found, more = _listed(visit, connection, asked, room)
    if asked.text and not asked.before:
        names = named(connection, asked.text, NAMED)
        top = [each for each in last_of_each(connection, list(names)) if each not in found]
    if not asked.text and not asked.listed:
        found = [each for each in found if each.person not in waits]
    lines = lines_of(visit, connection, [*top, *found], waits)
    if names:
        return [], [each._replace(called=visit.text(names.get(each.person, ""))) for each in lines], more
    return lines[: len(top)], lines[len(top) :], more


def _listed(visit: Visit, connection: "Connection", asked: ListRequest, room: int) -> "tuple[list[Newest], str]":
    """The newest message of each conversation of a list that there is room for, or the messages searched for, and where it goes on."""
    from flask_chatbot.store.console import conversations, remarks, searching

    if asked.text:
        return _page(_numbered(visit, connection, asked) or searching.search(connection, asked.text, room + 1, asked.before_seq), room)
    if asked.listed == "waiting":
        return [], ""
    if asked.listed == "unread":
        return _page(searching.unread(connection, room + 1, asked.before_seq), room)
    if asked.listed in FLAGGED:
        return _flagged(visit, connection, asked, room)
    if asked.listed == "optout":
        return _of_people(connection, searching.opted_out_of_any(connection, room + 1, asked.before_person), room)
    if asked.listed.startswith(LABEL):
        return _of_people(connection, remarks.labelled(connection, asked.listed.removeprefix(LABEL), room + 1, asked.before_person), room)
    return _page(conversations.newest(connection, room + 1, asked.before_seq), room)


def _numbered(visit: Visit, connection: "Connection", asked: ListRequest) -> "list[Newest]":
    """The conversation with a whole number that was searched for, or with an id of ours."""
    from flask_chatbot.store import people
    from flask_chatbot.store.console.searching import last_of_each

    country = visit.console.bots.own.book.locale.country
    number = asked.text if isinstance(read_number(asked.text, country), InvalidNumber) else normalize_phone(asked.text, country)
    person = None if asked.before else people.find(connection, number)
    return [] if person is None else last_of_each(connection, [person])


def _page(found: "Sequence[Newest]", room: int) -> "tuple[list[Newest], str]":
    return list(found[:room]), str(found[room - 1].seq) if len(found) > room else ""


def _flagged(visit: Visit, connection: "Connection", asked: ListRequest, room: int) -> "tuple[list[Newest], str]":
    """The conversations in which the bot is doing what is asked for, among the next people of whom that may be so."""
    from flask_chatbot.store.console.searching import AMONG, last_of_each, remembered

    (flag, parts), now = FLAGGED[asked.listed], visit.console.bots.own.clock().timestamp()
    states = remembered(connection, parts, now, asked.before_person)
    found = [each for each in last_of_each(connection, list(states)) if flags_of(each, states[each.person], now)[flag]]
    if len(found) > room:
        return found[:room], found[room - 1].person
    return found, list(states)[-1] if len(states) == AMONG else ""


def _of_people(connection: "Connection", persons: Sequence[str], room: int) -> "tuple[list[Newest], str]":
    from flask_chatbot.store.console.searching import last_of_each

    return last_of_each(connection, persons[:room]), persons[room - 1] if len(persons) > room else ""
