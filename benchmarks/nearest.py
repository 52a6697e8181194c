"""The nearest phrase: what a text costs that nothing matches, beside comparing it with every phrase."""

from collections.abc import Sequence
from functools import partial
from itertools import cycle, islice
from random import Random
from statistics import median
from time import process_time

from rapidfuzz import fuzz, process

from benchmarks.profile import sampled
from benchmarks.rulesets import SEED, Words
from benchmarks.tables import Row, Say, seconds, table
from benchmarks.timing import done, in_turn, ratio
from flask_chatbot.core.matching.nearest import NearestIndex

PHRASES, VOCABULARY = 5_000, 1_500
LETTERS = range(36, 45)  # of a text: about 40
LIMIT = 0.005  # seconds, for whatever is asked
HOSTILE = {
    "5,000 phrases that are nearly one": "harga kopi gayo nomor 12345",
    "4,096 letters without a space": "ab" * 2_048,
    "4,096 characters of Hangul": "".join(map(chr, range(0xAC00, 0xBC00))),
    "a thousand emoji": "\U0001f600" * 1_000,
}


def run(say: Say, quick: bool = False) -> list[Row]:
    """The figures of promises."""
    random = Random(SEED)
    words = Words(random)
    vocabulary = [words.new() for _ in range(VOCABULARY)]
    weights = [1 / (place + 10) for place in range(VOCABULARY)]  # a few words are in many phrases, as in any language
    phrases = list({" ".join(random.choices(vocabulary, weights, k=random.randint(1, 5))): None for _ in range(2 * PHRASES)})[:PHRASES]
    texts = texts_of(vocabulary, weights, random)
    index = NearestIndex((phrase, owner) for owner, phrase in enumerate(phrases))
    ours, theirs = cycle(texts), cycle(texts)
    works = {
        "ours": lambda: len([index.find(text) for text in islice(ours, 200)]),
        "RapidFuzz": lambda: len([process.extractOne(text, phrases, scorer=fuzz.ratio) for text in islice(theirs, 200)]),
    }
    costs = in_turn(works, 3 if quick else 9)
    what = f"the nearest of {PHRASES:,} phrases, beside RapidFuzz"
    ours_each, theirs_each = (seconds(median(costs[name])) for name in works)
    row = Row(what, ours_each, theirs_each, ratio(costs["ours"], costs["RapidFuzz"]), 1.0, profile=partial(sampled, works["ours"]))
    return [row, hostile(say)]


def texts_of(vocabulary: Sequence[str], weights: Sequence[float], random: Random) -> list[str]:
    """Texts of about 40 letters, each of other words."""
    texts: list[str] = []
    while len(texts) < 400:
        text = " ".join(random.choices(vocabulary, weights, k=5))
        if len(text) in LETTERS:
            texts.append(text)
    return texts


def hostile(say: Say) -> Row:
    """The slowest answer to texts that are chosen to be slow, among phrases that are nearly one."""
    alike = NearestIndex((f"harga kopi gayo nomor {number}", number) for number in range(PHRASES))
    measured = {what: least_time(alike, text) for what, text in HOSTILE.items()}
    say(table("The nearest phrase: bad input", [(what, seconds(spent)) for what, spent in measured.items()], ("text", "time")))
    worst = max(measured, key=measured.__getitem__)
    what, spent = f"the nearest phrase on bad input: {worst}", measured[worst]
    again = partial(done, alike.find, [HOSTILE[worst]] * 100)
    return Row(what, seconds(spent), seconds(LIMIT), spent / LIMIT, 1.0, profile=partial(sampled, again))


def least_time(index: NearestIndex, text: str) -> float:
    """Processor time of the fastest of a few tries, for a busy machine."""
    times = []
    for _ in range(5):
        start = process_time()
        index.find(text)
        times.append(process_time() - start)
    return min(times)
