"""Texts and rules chosen to be slow: one decision stays under 5 ms, or the rules are refused with the reason."""

from collections.abc import Iterable
from datetime import UTC, datetime
from random import Random
from time import process_time

from benchmarks.books import load_text
from benchmarks.hardrules import hard_rules, hard_texts
from benchmarks.rulesets import UNKNOWN, make_rules, rule_file
from benchmarks.tables import Row, Say, seconds, table
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
    measured = {f"a text of {what}": slowest(mixed, [text]) for what, text in texts.items()}
    outcomes = [(what, seconds(spent)) for what, spent in measured.items()]
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
            measured[hard.what] = slowest(book, [*hard.texts, *texts.values()])
            outcomes.append((hard.what, seconds(measured[hard.what])))
    say(table("Bad input: processor time of the slowest decision", outcomes, ("what", "outcome")))
    worst = max(measured, key=measured.__getitem__)
    return [
        Row(f"the slowest decision on bad input: {worst}", seconds(measured[worst]), seconds(LIMIT), measured[worst] / LIMIT, 1.0),
        Row("; ".join(["rules refused for another reason than meant", *strange]), str(len(strange)), "0", float(len(strange)), 0.0),
    ]


def written(rules: Iterable[str]) -> str:
    """A rule file of these, each the keys of a rule, with a fallback that guesses at what was meant."""
    entries = "".join(f"  - {{{keys}, reply: a}}\n" for keys in rules)
    return f"version: 1\nrules:\n{entries}  - fallback: true\n    reply: {SUGGESTING}\n"


def slowest(book: RuleBook, texts: Iterable[str]) -> float:
    """Seconds of processor time of the slowest decision on one of the texts."""
    return max(decision(book, text) for text in texts)


def decision(book: RuleBook, text: str) -> float:
    """Seconds of processor time to decide on a text, each time with an ending of its own; the best of several, for a busy machine."""
    times: list[float] = []
    while len(times) < 3 or (len(times) < TRIES and min(times) > LIMIT / 2):
        message = Message(text=f"{text[:4090]}{len(times)}")
        start = process_time()
        decide(book, message, NO_MEMORY, NOW, Random(1))
        times.append(process_time() - start)
    return min(times)
