"""Deciding for the command line, with the app's handlers or without them."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from random import Random

from flask import Flask

from flask_chatbot.bot import Bot
from flask_chatbot.core.engine import NO_MEMORY, Decision, decide
from flask_chatbot.core.matching import Match
from flask_chatbot.core.messages import Message
from flask_chatbot.core.rules import Rule, RuleBook


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a message; `note` says why there is no reply where only a handler that is not run could make it."""

    decision: Decision
    note: str = ""


Decider = Callable[[Message, datetime], Tried]


class _NotRun(Exception):
    """A reply that needs a handler."""

    def __init__(self, match: Match) -> None:
        self.match = match


def deciding(book: RuleBook, app: Flask | None = None) -> Decider:
    """Decides by the rules alone; of the app, if there is one, the field types and filters are asked, and no handler."""
    chance = Random()
    bot: Bot | None = app.extensions["chatbot"] if app else None

    def leave(match: Match, message: Message) -> None:
        has_handler = bot is not None and match.rule.name in bot.handlers.rules
        if match.rule.needs or (has_handler and not match.rule.reply):
            raise _NotRun(match)

    def answer(message: Message, now: datetime) -> Tried:
        with app.app_context() if app else nullcontext():
            try:
                return Tried(decide(book, message, NO_MEMORY, now, chance, leave))
            except _NotRun as stop:
                return Tried(Decision(stop.match), note(stop.match.rule, bot))

    return answer


def note(rule: Rule, bot: Bot | None) -> str:
    """Why a rule cannot answer by itself, and the way out."""
    names = ", ".join(rule.needs)
    if bot is None:
        return f"the reply needs {names} of a Python handler. Name the app, and add --run: flask --app ..."
    handler = bot.handlers.rules.get(rule.name)
    if handler is None:
        return f"the reply needs {names}, and no handler supplies it. Write one: @bot.rule({rule.name!r})"
    return f"{handler.name} at {handler.mark} answers here, and is not run; add --run"


def running(app: Flask) -> Decider:
    """Decides as the app does, handlers included."""
    bot: Bot = app.extensions["chatbot"]

    def answer(message: Message, now: datetime) -> Tried:
        with app.app_context():
            return Tried(bot.answer(message, now))

    return answer
