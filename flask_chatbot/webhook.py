"""The blueprint of ``POST /webhook``: a keyword message in, its replies out, in the contract's JSON whatever the host app is like."""

import logging
from hmac import compare_digest
from io import BytesIO
from typing import IO, TYPE_CHECKING

from flask import Blueprint, Flask, Request, Response, current_app, request
from flask.blueprints import BlueprintSetupState
from werkzeug.datastructures import Headers
from werkzeug.exceptions import RequestEntityTooLarge

from flask_chatbot.bot import Bot
from flask_chatbot.config import WebhookKey
from flask_chatbot.errors import BadPayload, StoreError
from flask_chatbot.hostproof import add_route, exempt
from flask_chatbot.reloading import keep_fresh
from flask_chatbot.tracebacks import told, with_words
from flask_chatbot.wire import read_object, read_webhook, write_refusal, write_replies

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

BODY_LIMIT = 256 * 1024  # bytes
_HEADERS = {405: {"Allow": "POST"}, 503: {"Retry-After": "30"}}  # Retry-After is in seconds
_CUT_SHORT = "The body could not be read to its end. Send all of it."

log = logging.getLogger(__name__)


class Answer(Response):
    """An answer whose head is finished as it stands, its length included: Werkzeug would copy it, in search of addresses to complete."""

    def get_wsgi_headers(self, environ: "WSGIEnvironment") -> Headers:
        return self.headers


blueprint = Blueprint("chatbot_webhook", __name__)


@blueprint.record
def _add_route(setup: BlueprintSetupState) -> None:
    add_route(setup, "webhook", webhook, ["POST"])


@blueprint.url_value_preprocessor
def _go_first(_endpoint: str | None, values: dict[str, object] | None) -> None:
    """Run before any `before_request` of the host: one may check for CSRF tokens, or eat a body that says it is a form."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # each question to a proxy costs
    exempt(app.extensions, blueprint, webhook)
    if values is not None:  # always so for a URL of ours
        try:
            values["body"] = _read_body(request._get_current_object(), app.config["MAX_CONTENT_LENGTH"])  # type: ignore[attr-defined]
        except BadPayload as error:
            values["refused"] = error  # for the view: raised here, it would meet the host's error pages


def webhook(body: BytesIO | None = None, refused: BadPayload | None = None, _host: str = "") -> Response:
    """The answer to one request; `refused` where it is no POST or its body cannot be read. A refusal has the contract's shape as well.

    The body comes as a stream, so that whoever shows a view's arguments shows no key.
    """
    try:
        if body is None:
            raise refused or BadPayload(_CUT_SHORT)
        return Answer(_answer(current_app._get_current_object(), body.getvalue()), content_type="application/json")  # type: ignore[attr-defined]
    except BadPayload as error:
        log.info("refused a webhook call with %d", error.status)
        return _refuse(error.status, error.message)
    except StoreError as error:
        log.error("a webhook call could not be answered: %s", error)
        return _refuse(503, "The bot cannot reach its database. Try again later.")
    except Exception as error:  # noqa: BLE001  of whatever is our fault the platform hears in the contract's shape
        log.error("a webhook call failed by our fault\n%s", told(error, with_words(request.get_data(as_text=True))))
        return _refuse(503, "The bot has a problem of its own. Try again later.")


def _answer(app: Flask, body: bytes) -> bytes:
    bot: Bot = app.extensions["chatbot"]
    document = read_object(body)
    key = find_key(bot.settings.webhook_keys, document.get("webhookkey"))
    if key is None:
        raise BadPayload("Unauthorized", 401)
    message = read_webhook(document, line=key.name)
    keep_fresh(app)
    decision = bot.answer(message)
    rule = decision.match.rule.name if decision.match else None
    log.info("answered a webhook call: rule %r, line %r, %d replies", rule, key.name, len(decision.replies))
    return write_replies(decision.replies)


def _read_body(request: Request, limit: int | None) -> BytesIO:
    """The whole body, of 256 KiB or the app's own `limit` at most; `BadPayload` otherwise. The host may read it once more."""
    if request.method != "POST":
        raise BadPayload("This address takes POST only.", 405)
    length = request.content_length
    limit = BODY_LIMIT if limit is None else min(limit, BODY_LIMIT)
    if length is not None and length > limit:
        raise _too_large(limit)
    try:
        body = _unmeasured(request, limit) if length is None else _measured(request, length)
    except RequestEntityTooLarge:
        raise _too_large(limit) from None
    except Exception as error:  # noqa: BLE001  each server has errors of its own for a body that breaks off or is wrongly chunked
        log.info("could not read a body: %s", type(error).__name__)
        raise BadPayload(_CUT_SHORT) from None
    if len(body) > limit:
        raise _too_large(limit)
    if length is not None and len(body) < length:  # some servers hand on what they got, as if it were all
        raise BadPayload(_CUT_SHORT)
    return BytesIO(body)


def _unmeasured(request: Request, limit: int) -> bytes:
    """A body of unknown length, or the first bytes of it: it is silently cut at the limit that is set, so one byte more is let in."""
    request.max_content_length = limit + 1
    return request.get_data()


def _measured(request: Request, length: int) -> bytes:
    """A body of `length` bytes, or what there is of it. Werkzeug's own streams, made for uploads, would cost as much as the matching."""
    stream: IO[bytes] = request.environ["wsgi.input"]
    body = stream.read(length)
    while len(body) < length and (more := stream.read(length - len(body))):
        body += more
    if len(body) < length:
        return request.get_data()  # where it has been read already, Werkzeug kept it
    request.environ["wsgi.input"] = BytesIO(body)
    return body


def _too_large(limit: int) -> BadPayload:
    return BadPayload(f"The body is larger than {limit} bytes. Send less.", 413)


def find_key(keys: tuple[WebhookKey, ...], given: object) -> WebhookKey | None:
    """The key that was given, or None; all are compared, in constant time, so that the answer's delay tells nothing.

    >>> find_key((WebhookKey("toko", b"s3cret-word"),), "s3cret-word")
    WebhookKey(name='toko')
    >>> find_key((WebhookKey("toko", b"s3cret-word"),), 5)
    """
    offered = given.encode() if type(given) is str else b""
    found = None
    for key in keys:
        if compare_digest(key.key, offered):
            found = key
    return found


def _refuse(status: int, message: str) -> Response:
    return Response(write_refusal(message), status, _HEADERS.get(status), content_type="application/json")
