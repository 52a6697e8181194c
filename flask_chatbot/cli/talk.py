"""Deciding on messages for the command line, with the app's handlers or without them."""

from collections.abc import Callable, Collection
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from random import Random
from typing import NamedTuple

import click
from flask import Flask

from flask_chatbot.bot.bot import Bot
from flask_chatbot.bot.dry_run import Tried, dry_run, pause_note
from flask_chatbot.bot.effects import NoEffects
from flask_chatbot.cli.app import Host, begin, default_file, find_host, read_book
from flask_chatbot.cli.terminal import echo, speak
from flask_chatbot.core.conversation.memory import Memory, ShortMemory
from flask_chatbot.core.deciding.reminders import beginning
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.deciding.trial_rows import TrialRows, saved_by
from flask_chatbot.core.language.numbers import InvalidNumber, normalize_phone, read_number
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.messages import Message

rules_option = click.option(
    "--rules", "path", type=click.Path(path_type=Path), help="A rule file. Without it: the app's, else rules.yaml in this folder."
)
run_option = click.option("--run", is_flag=True, help="Run the app's Python handlers too, with their side effects.")
from_option = click.option("--from", "number", default="6281200000000", show_default=True, help="The customer's number.")
by_option = click.option("--line", default="", metavar="NAME", help="The line that messages come by, or the name of their webhook key.")
files_of_option = click.option("--line", default="", metavar="NAME", help="The line whose rules are meant, where lines have their own.")
nama_option = click.option("--nama", "name", default="", help="The customer's name.")


class Talk(NamedTuple):
    """Rules to talk to, with their file: their decisions and memory, the rules that have a handler, and whether handlers run.

    Messages come by the `line`, if there is one.
    """

    book: RuleBook
    path: Path
    decide: Callable[[Message, datetime], Tried]
    memory_for: Callable[[Message], Memory]
    handled: Collection[str] = ()
    runs: bool = False
    line: str | None = None


def deciding(book: RuleBook, path: Path, app: Flask | None = None, bot: Bot | None = None) -> Talk:
    """Decide by the rules alone, with the field types and filters of the app if there is one, whose `bot` has them, but no handlers."""
    chance, memory, rows = Random(), ShortMemory(), TrialRows()

    def answer(message: Message, now: datetime) -> Tried:
        with app.app_context() if app else nullcontext():
            return dry_run(book, memory, rows, message, now, chance, bot)

    return Talk(book, path, answer, lambda message: memory, bot.handlers.rules if bot else ())


def running(app: Flask, bot: Bot) -> Talk:
    """Decide as a bot of the app does, handlers included."""

    def answer(message: Message, now: datetime) -> Tried:
        with app.app_context():
            state = bot.memory_for(message).recall(bot.book.person(message.sender), now.timestamp())
            decision = bot.answer(message, now, effects=NoEffects())
        row = saved_by(decision, message, bot.book)
        reminders = list(beginning(bot.book, row, now)) if row is not None else []
        return Tried(decision, pause_note(state, now.timestamp()), reminders)

    return Talk(bot.book, bot.path, answer, lambda message: bot.memory_for(message, bot.book), bot.handlers.rules, runs=True)


def find_talk(context: click.Context, path: Path | None, run: bool, line: str = "") -> Talk:
    """The rules to talk to, by a line; with `run`, the app's handlers take part."""
    return _find_talk(context, path, run, line)._replace(line=line or None)


def _find_talk(context: click.Context, path: Path | None, run: bool, line: str) -> Talk:
    host = find_host(context) if run or path is None else Host()
    if run and host.says:
        what = host.says if host.starts else tr("the app does not start, so no handler can be run. It says:\n{says}", says=host.says)
        raise click.ClickException(what)
    if run and (host.app is None or path):
        raise click.UsageError(
            tr("--run runs the handlers of an app, with its own rules. Name the app, and no --rules: flask --app shop ...")
        )
    bot = host.bot_of(line)
    if host.app is not None and bot is not None:
        if run:
            begin(host.app)
        speak(written=bot.book.named_language)
        return running(host.app, bot) if run else deciding(bot.book, bot.path, host.app, bot)
    if host.says:
        echo(host.note(), err=True)
    return deciding(read_book(path), path or default_file())


def sender_of(number: str, talk: Talk) -> str:
    """A customer's number as a platform would send it; any other text stays as it is, since a webhook may name a sender anything."""
    country = talk.book.locale.country
    if isinstance(read_number(number, country), InvalidNumber):
        return number
    try:
        return normalize_phone(number, country)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="'--from'") from error
