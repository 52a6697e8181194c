"""Texts and rules chosen to be slow: one decision stays under 5 ms, or the rules are refused with the reason."""

from collections.abc import Iterable
from datetime import UTC, datetime
from random import Random
from time import process_time
from typing import NamedTuple

from benchmarks.books import load_text
from benchmarks.hardrules import hard_rules, hard_texts
from benchmarks.profile import sampled
from benchmarks.rulesets import UNKNOWN, make_rules, rule_file
from benchmarks.tables import NO_TIME, Row, Say, seconds, table
from benchmarks.timing import done
from flask_chatbot.core.conversation.memory import NO_MEMORY
from flask_chatbot.core.deciding.engine import decide
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.values.messages import Message
from flask_chatbot.errors import RulesError

LIMIT = 0.005  # seconds
TRIES = 12  # of which the best counts; the first ones already where they are well below the limit
SUGGESTING = "'{{ suggestion or nama }}'"
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


def run(say: Say, quick: bool = False) -> list[Row]:
    """The slowest decision of all, and what was refused for another reason than the one meant, with a table of each."""
    texts = dict(hard_texts(Random(5)))
    mixed = load_text(
        rule_file(make_rules(1_000 if quick else 10_000)).replace(UNKNOWN, SUGGESTING).replace("guess: never", "guess: answer")
    )
    measured = [slowest(f"a text of {what}", mixed, [text]) for what, text in texts.items()]
    outcomes = [(each.what, seconds(each.spent)) for each in measured]
    strange = []
    for hard in hard_rules(10 if quick else 1):
        try:
            book = load_text(written(hard.rules))
        except RulesError as error:
            reason = error.problems[0].message
            outcomes.append((hard.what, f"refused: {reason[:80]}"))
            if not hard.refused or any(hard.refused not in problem.message for problem in error.problems):
                strange.append(f"{hard.what}: {reason[:80]}")
        else:
            measured.append(slowest(hard.what, book, [*hard.texts, *texts.values()]))
            outcomes.append((hard.what, seconds(measured[-1].spent)))
            measured = [max(measured, key=lambda each: each.spent)]  # so that the books of the others are let go
    say(table("Bad input: processor time of the slowest decision", outcomes, ("what", "outcome")))
    worst = max(measured, key=lambda each: each.spent)
    what = f"the slowest decision on bad input: {worst.what}"
    refused = "; ".join(["rules refused for another reason than meant", *strange])
    return [
        Row(what, seconds(worst.spent), seconds(LIMIT), worst.spent / LIMIT, 1.0, profile=worst.profile),
        Row(refused, str(len(strange)), "0", float(len(strange)), 0.0, profile=NO_TIME),
    ]


def written(rules: Iterable[str]) -> str:
    """A rule file of these, each the keys of a rule, with a fallback that guesses at what was meant."""
    entries = "".join(f"  - {{{keys}, reply: a}}\n" for keys in rules)
    return f"version: 1\nrules:\n{entries}  - fallback: true\n    reply: {SUGGESTING}\n"


class Hard(NamedTuple):
    """A decision that is hard: the seconds of processor time that it takes, and what it is made of."""

    spent: float
    what: str
    book: RuleBook
    text: str

    def profile(self) -> str:
        """Where its time goes, made again and again."""
        message = Message(text=self.text)
        return sampled(lambda: done(lambda _: decide(self.book, message, NO_MEMORY, NOW, Random(1)), range(10)), "a decision")


def slowest(what: str, book: RuleBook, texts: Iterable[str]) -> Hard:
    """The slowest decision on one of the texts."""
    return max((Hard(decision(book, text), what, book, text) for text in texts), key=lambda each: each.spent)


def decision(book: RuleBook, text: str) -> float:
    """Seconds of processor time to decide on a text, each time with an ending of its own; the best of several, for a busy machine."""
    times: list[float] = []
    while len(times) < 3 or (len(times) < TRIES and min(times) > LIMIT / 2):
        message = Message(text=f"{text[:4090]}{len(times)}")
        start = process_time()
        decide(book, message, NO_MEMORY, NOW, Random(1))
        times.append(process_time() - start)
    return min(times)
