"""The doors of the console: who is let in, by the app's own guard, a password, or the link of a debug server."""

import re
from collections.abc import Iterable, Mapping

from flask import Request, Response

from flask_chatbot.console.access.sessions import BrowserSession, proof_of
from flask_chatbot.console.access.viewers import Viewer, read_guarded
from flask_chatbot.console.console import Console

LOCAL = ("localhost", "127.0.0.1", "[::1]")
# The names under which proxies and tunnels tell of a request: it is somebody else's then, also from this machine. No browser sends any.
_FORWARDED = re.compile(r"forward|\b(?:via|proxy|original|scheme|cdn)\b|(?:ip|addr|address)$|-host$", re.IGNORECASE)


def viewer_of(console: Console, session: BrowserSession) -> Viewer | Response | None:
    """The viewer of a page: None if they must log in first, or the response that the app's own guard wants instead."""
    guard = next(iter(console.bots.own.handlers.console_guards.values()), None)
    if guard is not None:
        return read_guarded(guard.function())
    if not console.is_locked:
        return Viewer(name="", role="edit") if console.link.let_in(session) else None
    for account in console.bots.own.settings.console_accounts:
        if account.name == session.name and session.proof == proof_of(account.hashed):
            return Viewer(name=account.name, role=account.role)
    return None


def is_open(console: Console, request: Request, debug: bool) -> bool:
    """True if the console is there for a request: with a password or a guard always, else for this very machine, on a debug server."""
    if console.is_locked:
        return True
    software = str(request.environ.get("SERVER_SOFTWARE", ""))
    return debug and (software.startswith("Werkzeug/") or not software) and is_from_here(request)


def is_from_here(request: Request) -> bool:
    """True if a request was made on this machine, to a local name, and came through no proxy that tells of itself."""
    host = request.host.rpartition(":")[0] if request.host.rpartition(":")[2].isdecimal() else request.host
    return host in LOCAL and request.remote_addr in ("127.0.0.1", "::1") and not is_forwarded(request.headers.keys())


def is_forwarded(names: Iterable[str]) -> bool:
    """True if one of the headers with these names is of a proxy or a tunnel.

    >>> is_forwarded(["Host", "Accept", "User-Agent"]), is_forwarded(["Host", "Fly-Client-IP"]), is_forwarded(["X-Forwarded-Proto"])
    (False, True, True)
    """
    return any(_FORWARDED.search(name) for name in names)


def is_same_site(headers: Mapping[str, str], host: str) -> bool:
    """True unless a browser says that another site makes this change. Beside the token, which such a site cannot know.

    Since pages tell nobody where they are, the browser calls the origin of their own forms null.

    >>> is_same_site({"Origin": "https://toko.example.com"}, "toko.example.com"), is_same_site({"Origin": "null"}, "toko.example.com")
    (True, True)
    >>> is_same_site({"Sec-Fetch-Site": "cross-site", "Origin": "null"}, "toko.example.com")
    False
    """
    if headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("Origin", "null")
    return origin == "null" or origin.partition("://")[2] == host
