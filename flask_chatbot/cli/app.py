"""The app that `flask chatbot` works on, or the reason why there is none; and the rule file, where it works on no app."""

import os
import traceback
from dataclasses import dataclass
from pathlib import Path

import click
from flask import Flask
from flask.cli import NoAppException, ScriptInfo

from flask_chatbot.bot.bot import Bot
from flask_chatbot.cli.terminal import speak
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.loading.additions import UNKNOWN_ADDITIONS
from flask_chatbot.core.loading.loader import beside, read_rules, short_path
from flask_chatbot.core.translation.translatable import linked, tr
from flask_chatbot.core.values.problems import Problem
from flask_chatbot.errors import ChatbotError, HandlerError, SetupError

DEFAULT_FILE = Path("rules.yaml")
NAME_ONE = tr("Name the app that has them (flask --app shop ...) or a file (--rules FILE), or write a first one: flask chatbot init")


def default_file() -> Path:
    """The rule file of commands without an app that name none: that of `CHATBOT_RULES`, else ``rules.yaml`` in this folder."""
    return Path(os.environ.get("CHATBOT_RULES") or DEFAULT_FILE)


@dataclass(frozen=True, slots=True)
class Host:
    """An app with a bot, or the reason there is none: `says` describes it, and `problems` are those with a place."""

    app: Flask | None = None
    starts: bool = True
    says: str = ""
    problems: tuple[Problem, ...] = ()

    @property
    def bot(self) -> Bot | None:
        """The app's bot."""
        return self.app.extensions["chatbot"].bot if self.app else None

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
        return Host(starts=False, says=str(error), problems=located(error))
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


def raised_at(error: BaseException) -> str:
    """The file and line where an error was raised."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{short_path(Path(last.filename))}:{last.lineno}"


def begin(app: Flask) -> None:
    """Let the bot of an app begin; raises `click.ClickException` if handlers are missing."""
    try:
        app.extensions["chatbot"].bot.require_handlers()
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
