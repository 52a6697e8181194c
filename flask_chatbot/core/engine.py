"""From a message to what is to be done about it."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random
from types import MappingProxyType
from typing import Protocol

from flask_chatbot.core.answers import make_all
from flask_chatbot.core.explanation import explain
from flask_chatbot.core.fields import Context, Reading, read_fields
from flask_chatbot.core.matching import Candidate, Kind, Match
from flask_chatbot.core.messages import Message, Sender, split_parts
from flask_chatbot.core.replies import Reply, Text
from flask_chatbot.core.rules import Rule, RuleBook
from flask_chatbot.core.sentences import say
from flask_chatbot.errors import TemplateFailed

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


def decide(book: RuleBook, message: Message, memory: Memory, now: datetime, random: Random) -> Decision:
    """What to do about one message; `now` is an aware datetime. No text makes it raise.

    A template that fails on a value is logged with its rule's place, and the customer gets one apology.
    """
    candidate = next(iter(book.index.candidates(message.text)), None)
    if candidate is None:
        return Decision(None)
    local = now.astimezone(book.locale.timezone)
    try:
        match = read(candidate, book, local)
        return Decision(match, answer(match, candidate, book, message, local, random))
    except TemplateFailed as error:
        log.error("rule %r at %s cannot answer: %s", candidate.rule.name, candidate.rule.mark, error)
        match = Match(rule=candidate.rule, kind=candidate.kind)
        return Decision(match, (Text(say(book.locale.language, "apology")),))


def read(candidate: Candidate, book: RuleBook, now: datetime) -> Match:
    """The match with its fields read from what stands after the ``#``."""
    rule = candidate.rule
    if not rule.fields:
        return Match(rule=rule, kind=candidate.kind)
    context = Context(book.locale.language, book.locale.country, now)
    reading = read_fields(rule.fields, candidate.rest.split("#"), context)
    return Match(rule=rule, kind=candidate.kind, fields=reading.values, invalid=reading.problems)


def answer(match: Match, candidate: Candidate, book: RuleBook, message: Message, now: datetime, random: Random) -> tuple[Reply, ...]:
    """The rule's replies, or what it says of missing and wrong values."""
    rule = match.rule
    if match.invalid and rule.on_invalid == "explain":
        given = bool(split_parts(candidate.rest))
        reading = Reading(dict(match.fields), dict(match.invalid))
        return (Text(explain(trigger(rule, candidate.literal), rule.fields or (), reading, book.locale.language, given)),)
    answers = rule.invalid if match.invalid else rule.reply
    return make_all(answers, names(match, candidate, message, now), random)


def trigger(rule: Rule, literal: str) -> str:
    """The keyword to show the form with, as its author wrote it: the one that was used, where that takes fields."""
    forms = [keyword for keyword in rule.keywords if keyword.takes_fields]
    return next((keyword.written for keyword in forms if keyword.literal == literal), forms[0].written)


def names(match: Match, candidate: Candidate, message: Message, now: datetime) -> dict[str, object]:
    """What templates may use, beside the `vars`; a field hides a name of ours."""
    return {
        "nama": message.sender.name,
        "nohp": message.sender.number,
        "data": split_parts(candidate.rest) if candidate.kind is Kind.FIELDS else message.data,
        "text": message.text,
        "keyword": message.keyword,
        "now": now,
        **match.fields,
    }
