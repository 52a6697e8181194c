"""Reloading: changed rule files are checked and tested while the bot answers, then swapped in as a whole or not at all."""

import os
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol
from weakref import ref

from flask_chatbot.bot.bot import Bot
from flask_chatbot.bot.bots import Bots
from flask_chatbot.bot.handlers import check_needs
from flask_chatbot.bot.notices import check_lines
from flask_chatbot.core.checks.runner import cases, run
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.late import Late, new_lock, sleep
from flask_chatbot.core.loading.loader import Loaded, read_rules, short_path
from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.problems import Mark, Problem, listed
from flask_chatbot.core.values.sources import Sources, digest_of, files_now

INTERVAL = 0.3  # seconds between two looks; a change is taken by the second look after it
UNENDED_LOOKS = 10  # that a changed file stays the same for if its last line has no end, since it may be half written

log = get_logger(__name__)

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
    """The rule files of one bot: their stamps, and what was last read. Holds the app and the bot strongly only during a reload."""

    def __init__(self, app: App, bot: Bot) -> None:
        self._app = ref(app)
        self._bot = ref(bot)
        self._path = bot.path
        self._sources = bot.book.sources
        self._stamps: dict[Path, Stamp] = {}
        self._is_due = False
        self._looks = 0  # since the files changed
        self._beside: list[RuleBook] = []  # the rules of the app's other files, when these were refused

    @property
    def is_over(self) -> bool:
        """True if the app is gone."""
        return self._app() is None

    def look(self, at_once: bool = False) -> None:
        """Take changes. Unless `at_once`, two looks must agree, or more, since the first may see a half-written file."""
        stamps = {path: stamp(path) for path in files_now(self._path, self._sources.globs, self._sources.named)}
        if stamps != self._stamps:
            self._stamps = stamps
            self._is_due, self._looks = True, 0
            if not at_once:
                return
        app, bot = self._app(), self._bot()
        if app is None or bot is None:
            return
        if self._is_due and (digests := {path: digest_of(path) for path in stamps}) != self._sources.digests:
            if not at_once and self._waits(bot, digests):
                return
            self._reload(app, bot)
        elif self._beside and list(map(id, self._beside)) != list(map(id, books_beside(app, bot))):
            self._reload(app, bot)  # a rule that moved from one file to another is in that by now
        self._is_due = False

    def _waits(self, bot: Bot, digests: Mapping[Path, bytes | None]) -> bool:
        """True as long as one of the changed files looks half written; the log tells of it once."""
        self._looks += 1
        if self._looks >= UNENDED_LOOKS:
            return False
        media = {file.path for file in bot.book.media.values()}
        changed = [path for path, digest in digests.items() if path not in media and digest != self._sources.digests.get(path)]
        unended = next((path for path in changed if not has_end(path)), None)
        if unended is not None and self._looks == 1:
            log.warning(
                "%s: its last line has no end, and may be half written; the previous rules stay until it has not changed for %d seconds",
                short_path(unended),
                round(UNENDED_LOOKS * INTERVAL),
            )
        return unended is not None

    def _reload(self, app: App, bot: Bot) -> None:
        self._sources = Sources(self._sources.globs, named=self._sources.named)
        try:
            with app.app_context():  # field types are the app's own code
                loaded = read_rules(self._path, bot.additions)
                self._sources = loaded.sources
                take(bot, loaded)
        except Exception:
            log.exception(
                "%s: the changed rules could not be read because of an internal error; the previous ones stay", short_path(self._path)
            )
            bot.refuse((Problem(Mark(short_path(self._path), 1, 1), tr("reading the rules failed; see the log.")),))
        self._beside = books_beside(app, bot) if bot.problems else []


def has_end(path: Path) -> bool:
    """True unless the last line of a text file has no line end; True of an empty file, and of one that is gone."""
    try:
        with path.open("rb") as file:
            if not file.seek(0, os.SEEK_END):
                return True
            file.seek(-1, os.SEEK_END)
            return file.read(1) in b"\r\n"
    except OSError:
        return True


def books_beside(app: App, bot: Bot) -> list[RuleBook]:
    """The rules in use of the other files of an app."""
    return [each.book for each in app.extensions["chatbot"].bots if each is not bot]


def take(bot: Bot, loaded: Loaded) -> None:
    """Give the loaded rules to the bot, or the problems that prevent it. Logs one line either way."""
    tests, problems = refusals(bot, loaded)
    if loaded.book is None or problems:
        log.error("%s: the changed rules are not used, the previous ones stay: %s", short_path(bot.path), listed(problems, " | "))
        bot.refuse(problems)
        return
    bot.use(loaded.book)
    log.info("%s: the changed rules are in use (rules: %d, tests passed: %d)", short_path(bot.path), len(loaded.book.rules), tests)


def refusals(bot: Bot, loaded: Loaded) -> tuple[int, tuple[Problem, ...]]:
    """Run the tests of loaded rules; return their number, and the problems for which a bot does not use the rules."""
    if loaded.book is None:
        return 0, tuple(problem for problem in loaded.problems if problem.severity == "error")
    results = [run(case, loaded.book) for case in cases(loaded.book)]
    problems = tuple(failure.problem for failures in results for failure in failures)
    known = {problem.message for problem in bot.missing}  # of the rules in use: they are no reason to refuse better ones
    problems += tuple(problem for problem in check_needs(bot.handlers, loaded.book) if problem.message not in known)
    return len(results), problems + tuple(check_lines(bot.settings, loaded.book, bot.lines))


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
        bots: Bots = app.extensions["chatbot"].bots
        with self._lock:
            for bot in bots:
                if bot.watched_by != self.process:
                    watch = Watch(app, bot)
                    watch.look(at_once=True)
                    self._watches.append(watch)
                    bot.watched_by = self.process
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
