"""`Groupings`: texts that fell through, in groups of those alike, with the rules that come nearest."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from rapidfuzz import fuzz, process

from flask_chatbot.bot.bot import Bot
from flask_chatbot.core.conversation.heard import readings
from flask_chatbot.core.deciding.guessing import guess
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.language.readings import Folding
from flask_chatbot.core.late import Late, new_lock
from flask_chatbot.core.values.problems import Mark

if TYPE_CHECKING:
    from flask_chatbot.store.console.conversations import FellThrough

ALIKE = 80  # of 100: the likeness of two texts of one group, whatever the order of their words
LONGEST = 200  # letters of a text that are compared and shown
NEAR = 3  # rules


@dataclass(slots=True)
class Alike:
    """Texts that are alike: the newest as it was written, how many there were, from how many people, and when the last came.

    `rules_hash` is that of the rules that did not understand the last one.
    """

    text: str
    at: float
    rules_hash: str | None = None
    count: int = 0
    people: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True)
class NearRule:
    """A rule that was nearly meant, and by which of its phrases."""

    rule: str
    mark: Mark
    phrase: str


@dataclass(frozen=True, slots=True)
class Grouping:
    """The groups of some texts, and the rules of a book that are nearest to those that were asked about."""

    book: RuleBook
    texts: "Sequence[FellThrough]"
    groups: tuple[Alike, ...]
    _near: dict[str, tuple[NearRule, ...]] = field(default_factory=dict)

    def near(self, group: Alike) -> tuple[NearRule, ...]:
        """The rules that are nearest to a group."""
        if group.text not in self._near:
            self._near[group.text] = near(self.book, group.text)
        return self._near[group.text]


class Groupings:
    """The last grouping for each bot. It counts only for the very same rules and texts, so what was forgotten is in none."""

    _lock = Late(new_lock)

    def __init__(self) -> None:
        self._last: WeakKeyDictionary[Bot, Grouping] = WeakKeyDictionary()

    def of(self, bot: Bot, texts: "Sequence[FellThrough]") -> Grouping:
        """The groups of what fell through a bot's rules; the texts come newest first."""
        with self._lock:
            last = self._last.get(bot)
            if last is None or last.book is not bot.book or last.texts != texts:
                last = self._last[bot] = Grouping(bot.book, texts, grouped(texts, bot.book.folding))
            return last


def grouped(texts: "Sequence[FellThrough]", folding: Folding) -> tuple[Alike, ...]:
    """The texts in groups of those alike, the largest group first; `texts` come newest first.

    >>> from flask_chatbot.store.console.conversations import FellThrough
    >>> said = ["ada parkir?", "Parkir Ada", "bisa cod", "ada parkirnya?"]
    >>> came = [FellThrough(session="toko", rule="entah", at=9.0 - place, person="budi", text=text) for place, text in enumerate(said)]
    >>> [(group.text, group.count) for group in grouped(came, Folding())]
    [('ada parkir?', 3), ('bisa cod', 1)]
    """
    groups: list[Alike] = []
    words_of: list[str] = []  # of the first text of each group, in order of the alphabet
    known: dict[str, Alike] = {}  # by such words
    for each in texts:
        folded = min(readings(each.text[:LONGEST], folding), key=len)  # without courtesy, if there is any
        words = " ".join(sorted(folded.split()))
        if words not in known:
            nearest = process.extractOne(words, words_of, scorer=fuzz.ratio, score_cutoff=ALIKE)
            if nearest is None:
                words_of.append(words)
                groups.append(Alike(each.text[:LONGEST], each.at, each.rules_hash))
            known[words] = groups[-1 if nearest is None else nearest[2]]
        group = known[words]
        group.count += 1
        group.people.add(each.person)
    return tuple(sorted(groups, key=lambda group: (-group.count, -group.at)))


def near(book: RuleBook, text: str) -> tuple[NearRule, ...]:
    """The rules whose phrases are nearest to a text, whatever their conditions."""
    found = guess(book, text, lambda rule: True).near[:NEAR]
    return tuple(NearRule(rule=meant.rule.name, mark=meant.rule.mark, phrase=meant.words) for meant in found)
