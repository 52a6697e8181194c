"""Texts and rules chosen to be slow: one decision stays under 5 ms, or the rules are refused with the reason."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from random import Random
from time import process_time

from benchmarks.books import load_text
from benchmarks.rulesets import SYLLABLES, UNKNOWN, make_rules, rule_file
from benchmarks.tables import Row, Say, seconds, table
from flask_chatbot.core.engine import decide
from flask_chatbot.core.memory import NO_MEMORY
from flask_chatbot.core.messages import Message
from flask_chatbot.core.rules import RuleBook
from flask_chatbot.errors import RulesError

LIMIT = 0.005  # seconds
SUGGESTING = "'{{ suggestion or nama }}'"
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


def run(say: Say, quick: bool = False) -> list[Row]:
    """The slowest decision of all, with a table of each."""
    random = Random(5)
    mixed = load_text(rule_file(make_rules(1_000 if quick else 10_000)).replace(UNKNOWN, SUGGESTING))
    texts = list(hard_texts(random))
    measured = [(f"a text of {what}", slowest(mixed, [text])) for what, text in texts]
    outcomes = [(what, seconds(spent)) for what, spent in measured]
    for what, rules, chosen in hard_rules(10 if quick else 1):
        try:
            book = load_text(f"version: 1\nrules:\n{''.join(rules)}  - fallback: true\n    reply: {SUGGESTING}\n")
        except RulesError as error:
            outcomes.append((what, f"refused: {error.problems[0].message}"))
        else:
            spent = slowest(book, [*chosen, *(text for _, text in texts)])
            measured.append((what, spent))
            outcomes.append((what, seconds(spent)))
    say(table("Bad input: processor time of the slowest decision", outcomes, ("what", "outcome")))
    what, spent = max(measured, key=lambda each: each[1])
    return [Row(f"the slowest decision on bad input: {what}", seconds(spent), seconds(LIMIT), spent / LIMIT, 1.0)]


def slowest(book: RuleBook, texts: Iterable[str]) -> float:
    """Seconds of processor time of the slowest decision on one of the texts."""
    return max(decision(book, text) for text in texts)


def decision(book: RuleBook, text: str) -> float:
    """Seconds of processor time to decide on a text: the best of three, for a busy machine, each with an ending of its own."""
    times = []
    for number in range(3):
        message = Message(text=f"{text[:4090]}{number}")
        start = process_time()
        decide(book, message, NO_MEMORY, NOW, Random(1))
        times.append(process_time() - start)
    return min(times)


def hard_texts(random: Random) -> Iterator[tuple[str, str]]:
    yield "4,096 letters, all the same", "a" * 4096
    yield "4,096 letters by chance", "".join(random.choices("abcdefghijklmnopqrstuvwxyz", k=4096))
    yield "2,000 words, all the same", "a " * 2000
    yield "680 words by chance", " ".join("".join(random.choices(SYLLABLES, k=2)) for _ in range(680))
    yield "2,000 words of one letter by chance", " ".join(random.choices("abcdefghijklmnopqrstuvwxyz", k=2000))
    yield "'#' only", "#" * 4096
    yield "'a#' only", "a#" * 2048
    yield "U+FDFA, which becomes 18 characters", "\ufdfa" * 4096
    yield "4,096 emoji", "\U0001f44d\U0001f3fd" * 2048
    yield "punctuation between letters", "a.b," * 1024
    yield "4,096 characters of Chinese", "\u4ef7\u683c" * 2048


def hard_rules(part: int) -> Iterator[tuple[str, Iterator[str], list[str]]]:
    """What it is, the rules, and texts made for them; `part` makes fewer of them."""
    many, some, few = 100_000 // part, 20_000 // part, 5_000 // part
    yield (
        f"{many:,} keywords with one prefix",
        (f"  - {{keyword: harga barang nomor {n}, reply: a}}\n" for n in range(many)),
        ["harga barang nomor 1"],
    )
    yield (
        f"{many:,} phrases with one prefix",
        (f"  - {{contains: harga barang nomor {n}, reply: a}}\n" for n in range(many)),
        ["harga barang " * 300],
    )
    yield (
        f"{few:,} beginnings of words, each a longer one",
        (f"  - {{contains: {'ab' * (n % 30 + 1)}{n}*, reply: a}}\n" for n in range(few)),
        ["ab" * 2048],
    )
    alike = [
        f"ka{a}{b}{c}ta"
        for a in "abcdefghijklmnopqrstuvwxyz"
        for b in "abcdefghijklmnopqrstuvwxyz"
        for c in "abcdefghijklmnopqrstuvwxyz123"
    ]
    yield f"{some:,} similar words that differ in one letter", (f"  - {{similar: {word}, reply: a}}\n" for word in alike[:some]), ["kaaata"]
    yield f"{few:,} patterns with a word of their own", (f"  - {{pattern: 'resi{n}x[0-9]+', reply: a}}\n" for n in range(few)), ["resi7x1"]
    yield (
        f"{few:,} patterns with one word in common",
        (f"  - {{pattern: 'nomor[{n % 10}]{{3}}.*{n}', reply: a}}\n" for n in range(few)),
        ["nomor"],
    )
    yield f"{few:,} patterns without a word", (f"  - {{pattern: '[a-z][0-9]{n % 9}', reply: a}}\n" for n in range(few)), ["a1"]
    yield "a pattern of 512 characters, counted repeats nested", iter([f"  - {{pattern: '{nested('{1,9}')}', reply: a}}\n"]), ["a" * 4096]
    yield "a pattern of 512 characters, stars nested", iter([f"  - {{pattern: '{nested('*')}', reply: a}}\n"]), ["a" * 4096]
    yield "a pattern of 512 characters, optional letters", iter([f"  - {{pattern: '{'a?' * 200}{'a' * 112}b', reply: a}}\n"]), ["a" * 4096]


def nested(repeat: str) -> str:
    """A pattern of at most 512 characters, a repeat around a repeat as deep as fits."""
    depth = (510 - 1) // (2 + len(repeat))
    return "(" * depth + "a" + f"){repeat}" * depth
