"""The app that `flask chatbot` works on, or the reason why there is none; and the rule file, where it works on no app."""

import os
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import click
from flask import Flask
from flask.cli import NoAppException, ScriptInfo

from flask_chatbot.bot.bot import Bot
from flask_chatbot.bot.bots import Bots
from flask_chatbot.cli.terminal import speak
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.loading.additions import UNKNOWN_ADDITIONS, Additions
from flask_chatbot.core.loading.loader import beside, read_rules, short_path
from flask_chatbot.core.translation.translatable import linked, tr
from flask_chatbot.core.values.problems import Problem, did_you_mean
from flask_chatbot.errors import ChatbotError, ConfigError, HandlerError, SetupError

DEFAULT_FILE = Path("rules.yaml")
NAME_ONE = tr("Name the app that has them (flask --app shop ...) or a file (--rules FILE), or write a first one: flask chatbot init")


_RULED_BY = ("CHATBOT_LINES", "CHATBOT_TRANSPORT", "CHATBOT_RULES")  # settings that say which rules answer what


def default_file() -> Path:
    """The rule file of commands without an app that name none: that of `CHATBOT_RULES`, else ``rules.yaml`` in this folder."""
    return Path(os.environ.get("CHATBOT_RULES") or DEFAULT_FILE)


@dataclass(frozen=True, slots=True)
class Host:
    """An app with a bot, or the reason there is none: `says` describes it, and `problems` those that make rules wrong."""

    app: Flask | None = None
    starts: bool = True
    says: str = ""
    problems: tuple[Problem, ...] = ()

    @property
    def bot(self) -> Bot | None:
        """The bot of the app's own rules."""
        return self.bots.own if self.bots else None

    @property
    def bots(self) -> Bots | None:
        """The bots of the app, one for each of its rule files."""
        return self.app.extensions["chatbot"].bots if self.app else None

    def additions_to(self, path: Path) -> Additions:
        """The additions of the app to a rule file, be it one of its own or not; without an app, those that nobody knows."""
        bot = self.bot_for(path)
        return UNKNOWN_ADDITIONS if bot is None else bot.additions

    def bot_for(self, path: Path) -> Bot | None:
        """The bot whose rules are those of a file, else the one of the app's own rules."""
        return None if self.bots is None else self.bots.reading(path) or self.bots.own

    def bot_of(self, line: str) -> Bot | None:
        """The bot that answers a line, without one the app's own; raises `click.UsageError` if there is no such line."""
        if self.bots is None or not line:
            return self.bot
        settings = self.bots.own.settings
        known = [*settings.lines, *(key.name for key in settings.webhook_keys if key.name)]
        if line in known:
            return self.bots.of(line)
        names = tr(" The lines are: {names}.", names=", ".join(known)) if known else tr(" No line of this app has a name.")
        raise click.UsageError(tr("There is no line {name!r}.{way_out}", name=line[:60], way_out=did_you_mean(line, known) or names))

    def note(self, *, but: tuple[Problem, ...] = ()) -> str:
        """The sentence about an unusable app, without the problems that are printed elsewhere; empty if nothing is wrong."""
        if self.starts:
            return self.says and tr("{says}. The rules are read without it.", says=self.says)
        elsewhere = set(map(str, but))
        rest = "\n".join(line for line in self.says.splitlines() if line not in elsewhere)
        return tr(
            "The app does not start, so the rules are read without it.{rest}", rest=tr(" It says:\n{rest}\n", rest=rest) if rest else ""
        )


def find_host(context: click.Context) -> Host:
    """Find the app as `flask run` does, in its context until the command ends; an explicitly named app that fails is reported."""
    info = context.find_object(ScriptInfo)
    host = load_host(info) if info else Host()
    if host.app is not None:
        context.with_resource(host.app.app_context())
        speak(configured=host.app.extensions["chatbot"].language)
    return host


def load_host(info: ScriptInfo) -> Host:
    """Load the app that Flask finds; any failure ends up in the host's `says`."""
    try:
        app = info.load_app()
    except ChatbotError as error:
        problems = (*located(error), *about_rules(error.problems if isinstance(error, ConfigError) else ()))
        return Host(starts=False, says=str(error), problems=problems)
    except NoAppException as error:
        named = info.app_import_path or any(Path(name).is_file() for name in ("wsgi.py", "app.py"))
        return Host(starts=False, says=error.format_message()) if named else Host()
    except (Exception, SystemExit) as error:  # noqa: BLE001  whatever the app does while it starts, the rules can be read
        return Host(starts=False, says=f"{type(error).__name__}: {error} ({raised_at(error)})")
    if "chatbot" not in app.extensions:
        return Host(says=tr("app {app!r} has no Chatbot: call Chatbot(app) or bot.init_app(app)", app=app.name))
    return Host(app)


def located(error: ChatbotError) -> tuple[Problem, ...]:
    """The problems that keep an app from starting and have a place in rules or handlers."""
    return tuple(problem for problem in error.problems if problem.mark) if isinstance(error, SetupError) else ()


def about_rules(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Those of these problems of a configuration that leave unknown which rules answer what, so that no rule file can be called right."""
    return tuple(each for each in problems if not each.mark and each.message.startswith(tuple(f"{key} in " for key in _RULED_BY)))


def raised_at(error: BaseException) -> str:
    """The file and line where an error was raised."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{short_path(Path(last.filename))}:{last.lineno}"


def begin(app: Flask) -> None:
    """Let the bot of an app begin; raises `click.ClickException` if handlers are missing."""
    try:
        app.extensions["chatbot"].bots.require_handlers()
    except HandlerError as error:
        raise click.ClickException(str(error)) from error


def rules_file(path: Path | None) -> Path:
    """The file at that path, or the default one; raises `click.ClickException` if it does not exist."""
    file = path or default_file()
    if file.exists():
        return file
    others = beside(file.absolute())
    if file != DEFAULT_FILE:
        raise click.ClickException(
            tr(
                "there is no {file}.{others} Correct {place}.",
                file=file,
                others=others,
                place="CHATBOT_RULES" if path is None else "--rules",
            )
        )
    raise click.ClickException(
        tr("there is no {file} in this folder.{others} {way_out}", file=DEFAULT_FILE, others=others, way_out=NAME_ONE)
    )


def read_book(path: Path | None) -> RuleBook:
    """The rules of a file, or of the one in this folder; raises `click.ClickException` if they cannot be used."""
    loaded = read_rules(rules_file(path), UNKNOWN_ADDITIONS)
    speak(written=loaded.language)
    if loaded.book is None:
        raise click.ClickException(
            tr("these rules cannot be used.\n{problems}", problems=linked("\n", [problem.sentence for problem in loaded.problems]))
        )
    return loaded.book
