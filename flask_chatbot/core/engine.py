"""From a message to what is to be done about it."""

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from types import MappingProxyType
from typing import Protocol

from flask_chatbot.core.answers import make_all
from flask_chatbot.core.explanation import explain
from flask_chatbot.core.fields import Context, Reading, read_fields
from flask_chatbot.core.folding import TEXT_LIMIT
from flask_chatbot.core.matching import Candidate, Kind, Match
from flask_chatbot.core.messages import Message, Sender, split_parts
from flask_chatbot.core.replies import Reply, Text
from flask_chatbot.core.rules import Rule, RuleBook
from flask_chatbot.core.sentences import say
from flask_chatbot.errors import AnswerFailed, Invalid, Skip

SENDER = ("nama", "nohp")  # names of templates that a rule may need nevertheless

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Decision:
    """What to answer and to do. `match` is None where no rule answers; `remember` and `actions` are for whoever asked to carry out."""

    match: Match | None
    replies: tuple[Reply, ...] = ()
    remember: tuple[object, ...] = ()
    actions: tuple[object, ...] = ()


class Memory(Protocol):
    """What is known of people from before; `decide` only reads it."""

    def recall(self, sender: Sender) -> Mapping[str, object]:
        """What is remembered of a sender."""


class NoMemory:
    """Remembers nobody."""

    def recall(self, sender: Sender) -> Mapping[str, object]:
        """Nothing."""
        return MappingProxyType({})


NO_MEMORY = NoMemory()


Handle = Callable[[Match, Message], Mapping[str, object] | tuple[Reply, ...] | None]


def no_handler(match: Match, message: Message) -> None:
    """Leaves every rule to its YAML."""


def decide(book: RuleBook, message: Message, memory: Memory, now: datetime, random: Random, handle: Handle = no_handler) -> Decision:
    """What to do about one message; `now` is an aware datetime. No text makes it raise.

    `handle` is asked about each match whose fields are valid: it returns the replies, or names for the rule's own templates, or None;
    it may raise `Skip` and `Invalid`. What cannot be answered is logged with its rule's place, and the customer gets one apology.
    """
    if len(message.text) > TEXT_LIMIT:
        message = replace(message, text=message.text[:TEXT_LIMIT])
    local = now.astimezone(book.locale.timezone)
    passed: list[Rule] = []
    for candidate in book.index.candidates(message.text):
        if candidate.rule in passed:  # by another keyword of it
            continue
        match = Match(rule=candidate.rule, kind=candidate.kind)
        try:
            match = read(candidate, book, message, local)
            given = bool(match.data) or not match.invalid
            match, names = consult(match, message, local, handle)
            return Decision(match, names if isinstance(names, tuple) else answer(match, book, names, random, given))
        except Skip:
            passed.append(match.rule)
        except AnswerFailed as error:
            log.error("rule %r at %s cannot answer: %s", match.rule.name, match.rule.mark, error)
            return Decision(match, (Text(say(book.locale.language, "apology")),))
    return Decision(None)


def read(candidate: Candidate, book: RuleBook, message: Message, now: datetime) -> Match:
    """The match with its fields read from what stands after the ``#``."""
    rule, kind, literal, rest = candidate
    data = split_parts(rest) if kind is Kind.FIELDS else message.data
    if not rule.fields:
        return Match(rule=rule, kind=kind, literal=literal, data=data)
    context = Context(book.locale.language, book.locale.country, now)
    reading = read_fields(rule.fields, rest.split("#"), context)
    return Match(rule=rule, kind=kind, literal=literal, data=data, fields=reading.values, invalid=reading.problems)


def consult(match: Match, message: Message, now: datetime, handle: Handle) -> tuple[Match, dict[str, object] | tuple[Reply, ...]]:
    """The match, invalid where the handler says so, and either the replies or the names templates may use, beside the `vars`."""
    names: dict[str, object] = {
        "nama": message.sender.name,
        "nohp": message.sender.number,
        "data": match.data,
        "text": message.text,
        "keyword": message.keyword,
        "now": now,
        **match.fields,
    }
    if match.invalid:
        return match, names
    try:
        outcome = handle(match, message)
    except Invalid as error:
        wrong = dict.fromkeys(error.problems)
        return replace(match, invalid=error.problems, fields={**match.fields, **wrong}), {**names, **wrong}
    if isinstance(outcome, tuple):
        return match, outcome
    names |= outcome or {}
    if wanting := lacking(match, outcome or {}):
        raise AnswerFailed(f"no Python handler supplied {', '.join(wanting)}")
    return match, names


def lacking(match: Match, supplied: Collection[str]) -> list[str]:
    """The names that the rule needs and nobody has."""
    return [name for name in match.rule.needs if name not in (*SENDER, *match.fields, *supplied)]


def answer(match: Match, book: RuleBook, names: Mapping[str, object], random: Random, given: bool) -> tuple[Reply, ...]:
    """The rule's replies, or what it says of missing and wrong values; only the form where none were `given`."""
    rule = match.rule
    if match.invalid and rule.on_invalid == "explain":
        reading = Reading(dict(match.fields), dict(match.invalid))
        return (Text(explain(trigger(match), rule.fields or (), reading, book.locale.language, given)),)
    return make_all(rule.invalid if match.invalid else rule.reply, names, random)


def trigger(match: Match) -> str:
    """The keyword to show the form with, as its author wrote it: the one that was used, where that takes fields."""
    forms = [keyword for keyword in match.rule.keywords if keyword.takes_fields]
    used = [keyword for keyword in forms if keyword.literal == match.literal]
    return next((keyword.written for keyword in (*used, *forms)), match.literal)
