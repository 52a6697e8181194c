"""The blueprint of ``GET /media/...``: files of the rules and of customers, for whoever was given their signed addresses."""

from urllib.parse import quote

from flask import Blueprint, Flask, Response, current_app, request
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from flask_chatbot.answering.media_urls import find_file, is_referred_to, kept_file
from flask_chatbot.bot.bot import Bot
from flask_chatbot.bot.reloading import keep_fresh
from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.values.contents import File
from flask_chatbot.errors import StoreError
from flask_chatbot.media.folder import MediaFolder
from flask_chatbot.views.routes import add_route
from flask_chatbot.wire.media_urls import is_signed
from flask_chatbot.wire.webhook import write_refusal

METHODS = ("GET", "HEAD")
YEAR = 365 * 86_400  # seconds
# Shown by a browser as they are; all else, such as a page or a drawing that may hold a script, is only saved.
SHOWN = ("image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "audio/", "video/", "text/plain")

log = get_logger(__name__)
blueprint = Blueprint("chatbot_media", __name__)


@blueprint.record
def _add_routes(setup: BlueprintSetupState) -> None:
    add_route(setup, "media", media, METHODS, "media/<hashed>")
    add_route(setup, "media_named", media, METHODS, "media/<hashed>/<name>")


def media(hashed: str, name: str = "", _host: str = "") -> Response:
    """The file whose content has that SHA-256, if the address is one of the bot's own; the name is only for show.

    404 for an address that the bot did not make and for a file that is gone, 410 for an address that has expired.
    """
    if request.method not in METHODS:
        return _refuse(405, "This address takes GET only.", {"Allow": ", ".join(METHODS)})
    try:
        return _answer(current_app._get_current_object(), hashed, name)  # type: ignore[attr-defined]
    except RequestedRangeNotSatisfiable:
        return _refuse(416, "The file has no such part.")
    except StoreError as error:
        log.error("a file could not be served: %s", error)
        return _refuse(503, "The bot cannot reach its database. Try again later.", {"Retry-After": "30"})
    except Exception:
        log.exception("a file could not be served because of an internal error")
        return _refuse(503, "The bot had an internal error. Try again later.", {"Retry-After": "30"})


def _answer(app: Flask, hashed: str, name: str) -> Response:
    state = app.extensions["chatbot"]
    bot: Bot = state.bot
    until = request.args.get("until", "")
    if not is_signed(state.media_urls.secrets(), hashed, until, request.args.get("signature", "")):
        return _refuse(404, "There is no such file.")
    left = int(until) - int(bot.clock().timestamp()) if int(until) else YEAR
    if left <= 0:
        return _refuse(410, "This address has expired.")
    keep_fresh(app)
    file = next(filter(None, (find_file(each.book.media, hashed) for each in state.bots)), None)
    if file is None and int(until):  # an address of a customer's file always ends
        file = kept_file(MediaFolder(bot.settings.media), hashed, name) if is_referred_to(state.make_database(), hashed) else None
        if file is None:
            log.warning("a file that a customer sent is not in %s: it was deleted, or other hosts see another folder", bot.settings.media)
    if file is None:
        return _refuse(404, "There is no such file.")
    return _serve(file, hashed, "private" if int(until) else "public", left)


def _serve(file: File, hashed: str, cache: str, seconds: int) -> Response:
    """The file, or the part that is asked for, or nothing where the caller has it already."""
    shown = "inline" if file.mime.startswith(SHOWN) else "attachment"
    response = Response(file.content, content_type=file.mime)
    response.headers["Cache-Control"] = f"{cache}, max-age={min(seconds, YEAR)}, immutable"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Content-Disposition"] = f"{shown}; filename*=UTF-8''{quote(file.name, safe='')}"
    response.set_etag(hashed)
    response.make_conditional(request, accept_ranges=True, complete_length=len(file.content))
    return response


def _refuse(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    return Response(write_refusal(message), status, {"Cache-Control": "no-store", **(headers or {})}, content_type="application/json")
