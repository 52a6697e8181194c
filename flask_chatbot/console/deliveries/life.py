"""The page about one message: its life from the moment it was accepted, its callbacks, and sending it again."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from flask import Response

from flask_chatbot.console.chatting.bubbles import TICK_WORDS, TICKS
from flask_chatbot.console.marks import shown
from flask_chatbot.console.routing import route
from flask_chatbot.console.visits import Visit
from flask_chatbot.core.translation.translatable import Translatable, tr
from flask_chatbot.core.values.chats import number_of
from flask_chatbot.core.values.outbound import Ack

if TYPE_CHECKING:
    from flask_chatbot.delivery.gateway import Gateway
    from flask_chatbot.delivery.waits import Wait
    from flask_chatbot.store.console.deliveries import TriedCallback
    from flask_chatbot.store.stored import Stored

MOMENTS = (
    ("created_at", tr("accepted")),
    ("sent_at", tr("sent")),
    ("delivered_at", tr("delivered")),
    ("read_at", tr("read")),
    ("played_at", tr("played")),
    ("failed_at", tr("given up")),
)


class Moment(NamedTuple):
    """A step in the life of a message."""

    at: float
    what: Translatable
    is_failure: bool = False


@route("deliveries/*", role="look")
def delivery(visit: Visit) -> Response:
    """Show the life of one message."""
    from flask_chatbot.store.console.deliveries import tried_callbacks

    gateway, found = _find(visit)
    if found is None or gateway is None:
        reason = visit.translated(tr("There is no message with this id. Messages are kept for 30 days."))
        return visit.page("refused.html", 404, reason=reason)
    wait, calls = gateway.waits(found)
    with visit.console.database().reading() as connection:
        tries = list(_tries(visit, tried_callbacks(connection, found.id)))
    moments = sorted([*_moments(found), *tries], key=lambda each: each.at)
    return visit.live_page(
        "delivery.html",
        "delivery_life.html",
        here="deliveries",
        message=found,
        to=shown(visit.number(number_of(found.chat))),
        moments=[(visit.when(each.at), visit.translated(each.what), each.is_failure) for each in moments],
        wait=None if wait is None else _wait(visit, wait),
        error=visit.text(found.error or ""),
        calls=[
            (call.host, call.ack.name.lower(), call.tries, visit.text(each.why), "" if each.until is None else visit.when(each.until))
            for call, each in calls
        ],
        can_resend=found.state == "failed" and visit.viewer is not None and visit.viewer.may("answer"),
    )


@route("deliveries/*", role="answer", method="POST")
def send_again(visit: Visit) -> Response:
    """Send a message that was given up once more, under its id."""
    from flask_chatbot.delivery.gateway import LIFETIME
    from flask_chatbot.store import stored

    now = visit.console.bots.own.clock().timestamp()
    with visit.console.database().writing() as connection:
        is_resent = stored.resend(connection, [visit.about], now + LIFETIME) > 0
    if is_resent:
        visit.record("sent again", visit.about)
    if lines := visit.console.lines():
        lines.wake()
    return visit.go(f"/deliveries/{visit.about}")


def _wait(visit: Visit, wait: "Wait") -> tuple[str, str]:
    """The reason why something waits, and until when, if that is known."""
    return visit.text(wait.why), "" if wait.until is None else visit.when(wait.until)


def _find(visit: Visit) -> "tuple[Gateway | None, Stored | None]":
    lines = visit.console.lines()
    if lines is None:
        return None, None
    found = lines.first.message(visit.about)
    return (None, None) if found is None else (lines.of(found.session) or lines.first, found)


def _moments(message: "Stored") -> Iterator[Moment]:
    said: dict[str, Translatable] = dict(MOMENTS)
    for name, what in said.items():
        at = getattr(message, name)
        if at is not None and not (name == "failed_at" and message.ack is not Ack.ERROR):
            yield Moment(at, what)


def _tries(visit: Visit, calls: "Iterable[TriedCallback]") -> Iterator[Moment]:
    """Yield each try of each callback."""
    for call in calls:
        ack, host = visit.translated(TICK_WORDS[TICKS[call.ack]]), shown(call.host) or visit.translated(tr("the app's own function"))
        for number, attempt in enumerate(call.attempts, 1):
            outcome = visit.text(attempt.error) or (f"HTTP {attempt.status}" if attempt.status else visit.translated(tr("done")))
            what = tr('callback of "{ack}" to {host}, try {number}: {outcome}', ack=ack, host=host, number=number, outcome=outcome)
            yield Moment(attempt.at, what, is_failure=bool(attempt.error))
