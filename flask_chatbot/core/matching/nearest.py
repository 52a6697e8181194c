"""The phrases nearest to a text, by their shared groups of three letters."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import islice
from math import fsum, log
from typing import NamedTuple

LETTERS_ASKED = 200  # of a text, and of a phrase
PHRASES_LIMIT = 20_000  # phrases that are looked through
OWNERS = 4  # owners looked for: three to offer, and one that comes close to them
ROUNDS = 3  # of looking for further owners, without those found before
FINALISTS = 4  # phrases of each size whose scores are worked out in a round
SIZES = (3, 5, 8, 12, 17, 24, 40)  # groups of letters that phrases of one size have at most; those of the last size have more
WEIGHTY = (2.0, 4.0)  # a group that weighs so much counts twice, and four times, until scores are worked out


class Near(NamedTuple):
    """A phrase's number and its nearness: 1.0 if it has everything in common with the text, 0.0 if nothing."""

    score: float
    phrase: int


class _Trigram(NamedTuple):
    """A group of three letters: its number, its weight, the power of two it counts as, and the set of phrases that have it."""

    number: int
    weight: float
    power: int
    phrases: int


class NearestIndex:
    """Folded phrases, each with an owner, found by Dice's coefficient: the share of a phrase and a text that both have.

    Groups that few phrases have weigh more. Sets of phrases are integers with a bit for each phrase, and counting in all of them at once
    costs the same whatever the text, and however alike the phrases are.
    """

    __slots__ = ("_ends", "_groups", "_numbers", "_of_owner", "_owners", "_sizes", "_unknown", "_weights")

    def __init__(self, phrases: Iterable[tuple[str, int]]) -> None:
        known = tuple(islice(phrases, PHRASES_LIMIT))
        parts = [trigrams(phrase) for phrase, _ in known]
        having: dict[str, list[int]] = {}
        for phrase, groups in enumerate(parts):
            for group in groups:
                having.setdefault(group, []).append(phrase)
        weights = {group: 1 + log((1 + len(known)) / (1 + len(holders))) for group, holders in having.items()}
        self._unknown = 1 + log(1 + len(known))  # the weight of a group that no phrase has
        self._groups = {
            group: _Trigram(number, weight, bisect_left(WEIGHTY, weight), bits(having[group]))
            for number, (group, weight) in enumerate(weights.items())
        }
        self._numbers = array("I", [self._groups[group].number for groups in parts for group in groups])
        self._ends = array("I", [0])
        for groups in parts:
            self._ends.append(self._ends[-1] + len(groups))
        self._weights = array("d", [fsum([weights[group] for group in groups]) for groups in parts])
        self._sizes = by_size([len(groups) for groups in parts])
        self._owners = array("I", [owner for _, owner in known])
        self._of_owner: dict[int, list[int]] = {}
        for phrase, owner in enumerate(self._owners):
            self._of_owner.setdefault(owner, []).append(phrase)

    def find(self, text: str) -> list[Near]:
        """The phrases nearest to a folded text, nearest first: a few per owner, from several owners if possible.

        >>> NearestIndex([("jam buka", 0), ("alamat toko", 1), ("harga", 2)]).find("harga")
        [Near(score=1.0, phrase=2)]
        """
        asked = trigrams(text)
        known = [self._groups[group] for group in asked if group in self._groups]
        weights = {group.number: group.weight for group in known}
        whole = fsum(weights.values()) + self._unknown * (len(asked) - len(known))
        found: list[Near] = []
        owners: set[int] = set()
        planes, left = counted(known), everything(known)
        for _ in range(ROUNDS):
            finalists = [phrase for size in self._sizes for phrase in highest(planes, size & left)]
            found += [Near(self._score(phrase, weights, whole), phrase) for phrase in finalists]
            new = {self._owners[phrase] for phrase in finalists} - owners
            owners |= new
            if not new or len(owners) >= min(OWNERS, len(self._of_owner)):
                break
            left &= ~bits([phrase for owner in new for phrase in self._of_owner[owner]])
        return sorted(found, key=lambda near: (-near.score, near.phrase))

    def _score(self, phrase: int, weights: dict[int, float], whole: float) -> float:
        """Dice's coefficient of a phrase and the text whose groups have these weights."""
        groups = self._numbers[self._ends[phrase] : self._ends[phrase + 1]]
        both = fsum([weights[group] for group in groups if group in weights])  # alike phrases are alike, in whatever order
        return 2 * both / (whole + self._weights[phrase])


def trigrams(text: str) -> set[str]:
    """The groups of three letters in the words of a folded text, each word with a space before and after it.

    >>> sorted(trigrams("jam buka"))
    [' bu', ' ja', 'am ', 'buk', 'jam', 'ka ', 'uka']
    """
    spaced = f" {text[:LETTERS_ASKED]} "
    return {spaced[place - 1 : place + 2] for place in range(1, len(spaced) - 1) if spaced[place] != " "}


def bits(numbers: Sequence[int]) -> int:
    """The set of these numbers, as an integer with a bit for each.

    >>> bin(bits([0, 3]))
    '0b1001'
    """
    members = bytearray(max(numbers, default=0) // 8 + 1)
    for number in numbers:
        members[number // 8] |= 1 << number % 8
    return int.from_bytes(members, "little")


def numbers_of(members: int, most: int) -> list[int]:
    """The lowest numbers of a set, at most `most`.

    >>> numbers_of(0b1001, most=5)
    [0, 3]
    """
    found: list[int] = []
    while members and len(found) < most:
        lowest = members & -members
        found.append(lowest.bit_length() - 1)
        members ^= lowest
    return found


def by_size(sizes: Sequence[int]) -> tuple[int, ...]:
    """The sets of phrases of similar length: a long one has something in common with most texts, near or not."""
    alike: dict[int, list[int]] = {}
    for phrase, size in enumerate(sizes):
        alike.setdefault(bisect_left(SIZES, size), []).append(phrase)
    return tuple(map(bits, alike.values()))


def everything(groups: Iterable[_Trigram]) -> int:
    """The set of phrases that have any of the groups."""
    phrases = 0
    for group in groups:
        phrases |= group.phrases
    return phrases


def counted(groups: Iterable[_Trigram]) -> list[int]:
    """The weight of the groups in each phrase, in binary: one plane for the lowest digit of all phrases, one for the next, and so on.

    >>> counted([_Trigram(0, 1.0, 0, 0b01), _Trigram(1, 1.0, 0, 0b11)])  # the first phrase has two, the second has one
    [2, 1]
    """
    planes: list[int] = []
    for group in groups:
        carry, place = group.phrases, group.power
        while carry:
            planes += [0] * (place + 1 - len(planes))
            planes[place], carry = planes[place] ^ carry, planes[place] & carry
            place += 1
    return planes


def highest(planes: Sequence[int], among: int) -> list[int]:
    """The phrases of a set that count highest, a few of them; of equal ones the first.

    >>> highest([0b01, 0b10], among=0b11)
    [1, 0]
    """
    chosen: list[int] = []
    for plane in reversed(planes):
        high = among & plane
        if not high:
            continue
        if len(chosen) + high.bit_count() > FINALISTS:
            among = high
        else:
            chosen += numbers_of(high, FINALISTS)
            among ^= high
    return chosen + numbers_of(among, FINALISTS - len(chosen))
