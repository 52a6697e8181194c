"""Phrases that occur anywhere in a text."""

import unicodedata
from collections.abc import Callable, Iterable, Sequence, Set
from typing import NamedTuple

from flask_chatbot.core.language.folding import fold, split_words
from flask_chatbot.core.language.readings import Folding
from flask_chatbot.core.language.variants import without_accents
from flask_chatbot.core.matching.rule import Phrase, Rule
from flask_chatbot.core.translation.translatable import tr

WORDS_LIMIT = 30  # words of one phrase
LETTERS_LIMIT = 64  # letters of one word in it


def read_phrase(written: str, folding: Folding) -> Phrase:
    """Read a phrase; raise ValueError with its mistake.

    >>> read_phrase("Daftar HRG*!", Folding(synonyms={"daftar": "list"}))
    Phrase(written='Daftar HRG*!', literal='list hrg*', words=('list', 'hrg'), star=1)
    """
    words: list[str] = []
    literals: list[str] = []
    star = -1
    for word in unicodedata.normalize("NFKC", written).split():
        is_starred = "*" in word
        if is_starred and star >= 0:
            raise ValueError(tr("{text!r} has more than one star, and may have one. Write two phrases.", text=written))
        folded = fold(start_of_word(word, written)) if is_starred else folding.literal(word)
        pieces = folding.split(folded)
        if pieces:
            words += pieces
            literals.append(folded + "*" * is_starred)
        star = len(words) - 1 if is_starred else star
    check_words(words, written)
    return Phrase(written.strip(), " ".join(literals), tuple(words), star)


def start_of_word(word: str, written: str) -> str:
    """The part of a word before its star; ValueError if the star is in the wrong place."""
    start, _, after = word.rstrip("!?.,;:)").partition("*")
    if "*" in after:
        raise ValueError(tr("{text!r} has more than one star, and may have one. Write two phrases.", text=written))
    if after:
        raise ValueError(
            tr("a star stands for the rest of a word, and in {text!r} it is not at its end. Put it there, or use 'pattern'.", text=written)
        )
    if not split_words(fold(start)):
        raise ValueError(tr("the star in {text!r} stands alone, and would take any word. Put letters before it.", text=written))
    return start


def check_words(words: Sequence[str], written: str) -> None:
    """Raise ValueError for no words at all, and for too many or too long ones."""
    if not words:
        raise ValueError(tr("{text!r} has no words to look for. Write at least one.", text=written))
    if len(words) > WORDS_LIMIT:
        raise ValueError(
            tr("a phrase to look for has at most {limit} words, and this has {count}. Shorten it.", limit=WORDS_LIMIT, count=len(words))
        )
    if (longest := max(map(len, words))) > LETTERS_LIMIT:
        raise ValueError(
            tr(
                "a word to look for has at most {limit} letters, and one here has {longest}. Shorten it.",
                limit=LETTERS_LIMIT,
                longest=longest,
            )
        )


class _Node:
    """A shared beginning of phrases: the words and word beginnings that may follow, and the phrases that end here."""

    __slots__ = ("ends", "letters", "starts", "words")

    def __init__(self) -> None:
        self.words: dict[str, _Node] = {}
        self.starts: dict[int, dict[str, _Node]] = {}  # by their length, the shortest first
        self.letters: set[str] = set()  # that these begin with
        self.ends: tuple[tuple[Rule, str], ...] = ()

    def after(self, word: str) -> "list[_Node]":
        """The nodes that a word of a text leads to from here."""
        found = [self.words[word]] if word in self.words else []
        if word[:1] not in self.letters:
            return found
        for length, starts in self.starts.items():
            if length > len(word):
                break
            if word[:length] in starts:
                found.append(starts[word[:length]])
        return found

    def follow(self, word: str) -> "_Node":
        return self.words.setdefault(word, _Node())

    def follow_start(self, start: str) -> "_Node":
        node = self.starts.setdefault(len(start), {}).setdefault(start, _Node())
        self.starts = dict(sorted(self.starts.items()))
        self.letters.add(start[:1])
        return node


class _Position(NamedTuple):
    """The progress of all phrases begun in a text, and the states that words lead to from there."""

    nodes: tuple[_Node, ...]
    moves: "dict[str, _Position]"


class PhraseIndex:
    """All phrases of a book by their words; with `plainly`, those that have accents, by their words without."""

    __slots__ = ("_fit", "_root")

    def __init__(self, rules: "Iterable[Rule]", folding: Folding, *, plainly: bool = False) -> None:
        self._root = _Node()
        self._fit: Callable[[str], str] = without_accents if plainly else str
        for rule in rules:
            for phrase in rule.contains:
                if plainly and all(without_accents(word) == word for word in phrase.words):
                    continue
                for node in self._lead(phrase, folding):
                    node.ends = (*node.ends, (rule, phrase.literal))

    def __bool__(self) -> bool:
        return bool(self._root.words or self._root.starts)

    @property
    def first_words(self) -> Set[str]:
        """The words that phrases begin with, but for those with a star."""
        return self._root.words.keys()

    @property
    def is_open(self) -> bool:
        """True if a phrase begins with a sign, or a word that ends in a star."""
        return bool(self._root.starts) or "#" in self._root.words

    def may_begin(self, words: Sequence[str]) -> bool:
        """True if a phrase that begins with a sign or a star may begin with one of the words, or between them."""
        letters = self._root.letters
        return "#" in self._root.words or any(word[:1] in letters for word in words)

    def find(self, words: Sequence[str]) -> "list[tuple[Rule, str]]":
        """The rules with a phrase in a text of these words, each with the phrase."""
        root = self._root
        if not root.starts and root.words.keys().isdisjoint(words):
            return []
        state = nowhere = _Position((), {})
        states = {nowhere.nodes: nowhere}  # a text that repeats itself comes back to them
        for word in words:
            if state is nowhere and word not in root.words and word[:1] not in root.letters:
                continue  # as most words
            then = state.moves.get(word)
            if then is None:
                nodes = tuple([after for node in (root, *state.nodes) for after in node.after(word)])
                then = state.moves[word] = states.setdefault(nodes, _Position(nodes, {}))
            state = then
        ended = dict.fromkeys(node for state in states.values() for node in state.nodes if node.ends)
        return [end for node in ended for end in node.ends]

    def _lead(self, phrase: Phrase, folding: Folding) -> list[_Node]:
        """The nodes a phrase ends at: several if the beginning of a word is also that of a synonym."""
        nodes, fit = [self._root], self._fit
        for place, word in enumerate(phrase.words):
            if place != phrase.star:
                nodes = [node.follow(fit(word)) for node in nodes]
            else:
                starts = dict.fromkeys((fit(word), fit(folding.fold(word))))
                heads = sorted({fit(head) for head in folding.begun_by(word) if folding.split(head) == [head]})
                nodes = [then for node in nodes for then in (*map(node.follow_start, starts), *map(node.follow, heads))]
        return nodes
