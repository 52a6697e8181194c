"""Runs the tests in rule files: each against all rules, with no Python beyond the given values."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from difflib import unified_diff
from functools import partial
from itertools import islice
from random import Random
from typing import Any, NamedTuple

from flask_chatbot.core.checks.reminding import check_reminds
from flask_chatbot.core.conversation.memory import ShortMemory, State
from flask_chatbot.core.deciding.decision import Decision
from flask_chatbot.core.deciding.engine import decide
from flask_chatbot.core.deciding.reminders import saves_to
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.deciding.trial_rows import TrialRows, as_saved, numbered
from flask_chatbot.core.fields.field import Context, Field
from flask_chatbot.core.language.contacts import as_sent
from flask_chatbot.core.language.sentences import quote, say
from flask_chatbot.core.lookups.find import ROWS, Find, Row
from flask_chatbot.core.lookups.keys import loose_key
from flask_chatbot.core.matching.match import Match
from flask_chatbot.core.translation.translatable import Translatable, linked, tr
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.problems import Mark, Problem, did_you_mean
from flask_chatbot.core.values.replies import Text
from flask_chatbot.core.values.rule_tests import Exchange, Expectation, RuleTest
from flask_chatbot.core.values.sent import FileValue
from flask_chatbot.core.values.written import reply_text
from flask_chatbot.errors import AnswerFailed

LOOSE = "tests"  # what tests under no rule are called together

Sides = tuple[str, str]  # what was expected, and what came


class Case(NamedTuple):
    """A test and its name: the rule it belongs to (None for none) and its number there, from 1."""

    rule: str | None
    number: int
    test: RuleTest

    @property
    def group(self) -> str:
        """The rule's name, or ``tests``."""
        return self.rule or LOOSE

    @property
    def name(self) -> str:
        """The name of the test, such as ``penawaran::1``."""
        return f"{self.group}::{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One unmet expectation: its `key` and place, the text sent, and both sides as texts of one or more lines.

    `hint` is an additional sentence, if there is one.
    """

    mark: Mark
    test: str
    sent: str
    key: str
    expected: str
    got: str
    hint: str = ""

    @property
    def message(self) -> Translatable:
        """The whole failure in one line, with long texts shortened."""
        return tr(
            "test {test} on {sent}: expected {key} {expected}, got {got}.{hint}",
            test=self.test,
            sent=quote(self.sent),
            key=self.key,
            expected=quote(self.expected),
            got=quote(self.got),
            hint=self.hint and linked("", (" ", self.hint)),
        )

    def said(self, translate: Callable[[str], str]) -> "Failure":
        """The same in another language, in which `message` is then to be said."""
        return replace(self, expected=translate(self.expected), got=translate(self.got), hint=translate(self.hint))

    @property
    def difference(self) -> tuple[str, ...]:
        """Both sides, line by line: ``-`` expected, ``+`` actual; empty if the message already shows both in full."""
        if all(quote(side) == f'"{side}"' for side in (self.expected, self.got)):
            return ()
        sides = self.expected.splitlines(), self.got.splitlines()
        lines = unified_diff(*sides, n=sum(map(len, sides)), lineterm="")  # with all that is the same on both
        return tuple(f"{line[0]} {line[1:]}".rstrip() for line in islice(lines, 3, None))  # less the three of the head

    def __str__(self) -> str:
        return "\n    ".join([f"{self.mark}: {self.message}", *self.difference])

    @property
    def problem(self) -> Problem:
        """The failure as a mistake in the rule file."""
        return Problem(self.mark, self.message)


def cases(book: RuleBook) -> Iterator[Case]:
    """All tests of a rule book in the order of its rules; those outside any rule come last."""
    for rule in book.rules:
        yield from (Case(rule.name, number, test) for number, test in enumerate(rule.tests, 1))
    yield from (Case(None, number, test) for number, test in enumerate(book.tests, 1))


def run(case: Case, book: RuleBook) -> list[Failure]:
    """Run one test; return the failures of the first text that has any."""
    now, talk = case.test.at, _TestedCustomer(case, book)
    for exchange in case.test.exchanges:
        now = exchange.at or now
        found = talk.failures(exchange, now.replace(tzinfo=book.locale.timezone))
        if found:
            return found
    return []


class _TestedCustomer:
    """One customer of one test, from the first text to the last."""

    def __init__(self, case: Case, book: RuleBook) -> None:
        self.case = case
        self.test = case.test
        self.book = book
        self.random = Random(0)  # the same choice each time
        self.memory = ShortMemory()
        given = self.test.given.get(ROWS)
        context = book.field_context(self.test.at.replace(tzinfo=book.locale.timezone))
        self.rows = TrialRows(as_saved(book, given, context) if isinstance(given, dict) else None, book.person(self.test.sender))
        if not self.test.first:
            start = self.test.at.replace(tzinfo=book.locale.timezone)
            self.memory.commit(book.person(self.test.sender), State(seen=True), start.timestamp())

    def failures(self, exchange: Exchange, now: datetime) -> list[Failure]:
        """Everything unexpected after one text."""
        locale, expected = self.book.locale, self.expected(exchange)
        context = self.book.field_context(now)
        try:
            decision = self.moved(exchange.moves, now) if exchange.moves else self.decide(exchange, now)
        except _Lacking as lacking:
            return [self.failure(exchange, Expectation("given", None, exchange.mark), lacking.sides, lacking.hint)]
        missed = [(each, sides) for each in expected if (sides := self.check(each, decision, context)) is not None]
        by_rule = [(each, sides) for each, sides in missed if each.key == "rule"]  # of another rule, all else is another matter
        apology = say(locale.language.addressing(self.test.sender.name), "apology")
        if not missed and decision.replies == (Text(apology),) and not any(each.key.startswith("reply") for each in expected):
            return [
                self.failure(
                    exchange, Expectation("reply", None, exchange.mark), (tr("an answer"), apology), tr("It failed; the log says why.")
                )
            ]
        return [self.failure(exchange, each, sides) for each, sides in by_rule or missed]

    def expected(self, exchange: Exchange) -> tuple[Expectation, ...]:
        """The expectations of an exchange; the last one of a rule's test also expects that rule, unless it names another."""
        is_last = exchange is self.test.exchanges[-1] and exchange.moves is None
        if self.case.rule is None or not is_last or any(each.key == "rule" for each in exchange.expected):
            return exchange.expected
        return (Expectation("rule", self.case.rule, exchange.mark), *exchange.expected)

    def check(self, each: Expectation, decision: Decision, context: Context) -> Sides | None:
        """Both sides of an expectation that is not met; None for one that is."""
        return check_reminds(each.wanted, self.rows.due) if each.key == "reminds" else CHECKS[each.key](each.wanted, decision, context)

    def moved(self, moves: tuple[str, int, str], now: datetime) -> Decision:
        """Move a row as staff do; what its customer gets is the reply."""
        (table, number, written), test = moves, self.test
        states = [state for save in saves_to(self.book, table) for state in save.states]
        state = next((state for state in states if loose_key(state) == loose_key(written)), None)
        if state is None:
            raise _Lacking(
                [f"{table} {written}"], states, tr("It is not a state of these rows.{guess}", guess=did_you_mean(written, states))
            )
        text = self.rows.moved(self.book, table, number, state, test.sender, now)
        if text is None:
            raise _Lacking([f"{table} {number}"], (), tr("No row of this test has it. Write it under 'given:', or let a rule save it."))
        return Decision(None, (Text(text),) if text else ())

    def decide(self, exchange: Exchange, now: datetime) -> Decision:
        """Decide on a text by the rules, remembering the result for the next."""
        sender = exchange.sender or self.test.sender
        message = Message(text=exchange.text, sender=sender, chat=self.test.chat, line=self.test.line, **exchange.contents)
        handle, has_place = partial(self.handle, now), self.rows.has_place
        decision = decide(self.book, message, self.memory, now, self.random, handle, look_up=self.look_up, has_place=has_place)
        self.rows.keep(decision, message, self.book, now)
        if decision.remember is not None:
            self.memory.commit(self.book.person(message.sender), decision.remember, now.timestamp())
        return decision

    def handle(self, now: datetime, match: Match, message: Message, notes: Mapping[str, object]) -> Mapping[str, object]:
        """Return the test's `given` values in place of a handler."""
        given = self.test.given
        lacking = [name for name in match.rule.needs if name not in given]
        if lacking:
            guess = did_you_mean(lacking[0], given) or tr(" Write it under 'given:'.")
            needs = tr("Rule {rule!r} needs it from a Python handler, and none runs in tests.{guess}", rule=match.rule.name, guess=guess)
            raise _Lacking(lacking, given, needs)
        return {**given, **numbered(self.rows, match.rule, now)}

    def look_up(self, find: Find, wanted: Mapping[str, object], message: Message) -> Sequence[Row] | None:
        """The rows that the test gives, or that rules have saved in it; those that Python would supply must be given."""
        rows = self.rows.find(find, wanted, self.book.person(message.sender))
        if rows is None and find.table in self.book.supplied:
            hint = tr("The table {table!r} is supplied by Python, and none runs in tests. Write its rows under 'given:'.", table=find.table)
            raise _Lacking([f"{ROWS}.{find.table}"], self.test.given, hint)
        return rows

    def failure(self, exchange: Exchange, missed: Expectation, sides: Sides, hint: str = "") -> Failure:
        expected, got = sides
        return Failure(mark=missed.mark, test=self.case.name, sent=exchange.said, key=missed.key, expected=expected, got=got, hint=hint)


class _Lacking(Exception):
    """A rule needs values that the test does not give."""

    def __init__(self, lacking: list[str], given: Collection[str], hint: Translatable) -> None:
        self.sides = (", ".join(lacking), ", ".join(given) or tr("nothing"))
        self.hint = hint
        super().__init__(hint)


def _check_rule(wanted: str, decision: Decision, context: Context) -> Sides | None:
    name = decision.match.rule.name if decision.match else None
    return None if name == wanted else (wanted, name or tr("no rule"))


def _check_fields(wanted: Mapping[str, str | None], decision: Decision, context: Context) -> Sides | None:
    values = decision.match.fields if decision.match else {}
    fields = {field.name: field for field in (decision.match.rule.fields or () if decision.match else ())}
    wrong = [name for name, text in wanted.items() if name not in values or not is_same(values[name], text, fields.get(name), context)]
    if not wrong:
        return None
    absent = {name: tr("no such field.{guess}", guess=did_you_mean(name, values)) for name in wrong if name not in values}
    got = {name: absent.get(name) or _plain(values[name]) for name in wrong}
    return "\n".join(f"{name}: {wanted[name] or ''}" for name in wrong), linked("\n", (linked(": ", (name, got[name])) for name in wrong))


def is_same(value: object, text: str | None, field: Field | None, context: Context) -> bool:
    """True if a field's value is the one that a test means by `text`.

    Both may be empty; the value may be written so (dates as 2026-11-23); both may be the same number; or a customer who wrote the text
    would have given the same value: ``besok`` for a date, ``ya`` for a yes. Of a file its kind is enough.

    >>> is_same(3, "3.0", None, None), is_same(None, "", None, None), is_same(True, "true", None, None)
    (True, True, True)
    """
    text = (text or "").strip()
    if text == _plain(value) or _is_same_number(value, text):
        return True
    if isinstance(value, FileValue) and text == value.kind:
        return True
    if field is None or not text:
        return False
    try:
        return bool(field.kind.read(text, field, context) == value)
    except (ValueError, AnswerFailed):
        return False


def _is_same_number(value: object, text: str) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return False
    try:
        return Decimal(text) == Decimal(str(value))
    except InvalidOperation:
        return False


def _plain(value: object) -> str:
    """A field's value in the notation of tests.

    >>> _plain(None), _plain(False), _plain(3)
    ('', 'false', '3')
    """
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _check_invalid(wanted: tuple[str, ...], decision: Decision, context: Context) -> Sides | None:
    invalid = decision.match.invalid if decision.match else {}
    if set(invalid) == set(wanted):
        return None
    got = "\n".join(f"{name}: {sentence}" for name, sentence in invalid.items())
    return ", ".join(wanted) or tr("nothing invalid"), got or tr("nothing invalid")


def _check_reply(wanted: tuple[tuple[Any, ...], ...], decision: Decision, context: Context) -> Sides | None:
    replies = decision.replies
    sent = [[as_sent(choice, context.country) for choice in choices] for choices in wanted]
    if len(sent) == len(replies) and all(reply in choices for reply, choices in zip(replies, sent, strict=True)):
        return None
    expected = "\n".join(" | ".join(map(reply_text, choices)) for choices in sent)
    return expected or tr("no reply"), _all_of(decision)


def _check_reply_has(wanted: tuple[str, ...], decision: Decision, context: Context) -> Sides | None:
    said = _all_of(decision)
    missing = [part for part in wanted if part not in said]
    return ("\n".join(missing), said) if missing else None


def _check_count(wanted: int, decision: Decision, context: Context) -> Sides | None:
    count = len(decision.replies)
    return None if count == wanted else (str(wanted), linked(":\n", (str(count), _all_of(decision))) if count else "0")


def _all_of(decision: Decision) -> str:
    """The replies as one text, each starting on a line of its own."""
    return "\n".join(map(reply_text, decision.replies)) or tr("no reply")


CHECKS: Mapping[str, Callable[[Any, Decision, Context], Sides | None]] = {
    "rule": _check_rule,
    "fields": _check_fields,
    "invalid": _check_invalid,
    "reply": _check_reply,
    "reply_has": _check_reply_has,
    "count": _check_count,
}
