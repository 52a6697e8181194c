"""The blueprint of ``/in/<line>``: what a transport's other side calls, answered once it is kept."""

from io import BytesIO
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, current_app, request
from flask.blueprints import BlueprintSetupState

from flask_chatbot.bot.tracebacks import redacted, with_words
from flask_chatbot.core.logs import get_logger
from flask_chatbot.errors import BadPayload, StoreError
from flask_chatbot.settings.wrong_keys import printable
from flask_chatbot.views.entrance import CUT_SHORT, take_body
from flask_chatbot.views.request_ids import HEADER, request_id
from flask_chatbot.views.routes import add_route
from flask_chatbot.wire.webhook import write_refusal

# Only for their types: they load SQLAlchemy, which is slow, so an app starts without them.
if TYPE_CHECKING:
    from flask_chatbot.delivery.lines import Lines
    from flask_chatbot.transports.webhooks import HttpTransport

METHODS = ("GET", "HEAD", "POST")
UNAUTHENTICATED = (401, 403, 404, 405)  # statuses of calls that are not from the other side
_HEADERS = {405: {"Allow": ", ".join(METHODS)}, 503: {"Retry-After": "30"}}  # Retry-After is in seconds

log = get_logger(__name__)
blueprint = Blueprint("chatbot_inbound", __name__)


@blueprint.record
def _add_routes(setup: BlueprintSetupState) -> None:
    add_route(setup, "inbound", inbound, METHODS, "in/<line>")
    add_route(setup, "below", inbound, METHODS, "in/<line>/<path:rest>")


@blueprint.url_value_preprocessor
def _go_first(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Take the body in, whatever limit the app has: what a platform sends in one call, it decides, and what is refused may be lost."""
    if values is None or request.method not in METHODS:
        return
    transport = _transport(current_app.extensions["chatbot"].lines, values.get("line", ""))
    if transport is not None and request.method == "POST":
        take_body(request._get_current_object(), values, None, transport.body_limit)  # type: ignore[attr-defined]


def inbound(line: str, rest: str = "", body: BytesIO | None = None, refused: BadPayload | None = None, _host: str = "") -> Response:
    """Answer one call; `refused` if its body cannot be read. The body comes as a stream, so that no list of arguments shows a text."""
    try:
        if request.method not in METHODS:
            raise BadPayload("This address takes GET and POST only.", 405)
        if refused is not None:
            raise refused
        return _answer(line, rest, body)
    except BadPayload as error:
        _log_refusal(line, error, is_read=error is not refused)
        return _refuse(error.status, error.message)
    except StoreError as error:
        log.error("a call for line %(line)s could not be kept: %(error)s", {"line": printable(line), "error": error})
        return _refuse(503, "The bot cannot reach its database. Try again later.")
    except Exception as error:  # noqa: BLE001  whatever it is, the platform must repeat its call
        words = with_words(request.get_data(as_text=True))
        log.error(
            "a call for line %(line)s failed with an internal error\n%(trace)s", {"line": printable(line), "trace": redacted(error, words)}
        )
        return _refuse(503, "The bot had an internal error. Try again later.")


def _answer(line: str, rest: str, body: BytesIO | None) -> Response:
    from flask_chatbot.receiving.keeping import receive
    from flask_chatbot.transports.webhooks import WebhookCall

    lines = current_app.extensions["chatbot"].lines
    transport = _transport(lines, line)
    if transport is None:
        raise BadPayload("There is no such line. Its name is that of a transport that is called by HTTP.", 404)
    if body is None and request.method == "POST":
        raise BadPayload(CUT_SHORT)
    call = WebhookCall(
        method="GET" if request.method == "HEAD" else request.method,
        path=rest,
        query=request.args.to_dict(),
        headers={name.lower(): value for name, value in request.headers},
        body=body.getvalue() if body else b"",
    )
    answer = receive(lines.named(line), transport, call)
    headers = {HEADER: request_id(request.environ), **answer.headers}
    return Response(answer.body, answer.status, headers, content_type=answer.content_type)


def _transport(lines: "Lines", line: str) -> "HttpTransport | None":
    from flask_chatbot.receiving.keeping import receiver

    return receiver(lines, line)


def _log_refusal(line: str, error: BadPayload, *, is_read: bool) -> None:
    """Warn of a refused call, as what it brought may be lost; of those that may be anybody's now and then, with their count."""
    if is_read and error.status not in UNAUTHENTICATED:
        facts = {"line": printable(line), "status": error.status, "why": error.message}
        log.warning("refused a call for line %(line)s with %(status)d: %(why)s What it brought may be lost.", facts)
    else:
        state = current_app.extensions["chatbot"]
        state.wrong_keys.warn(f"a call to /in/{printable(line)}", request.remote_addr, error.message, state.bot.clock().timestamp())


def _refuse(status: int, message: str) -> Response:
    headers = {HEADER: request_id(request.environ), **_HEADERS.get(status, {})}
    return Response(write_refusal(message), status, headers, content_type="application/json")
