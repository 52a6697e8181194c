"""Deciding: what a message costs, by the number of rules, for us and for others."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import cycle, islice
from random import Random
from statistics import median

from benchmarks.books import load_book
from benchmarks.peers import loop_of_re, rivescript
from benchmarks.profile import sampled
from benchmarks.rulesets import Made, make_messages, make_rules
from benchmarks.tables import Row, Say, seconds, table
from benchmarks.timing import Work, done, in_turn, ratio
from flask_chatbot.core.conversation.memory import NO_MEMORY
from flask_chatbot.core.deciding.decision import Decision
from flask_chatbot.core.deciding.engine import decide
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.values.messages import Message

SIZES = (10, 100, 1_000, 10_000, 100_000)
FEW = 100  # rules, as a shop may have
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
    promised = [beside(f"deciding among {FEW} rules, beside {RE}", costs[FEW][OURS], costs[FEW][RE], 2.0, partial(profile, FEW))]
    promised += [grown(sizes[-1], rounds), keywords_alone(sizes[-1], rounds)]
    slow = costs[most]
    what = f"deciding at {most:,} rules, beside {RIVE}"
    times = ratio(slow[RIVE], slow[OURS])
    promise = None if quick else 500.0  # of so many rules, of fewer nothing is promised
    ours, theirs = (seconds(median(slow[name])) for name in (OURS, RIVE))
    return [*promised, Row(what, ours, theirs, times, promise, at_least=True, profile=partial(profile, most))], curves


def beside(what: str, ours: list[float], others: list[float], promise: float, profile: Callable[[], str]) -> Row:
    """The cost of one thing beside that of another."""
    return Row(what, seconds(median(ours)), seconds(median(others)), ratio(ours, others), promise, profile=profile)


def profile(size: int) -> str:
    """Where the time of deciding among so many rules goes."""
    rules = make_rules(size)
    return sampled(deciding(load_book(rules), make_messages(rules, MESSAGES)))


def grown(largest: int, rounds: int) -> Row:
    """Deciding among very many rules, beside few, in turn."""
    sets = {f"{size}": make_rules(size) for size in (FEW, largest)}
    costs = in_turn({name: deciding(load_book(rules), make_messages(rules, MESSAGES)) for name, rules in sets.items()}, rounds)
    few, many = costs.values()
    return beside(f"deciding among {largest:,} rules, beside {FEW}", many, few, 2.0, partial(profile, largest))


def keywords_alone(largest: int, rounds: int) -> Row:
    """Finding the rule of a keyword among very many, beside a handful, where all rules are keywords."""

    def work(size: int) -> Work:
        rules = make_rules(size, {"keyword": 100})
        return finding(load_book(rules), make_messages(rules, 2 * MESSAGES)[::2])

    few, many = in_turn({f"{size}": work(size) for size in (SIZES[0], largest)}, rounds).values()
    what = f"finding one of {largest:,} keywords, beside one of {SIZES[0]}"
    return beside(what, many, few, 1.5, lambda: sampled(work(largest)))


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


def finding(book: RuleBook, texts: Sequence[str]) -> Work:
    """Finds the rule for each of a thousand messages."""
    endless, candidates = cycle(texts), book.index.candidates
    return lambda: done(lambda text: next(candidates(text), None), islice(endless, 1_000))


def looping(rules: Sequence[Made]) -> Work:
    """The same with a loop of `re`, for fewer messages where there are many rules."""
    answer = loop_of_re(rules)
    endless, count = cycle(make_messages(rules, 1_000)), max(8, min(1_000, 200_000 // len(rules)))
    return lambda: done(answer, islice(endless, count))
