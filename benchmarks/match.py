"""Deciding: what a message costs, by the number of rules, for us and for others."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import cycle, islice
from random import Random
from statistics import median

from benchmarks.books import load_book
from benchmarks.peers import loop_of_re, rivescript
from benchmarks.rulesets import Made, make_messages, make_rules
from benchmarks.tables import Row, Say, seconds, table
from benchmarks.timing import Work, done, in_turn, ratio
from flask_chatbot.core.conversation.memory import NO_MEMORY
from flask_chatbot.core.deciding.decision import Decision
from flask_chatbot.core.deciding.engine import decide
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.values.messages import Message

SIZES = (10, 100, 1_000, 10_000, 100_000)
RIVESCRIPT_MOST = 10_000  # rules; it takes seconds for one message to more
MESSAGES = 4_000
OURS, RE, RIVE = "flask_chatbot", "loop of re", "RiveScript"
Curves = dict[str, dict[int, float]]  # seconds a message, by number of rules


def run(say: Say, quick: bool = False) -> tuple[list[Row], Curves]:
    """The figures of promises, and the curve of each for the plot."""
    sizes = SIZES[:4] if quick else SIZES
    rounds, most = (3, RIVESCRIPT_MOST // 10) if quick else (9, RIVESCRIPT_MOST)
    costs = {size: compare(make_rules(size), rounds, size <= most) for size in sizes}
    curves = {name: {size: median(costs[size][name]) for size in sizes if name in costs[size]} for name in (OURS, RE, RIVE)}
    heads = ("rules", *curves)
    rows = [[f"{size:,}", *(seconds(curve[size]) if size in curve else "" for curve in curves.values())] for size in sizes]
    say(table("Deciding: processor time a message, a mix of all kinds, half of them misses", rows, heads))
    return [*promised(costs, sizes[-1]), *keywords_alone(rounds)], curves


def promised(costs: dict[int, dict[str, list[float]]], largest: int) -> list[Row]:
    """The rows of promises for the mix."""
    ours, small = costs[largest][OURS], costs[100][OURS]
    rows = [
        Row(f"deciding at {largest:,} rules, beside 100", seconds(median(ours)), seconds(median(small)), median(ours) / median(small), 3.0)
    ]
    for name, least in ((RIVE, 500.0), (RE, 15.0)):
        size = max(size for size, measured in costs.items() if name in measured and size <= RIVESCRIPT_MOST)
        promise = least if size == RIVESCRIPT_MOST else None  # what is promised is promised of so many
        rows.append(faster(f"deciding at {size:,} rules, beside {name}", costs[size], name, promise))
    return rows


def faster(what: str, costs: dict[str, list[float]], name: str, least: float | None) -> Row:
    """How many times as fast as the other we are."""
    return Row(what, seconds(median(costs[OURS])), seconds(median(costs[name])), ratio(costs[name], costs[OURS]), least, at_least=True)


def keywords_alone(rounds: int) -> list[Row]:
    """The same of rules that are keywords and nothing else: deciding, and finding the rule, which is all that the loop does."""
    rules = make_rules(10_000, {"keyword": 100})
    costs = compare(rules, rounds, with_rivescript=False)
    book = load_book(rules)
    finding = in_turn({OURS: finding_of(book, make_messages(rules, MESSAGES)), RE: looping(rules)}, rounds)
    return [
        faster("finding one of 10,000 keywords, beside loop of re", finding, RE, 300.0),
        Row(
            "deciding at 10,000 keywords, beside loop of re",
            seconds(median(costs[OURS])),
            seconds(median(costs[RE])),
            ratio(costs[RE], costs[OURS]),
        ),
    ]


def compare(rules: Sequence[Made], rounds: int, with_rivescript: bool) -> dict[str, list[float]]:
    """The cost of one message for each, over the rounds."""
    works = {OURS: deciding(load_book(rules), make_messages(rules, MESSAGES)), RE: looping(rules)}
    if with_rivescript:
        few = make_messages(rules, max(8, 2_000 // len(rules)))
        brain = rivescript(rules)
        works[RIVE] = lambda: done(brain, few)
    return in_turn(works, rounds)


def deciding(book: RuleBook, texts: Sequence[str]) -> Work:
    """Decides on a thousand messages, the next ones each time; its templates are compiled, as in a bot that has been running."""
    messages = [Message(text=text) for text in texts]
    now, random = datetime(2026, 11, 23, 10, tzinfo=UTC), Random(1)

    def answer(message: Message) -> Decision:
        return decide(book, message, NO_MEMORY, now, random)

    done(answer, messages)
    endless = cycle(messages)
    return lambda: done(answer, islice(endless, 1_000))


def finding_of(book: RuleBook, texts: Sequence[str]) -> Work:
    """Finds the rule for each of a thousand messages."""
    endless, candidates = cycle(texts), book.index.candidates
    return lambda: done(lambda text: next(candidates(text), None), islice(endless, 1_000))


def looping(rules: Sequence[Made]) -> Work:
    """The same with a loop of `re`, for fewer messages where there are many rules."""
    answer = loop_of_re(rules)
    endless, count = cycle(make_messages(rules, 1_000)), max(8, min(1_000, 200_000 // len(rules)))
    return lambda: done(answer, islice(endless, count))
