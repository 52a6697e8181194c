"""Tokens: the words and numbers of a text that readers of values look at, without those around a value that say nothing."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from flask_chatbot.core.fields.field import Context, Field
from flask_chatbot.core.language.folding import canonical, fold
from flask_chatbot.core.language.readings import NO_WORDS
from flask_chatbot.core.language.signs import EMOJI
from flask_chatbot.core.language.vocabulary import Vocabulary
from flask_chatbot.core.language.words import LANGUAGES, Words, words_of
from flask_chatbot.core.late import late_pattern

LONGEST = 200  # characters of a value that is no text; what is longer is none
AT_EACH_END = 8  # words set aside, at the most
MOST = 14  # tokens of a value: "sabtu lima desember dua ribu dua puluh enam jam sembilan pagi" has eleven
RUN = 3  # words of the longest run that is set aside
HIGH_AND_LOW = late_pattern("[\u00b2\u00b3\u00b9\u2070-\u208e]")  # digits that NFKC would make ordinary ones
FRACTIONS = str.maketrans({"\u00bd": " 1/2 ", "\u00bc": " 1/4 ", "\u00be": " 3/4 "})
EMPTY_CENTS = re.compile(r"(?<=[0-9])[.,]-+(?![0-9])")  # Rp50.000,-
SHORTENED = re.compile(r"(?<=[^\W\d_])\.(?=[\s0-9])")  # the stop of rp. and tgl.
REPEATED = re.compile(r"([^\W\d_])\1+")
VOWELS = frozenset("aeiou")
WORD = r"[^\W\d_]+(?:['.-][^\W\d_]+)*"
NUMBER_TOKEN = late_pattern(rf"[0-9]+(?:[.,][0-9]+)*(?:/[0-9]+)?|[.,][0-9]+|{WORD}|[^\s.,:;!?=*~\"'()_]")
DATE_TOKEN = late_pattern(rf"[0-9]+(?: ?([-/.:]) ?[0-9]+)?(?: ?\1 ?[0-9]+)*|{WORD}|[^\s.,;!?=*~\"'()_:/-]")


def tokens_of(text: str, kind: re.Pattern[str]) -> list[str]:
    """The tokens of a text in the normal form; none where it is too long to be a value.

    >>> tokens_of("Rp. 50.000,- kak!", NUMBER_TOKEN), tokens_of("5 / 12 / 2026", DATE_TOKEN), tokens_of("-2pcs", NUMBER_TOKEN)
    (['rp', '50.000', 'kak'], ['5/12/2026'], ['-', '2', 'pcs'])
    """
    if len(text) > LONGEST or HIGH_AND_LOW.search(text):
        return []
    plain = EMOJI.sub(" ", canonical(text.translate(FRACTIONS)).replace("\u2044", "/"))
    plain = SHORTENED.sub(" ", EMPTY_CENTS.sub("", plain))
    return [found[0].replace(" ", "") for found in kind.finditer(plain)]


def slices(tokens: Sequence[str], field: Field, context: Context, label: str) -> Iterator[list[str]]:
    """The tokens without what may be set aside at their ends, as little as possible first; `label` is the type's entry of labels."""
    words = words_for(context)
    ahead, behind = edges(words, context.language.vocabulary, label)
    ahead = ahead | own_labels(field.name, field.label)
    firsts, lasts = cuts(tokens, ahead), cuts(tokens[::-1], behind, backwards=True)
    pairs = sorted((first + last, first, last) for first in firsts for last in lasts if 0 < len(tokens) - first - last <= MOST)
    for _, first, last in pairs:
        yield list(tokens[first : len(tokens) - last])


def words_for(context: Context) -> Words:
    """The bot's words, those of the language where it has none of its own."""
    words = context.folding.words
    return words_of(context.language.like) if words is NO_WORDS else words


def cuts(tokens: Sequence[str], known: frozenset[str], backwards: bool = False) -> list[int]:
    """The numbers of tokens that may be taken off the beginning, 0 among them.

    >>> cuts(["hari", "jumat"], frozenset({"hari"})), cuts(["ya", "kalau", "bisa", "besok"], frozenset({"ya", "kalau bisa"}))
    ([0, 1], [0, 1, 3])
    """
    reached = [0]
    for start in reached:
        for size in range(1, RUN + 1):
            end = start + size
            if end > min(AT_EACH_END, len(tokens)):
                break
            run = tokens[start:end][::-1] if backwards else tokens[start:end]
            if end not in reached and " ".join(run) in known:
                reached.append(end)
    return reached


@lru_cache(maxsize=64)
def edges(words: Words, vocabulary: Vocabulary, label: str) -> tuple[frozenset[str], frozenset[str]]:
    """The words that may stand ahead of a value and behind it: courtesy of the bot and of all languages, and words that say nothing."""
    labels = vocabulary.labels.get(label, frozenset())
    ahead, behind = vocabulary.ahead | labels, vocabulary.behind | labels
    for each in (words, *map(words_of, LANGUAGES)):
        ahead = ahead.union(each.ignore, each.ignore_first, each.ignore_last, *each.greetings.values())
        behind = behind.union(each.ignore, each.ignore_last, each.thanks)
    return ahead, behind


@lru_cache(maxsize=1_000)
def own_labels(name: str, label: str) -> frozenset[str]:
    """The names that a customer may give a field in front of its value.

    >>> sorted(own_labels("nama2", "Nama lengkap"))
    ['nama', 'nama lengkap', 'nama lengkapnya', 'nama2', 'nama2nya', 'namanya']
    """
    names = {fold(each.replace("_", " ")) for each in (name, name.rstrip("0123456789"), label)} - {""}
    return frozenset(names | {f"{each}nya" for each in names})


def squeezed(word: str) -> str:
    """A word with each run of a letter as that letter once, where it has a vowel and two different letters.

    >>> squeezed("besooook"), squeezed("xxxl"), squeezed("2000")
    ('besok', 'xxxl', '2000')
    """
    once = REPEATED.sub(r"\1", word)
    return once if len(set(once)) > 1 and not VOWELS.isdisjoint(once) else word
