"""Deciding on messages for the command line, with the app's handlers or without them."""

from collections.abc import Callable, Collection
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from typing import NamedTuple

import click
from flask import Flask

from flask_chatbot.bot.bot import Bot
from flask_chatbot.bot.effects import NoEffects
from flask_chatbot.bot.handlers import needs_handler
from flask_chatbot.cli.app import Host, begin, default_file, find_host, read_book
from flask_chatbot.cli.terminal import echo, speak
from flask_chatbot.core.conversation.memory import Memory, ShortMemory, State
from flask_chatbot.core.deciding.decision import Decision, Notes
from flask_chatbot.core.deciding.engine import decide
from flask_chatbot.core.deciding.explain import lasting
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.language.numbers import InvalidNumber, normalize_phone, read_number
from flask_chatbot.core.matching.match import Match
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.messages import Message

rules_option = click.option(
    "--rules", "path", type=click.Path(path_type=Path), help="A rule file. Without it: the app's, else rules.yaml in this folder."
)
run_option = click.option("--run", is_flag=True, help="Run the app's Python handlers too, with their side effects.")
from_option = click.option("--from", "number", default="6281200000000", show_default=True, help="The customer's number.")
nama_option = click.option("--nama", "name", default="", help="The customer's name.")


@dataclass(frozen=True, slots=True)
class Tried:
    """The result of a message; `note` explains a missing reply that only an unused handler could make."""

    decision: Decision
    note: str = ""


class Talk(NamedTuple):
    """Rules to talk to, with their file: their decisions and memory, the rules that have a handler, and whether handlers run."""

    book: RuleBook
    path: Path
    decide: Callable[[Message, datetime], Tried]
    memory_for: Callable[[Message], Memory]
    handled: Collection[str] = ()
    runs: bool = False


class _NotRun(Exception):
    """The reply needs a handler."""

    def __init__(self, match: Match) -> None:
        self.match = match


def deciding(book: RuleBook, path: Path, app: Flask | None = None) -> Talk:
    """Decide by the rules alone, with the app's field types and filters if there is an app, but no handlers."""
    chance, memory = Random(), ShortMemory()
    bot: Bot | None = app.extensions["chatbot"].bot if app else None

    def leave(match: Match, message: Message, notes: Notes) -> None:
        has_handler = bot is not None and match.rule.name in bot.handlers.rules
        if match.rule.needs or (has_handler and not match.rule.reply):
            raise _NotRun(match)

    def answer(message: Message, now: datetime) -> Tried:
        state = memory.recall(book.person(message.sender), now.timestamp())
        with app.app_context() if app else nullcontext():
            try:
                decision = decide(book, message, memory, now, chance, leave)
            except _NotRun as stop:
                return Tried(Decision(stop.match), note(stop.match.rule, bot))
        if decision.remember is not None:
            memory.commit(book.person(message.sender), decision.remember, now.timestamp())
        return Tried(decision, pause_note(state, now.timestamp()))

    return Talk(book, path, answer, lambda message: memory, bot.handlers.rules if bot else ())


def note(rule: Rule, bot: Bot | None) -> str:
    """The reason why a rule cannot answer by itself, and the way out."""
    if bot is None:
        return tr("the reply needs {names} of a Python handler. Name the app, and add --run: flask --app ...", names=", ".join(rule.needs))
    handler = bot.handlers.rules.get(rule.name)
    if handler is None:
        return tr("the reply {needs}", needs=needs_handler(rule))
    return tr("{handler} at {mark} answers here, but is not run; add --run", handler=handler.name, mark=handler.mark)


def running(app: Flask) -> Talk:
    """Decide as the app does, handlers included."""
    bot: Bot = app.extensions["chatbot"].bot

    def answer(message: Message, now: datetime) -> Tried:
        with app.app_context():
            state = bot.memory_for(message).recall(bot.book.person(message.sender), now.timestamp())
            decision = bot.answer(message, now, effects=NoEffects())
        return Tried(decision, pause_note(state, now.timestamp()))

    return Talk(bot.book, bot.path, answer, lambda message: bot.memory_for(message, bot.book), bot.handlers.rules, runs=True)


def pause_note(state: State, now: float) -> str:
    """A sentence about the pause of a person; empty if there is none."""
    left = state.last_pause - now
    return paused(left) if left > 0 else ""


def paused(seconds: float) -> str:
    """A sentence about a pause with that many seconds left.

    >>> paused(7200)
    'the bot is paused for this person: 2 hours left'
    """
    return tr("the bot is paused for this person: {time} left", time=lasting(seconds))


def find_talk(context: click.Context, path: Path | None, run: bool) -> Talk:
    """The rules to talk to; with `run`, the app's handlers take part."""
    host = find_host(context) if run or path is None else Host()
    if run and host.says:
        what = host.says if host.starts else tr("the app does not start, so no handler can be run. It says:\n{says}", says=host.says)
        raise click.ClickException(what)
    if run and (host.app is None or path):
        raise click.UsageError(
            tr("--run runs the handlers of an app, with its own rules. Name the app, and no --rules: flask --app shop ...")
        )
    if host.app is not None:
        if run:
            begin(host.app)
        bot = host.app.extensions["chatbot"].bot
        speak(written=bot.book.named_language)
        return running(host.app) if run else deciding(bot.book, bot.path, host.app)
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
