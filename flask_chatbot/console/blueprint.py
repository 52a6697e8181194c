"""The blueprint of ``/console/...``: each page is entered through one door, and leaves with the same headers."""

from secrets import token_urlsafe

from flask import Blueprint, Flask, Response, current_app, request, send_from_directory
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import NotFound

from flask_chatbot.bot.reloading import keep_fresh
from flask_chatbot.console import activity
from flask_chatbot.console.access import entering
from flask_chatbot.console.access.doors import is_open, is_same_site, viewer_of
from flask_chatbot.console.access.sessions import COOKIE, BrowserSession
from flask_chatbot.console.broadcasts import pages as broadcasts
from flask_chatbot.console.charts import pages as charts
from flask_chatbot.console.chatting import page as chat
from flask_chatbot.console.console import Console
from flask_chatbot.console.deliveries import life, log_page
from flask_chatbot.console.editing import adding, editor, listing
from flask_chatbot.console.inbox import conversation, remarking
from flask_chatbot.console.inbox import listing as inbox
from flask_chatbot.console.linking import connection, steps
from flask_chatbot.console.orders import exports
from flask_chatbot.console.orders import pages as orders
from flask_chatbot.console.routing import Route, Routes
from flask_chatbot.console.unmatched import pages as unmatched
from flask_chatbot.console.visits import Visit
from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.errors import BadPayload, StoreError
from flask_chatbot.views.entrance import BODY_LIMIT, read_body
from flask_chatbot.views.routes import add_route

ROUTES = Routes(
    (
        *(entering, chat, inbox, conversation, remarking, orders, exports, listing, editor, adding, unmatched),
        *(life, log_page, connection, steps, charts, broadcasts, activity),
    )
)
EXTENSION = "chatbot_console"  # in app.extensions
METHODS = ("GET", "HEAD", "POST")
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; media-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

log = get_logger(__name__)
blueprint = Blueprint("chatbot_console", __name__)


@blueprint.record
def _add_routes(setup: BlueprintSetupState) -> None:
    add_route(setup, "page", page, METHODS, "console")
    add_route(setup, "page_at", page, METHODS, "console/<path:path>")


def page(path: str = "", _host: str = "") -> Response:
    """A page of the console. Whatever goes wrong, the answer has the headers of one."""
    nonce = token_urlsafe(16)
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    try:
        return protect(_answer(app, path, nonce), nonce)
    except BadPayload as error:
        return protect(_plain(error.status, str(error)), nonce)
    except StoreError as error:
        log.error("a page of the console could not be made: %s", error)
        return protect(_plain(503, "The bot cannot reach its database. Try again later."), nonce)
    except Exception:
        log.exception("a page of the console failed with an internal error")
        return protect(_plain(500, "The bot had an internal error, which its log describes."), nonce)


def _answer(app: Flask, path: str, nonce: str) -> Response:
    console: Console = app.extensions[EXTENSION]
    if not is_open(console, request, app.debug):
        return _plain(404, "There is no such page.")
    if path.startswith("static/"):
        return _static(path.removeprefix("static/"))
    keep_fresh(app)
    return _enter(console, path, nonce)


def _enter(console: Console, path: str, nonce: str) -> Response:
    """Let a request in to a page, or lead it to the login."""
    earlier = console.session_of(request.cookies.get(COOKIE, ""))
    session = earlier or BrowserSession.new()
    viewer = viewer_of(console, session)
    if isinstance(viewer, Response):
        return viewer
    found, about = ROUTES.find(path, "GET" if request.method == "HEAD" else request.method)
    visit = Visit(console=console, routes=ROUTES, session=session, viewer=viewer, nonce=nonce, about=about)
    if request.method == "POST":
        most = BODY_LIMIT if found is None or viewer is None else found.body
        visit.body = read_body(request, None, most).getvalue()
        if earlier is None or not is_same_site(dict(request.headers), request.host) or not _has_token(visit):
            return refuse(visit, 403, visit.translated(tr("This page was open for too long. Go back, load it anew, and try again.")))
    answer = _let_in(visit, found)
    if visit.has_shown_numbers and console.is_new_look(session.id, path):
        visit.record("numbers seen", path)
    return answer if earlier is not None or "Set-Cookie" in answer.headers else visit.keep(answer, session)


def _let_in(visit: Visit, found: Route | None) -> Response:
    """The page, if the viewer may see it."""
    viewer = visit.viewer
    if found is not None and found.role is None:
        return found.page(visit)
    if viewer is None and not visit.console.is_locked:
        visit.console.link.print_once(f"{request.host_url.rstrip('/')}{visit.base}")
        return refuse(visit, 403, visit.translated(tr("Open the link that the server has printed in its terminal.")))
    if viewer is None and visit.console.bots.own.handlers.console_guards:
        return refuse(visit, 403, visit.translated(tr("The app lets you in only once you have logged in to it.")))
    if viewer is None:
        return visit.go("/login")
    if found is None:
        return refuse(visit, 404, visit.translated(tr("There is no such page.")))
    if found.role is not None and not viewer.may(found.role):
        return refuse(visit, 403, visit.translated(tr("Your role, {role}, does not include this.", role=viewer.role)))
    return found.page(visit)


def refuse(visit: Visit, status: int, reason: str) -> Response:
    """A page that says why another one is not shown."""
    return visit.page("refused.html", status, reason=reason)


def _has_token(visit: Visit) -> bool:
    given = request.headers.get("X-Chatbot-Token") or visit.form.get("token", "")
    return visit.console.sessions.is_token(visit.session, given)


def _static(name: str) -> Response:
    """A file of the console's own, which is the same for everybody; the address changes with the version."""
    try:
        response = send_from_directory(f"{blueprint.root_path}/static", name, max_age=86_400)
    except NotFound:
        return _plain(404, "There is no such file.")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


def _plain(status: int, message: str) -> Response:
    return Response(message, status, content_type="text/plain; charset=utf-8")


def protect(response: Response, nonce: str) -> Response:
    """Add the headers that keep other sites, and what customers write, from doing anything in the console."""
    response.headers["Content-Security-Policy"] = _POLICY.format(nonce=nonce)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers.setdefault("Cache-Control", "no-store")
    return response
