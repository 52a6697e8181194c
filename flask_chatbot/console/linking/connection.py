"""The page about the connection: whether the phone is linked and how to link it, what waits, and the health of everything."""

from base64 import b64decode
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from flask import Response, current_app

from flask_chatbot.console.linking.capability_words import ABILITIES, LIMITS
from flask_chatbot.console.routing import PageEntry, route
from flask_chatbot.console.visits import Visit
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.errors import StoreError

if TYPE_CHECKING:
    from flask_chatbot.console.linking.watching import LineLook
    from flask_chatbot.delivery.gateway import Gateway

PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineState:
    """The state of one connection to WhatsApp: the last look at it, what it can do, how many messages wait and failed, and the QR code."""

    name: str
    look: "LineLook"
    able: tuple[str, ...]
    unable: tuple[str, ...]
    limits: tuple[str, ...]
    waiting: int
    failed: int
    qr: str
    can_pair: bool
    can_log_out: bool


def line_state(visit: Visit, gateway: "Gateway") -> LineState:
    """The state of a connection, which is asked aside."""
    from flask_chatbot.store import stored

    look, declared, proxy = visit.console.watch(gateway).look(), gateway.proxy.capabilities, gateway.proxy
    said = {name: visit.translated(words) for name, words in (ABILITIES | LIMITS).items()}
    with gateway.database.reading() as connection:
        counts = stored.count(connection, gateway.transport.name)
    return LineState(
        name=gateway.transport.name,
        look=look,
        able=tuple(said[name] for name in ABILITIES if getattr(declared, name)),
        unable=tuple(said[name] for name in ABILITIES if not getattr(declared, name)),
        limits=tuple(said[name] for name in LIMITS if getattr(declared, name)),
        waiting=counts["queued"] + counts["claimed"],
        failed=counts["failed"],
        qr="" if look.session is None else drawn(look.session.qrcode) or pictured(look.session.qr_picture),
        can_pair=proxy.can("pair"),
        can_log_out=proxy.can("log_out"),
    )


def drawn(code: str) -> str:
    """A QR code as the address of an SVG picture, dark on light in a dark look, too; empty for no code.

    >>> drawn("2@abc")[:26], drawn("")
    ('data:image/svg+xml;charset', '')
    """
    if not code:
        return ""
    import segno  # here, since few pages draw

    return segno.make(code, error="l", micro=False).svg_data_uri(scale=6, border=4, dark="#000", light="#fff")


def pictured(picture: str) -> str:
    """A PNG in base64, which a gateway made of its code, as the address of a picture; empty for anything else.

    >>> pictured("iVBORw0KGgo="), pictured("PHN2Zz4="), pictured('"')
    ('data:image/png;base64,iVBORw0KGgo=', '', '')
    """
    try:
        content = b64decode(picture, validate=True)
    except ValueError:
        return ""
    return f"data:image/png;base64,{picture}" if content.startswith(PNG) else ""


@route("connection", role="look", entry=PageEntry(7, tr("Connection")))
def connection(visit: Visit) -> Response:
    """Show the state of the connection, of the worker, of the rules and of the database."""
    return show_connection(visit)


@route("connection/state/*", role="look")
def state(visit: Visit) -> Response:
    """The state of one line, for a page that looks again."""
    gateway = lines.of(visit.about) if (lines := visit.console.lines()) else None
    if gateway is None:
        return visit.page("refused.html", 404, reason=visit.translated(tr("There is no line of this name.")))
    return visit.fragment("line_state.html", line=line_state(visit, gateway), **_may(visit))


def show_connection(
    visit: Visit, status: int = 200, *, problem: str = "", code: str = "", code_of: str = "", asks_about: str = ""
) -> Response:
    """The page, with what came of a step: a problem, the `code` to type for a line, or the line that is to be logged out."""
    bots, fault = visit.console.bots, current_app.extensions["chatbot"].store_fault()
    return visit.page(
        "connection.html",
        status,
        here="connection",
        lines=[line_state(visit, gateway) for gateway in visit.console.lines() or ()],
        problem=problem,
        code=code,
        code_of=code_of,
        asks_about=asks_about,
        fault=fault,
        problems=[*bots.problems, *bots.missing],
        worker=_worker(visit),
        rules=len(list(bots.rules)),
        path=", ".join(each.path.name for each in bots),
        database=visit.console.database().kind,
        **_may(visit),
    )


def _may(visit: Visit) -> dict[str, bool]:
    """The flag for linking the phone, which takes the role edit: whoever scans the code has the bot's messages on a phone of their own."""
    return {"may_link": visit.viewer is not None and visit.viewer.may("edit")}


def _worker(visit: Visit) -> tuple[bool, str]:
    """True and a sentence if the worker runs or none is needed, else False and the reason."""
    from flask_chatbot.delivery.pacing import count_overdue
    from flask_chatbot.delivery.waits import OVERDUE
    from flask_chatbot.worker.health import newest_heartbeat

    lines, now = visit.console.lines(), visit.console.bots.own.clock().timestamp()
    if lines is None:
        return True, visit.translated(tr("None is needed: this bot answers webhook calls, and sends nothing."))
    try:
        with visit.console.database().reading() as connection:
            lease = newest_heartbeat(connection, lines.names, now)
            overdue = count_overdue(connection, [(each.transport.name, each.tempo) for each in lines], now - OVERDUE)
    except StoreError as error:
        return False, str(error)
    if overdue:
        return False, visit.translated(tr("Messages due for more than a minute: {number}. Start the worker.", number=overdue))
    if lease is not None and not lease.is_dead:
        return True, visit.translated(tr("It runs."))
    if lease is None:
        return True, visit.translated(tr("None runs now, and no message waits that is due."))
    seen = datetime.fromtimestamp(lease.seen, visit.console.bots.own.book.locale.timezone)
    return False, visit.translated(tr("It died: it was last seen at {time}. Start the worker.", time=f"{seen:%d/%m %H:%M}"))
