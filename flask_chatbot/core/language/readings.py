"""Readings of a folded text by one bot: synonyms replaced by their head words, courtesy words removed."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from flask_chatbot.core.language.folding import fold, fold_with_signs, split_words
from flask_chatbot.core.language.words import Words

IGNORED_AT_EACH_END = 8  # words of courtesy taken off one end of a text, at the most
NO_WORDS = Words()
NO_SYNONYMS: Mapping[str, str] = MappingProxyType({})


class Folding:
    """The reading of texts by one bot, with the words of its language and its synonyms.

    `synonyms` maps a folded word, or a run of several, to its head word.
    """

    __slots__ = ("_ahead", "_behind", "_ends", "_longest", "_longest_courtesy", "_starts", "_synonyms", "words")

    def __init__(self, words: Words = NO_WORDS, synonyms: Mapping[str, str] = NO_SYNONYMS) -> None:
        self.words = words
        self._synonyms = dict(synonyms)
        self._longest = max((run.count(" ") + 1 for run in self._synonyms), default=0)
        greetings = frozenset().union(*words.greetings.values())
        self._ahead = self._with_heads(words.ignore | words.ignore_first | greetings)
        self._behind = self._with_heads(words.ignore | words.ignore_last | words.thanks)
        self._longest_courtesy = max((run.count(" ") + 1 for run in self._ahead | self._behind), default=0)
        self._starts = frozenset(run.partition(" ")[0] for run in self._ahead)  # the words that courtesy begins with, or ends with
        self._ends = frozenset(run.rpartition(" ")[2] for run in self._behind)

    @property
    def has_synonyms(self) -> bool:
        """True if a word has another that it stands for."""
        return bool(self._synonyms)

    def _with_heads(self, courtesy: Iterable[str]) -> frozenset[str]:
        return frozenset(courtesy) | {self.heads(each) for each in courtesy}

    def fold(self, text: str) -> str:
        """The folded text, each synonym replaced by its head word.

        >>> Folding(synonyms={"hrg": "harga"}).fold("HRG kopi?")
        'harga kopi'
        """
        return self.heads(fold(text))

    def literal(self, written: str) -> str:
        """Fold a text of the rules, whose emoji are intended.

        >>> Folding().literal("Menu 🛒!")
        'menu 🛒'
        """
        return self.heads(fold_with_signs(written))

    def heads(self, folded: str) -> str:
        """A folded text with each synonym, of one word or several, replaced by its head word.

        >>> Folding(synonyms={"bayar di tempat": "cod"}).heads("bisa bayar di tempat#a")
        'bisa cod#a'
        """
        if not self._synonyms:
            return folded
        if "#" in folded:
            return "#".join([" ".join(self._headed(part.split(" "))) if part else "" for part in folded.split("#")])
        return " ".join(self._headed(folded.split(" ")))

    def split(self, folded: str) -> list[str]:
        """The words of a folded text, as phrases look for them."""
        words = split_words(folded)
        return self._headed(words) if self._synonyms else words

    def _headed(self, words: list[str]) -> list[str]:
        if self._longest == 1:
            headed = [self._synonyms.get(word, word) for word in words]
            return headed if not any(" " in word for word in headed) else " ".join(headed).split(" ")
        found: list[str] = []
        place = 0
        while place < len(words):
            for size in range(min(self._longest, len(words) - place), 0, -1):
                head = self._synonyms.get(" ".join(words[place : place + size]))
                if head is not None:
                    found += head.split(" ")
                    break
            else:
                size = 1
                found.append(words[place])
            place += size
        return found

    def begun_by(self, start: str) -> frozenset[str]:
        """The head words of synonyms that start like this.

        >>> sorted(Folding(synonyms={"hrg": "harga", "brp": "berapa"}).begun_by("hr"))
        ['harga']
        """
        return frozenset(head for word, head in self._synonyms.items() if word.startswith(start))

    def without_courtesy(self, folded: str) -> list[str]:
        """Every text that is left of a folded one without courtesy words at its ends, each once.

        What is left is more than courtesy, and not a yes that was said with a thanks.

        >>> Folding(Words(ignore=frozenset({"kak", "min"}))).without_courtesy("min halo kak")
        ['min halo', 'halo kak', 'halo']
        """
        if " " not in folded:  # nothing would be left
            return []
        words = folded.split(" ")
        if words[0] not in self._starts and words[-1] not in self._ends:  # as for most texts
            return []
        ends, starts = self._cuts(words, self._ahead), self._cuts(words[::-1], self._behind, backwards=True)
        if len(ends) == len(starts) == 1:
            return []
        solid = [place for place, word in enumerate(words) if word not in self.words.ignore]
        cuts = [(first, len(words) - last) for first in ends for last in starts if first + last]
        meaning = [(first, end) for first, end in cuts if bisect_left(solid, first) < bisect_left(solid, end)]
        left = [words[first:end] for first, end in meaning if not self._is_thanked_yes(words[first:end], words[end:])]
        return list(dict.fromkeys(map(" ".join, left)))

    def _cuts(self, words: list[str], courtesy: frozenset[str], *, backwards: bool = False) -> list[int]:
        """The numbers of words that may be dropped from the start, including 0."""
        reached = [0]
        outermost = self._ends if backwards else self._starts
        for start in reached:
            if start == len(words) or words[start] not in outermost:
                continue
            for size in range(1, self._longest_courtesy + 1):
                end = start + size
                if end > IGNORED_AT_EACH_END or end > len(words):
                    break
                run = words[start:end][::-1] if backwards else words[start:end]
                if end not in reached and " ".join(run) in courtesy:
                    reached.append(end)
        return sorted(reached)

    def _is_thanked_yes(self, left: list[str], behind: list[str]) -> bool:
        """True if what is left is a yes followed by a thanks: "ok makasih" agrees to nothing."""
        if not behind or not self.words.yes.issuperset(left):
            return False
        gone = f" {' '.join(behind)} "
        return any(f" {each} " in gone for each in self.words.thanks)
