"""The log of messages in both directions, by number, state, rule and day; as a page and as CSV."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from flask import Response

from flask_chatbot.console.chatting.bubbles import KIND_WORDS, TICK_WORDS, TICKS
from flask_chatbot.console.downloads import csv_response
from flask_chatbot.console.marks import shown
from flask_chatbot.console.routing import PageEntry, route
from flask_chatbot.console.visits import Visit
from flask_chatbot.core.lookups.spreadsheets import csv_line
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.chats import number_of

if TYPE_CHECKING:
    from flask_chatbot.store.console.deliveries import Delivery, LogFilter, LoggedArrival

PAGE = 50  # messages
AT_ONCE = 500  # messages in one query of an export
DIRECTIONS = {"out": tr("sent by the bot"), "in": tr("written by customers")}
FILTERS = {"": tr("all"), "queued": tr("waiting"), "claimed": tr("being sent"), "sent": tr("sent"), "failed": tr("given up")}
TEXT, TEMPLATE = tr("Text"), tr("Template")
STATE_WORDS = {**FILTERS, "waiting": tr("waits behind an earlier one")}
ASKED = ("way", "number", "state", "rule", "day")
SENT_HEADS = (
    *("id", "accepted", "to", "line", "type", "rule", "caller", "state", "ack", "tries", "error"),
    *("sent", "delivered", "read", "failed"),
)
CAME_HEADS = ("id", "at", "from", "line", "kind", "rule", "replies")


@route("deliveries", role="look", entry=PageEntry(6, tr("Deliveries")))
def deliveries(visit: Visit) -> Response:
    """List the messages, newest first."""
    from flask_chatbot.store.console import deliveries as store

    wanted, before = wanted_messages(visit), visit.before or store.FIRST
    with visit.console.database().reading() as connection:
        found = (store.arrivals if is_incoming(visit) else store.page)(connection, PAGE + 1, wanted, before=before)
    return visit.live_page(
        "log.html",
        "arrivals.html" if is_incoming(visit) else "deliveries.html",
        is_newest=visit.before is None,
        here="deliveries",
        rows=list(rows_of(visit, found[:PAGE])),
        more=found[PAGE - 1].seq if len(found) > PAGE else None,
        **visit.filters(ASKED),
        rules=sorted({rule.name for rule in visit.console.bots.rules}),
        filters={name: visit.translated(said) for name, said in FILTERS.items()},
        directions={name: visit.translated(said) for name, said in DIRECTIONS.items()},
    )


@route("deliveries/csv", role="look")
def export(visit: Visit) -> Response:
    """The messages that are asked for as CSV, newest first; read and sent a part at a time."""
    lines = csv_lines(visit, wanted_messages(visit), incoming=is_incoming(visit))
    return csv_response(visit, "deliveries exported", lines, "deliveries.csv")


def is_incoming(visit: Visit) -> bool:
    """True if the page asks for what customers wrote."""
    return visit.asked("way") == "in"


def wanted_messages(visit: Visit) -> "LogFilter":
    """The messages that the address of the page asks for."""
    from flask_chatbot.store.console.deliveries import LogFilter

    state = visit.asked("state") if not is_incoming(visit) else ""
    return LogFilter(state=state if state in FILTERS else "", persons=visit.persons, rule=visit.asked("rule"), time=visit.day)


def rows_of(visit: Visit, found: "Iterable[Delivery | LoggedArrival]") -> Iterator[dict[str, str]]:
    """Yield each message as the page shows it."""
    from flask_chatbot.store.console.deliveries import Delivery

    for each in found:
        yield sent_row(visit, each) if isinstance(each, Delivery) else came_row(visit, each)


def sent_row(visit: Visit, found: "Delivery") -> dict[str, str]:
    """A message of ours as the page shows it, with the time until which it waits."""
    said = TICK_WORDS[TICKS[found.ack]] if found.state == "sent" else STATE_WORDS[found.state]
    waits = found.state == "queued" and found.due_at > visit.console.bots.own.clock().timestamp()
    return {
        "id": found.id,
        "to": shown(visit.number(number_of(found.chat))),
        "at": visit.when(found.created_at),
        "type": visit.translated(TEMPLATE if found.type == "template" else KIND_WORDS.get(found.type, TEXT)),
        "rule": shown(found.rule or found.caller or ""),
        "state": visit.translated(said),
        "until": visit.when(found.due_at) if waits else "",
        "error": visit.text(found.error or ""),
    }


def came_row(visit: Visit, found: "LoggedArrival") -> dict[str, str]:
    """A message that came in as the page shows it; its text is in the inbox."""
    return {
        "person": found.person or "",
        "from": shown(visit.number(found.sender)),
        "at": visit.when(found.at),
        "kind": visit.translated(KIND_WORDS.get(found.kind, TEXT)),
        "rule": shown(found.rule or ""),
        "replies": str(found.replies),
    }


def csv_lines(visit: Visit, wanted: "LogFilter", *, incoming: bool) -> Iterator[str]:
    """Yield the lines of the CSV file, with no transaction open meanwhile. The request may have ended by then."""
    from flask_chatbot.store.console import deliveries as store

    database, before = visit.console.database(), store.FIRST
    yield csv_line(CAME_HEADS if incoming else SENT_HEADS)
    while True:
        with database.reading() as connection:
            found = (store.arrivals if incoming else store.page)(connection, AT_ONCE, wanted, before=before)
        yield from (csv_line(cells(visit, each)) for each in found)
        if len(found) < AT_ONCE:
            return
        before = found[-1].seq


def cells(visit: Visit, found: "Delivery | LoggedArrival") -> tuple[object, ...]:
    """The cells of a message in the CSV file; times as programs read them."""
    from flask_chatbot.store.console.deliveries import Delivery

    if not isinstance(found, Delivery):
        sender = visit.number(found.sender)
        return (visit.masked(found.message_id), visit.iso(found.at), sender, found.session, found.kind, found.rule, found.replies)
    times = (found.sent_at, found.delivered_at, found.read_at, found.failed_at)
    to, ack = visit.number(number_of(found.chat)), found.ack.name.lower()
    known = (found.id, visit.iso(found.created_at), to, found.session, found.type, found.rule, found.caller, found.state, ack)
    return (*known, found.tries, visit.masked(found.error or ""), *(None if at is None else visit.iso(at) for at in times))
