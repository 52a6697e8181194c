"""The blueprint of ``/api/...``: the contract's endpoints, answered in its JSON whatever the host app does."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from io import BytesIO
from math import ceil
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, current_app, request
from flask.blueprints import BlueprintSetupState

from flask_chatbot.bot.bot import Bot
from flask_chatbot.bot.reloading import keep_fresh
from flask_chatbot.bot.tracebacks import redacted, with_words
from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.translation.catalogue import translate
from flask_chatbot.core.translation.translatable import reason_of, tr
from flask_chatbot.delivery.accepted import IdempotencyKey, Terms
from flask_chatbot.errors import BadPayload, NotAccepted, Refused, StoreError, TryLater
from flask_chatbot.settings.keys import key_of_header, near_miss
from flask_chatbot.views import operations
from flask_chatbot.views.asked import Asked, body_of, country_of, message_json, success, written
from flask_chatbot.views.entrance import CUT_SHORT, take_body
from flask_chatbot.views.request_ids import HEADER, request_id
from flask_chatbot.views.routes import add_route
from flask_chatbot.wire.calls import BY_ENDPOINT, Send, read_number, read_send
from flask_chatbot.wire.openapi import describe

# Only for its type: it loads SQLAlchemy, which is slow.
if TYPE_CHECKING:
    from flask_chatbot.delivery.gateway import Gateway

RETRY_AFTER = 30  # seconds, where nothing better is known
ANYBODY = "API"  # whoever has a key without a name
KEY_LIMIT = 255  # characters of an Idempotency-Key

log = get_logger(__name__)
blueprint = Blueprint("chatbot_api", __name__)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One path of the API. `is_open` if it needs no key; `answer` returns the JSON."""

    path: str
    methods: tuple[str, ...]
    answer: Callable[[Asked], object]
    is_open: bool = False


def send(kind: Send, endpoint: str, asked: Asked) -> object:
    """Accept a message."""
    body = body_of(asked, endpoint)
    line, lines = asked.line_of(body), asked.lines
    call = read_send(kind, endpoint, body, country_of(asked, line), lines.client.check, seen=lambda chat: lines.has_seen(chat, line))
    key = _idempotency_key(asked.caller, endpoint, body)
    terms = Terms(notify_url=call.notify_url, promo=call.promo, caller=asked.caller or ANYBODY)
    accepted = lines.for_chat(call.chat, line).send(call.chat, call.reply, terms, key=key)
    return success(written(accepted))


def groups(asked: Asked) -> object:
    """List the groups that the bot's phone is in."""
    found = _line_asked(asked).proxy.groups()
    return success([{"groupid": each.id, "groupname": each.name, "grouplastchat": each.last_chat} for each in found])


def getqr(asked: Asked) -> object:
    """Say if the bot's phone is connected, or what to scan."""
    session = _line_asked(asked).proxy.to_scan()
    if session.is_authenticated:
        return success({"isAuthenticated": True, "number": session.number, "name": session.name, "qrcode": ""})
    link = {"qrlink": session.qr_link} if session.qr_link else {}
    return success({"isAuthenticated": False, "qrcode": session.qrcode, **link})


def checknumber(asked: Asked) -> object:
    """Say if a number uses WhatsApp."""
    body = body_of(asked, "checknumber")
    line = asked.line_of(body)
    number = read_number(body, country_of(asked, line))
    return success(asked.lines.choose(line).proxy.has_whatsapp(number))


def message(asked: Asked) -> object:
    """Return the status of a message."""
    found = asked.lines.first.message(asked.id)
    if found is None or asked.own_line not in ("", found.session):
        raise BadPayload(tr("There is no message with this id. Messages are kept for 30 days."), 404)
    return success(message_json(found, *(asked.lines.of(found.session) or asked.lines.first).waits(found)))


def openapi(asked: Asked) -> object:
    """Return the OpenAPI description."""
    return describe(request.script_root + asked.bot.settings.prefix)


def _line_asked(asked: Asked) -> "Gateway":
    """The line that a call without a body is for, which may be named in the query."""
    return asked.lines.choose(asked.line_of(request.args))


_POST, _GET = ("POST",), ("GET", "HEAD")
ENDPOINTS: Mapping[str, Endpoint] = {
    **{name: Endpoint(f"api/{name}", _POST, partial(send, kind, name)) for name, kind in BY_ENDPOINT.items()},
    "groups": Endpoint("api/groups", _POST, groups),
    "getqr": Endpoint("api/getqr", _POST, getqr),
    "checknumber": Endpoint("api/checknumber", _POST, checknumber),
    "message": Endpoint("api/messages/<id>", _GET, message),
    "saved": Endpoint("api/saved/<name>", _GET, operations.saved),
    "row": Endpoint("api/saved/<name>/<path:number>", _POST, operations.row),
    "pause": Endpoint("api/pause", _POST, operations.pause),
    "resume": Endpoint("api/resume", _POST, operations.resume),
    "optout": Endpoint("api/optout", _POST, operations.optout),
    "optin": Endpoint("api/optin", _POST, operations.optin),
    "openapi": Endpoint("api/openapi.json", _GET, openapi, is_open=True),
}
UNKNOWN = {"nothing": "api", "unknown": "api/<path:rest>"}  # else the host's page would answer


@blueprint.record
def _add_routes(setup: BlueprintSetupState) -> None:
    for name, endpoint in ENDPOINTS.items():
        add_route(setup, name, api, endpoint.methods, endpoint.path)
    for name, path in UNKNOWN.items():
        add_route(setup, name, api, (), path)


@blueprint.url_value_preprocessor
def _go_first(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    if values is not None and request.method == "POST":
        take_body(request._get_current_object(), values, current_app.config["MAX_CONTENT_LENGTH"])  # type: ignore[attr-defined]


def api(
    body: BytesIO | None = None,
    refused: BadPayload | None = None,
    id: str = "",  # noqa: A002  as in the path
    name: str = "",
    number: str = "",
    rest: str = "",
    _host: str = "",
) -> Response:
    """Answer one call; `refused` if its body cannot be read.

    The body comes as a stream, so that anything that shows a view's arguments shows no text and no number.
    """
    called = (request.endpoint or "").rpartition(".")[2]
    endpoint = ENDPOINTS.get(called)
    try:
        return _json(200, _answer(endpoint, body, refused, id or name, number))
    except (BadPayload, NotAccepted) as error:
        log.info("refused a call to /api/%(endpoint)s with %(status)d", {"endpoint": called, "status": error.status})
        return _refuse(error.status, reason_of(error), {"Allow": ", ".join(endpoint.methods)} if endpoint and error.status == 405 else {})
    except Refused as error:
        return _refuse(400, reason_of(error))
    except TryLater as error:
        log.warning("a call to /api/%(endpoint)s must be repeated: %(error)s", {"endpoint": called, "error": error})
        return _refuse(503, reason_of(error), {"Retry-After": str(ceil(error.after) or RETRY_AFTER)})
    except StoreError as error:
        log.error("a call to /api/%(endpoint)s could not be answered: %(error)s", {"endpoint": called, "error": error})
        return _refuse(503, tr("The gateway cannot reach its database. Try again later."), {"Retry-After": str(RETRY_AFTER)})
    except Exception as error:  # noqa: BLE001  of whatever is our fault the caller hears in the contract's shape
        trace = redacted(error, with_words(request.get_data(as_text=True)))
        log.error("a call to /api/%(endpoint)s failed with an internal error\n%(trace)s", {"endpoint": called, "trace": trace})
        return _refuse(503, tr("The gateway had an internal error. Try again later."), {"Retry-After": str(RETRY_AFTER)})


def _answer(endpoint: Endpoint | None, body: BytesIO | None, refused: BadPayload | None, id_: str, number: str) -> object:
    """The JSON of an endpoint; raises `BadPayload` if the endpoint does not take the call."""
    if endpoint is None:
        raise BadPayload(tr("There is no such path. /api/openapi.json lists those there are."), 404)
    if request.method not in endpoint.methods:
        raise BadPayload(tr("This address takes {method} only.", method=endpoint.methods[0]), 405)
    if refused is not None:
        raise refused
    return endpoint.answer(replace(_asked(endpoint, body, id_), number=number))


def _asked(endpoint: Endpoint, body: BytesIO | None, id_: str) -> Asked:
    """Check the key of a call and return the call."""
    state = current_app.extensions["chatbot"]
    bot: Bot = state.bot
    header = request.headers.get("SecretKey", "")
    key = key_of_header(bot.settings.api_keys, header)
    if key is None and not endpoint.is_open:
        reason = _no_key(header)
        state.wrong_keys.warn(f"a call to {endpoint.path}", request.remote_addr, reason, bot.clock().timestamp())
        raise BadPayload(reason)
    if body is None and endpoint.methods == _POST:
        raise BadPayload(CUT_SHORT)
    if state.lines is None:
        raise TryLater(tr("The gateway has no connection to WhatsApp."))
    keep_fresh(current_app._get_current_object())  # type: ignore[attr-defined]
    return Asked(lines=state.lines, bots=state.bots, caller=key.name or "" if key else "", body=body.getvalue() if body else b"", id=id_)


def _no_key(header: str) -> str:
    """The reason why a call has no valid key."""
    if header.strip():
        return tr("The header SecretKey has no known key.")
    meant = near_miss(request.headers)
    if meant is None:
        return tr("The header SecretKey is missing.")
    return tr("The header SecretKey is missing: the key belongs there, not in {meant}. Send it as: SecretKey: YOUR-KEY.", meant=meant)


def _idempotency_key(caller: str, endpoint: str, body: Mapping[str, object]) -> IdempotencyKey | None:
    """The idempotency key of a call: hashes of caller and key, and of the body. The order of JSON keys does not matter."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if not key:
        return None
    if len(key) > KEY_LIMIT:
        raise BadPayload(
            tr(
                "The Idempotency-Key has {count} characters, and {limit} is the limit. Send a shorter one, such as a UUID.",
                count=len(key),
                limit=KEY_LIMIT,
            )
        )
    return IdempotencyKey(_hash([caller, key]), _hash([endpoint, body]))


def _hash(value: object) -> str:
    return sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _json(status: int, value: object, headers: Mapping[str, str] | None = None) -> Response:
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return Response(body, status, {HEADER: request_id(request.environ), **(headers or {})}, content_type="application/json")


def _refuse(status: int, why: str, headers: Mapping[str, str] | None = None) -> Response:
    return _json(status, {"success": False, "errorMessage": translate(why, _language())}, headers)


def _language() -> str:
    """The language of callers: the configured one, else the one that the rule file names."""
    state = current_app.extensions["chatbot"]
    return str(state.language or state.bot.book.named_language)
