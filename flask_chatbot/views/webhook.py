"""The blueprint of ``POST /webhook``: a keyword message in, its replies out, in the contract's JSON whatever the host app does."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from io import BytesIO
from logging import INFO
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Flask, Response, current_app, request
from flask.blueprints import BlueprintSetupState
from werkzeug.datastructures import Headers

from flask_chatbot.answering.media_urls import Files, MediaUrls
from flask_chatbot.bot.bots import Bots
from flask_chatbot.bot.reloading import POLLER, keep_fresh
from flask_chatbot.bot.tracebacks import redacted, with_words
from flask_chatbot.core.deciding.decision import Decision
from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.values.replies import Reply
from flask_chatbot.errors import BadPayload, BadSignature, StoreError
from flask_chatbot.settings.keys import find_key, near_miss
from flask_chatbot.views.entrance import CUT_SHORT, take_body
from flask_chatbot.views.request_ids import GIVEN, HEADER, request_id
from flask_chatbot.views.routes import add_route
from flask_chatbot.webclient.signing import verify_signature
from flask_chatbot.wire.webhook import kind_in_json, read_object, read_webhook, write_refusal, write_replies

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from flask_chatbot.answering.idempotency import Calls

_HEADERS = {405: {"Allow": "POST"}, 503: {"Retry-After": "30"}}  # Retry-After is in seconds

log = get_logger(__name__)


class RawResponse(Response):
    """A response that is sent unchanged: Werkzeug would copy its headers, looking for addresses to complete, and wrap its body.

    If the host has modified it, Werkzeug processes it as usual.
    """

    def get_wsgi_response(self, environ: "WSGIEnvironment") -> "tuple[Iterable[bytes], str, list[tuple[str, str]]]":
        body = self.response
        if self.status_code != 200 or self._on_close or type(body) is not list or [*map(type, body)] != [bytes]:
            return super().get_wsgi_response(environ)
        return body, self.status, self.headers.to_wsgi_list()


blueprint = Blueprint("chatbot_webhook", __name__)


@blueprint.record
def _add_route(setup: BlueprintSetupState) -> None:
    add_route(setup, "webhook", webhook, ["POST"])


@blueprint.url_value_preprocessor
def _go_first(_endpoint: str | None, values: dict[str, object] | None) -> None:
    if values is not None:  # always so for a URL of ours
        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # each question to a proxy costs
        take_body(request._get_current_object(), values, app.config["MAX_CONTENT_LENGTH"])  # type: ignore[attr-defined]


def webhook(body: BytesIO | None = None, refused: BadPayload | None = None, _host: str = "") -> Response:
    """Answer one request; `refused` if it is no POST or its body cannot be read. Refusals have the contract's shape, too.

    The body comes as a stream, so that anything that shows a view's arguments shows no key.
    """
    try:
        if body is None:
            raise refused or BadPayload(CUT_SHORT)
        environ = request._get_current_object().environ  # type: ignore[attr-defined]
        answer = _answer(current_app._get_current_object(), body.getvalue(), environ)  # type: ignore[attr-defined]
        headers = Headers()  # made here, since Werkzeug looks each of its own up before it is added
        headers.add("Content-Type", "application/json")
        headers.add("Content-Length", str(len(answer)))
        if GIVEN in environ:  # nobody who sent none would look for it
            headers.add(HEADER, request_id(environ))
        return RawResponse([answer], "200 OK", headers)
    except BadPayload as error:
        log.info("refused a webhook call with %(status)d", {"status": error.status})
        return _refuse(error.status, error.message)
    except StoreError as error:
        log.error("a webhook call could not be answered: %s", error)
        return _refuse(503, "The bot cannot reach its database. Try again later.")
    except Exception as error:  # noqa: BLE001  of whatever is our fault the platform hears in the contract's shape
        log.error("a webhook call failed with an internal error\n%s", redacted(error, with_words(request.get_data(as_text=True))))
        return _refuse(503, "The bot had an internal error. Try again later.")


def _answer(app: Flask, body: bytes, environ: Mapping[str, Any]) -> bytes:
    state = app.extensions["chatbot"]
    bots: Bots = state.bots
    settings = bots.own.settings
    if settings.webhook_signing_secrets:
        _check_signature(settings.webhook_signing_secrets, body)
    document = read_object(body, content_type=environ.get("CONTENT_TYPE", ""))
    key = find_key(bots.webhook_keys, document.get("webhookkey"))
    if key is None:
        raise _unauthorized(_no_key(document.get("webhookkey")))
    message, bot = read_webhook(document, line=key.name), key.bot
    if bot.watched_by != POLLER.process:
        keep_fresh(app)
    if (id_ := environ.get("HTTP_WEBHOOK_ID")) or settings.keep_messages is not None:
        calls: Calls = state.make_calls()
        decision, answer = calls.answer(message, id_, _writer(bot.book.media, state.media_urls))
    else:
        decision = bot.answer(message)
        files = bot.book.media
        answer = _with_addresses(files, state.media_urls, decision.replies) if files else write_replies(decision.replies)
    if log.isEnabledFor(INFO):
        _log_answer(decision, key.name)
    return answer


def _writer(files: Files, urls: MediaUrls) -> Callable[[Sequence[Reply]], bytes]:
    """A writer of answers for inside a transaction."""
    if not files:
        return write_replies
    urls.secrets()  # now, since that may need a transaction of its own
    return partial(_with_addresses, files, urls)


def _with_addresses(files: Files, urls: MediaUrls, replies: Sequence[Reply]) -> bytes:
    """The answer with these replies, where files beside the rules have addresses."""
    return write_replies(urls.addressed(replies, files, request.root_url))


def _log_answer(decision: Decision | None, line: str | None) -> None:
    """Log which rule has answered; without a decision it is the first answer again."""
    if decision is None:
        log.info("a webhook call was repeated: it gets the first answer again")
        return
    facts = {"rule": decision.match and decision.match.rule.name, "line": line, "replies": len(decision.replies)}
    log.info("answered a webhook call: rule %(rule)r, line %(line)r, %(replies)d replies", facts)


def _check_signature(secrets: tuple[bytes, ...], body: bytes) -> None:
    """Raise `BadPayload` unless the call was signed with one of the secrets."""
    try:
        verify_signature(secrets, request.headers, body)
    except BadSignature as error:
        raise _unauthorized(str(error), " by its signature") from None


def _no_key(given: object) -> str:
    """The reason why a body has no valid key."""
    if type(given) is str and given:
        return "Its 'webhookkey' is not a known key."
    fact = kind_in_json(given) if given != "" else "empty"
    meant = near_miss(request.headers)
    hint = f" The key belongs in the body, not in the header {meant}." if meant else ""
    return f"Its 'webhookkey' is {fact}.{hint}"


def _unauthorized(reason: str, how: str = "") -> BadPayload:
    """The refusal of an unauthenticated call; only the log gets the reason."""
    state = current_app.extensions["chatbot"]
    state.wrong_keys.warn(f"a webhook call{how}", request.remote_addr, reason, state.bot.clock().timestamp())
    return BadPayload("Unauthorized", 401)


def _refuse(status: int, message: str) -> Response:
    headers = {HEADER: request_id(request.environ), **_HEADERS.get(status, {})}
    return Response(write_refusal(message), status, headers, content_type="application/json")
