"""`Groupings`: texts that fell through, in groups of those alike, with the rules that come nearest."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from rapidfuzz import fuzz, process

from flask_chatbot.answering.history import hash_of
from flask_chatbot.bot.bot import Bot
from flask_chatbot.console.editing.comparing import TRIED, Rehearsal
from flask_chatbot.core.conversation.heard import readings
from flask_chatbot.core.deciding.guessing import guess
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.language.readings import Folding
from flask_chatbot.core.late import Late, new_lock
from flask_chatbot.core.values.messages import Message, Sender
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


class Likeness:
    """The texts that are alike. What is known of texts is kept from one look to the next, and forgotten with them: only new ones cost."""

    def __init__(self, folding: Folding) -> None:
        self.folding = folding
        self._words: dict[str, str] = {}  # of each text, in order of the alphabet
        self._firsts: dict[str, str] = {}  # of such words, those of the first text of their group

    def groups(self, texts: "Sequence[FellThrough]") -> tuple[Alike, ...]:
        """The texts in groups of those alike, the largest group first; `texts` come newest first.

        >>> from flask_chatbot.store.console.conversations import FellThrough
        >>> said = ["ada parkir?", "Parkir Ada", "bisa cod", "ada parkirnya?"]
        >>> came = [FellThrough(session="toko", rule="entah", at=9.0 - place, person="budi", text=text) for place, text in enumerate(said)]
        >>> alike = Likeness(Folding())
        >>> [(group.text, group.count) for group in alike.groups(came)]
        [('ada parkir?', 3), ('bisa cod', 1)]
        >>> [(group.text, group.count) for group in alike.groups(came[1:3])]
        [('Parkir Ada', 1), ('bisa cod', 1)]
        """
        self._forget_all_but({each.text[:LONGEST] for each in texts})
        groups: dict[str, Alike] = {}
        for each in texts:
            text = each.text[:LONGEST]
            first = self._first_like(self._words_of(text))
            group = groups.get(first)
            if group is None:
                group = groups[first] = Alike(text, each.at, each.rules_hash)
            group.count += 1
            group.people.add(each.person)
        return tuple(sorted(groups.values(), key=lambda group: (-group.count, -group.at)))

    def _forget_all_but(self, texts: Collection[str]) -> None:
        self._words = {text: words for text, words in self._words.items() if text in texts}
        kept = {*self._words.values()}
        self._firsts = {words: first for words, first in self._firsts.items() if words in kept and first in kept}

    def _words_of(self, text: str) -> str:
        """The words of a text in order of the alphabet, without courtesy if there is any."""
        words = self._words.get(text)
        if words is None:
            words = self._words[text] = " ".join(sorted(min(readings(text, self.folding), key=len).split()))
        return words

    def _first_like(self, words: str) -> str:
        """The words of the first text of the group that these belong to; their own if they are alike to none."""
        first = self._firsts.get(words)
        if first is None:
            firsts = list(dict.fromkeys(self._firsts.values()))
            nearest = process.extractOne(words, firsts, scorer=fuzz.ratio, score_cutoff=ALIKE)
            first = self._firsts[words] = words if nearest is None else nearest[0]
        return first


class Grouping:
    """The groups of some texts, and what the rules of a bot make of those that were asked about.

    What is known from `before`, the last look, is not asked again.
    """

    def __init__(self, bot: Bot, texts: "Sequence[FellThrough]", before: "Grouping | None") -> None:
        self.book = book = bot.book
        self.texts = texts
        self.likeness: Likeness = before.likeness if before and before.likeness.folding.reads_like(book.folding) else Likeness(book.folding)
        self.groups = self.likeness.groups(texts)
        self._bot = bot
        self._hash = hash_of(book)
        self._near: dict[str, tuple[NearRule, ...]] = {}
        self._rules_now: dict[str, str] = {}
        if before and before.book is book:
            shown = {group.text for group in self.groups}
            self._near |= {text: near for text, near in before._near.items() if text in shown}
            self._rules_now |= {text: rule for text, rule in before._rules_now.items() if text in shown}

    def knows(self, group: Alike) -> bool:
        """True if it is known what the rules make of a group."""
        return group.text in self._near

    def near(self, group: Alike) -> tuple[NearRule, ...]:
        """The rules that are nearest to a group."""
        if group.text not in self._near:
            self._near[group.text] = near(self.book, group.text)
        return self._near[group.text]

    def rule_now(self, group: Alike) -> str:
        """The rule that answers the text of a group by now; empty if it would fall through again."""
        if group.rules_hash == self._hash:  # it fell through these very rules
            return ""
        if group.text not in self._rules_now:
            self._rules_now[group.text] = _rule_now(self._bot, self.book, group.text)
        return self._rules_now[group.text]


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
                last = self._last[bot] = Grouping(bot, texts, last)
            return last


def near(book: RuleBook, text: str) -> tuple[NearRule, ...]:
    """The rules whose phrases are nearest to a text, whatever their conditions."""
    found = guess(book, text, lambda rule: True).near[:NEAR]
    return tuple(NearRule(rule=meant.rule.name, mark=meant.rule.mark, phrase=meant.words) for meant in found)


def _rule_now(bot: Bot, book: RuleBook, text: str) -> str:
    without_offers = replace(book, guess="never") if book.guess == "suggest" else book  # no rule is found by them
    name = Rehearsal(bot, without_offers).answer(Message(text=text, sender=Sender(number=TRIED)), bot.clock()).rule
    rule = book.by_name.get(name)
    return "" if rule is None or rule.fallback else name
