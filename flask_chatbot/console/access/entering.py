"""The pages on the way in and out: logging in, the link of a debug server, logging out, language, whole numbers."""

import re
from math import ceil

from flask import Response, request

from flask_chatbot.console.access.logins import log_in
from flask_chatbot.console.access.sessions import BrowserSession, proof_of
from flask_chatbot.console.routing import route
from flask_chatbot.console.visits import LANGUAGE_COOKIE, LANGUAGES, YEAR, Visit
from flask_chatbot.core.translation.translatable import tr

_PATH = re.compile(r"(/(?!\.)[\w.~%@-]+)+(\?[\w.~%@&=+:,-]*)?", re.ASCII)


@route("login", role=None)
def login(visit: Visit) -> Response:
    """Ask for a name and a password."""
    if visit.viewer is not None:
        return visit.go()
    return _ask(visit)


@route("login", role=None, method="POST")
def check_login(visit: Visit) -> Response:
    """Let in whoever knows a password."""
    accounts, form = visit.console.bots.own.settings.console_accounts, visit.form
    now = visit.console.bots.own.clock().timestamp()
    made = log_in(
        visit.console.database(),
        accounts,
        form.get("name", ""),
        form.get("password", ""),
        address=request.remote_addr or "",
        now=now,
    )
    if made.wait:
        seconds = ceil(made.wait)
        refused = _ask(visit, visit.translated(tr("Too many wrong passwords. Try again in {seconds} seconds.", seconds=seconds)), 429)
        refused.headers["Retry-After"] = str(seconds)
        return refused
    if made.account is None:
        return _ask(visit, visit.translated(tr("The name or the password is wrong.")), 403)
    return visit.keep(visit.go(), BrowserSession.new(name=made.account.name, proof=proof_of(made.account.hashed)))


@route("enter", role=None)
def enter(visit: Visit) -> Response:
    """Let in the first browser with the link that a debug server has printed."""
    session = None if visit.console.is_locked else visit.console.link.take(request.args.get("token", ""))
    if session is None:
        reason = visit.translated(tr("This link has been used, or belongs to an earlier start. Start the server again."))
        return visit.page("refused.html", 403, reason=reason)
    visit.record("login", "link of the debug server")
    return visit.keep(visit.go(), session)


@route("logout", role="look", method="POST")
def logout(visit: Visit) -> Response:
    """End the session of this browser, in all copies of its cookie."""
    visit.record("logout", visit.session.mark)
    return visit.keep(visit.go("/login"), None)


@route("language", role=None, method="POST")
def choose_language(visit: Visit) -> Response:
    """Keep the language that was chosen, for a year."""
    chosen, response = visit.form.get("language", ""), visit.go(_back(visit))
    if chosen in LANGUAGES:
        response.set_cookie(LANGUAGE_COOKIE, chosen, max_age=YEAR, path=visit.base, secure=request.is_secure, httponly=True, samesite="Lax")
    return response


@route("numbers", role="look", method="POST")
def show_numbers(visit: Visit) -> Response:
    """Show whole telephone numbers in this session, or mask them again; the audit log knows."""
    is_shown = visit.form.get("show") == "yes"
    visit.record("numbers shown" if is_shown else "numbers masked")
    return visit.keep(visit.go(_back(visit)), visit.with_numbers(is_shown))


def _ask(visit: Visit, problem: str = "", status: int = 200) -> Response:
    accounts = visit.console.bots.own.settings.console_accounts
    return visit.page("login.html", status, problem=problem, has_names=any(account.name for account in accounts))


def _back(visit: Visit) -> str:
    """The page of the console that a form was on, as far as the form says so."""
    path = visit.form.get("back", "")
    return path if _PATH.fullmatch(path) else ""
