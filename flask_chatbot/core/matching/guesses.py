"""Guesses: all phrases of a rule book, for finding the meaning of texts that nothing matches."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from flask_chatbot.core.language.readings import Folding
from flask_chatbot.core.language.variants import joined, may_be_joined
from flask_chatbot.core.matching.nearest import LETTERS_ASKED, NearestIndex, trigrams
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.matching.similar import FORGIVING, Spellings, letters
from flask_chatbot.core.values.actions import Subscribe

CHARACTERS_READ = 1_000  # of a text, to find its first letters and words in
WORDS_ASKED = 40  # words of a text; one that is longer means more than one phrase can say
WORDS_CORRECTED = 8  # words of a text that no phrase has, and that are taken for one that a typing error has changed
SHORT = 3  # letters of a word that alone says nothing in a long text
LONG = 3  # words of a text that is not long yet


class Guess(NamedTuple):
    """A phrase near a text: its score, the words it is shown in, and its rules in the order in which they are tried.

    Rules that share a phrase under conditions are one `owner`. `asked` are the words of the text, `text` is the phrase as it was compared.
    """

    score: float
    words: str
    rules: tuple[Rule, ...]
    owner: int
    asked: list[str]
    text: str

    @property
    def is_whole(self) -> bool:
        """True if the text has all words of the phrase."""
        return says_all(self.asked, self.text)


class Saying(NamedTuple):
    """A phrase as it is compared, as it is shown, and the rules that say it."""

    text: str
    words: str
    rules: tuple[Rule, ...]


class Guesses:
    """The phrases of a book, found by their similarity to a text. They are indexed when the first text asks for it."""

    def __init__(self, rules: Sequence[Rule], folding: Folding) -> None:
        self._rules = rules
        self._folding = folding

    def nearest(self, text: str) -> list[Guess]:
        """The phrases nearest to a text, nearest first; none for a long text."""
        folded = self._folding.fold((text.partition("#")[0] or text)[:CHARACTERS_READ])
        if folded.count(" ") >= WORDS_ASKED:
            return []
        asked = self._corrected(plain(folded[:LETTERS_ASKED], self._folding))
        parts = [(word, trigrams(word)) for word in asked]
        found = ((near.score, self.phrases[near.phrase]) for near in self._index.find(" ".join(asked)))
        return [
            Guess(score, phrase.words, phrase.rules, self._owners[phrase.rules[0].position], asked, phrase.text)
            for score, phrase in found
            if not rests_on_a_short_word(parts, phrase.text)
        ]

    @cached_property
    def phrases(self) -> tuple[Saying, ...]:
        """All phrases of the rules that are guessed at."""
        by_name = {rule.name: rule for rule in self._rules}
        words: dict[str, str] = {}
        rules: dict[str, dict[int, Rule]] = {}
        for rule in self._rules:
            for written, leads_to in said(rule, by_name):
                text = " ".join(plain(self._folding.fold(written), self._folding))
                if text and may_be_guessed_at(leads_to):
                    words.setdefault(text, written)
                    rules.setdefault(text, {})[leads_to.position] = leads_to
        return tuple(Saying(text, shown, tuple(sorted(rules[text].values(), key=first_tried))) for text, shown in words.items())

    @cached_property
    def _owners(self) -> Mapping[int, int]:
        return owners(self.phrases)

    @cached_property
    def _index(self) -> NearestIndex:
        return NearestIndex((phrase.text, self._owners[phrase.rules[0].position]) for phrase in self.phrases)

    @cached_property
    def _spellings(self) -> Spellings:
        return Spellings(word for phrase in self.phrases for word in phrase.text.split(" "))

    def _corrected(self, words: Sequence[str]) -> list[str]:
        """The words of a text; a word that no phrase has is replaced by the nearest one within one typing error."""
        found: list[str] = []
        left = WORDS_CORRECTED
        for word in words:
            near: list[str] = []
            if left and letters(word) >= FORGIVING:
                near = self._spellings.near(word)
                left -= near[:1] != [word]
            found.append(nearest_of(near, word) if near and near[0] != word else word)
        return found


def nearest_of(near: Sequence[str], word: str) -> str:
    """The first of some words that has the fewest typing errors beside another word.

    >>> nearest_of(["kaos"], "kaso"), nearest_of(["topi", "kopi"], "kopi")
    ('kaos', 'kopi')
    """
    if len(near) == 1:
        return near[0]
    from rapidfuzz.distance import OSA  # slow to load, and few bots ever need it

    return min(near, key=lambda other: OSA.distance(word, other))


def said(rule: Rule, by_name: Mapping[str, Rule]) -> Iterator[tuple[str, Rule]]:
    """Yield the phrases of a rule, in its author's words, each with the rule it leads to."""
    yield from ((keyword.written.rstrip("# "), rule) for keyword in rule.keywords if not keyword.exact)
    yield from ((phrase.written.replace("*", ""), rule) for phrase in rule.contains)
    yield from ((text, rule) for text in rule.similar_written)
    yield from ((entry.words, by_name[entry.rule]) for entry in rule.menu if entry.rule in by_name)


def may_be_guessed_at(rule: Rule) -> bool:
    """True unless a rule says otherwise, or opts people out, which nobody must do by mistake."""
    return rule.guess and not any(isinstance(action, Subscribe) and not action.wanted for action in rule.actions)


def first_tried(rule: Rule) -> tuple[int, int]:
    """The sort key of rules that say the same."""
    return -rule.priority, rule.position


def owners(phrases: Iterable[Saying]) -> dict[int, int]:
    """The owner of each rule's phrases, by the positions of the rules: twins, which share a phrase under conditions, are one."""
    found: dict[int, int] = {}
    for phrase in phrases:
        positions = [rule.position for rule in phrase.rules]
        known = {found.setdefault(position, position) for position in positions}
        if len(known) > 1 and any(rule.when is not None for rule in phrase.rules):
            one = min(known)
            found.update({position: one for position, owner in found.items() if owner in known})
    return found


def plain(folded: str, folding: Folding) -> list[str]:
    """The words of a folded text without courtesy, unless there is nothing else."""
    bare = min([folded, *folding.without_courtesy(folded)], key=len)
    words = [word for word in folding.split(bare) if word != "#"]
    ignore, ignore_last = folding.words.ignore, folding.words.ignore_last
    return [word for word in words if word not in ignore and word not in ignore_last] or words


def says_all(asked: Sequence[str], phrase: str) -> bool:
    """True if a text has all words of a phrase, or its letters with the spaces elsewhere.

    >>> says_all(["pagi", "selamat"], "selamat pagi"), says_all(["selamatpagi"], "selamat pagi"), says_all(["selamat"], "selamat pagi")
    (True, True, False)
    """
    return set(asked).issuperset(phrase.split(" ")) or (may_be_joined(phrase) and joined(phrase) in joined(" ".join(asked)))


def rests_on_a_short_word(asked: Sequence[tuple[str, set[str]]], phrase: str) -> bool:
    """True if a long text shares only one, short word with a phrase; its words come with their groups of letters.

    >>> parts = [(word, trigrams(word)) for word in ("ada", "cs", "atau", "tidak")]
    >>> rests_on_a_short_word(parts, "cs"), rests_on_a_short_word(parts[:2], "cs")
    (True, False)
    """
    if len(asked) <= LONG:
        return False
    groups = trigrams(phrase)
    alike = {word for word, parts in asked if not groups.isdisjoint(parts)}
    return len(alike) == 1 and len(min(alike)) <= SHORT
