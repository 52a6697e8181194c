"""`Console`: what the pages of one app share: its bot, its database, its sessions, and the link of a debug server."""

import sys
from collections.abc import Callable
from hmac import compare_digest
from pathlib import Path
from secrets import token_urlsafe
from time import monotonic
from typing import TYPE_CHECKING

from flask_chatbot.bot.bots import Bots
from flask_chatbot.console.access.sessions import LASTS, BrowserSession, BrowserSessions, proof_of
from flask_chatbot.console.editing.counted import CountedHits
from flask_chatbot.console.editing.findings import Findings
from flask_chatbot.console.editing.versions import Versions
from flask_chatbot.console.linking.watching import LineWatch
from flask_chatbot.console.unmatched.groupings import Groupings
from flask_chatbot.core.late import Late, new_lock

if TYPE_CHECKING:
    from flask_chatbot.database.database import Database
    from flask_chatbot.delivery.gateway import Gateway
    from flask_chatbot.delivery.lines import Lines

LOOK_LASTS = 600.0  # seconds
LOOKS_LIMIT = 10_000


class Console:
    """The console of one app. `database` and `lines` make what they return on first use; the lines are None without a transport.

    Versions of rule files are kept in the `folder`.
    """

    _lock = Late(new_lock)

    def __init__(self, bots: Bots, database: "Callable[[], Database]", lines: "Callable[[], Lines | None]", folder: Path) -> None:
        self.bots = bots
        self.database = database
        self.lines = lines
        self.link = OneTimeLink()
        self.versions = Versions(folder)
        self.hits = CountedHits()
        self.findings = Findings()
        self.groupings = Groupings()
        self._sessions: BrowserSessions | None = None
        self._watches: dict[str, LineWatch] = {}
        self._looks: dict[tuple[str, str], float] = {}

    def watch(self, gateway: "Gateway") -> LineWatch:
        """The means to look at a connection without waiting for it."""
        with self._lock:
            return self._watches.setdefault(gateway.transport.name, LineWatch(gateway.proxy))

    def is_new_look(self, session: str, path: str) -> bool:
        """True if a session has not seen whole numbers at a path for ten minutes: pages that look again are one look."""
        now, key = monotonic(), (session, path)
        with self._lock:
            if len(self._looks) > LOOKS_LIMIT:
                self._looks.clear()
            is_new = now - self._looks.get(key, -LOOK_LASTS) >= LOOK_LASTS
            if is_new:
                self._looks[key] = now
        return is_new

    @property
    def sessions(self) -> BrowserSessions:
        """The signer of cookies. Its secret is in the database, so that all processes have the same."""
        with self._lock:
            if self._sessions is None:
                from flask_chatbot.database import secrets

                with self.database().writing() as connection:
                    self._sessions = BrowserSessions(secrets.ensure(connection, "console"))
            return self._sessions

    def session_of(self, cookie: str) -> BrowserSession | None:
        """The session in a cookie; None if it is not one of ours, too old, or was logged out of, whoever has the cookie."""
        session = self.sessions.read(cookie)
        if session is None or not session.proof:
            return session
        from flask_chatbot.store.console import audit

        since = self.bots.own.clock().timestamp() - LASTS
        with self.database().reading() as connection:
            return None if audit.has_logged_out(connection, session.name, session.mark, since) else session

    @property
    def is_locked(self) -> bool:
        """True if there is a way to prove who one is: a password, or the app's own guard."""
        return bool(self.bots.own.settings.console_accounts or self.bots.own.handlers.console_guards)


class OneTimeLink:
    """The token in the link that a debug server prints where there is no password. It lets one browser in, once."""

    _lock = Late(new_lock)

    def __init__(self) -> None:
        self._token = token_urlsafe()
        self._is_used = False
        self._is_printed = False

    @property
    def token(self) -> str:
        """The token, for the link."""
        return self._token

    def print_once(self, address: str) -> None:
        """Print the link below an address of the console, unless that was done before; it is for whoever started the server."""
        with self._lock:
            is_printed, self._is_printed = self._is_printed, True
        if not is_printed:
            # To the terminal alone: a log is kept, and read by others.
            sys.stderr.write(f" * Open the console with this link; it works once: {address}/enter?token={self._token}\n")

    def take(self, given: str) -> BrowserSession | None:
        """A session for the first one who has the token; None for anybody else."""
        with self._lock:
            if self._is_used or not compare_digest(given.encode("utf-8", "replace"), self._token.encode()):
                return None
            self._is_used = True
        return BrowserSession.new(proof=proof_of(self._token))

    def let_in(self, session: BrowserSession) -> bool:
        """True if a session began with this link."""
        return self._is_used and compare_digest(session.proof, proof_of(self._token))
