"""Readings of a folded text by one bot: synonyms replaced by their head words, courtesy words removed."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from flask_chatbot.core.language.folding import fold, fold_with_signs, split_words
from flask_chatbot.core.language.words import Words

IGNORED_AT_EACH_END = 8  # words of courtesy taken off one end of a text, at the most
NO_WORDS = Words()
NO_SYNONYMS: Mapping[str, str] = MappingProxyType({})


class Folding:
    """The reading of texts by one bot, with the words of its language and its synonyms.

    `synonyms` maps a folded word, or a run of several, to its head word; it `has_synonyms` if there is any.
    """

    __slots__ = ("_ahead", "_behind", "_longest", "_says_little", "_synonyms", "has_synonyms", "words")

    def __init__(self, words: Words = NO_WORDS, synonyms: Mapping[str, str] = NO_SYNONYMS) -> None:
        self.words = words
        self._synonyms = dict(synonyms)
        self.has_synonyms = bool(synonyms)
        self._longest = max((run.count(" ") + 1 for run in self._synonyms), default=0)
        greetings = frozenset().union(*words.greetings.values())
        self._says_little = words.ignore | words.yes
        self._ahead = by_first_word(self._with_heads(words.ignore | words.ignore_first | greetings))
        self._behind = by_first_word(self._with_heads(words.ignore | words.ignore_last | words.thanks), backwards=True)

    def reads_like(self, other: "Folding") -> bool:
        """True if another one reads every text alike."""
        return self is other or (self.words == other.words and self._synonyms == other._synonyms)

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

    def asks(self, text: str, literal: str) -> bool:
        """True if a text asks for something beside a literal: with a question mark, or a word that asks.

        >>> folding = Folding(Words(questions=frozenset({"berapa"})))
        >>> [folding.asks(text, "makasih") for text in ("makasih, harganya berapa", "makasih ya?", "makasih kak")]
        [True, True, False]
        """
        rest = set(self.split(self.fold(text))) - set(literal.split(" "))
        return "?" in text or not rest.isdisjoint(self.words.questions)

    def begun_by(self, start: str) -> frozenset[str]:
        """The head words of synonyms that start like this.

        >>> sorted(Folding(synonyms={"hrg": "harga", "brp": "berapa"}).begun_by("hr"))
        ['harga']
        """
        return frozenset(head for word, head in self._synonyms.items() if word.startswith(start))

    def without_courtesy(self, folded: str, *, may_agree: bool = False) -> list[str]:
        """Every text that is left of a folded one without courtesy words at its ends, each once.

        What is left is more than courtesy or a yes. With `may_agree` it may be a yes, unless that was said with a thanks.

        >>> Folding(Words(ignore=frozenset({"kak", "min"}))).without_courtesy("min halo kak")
        ['min halo', 'halo kak', 'halo']
        """
        if " " not in folded:  # nothing would be left
            return []
        words = folded.split(" ")
        if words[0] not in self._ahead and words[-1] not in self._behind:  # as for most texts
            return []
        ends = droppable(words[::-1], self._behind)
        cuts = [(start, len(words) - end) for start in droppable(words, self._ahead) for end in ends if start or end]
        left = [words[start:end] for start, end in cuts if self._says_more(words[start:end], words[end:], may_agree)]
        return list(dict.fromkeys(map(" ".join, left)))

    def _says_more(self, left: list[str], behind: list[str], may_agree: bool) -> bool:
        """True if what is left of a text may be what was meant: "ok makasih" agrees to nothing."""
        if self._says_little.issuperset(left):
            is_thanked = behind and any(f" {each} " in f" {' '.join(behind)} " for each in self.words.thanks)
            return may_agree and not is_thanked and not self.words.ignore.issuperset(left)
        return may_agree or " ".join(left) not in self.words.yes


def by_first_word(runs: Iterable[str], *, backwards: bool = False) -> dict[str, list[list[str]]]:
    """Runs of words by the first of them; `backwards`, with the words of each in reverse.

    >>> by_first_word(["mau", "mau tanya"]), by_first_word(["ya kak"], backwards=True)
    ({'mau': [['mau'], ['mau', 'tanya']]}, {'kak': [['kak', 'ya']]})
    """
    found: dict[str, list[list[str]]] = {}
    for run in runs:
        words = run.split(" ")[::-1] if backwards else run.split(" ")
        found.setdefault(words[0], []).append(words)
    return found


def droppable(words: list[str], courtesy: Mapping[str, list[list[str]]]) -> list[int]:
    """The numbers of words that may be dropped from the start, including 0.

    >>> droppable(["mau", "tanya", "harga"], by_first_word(["mau", "tanya", "mau tanya"]))
    [0, 1, 2]
    """
    reached = [0]
    for start in reached:
        for run in courtesy.get(words[start], ()) if start < len(words) else ():
            end = start + len(run)
            if end <= IGNORED_AT_EACH_END and end not in reached and words[start:end] == run:
                reached.append(end)
    return sorted(reached)
