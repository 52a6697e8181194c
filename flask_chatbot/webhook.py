"""The blueprint of ``POST /webhook``: a keyword message in, its replies out, in the contract's JSON whatever the host app is like."""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from random import Random

from flask import Blueprint, Request, Response, current_app, request
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from flask_chatbot.config import Settings, WebhookKey
from flask_chatbot.core.engine import NO_MEMORY, decide
from flask_chatbot.core.rules import RuleBook
from flask_chatbot.errors import BadPayload
from flask_chatbot.wire import read_object, read_webhook, write_refusal, write_replies

BODY_LIMIT = 256 * 1024  # bytes
RETRY_AFTER = 30  # seconds until it is worth trying again what failed by our fault

log = logging.getLogger(__name__)
blueprint = Blueprint("chatbot_webhook", __name__)


@dataclass(slots=True)
class State:
    """What one app holds, in ``app.extensions["chatbot"]``. `book` is read once per message, and replaced whole."""

    settings: Settings
    book: RuleBook
    random: Random
    clock: Callable[[], datetime]


@blueprint.record
def _add_route(setup: BlueprintSetupState) -> None:
    """Every method reaches the view, on every host: the host app's error pages would answer 404 and 405 otherwise."""
    endpoint = f"{setup.name}.webhook"
    host = "<_host>" if setup.app.url_map.host_matching else None
    rule = setup.app.url_rule_class(f"{setup.url_prefix or ''}/webhook", endpoint=endpoint, host=host, strict_slashes=False)
    setup.app.url_map.add(rule)  # Flask's own add_url_rule would limit the methods
    setup.app.view_functions[endpoint] = webhook


@blueprint.url_value_preprocessor
def _go_first(_endpoint: str | None, _values: dict[str, object] | None) -> None:
    """Run before any `before_request` of the host: one may check for CSRF tokens, or eat a body that says it is a form."""
    exempt = getattr(current_app.extensions.get("csrf"), "exempt", None)
    if exempt is not None:
        exempt(webhook)
    with suppress(BadPayload):  # the view meets it again, and answers it
        read_body(request)


def webhook(_host: str = "") -> Response:
    """The answer to one request; a refusal has the contract's shape as well."""
    if request.method != "POST":
        return _refuse(405, "This address takes POST only.", Allow="POST")
    try:
        return Response(_answer(read_body(request)), content_type="application/json")
    except BadPayload as error:
        log.info("refused a webhook call with %d", error.status)
        return _refuse(error.status, error.message)
    except Exception:
        log.exception("a webhook call failed by our fault")
        return _refuse(503, "The bot has a problem of its own. Try again later.", **{"Retry-After": str(RETRY_AFTER)})


def _answer(body: bytes) -> bytes:
    state: State = current_app.extensions["chatbot"]
    document = read_object(body)
    key = find_key(state.settings.webhook_keys, document.get("webhookkey"))
    if key is None:
        raise BadPayload("Unauthorized", 401)
    message = read_webhook(document, line=key.name)
    decision = decide(state.book, message, NO_MEMORY, state.clock(), state.random)
    rule = decision.match.rule.name if decision.match else None
    log.info("answered a webhook call: rule %r, line %r, %d replies", rule, key.name, len(decision.replies))
    return write_replies(decision.replies)


def read_body(request: Request) -> bytes:
    """The whole body, of 256 KiB or of the app's own `MAX_CONTENT_LENGTH` at most; `BadPayload` otherwise, however often it is called."""
    ceiling = request.max_content_length
    # One byte more than the limit: a chunked body is silently cut at what is set here.
    request.max_content_length = BODY_LIMIT + 1 if ceiling is None else min(ceiling, BODY_LIMIT + 1)
    try:
        body = request.get_data()
    except RequestEntityTooLarge:
        raise _too_large(request.max_content_length) from None
    except ClientDisconnected:
        raise BadPayload("The body ended before its time. Send all of it.") from None
    if len(body) > BODY_LIMIT or (request.content_length is None and len(body) == ceiling):
        raise _too_large(request.max_content_length)
    return body


def _too_large(limit: int) -> BadPayload:
    return BadPayload(f"The body is larger than {min(limit, BODY_LIMIT)} bytes. Send less.", 413)


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


def _refuse(status: int, message: str, **headers: str) -> Response:
    return Response(write_refusal(message), status, headers, content_type="application/json")
