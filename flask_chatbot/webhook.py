"""The blueprint of ``POST /webhook``: a keyword message in, its replies out, in the contract's JSON whatever the host app is like."""

import logging
from collections.abc import Mapping
from hmac import compare_digest
from typing import Any

from flask import Blueprint, Request, Response, current_app, request
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import RequestEntityTooLarge

from flask_chatbot.bot import Bot
from flask_chatbot.config import WebhookKey
from flask_chatbot.errors import BadPayload
from flask_chatbot.tracebacks import told, with_words
from flask_chatbot.wire import read_object, read_webhook, write_refusal, write_replies

BODY_LIMIT = 256 * 1024  # bytes
_HEADERS = {405: {"Allow": "POST"}, 503: {"Retry-After": "30"}}  # Retry-After is in seconds
_CUT_SHORT = "The body could not be read to its end. Send all of it."

log = logging.getLogger(__name__)
blueprint = Blueprint("chatbot_webhook", __name__)


class _EveryMethod(set[str]):
    """What `flask routes` and the like are shown, for they do not expect None; as for matching, every method is in it."""

    def __contains__(self, method: object) -> bool:
        return True


@blueprint.record
def _add_route(setup: BlueprintSetupState) -> None:
    """Every method reaches the view, on every host: the host app's error pages would answer 404 and 405 otherwise."""
    endpoint = f"{setup.name}.webhook"
    host = "<_host>" if setup.app.url_map.host_matching else None
    rule = setup.app.url_rule_class(f"{setup.url_prefix or ''}/webhook", endpoint=endpoint, host=host, strict_slashes=False)
    rule.methods = _EveryMethod({"POST"})
    setup.app.url_map.add(rule)  # Flask's own add_url_rule would limit the methods
    setup.app.view_functions[endpoint] = webhook


@blueprint.url_value_preprocessor
def _go_first(_endpoint: str | None, values: dict[str, object] | None) -> None:
    """Run before any `before_request` of the host: one may check for CSRF tokens, or eat a body that says it is a form."""
    _exempt(current_app.extensions)
    try:
        _read_body(request._get_current_object())  # type: ignore[attr-defined]  # the proxy costs as much as what it is asked for
    except BadPayload as error:
        if values is not None:  # always so for a URL of ours
            values["refused"] = error  # for the view: raised here, it would meet the host's error pages


def _exempt(extensions: Mapping[str, Any]) -> None:
    """Free the webhook from CSRF tokens, and from limits meant for visitors: all customers come from the platform's one address.

    At each request, as the host may set up Flask-WTF and Flask-Limiter after us. A limit for our blueprint alone still holds.
    """
    exempt, limiters = getattr(extensions.get("csrf"), "exempt", None), extensions.get("limiter")
    if exempt is not None:
        exempt(webhook)
    if isinstance(limiters, set):
        from flask_limiter import ExemptionScope

        for limiter in limiters:
            limiter.exempt(blueprint, flags=ExemptionScope.APPLICATION | ExemptionScope.DEFAULT)


def webhook(refused: BadPayload | None = None, _host: str = "") -> Response:
    """The answer to one request; `refused` where it is no POST or its body cannot be read. A refusal has the contract's shape as well."""
    try:
        if refused is not None:
            raise refused
        return Response(_answer(request.get_data()), content_type="application/json")
    except BadPayload as error:
        log.info("refused a webhook call with %d", error.status)
        return _refuse(error.status, error.message)
    except Exception as error:  # noqa: BLE001  of whatever is our fault the platform hears in the contract's shape
        log.error("a webhook call failed by our fault\n%s", told(error, with_words(request.get_data(as_text=True))))
        return _refuse(503, "The bot has a problem of its own. Try again later.")


def _answer(body: bytes) -> bytes:
    bot: Bot = current_app.extensions["chatbot"]
    document = read_object(body)
    key = find_key(bot.settings.webhook_keys, document.get("webhookkey"))
    if key is None:
        raise BadPayload("Unauthorized", 401)
    message = read_webhook(document, line=key.name)
    decision = bot.answer(message)
    rule = decision.match.rule.name if decision.match else None
    log.info("answered a webhook call: rule %r, line %r, %d replies", rule, key.name, len(decision.replies))
    return write_replies(decision.replies)


def _read_body(request: Request) -> None:
    """Leaves the whole body in `request.get_data()`, of 256 KiB or the app's own MAX_CONTENT_LENGTH at most; `BadPayload` otherwise."""
    if request.method != "POST":
        raise BadPayload("This address takes POST only.", 405)
    ceiling = None
    length = request.content_length
    if length is None:
        # A chunked body is silently cut at the limit that is set: one byte more tells which one was larger.
        ceiling = request.max_content_length
        request.max_content_length = BODY_LIMIT + 1 if ceiling is None else min(ceiling, BODY_LIMIT + 1)
    elif length > BODY_LIMIT:
        raise _too_large(request)
    try:
        body = request.get_data()
    except RequestEntityTooLarge:
        raise _too_large(request) from None
    except Exception as error:  # noqa: BLE001  each server has errors of its own for a body that breaks off or is wrongly chunked
        log.info("could not read a body: %s", type(error).__name__)
        raise BadPayload(_CUT_SHORT) from None
    if len(body) > BODY_LIMIT or len(body) == ceiling:
        raise _too_large(request)
    if length is not None and len(body) < length:  # some servers hand on what they got, as if it were all
        raise BadPayload(_CUT_SHORT)


def _too_large(request: Request) -> BadPayload:
    limit = min(request.max_content_length or BODY_LIMIT, BODY_LIMIT)
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
