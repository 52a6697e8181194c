"""Reloading: changed rule files are checked and tested while the bot answers, then swapped in as a whole or not at all."""

import logging
import os
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol
from weakref import ref

from flask_chatbot.bot.bot import Bot
from flask_chatbot.bot.handlers import check_needs
from flask_chatbot.core.checks.runner import cases, run
from flask_chatbot.core.late import Late, new_lock, sleep
from flask_chatbot.core.loading.loader import Loaded, read_rules, short_path
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.problems import Mark, Problem, listed
from flask_chatbot.core.values.sources import Sources, digest_of, files_now

INTERVAL = 0.3  # seconds between two looks; a change is taken by the second look after it

log = logging.getLogger(__name__)

Stamp = tuple[int, int, int, int] | None


class App(Protocol):
    """The parts of a Flask app that reloading uses."""

    extensions: dict[str, Any]

    def app_context(self) -> AbstractContextManager[object]: ...


def keep_fresh(app: App) -> None:
    """Watch an app's rule files in this process; the first call also takes changes made since they were read.

    Costs nothing if they are watched already, so it may be called for each message.
    """
    bot: Bot = app.extensions["chatbot"].bot
    if bot.watched_by != POLLER.process and bot.settings.reload:
        POLLER.add(app)


def stamp(path: Path) -> Stamp:
    """A value that changes whenever a file is written, replaced or made readable; None if there is no file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino


class Watch:
    """The rule files of one app: their stamps, and what was last read. Holds the app strongly only during a reload."""

    def __init__(self, app: App) -> None:
        bot: Bot = app.extensions["chatbot"].bot
        self._app = ref(app)
        self._path = bot.path
        self._sources = bot.book.sources
        self._stamps: dict[Path, Stamp] = {}
        self._is_due = False

    @property
    def is_over(self) -> bool:
        """True if the app is gone."""
        return self._app() is None

    def look(self, at_once: bool = False) -> None:
        """Take changes. Unless `at_once`, two looks must agree, since the first may see a half-written file."""
        stamps = {path: stamp(path) for path in files_now(self._path, self._sources.globs, self._sources.named)}
        if stamps != self._stamps:
            self._stamps = stamps
            self._is_due = True
            if not at_once:
                return
        if self._is_due:
            self._is_due = False
            app = self._app()
            if app is not None and {path: digest_of(path) for path in stamps} != self._sources.digests:
                self._reload(app, app.extensions["chatbot"].bot)

    def _reload(self, app: App, bot: Bot) -> None:
        self._sources = Sources(self._sources.globs, named=self._sources.named)
        try:
            with app.app_context():  # field types are the app's own code
                loaded = read_rules(self._path, bot.handlers.additions)
                self._sources = loaded.sources
                take(bot, loaded)
        except Exception:
            log.exception(
                "%s: the changed rules could not be read because of an internal error; the previous ones stay", short_path(self._path)
            )
            bot.refuse((Problem(Mark(short_path(self._path), 1, 1), tr("reading the rules failed; see the log.")),))


def take(bot: Bot, loaded: Loaded) -> None:
    """Give the loaded rules to the bot, or the problems that prevent it. Logs one line either way."""
    problems = tuple(problem for problem in loaded.problems if problem.severity == "error")
    tests = 0
    if loaded.book is not None:
        results = [run(case, loaded.book) for case in cases(loaded.book)]
        tests, problems = len(results), tuple(failure.problem for failures in results for failure in failures)
        known = {problem.message for problem in bot.missing}  # of the rules in use: they are no reason to refuse better ones
        problems += tuple(problem for problem in check_needs(bot.handlers, loaded.book) if problem.message not in known)
    if loaded.book is None or problems:
        log.error("%s: the changed rules are not used, the previous ones stay: %s", short_path(bot.path), listed(problems, " | "))
        bot.refuse(problems)
        return
    bot.use(loaded.book)
    log.info("%s: the changed rules are in use (rules: %d, tests passed: %d)", short_path(bot.path), len(loaded.book.rules), tests)


class Poller:
    """Watches the files of all apps that serve in this process, in one thread that ends with the last of them."""

    _lock = Late(new_lock)

    def __init__(self, interval: float = INTERVAL, wait: Callable[[float], object] = sleep) -> None:
        self._interval = interval  # seconds
        self._wait = wait
        self.forget()

    def forget(self) -> None:
        """Start over: a forked process does not inherit the thread."""
        self.process = os.getpid()
        self._watches: list[Watch] = []
        self.thread: threading.Thread | None = None

    def add(self, app: App) -> None:
        """Watch the files of one more app; changes made before this returns are taken."""
        bot: Bot = app.extensions["chatbot"].bot
        with self._lock:
            if bot.watched_by == self.process:
                return
            watch = Watch(app)
            watch.look(at_once=True)
            self._watches.append(watch)
            bot.watched(self.process)
            if self.thread is None:
                self.thread = threading.Thread(target=self._run, name="chatbot-reload", daemon=True)
                self.thread.start()

    def look(self) -> None:
        """Look once at the files of every app that still exists."""
        for watch in tuple(self._watches):
            try:
                watch.look()
            except Exception:  # the thread goes on, for the other apps and for the next look
                log.exception("checking rule files failed with an internal error")
        with self._lock:
            self._watches = [watch for watch in self._watches if not watch.is_over]
            if not self._watches:
                self.thread = None

    def _run(self) -> None:
        while self.thread is threading.current_thread():
            self._wait(self._interval)
            self.look()


POLLER = Poller()
if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork either
    os.register_at_fork(after_in_child=POLLER.forget)
