"""Dry runs: what the rules decide about a message, while no handler of the app is called and nothing is sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

from flask_chatbot.bot.bot import Bot
from flask_chatbot.bot.handlers import needs_handler
from flask_chatbot.core.conversation.memory import Memory, State
from flask_chatbot.core.deciding.decision import Decision, Notes
from flask_chatbot.core.deciding.engine import decide
from flask_chatbot.core.deciding.reminders import Plan, saves_to
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.deciding.trial_rows import TrialRows, numbered
from flask_chatbot.core.deciding.trials import lasting
from flask_chatbot.core.lookups.find import Find, Row
from flask_chatbot.core.matching.match import Match
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.messages import Message


@dataclass(frozen=True, slots=True)
class Tried:
    """The result of a message; `note` explains a missing reply that only an unused handler could make.

    `reminders` are what the customer of a row that it saves would be reminded of.
    """

    decision: Decision
    note: str = ""
    reminders: Sequence[Plan] = ()


class _NotRun(Exception):
    """The reply needs a handler."""

    def __init__(self, match: Match) -> None:
        self.match = match


def dry_run(
    book: RuleBook, memory: Memory, rows: TrialRows, message: Message, now: datetime, chance: Random, bot: Bot | None = None
) -> Tried:
    """Decide by the rules alone; what is to be remembered is committed to `memory`, and what is to be saved kept in `rows`.

    With a `bot`, the note names the handler that would answer.
    """

    def leave(match: Match, message: Message, notes: Notes) -> dict[str, object]:
        has_handler = bot is not None and match.rule.name in bot.handlers.rules
        if match.rule.needs or (has_handler and not match.rule.reply):
            raise _NotRun(match)
        return numbered(rows, match.rule, now)

    not_asked: list[str] = []

    def look_up(find: Find, wanted: Mapping[str, object], message: Message) -> Sequence[Row] | None:
        found = rows.find(find, wanted, book.person(message.sender))
        if found is None and find.table not in book.tables:
            not_asked.append(find.table)
        return found

    person = book.person(message.sender)
    state = memory.recall(person, now.timestamp())
    try:
        decision = decide(book, message, memory, now, chance, leave, look_up=look_up, has_place=rows.has_place)
    except _NotRun as stop:
        return Tried(Decision(stop.match), note(stop.match.rule, bot))
    reminders = rows.keep(decision, message, book, now)
    if decision.remember is not None:
        memory.commit(person, decision.remember, now.timestamp())
    notes = [*(table_note(table, book, bot) for table in dict.fromkeys(not_asked)), pause_note(state, now.timestamp())]
    return Tried(decision, next(filter(None, notes), ""), reminders)


def note(rule: Rule, bot: Bot | None) -> str:
    """The reason why a rule cannot answer by itself, and the way out."""
    if bot is None:
        return tr("the reply needs {names} of a Python handler. Name the app, and add --run: flask --app ...", names=", ".join(rule.needs))
    handler = bot.handlers.rules.get(rule.name)
    if handler is None:
        return tr("the reply {needs}", needs=needs_handler(rule))
    return tr("{handler} at {mark} answers here, but is not run; add --run", handler=handler.name, mark=handler.mark)


def table_note(table: str, book: RuleBook, bot: Bot | None) -> str:
    """The reason why nothing is found in a table of the app or of its database, and the way out."""
    if saves_to(book, table):
        if bot is None:
            return tr("the rows saved to {table!r} are not read here. Name the app, and add --run: flask --app ...", table=table)
        return tr("the rows saved to {table!r} are not read here; add --run", table=table)
    supplied = None if bot is None else bot.handlers.supplied(table)
    if supplied is None:
        return tr(
            "the table {table!r} would come from the app, and was not asked. Name the app, and add --run: flask --app ...", table=table
        )
    handler = supplied.handler
    return tr(
        "{handler} at {mark} supplies the table {table!r}, but is not run; add --run", handler=handler.name, mark=handler.mark, table=table
    )


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
