"""What is hard to decide: texts, and rules with texts made for them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, product
from random import Random
from string import ascii_lowercase

from benchmarks.rulesets import SYLLABLES

LETTERS = ascii_lowercase


@dataclass(frozen=True, slots=True, kw_only=True)
class Hard:
    """Rules that are hard to decide by, with texts made for them; `refused` are the words in which the loader refuses them, if it may."""

    what: str
    rules: Iterable[str]
    texts: tuple[str, ...]
    refused: str = ""


def hard_texts(random: Random) -> Iterator[tuple[str, str]]:
    """What it is, and a text that is hard whatever the rules are."""
    yield "4,096 letters, all the same", "a" * 4096
    yield "4,096 letters by chance", "".join(random.choices(LETTERS, k=4096))
    yield "2,000 words, all the same", "a " * 2000
    yield "680 words by chance", " ".join("".join(random.choices(SYLLABLES, k=2)) for _ in range(680))
    yield "2,000 words of one letter by chance", " ".join(random.choices(LETTERS, k=2000))
    yield "'#' only", "#" * 4096
    yield "'a#' only", "a#" * 2048
    yield "U+FDFA, which becomes 18 characters", "\ufdfa" * 4096
    yield "2,048 letters, then U+FDFA", "\u00e9" * 2048 + "\ufdfa" * 2048
    yield "4,096 emoji", "\U0001f44d\U0001f3fd" * 2048
    yield (
        "4,096 letters of many scripts",
        "".join(random.choices([chr(code) for code in range(0xC0, 0x2000) if chr(code).isalpha()], k=4096)),
    )
    yield "punctuation between letters", "a.b," * 1024
    yield "4,096 characters of Chinese", "\u4ef7\u683c" * 2048
    yield "4,096 characters of Chinese by chance", "".join(random.choices([chr(code) for code in range(0x4E00, 0xA000)], k=4096))


def hard_rules(part: int) -> Iterator[Hard]:
    """Rules of every kind; `part` makes fewer of them."""
    yield from hard_lookups(100_000 // part, 5_000 // part)
    yield from hard_words(20_000 // part)
    yield from hard_patterns(5_000 // part)
    yield from big_patterns()


def hard_lookups(many: int, few: int) -> Iterator[Hard]:
    """Keywords and phrases."""
    yield Hard(
        what=f"{many:,} keywords with one prefix",
        rules=(f"keyword: harga barang nomor {n}" for n in range(many)),
        texts=("harga barang nomor 1", "harga barang nomor 1#a", "harga barang nomor x"),
    )
    yield Hard(
        what=f"{many:,} phrases with one prefix",
        rules=(f"contains: harga barang nomor {n}" for n in range(many)),
        texts=("harga barang " * 300, " ".join(f"harga barang nomor {n}" for n in range(180))),
    )
    yield Hard(
        what=f"{few:,} beginnings of words, each a longer one",
        rules=(f"contains: {'ab' * (n % 30 + 1)}{n}*" for n in range(few)),
        texts=("ab" * 2048, " ".join(f"{'ab' * 29}{n}" for n in range(66))),
    )


def hard_words(some: int) -> Iterator[Hard]:
    """Words with typing errors."""
    alike = ["ka" + "".join(letters) + "ta" for letters in islice(product(LETTERS, repeat=4), some)]
    yield Hard(
        what=f"{some:,} similar words that differ in one letter, in four places",
        rules=(f"similar: {word}" for word in alike),
        texts=("kaaaata", "kaaaat", "kaazazta", "kaaaaata"),
    )
    yield Hard(
        what=f"{some // 2:,} similar words that differ in one letter, in one place",
        rules=(f"similar: ka{chr(0xAC00 + n)}ta" for n in range(some // 2)),
        texts=("kaata",),
        refused="differ in one letter only",
    )


def hard_patterns(few: int) -> Iterator[Hard]:
    """Many patterns, with and without a word."""
    yield Hard(
        what=f"{few:,} patterns with a word of their own",
        rules=(f"pattern: 'resi{n}x[0-9]+'" for n in range(few)),
        texts=("resi7x1", " ".join(f"resi{n}x" for n in range(455))),
    )
    yield Hard(
        what=f"{few:,} patterns with three letters of their own",
        rules=(f"pattern: '[0-9]{''.join(word)}[0-9]'" for word in islice(product(LETTERS, repeat=3), few)),
        texts=("".join(map("".join, islice(product(LETTERS, repeat=3), 0, None, 3)))[:4090],),
    )
    yield Hard(
        what=f"{few:,} patterns with one word in common",
        rules=(f"pattern: 'nomor[0-9]{a}{b}[0-9]{c}'" for a, b, c in islice(product(LETTERS, repeat=3), few)),
        texts=("nomor",),
        refused="patterns would be tried for any text with 'nomor'",
    )
    yield Hard(
        what=f"{few:,} patterns without a word",
        rules=(f"pattern: '[a-z]{n % 10}[0-9]{n // 10 % 10}[a-z]{n // 100}'" for n in range(few)),
        texts=("a1",),
        refused="patterns hold no three letters",
    )
    hard = [f"pattern: '{LETTERS[n]}{LETTERS[-n - 1]}{LETTERS[n]}[ab]{{40}}x'" for n in range(24)]
    yield Hard(
        what="24 patterns, each as hard as one may be",
        rules=hard,
        texts=tuple("".join(Random(n).choices(["aza", "byb", "cxc", "a", "b"], k=4096))[:4090] for n in range(3)),
    )


def big_patterns() -> Iterator[Hard]:
    """One pattern in a file, as hard as its characters allow."""
    for what, pattern, refused in BIG:
        letters = "".join(sorted({letter for letter in pattern if letter.isalpha()}))
        texts = [text for n in range(3) for text in ("".join(Random(n).choices(letters, k=4090)), "".join(Random(n).choices("ab", k=4090)))]
        yield Hard(
            what=f"a pattern of {len(pattern)} characters, {what}", rules=[f"pattern: '{pattern}'"], texts=tuple(texts), refused=refused
        )


def nested(repeat: str) -> str:
    """A pattern of at most 512 characters, a repeat around a repeat as deep as fits."""
    depth = (512 - 1) // (2 + len(repeat))
    return "(" * depth + "a" + f"){repeat}" * depth


LONG = "some texts would take RE2 too long"
BIG_PROGRAM = "the pattern is too big for RE2"
BIG = (
    ("counted repeats nested", "((((a{1,3}){1,3}){1,3}){1,3}){1,3}", "the repeats of the pattern add up to"),
    ("stars nested", nested("*"), ""),
    ("stars nested around branches", "(ab|a" * 73 + ")*" * 73, ""),
    ("optional letters nested", nested("?"), ""),
    ("optional letters", "a?" * 200 + "a" * 111 + "b", "add up to"),
    ("optional letters repeated", "(a?){50}b", ""),
    ("one letter", "a" * 511 + "b", ""),
    ("any letters", "a" + "." * 510 + "b", BIG_PROGRAM),
    ("any letters, repeated", "a.{50}b", LONG),
    ("two letters", "a[ab]{50}x", ""),
    ("two letters written out", "a" + "[ab]" * 127 + "x", LONG),
    ("branches", "(a|b|ab)*a" + "(a|b|ab)" * 62, LONG),
    ("branches repeated", "(.{1,50}x?){2}z", "add up to"),
    ("letters of every script", r"\pL+ \pL+ \pL+", ""),
    ("letters of every script, repeated", r"\pL{40}x", BIG_PROGRAM),
    ("letters and digits of every script", r"\pL*\pN*" * 32 + "9", BIG_PROGRAM),
    ("named groups", "".join(f"(?P<{letter}{letter}>a*)" for letter in LETTERS), "named groups"),
    ("named groups with repeats", "(?P<x>.{1,50}).*(?P<y>.{1,40})", LONG),
    ("named groups nested", r"(?P<x>(?P<y>\S+ ?)+)+", ""),
    ("a word and any letters", "pesan .{1,40}x", ""),
)
