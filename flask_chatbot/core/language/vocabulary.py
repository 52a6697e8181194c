"""The words that values are written with: numbers, units, days, months, times of day; of a language before those of the others."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from flask_chatbot.core.language.folding import canonical
from flask_chatbot.core.language.words import LANGUAGES, file_of


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Vocabulary:
    """Words and runs of words in lower case, by what they mean in a value.

    `ahead` and `behind` say nothing, nor do `labels` around a value of their type, nor `links` between a label and its value. `scales`
    multiply the number before them. Days count from Monday as 0, months from 1; `away` are days from today; `spans` are "day", "week"
    or "month"; `dayparts` names such as "morning".
    """

    ahead: frozenset[str]
    behind: frozenset[str]
    links: frozenset[str]
    articles: frozenset[str]
    negations: frozenset[str]
    next: frozenset[str]
    this: frozenset[str]
    today_with_time: frozenset[str]
    later: frozenset[str]
    within: frozenset[str]
    ago: frozenset[str]
    date: frozenset[str]
    clock: frozenset[str]
    half_before: frozenset[str]
    past: frozenset[str]
    to: frozenset[str]
    counters: frozenset[str]
    packs: frozenset[str]
    measures: frozenset[str]
    currency: frozenset[str]
    labels: Mapping[str, frozenset[str]]
    numbers: Mapping[str, Decimal]
    scales: Mapping[str, Decimal]
    teens: frozenset[str]
    spans: Mapping[str, str]
    away: Mapping[str, int]
    days: Mapping[str, int]
    months: Mapping[str, int]
    dayparts: Mapping[str, str]

    @property
    def units(self) -> frozenset[str]:
        """Everything that may stand behind a number of which no unit was asked for."""
        return self.counters | self.packs | self.measures


TABLES = ("labels", "numbers", "scales", "spans", "away", "days", "day_slips", "months", "dayparts")


@cache
def vocabulary_of(language: str) -> Vocabulary:
    """The words of a language, and of the others where it has no such word itself; ValueError where the package has no file of it.

    >>> words = vocabulary_of("id")
    >>> words.months["mei"], words.months["may"], words.days["jum'at"], words.away["lusa"], "pcs" in words.units
    (5, 5, 4, 2, True)
    """
    if language not in LANGUAGES:
        raise ValueError(f"there are no words of {language!r}")
    files = [_values(each) for each in dict.fromkeys((language, *LANGUAGES))]
    lists = {name: frozenset().union(*(_listed(each[name]) for each in files)) for name in files[0] if name not in TABLES}
    tables = {name: dict(_entries(files, name)) for name in TABLES}
    labels = {kind: frozenset().union(*(_listed(each["labels"][kind]) for each in files)) for kind in files[0]["labels"]}
    scales = tables["scales"]
    return Vocabulary(
        **lists,
        labels=labels,
        numbers={word: Decimal(key) for word, key in tables["numbers"].items()},
        scales={word: Decimal(key) for word, key in scales.items() if key != "teen"},
        teens=frozenset(word for word, key in scales.items() if key == "teen"),
        spans=tables["spans"],
        away={word: int(key) for word, key in tables["away"].items()},
        days={word: int(key) for word, key in {**tables["day_slips"], **tables["days"]}.items()},
        months={word: int(key) for word, key in tables["months"].items()},
        dayparts=tables["dayparts"],
    )


@cache
def day_names() -> dict[str, int]:
    """The days of the week in all languages, as they are rightly spelled, from Monday as 0.

    >>> day_names()["jum'at"], day_names()["tue"], "snin" in day_names()
    (4, 1, False)
    """
    return {word: int(key) for word, key in _entries([_values(each) for each in LANGUAGES], "days")}


def _values(language: str) -> dict[str, Any]:
    values: dict[str, Any] = file_of(language)["values"]
    return values


def _entries(files: list[dict[str, Any]], name: str) -> Iterator[tuple[str, str]]:
    """Each word of a table with its key; those of the language itself win."""
    for each in reversed(files):
        for key, written in each[name].items():
            for word in _listed(written):
                yield word, key


def _listed(written: str) -> frozenset[str]:
    return frozenset(filter(None, map(canonical, written.split(","))))
