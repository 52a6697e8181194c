"""A matcher that loops over all rules and applies the documented definition to each: slow, and easy to believe."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from flask_chatbot.core.folding import IGNORED_AT_EACH_END, fold
from flask_chatbot.core.matching import Candidate, Kind
from flask_chatbot.core.rules import Keyword, Rule


class Naive:
    """Rules, and the words that mean the same or nothing; all folded already."""

    def __init__(self, rules: Sequence[Rule], ignored: Iterable[str], synonyms: Mapping[str, str]) -> None:
        self.rules = rules
        self.synonyms = synonyms
        self.ignored = {synonyms.get(word, word) for word in ignored}

    def candidates(self, text: str) -> list[Candidate]:
        """Everything that matches, the winner first."""
        text = text[:4096]
        whole = self.fold(text)
        found = [*self.every(Kind.KEYWORD, whole), *self.with_parts(text)]
        if not found and whole.endswith("#"):
            whole = whole.rstrip("#")
            found = [*self.every(Kind.KEYWORD, whole)]
        found = found or [*self.every(Kind.FIELDS, whole)]
        fallbacks = [Candidate(rule, Kind.FALLBACK, "") for rule in self.rules if rule.fallback]
        return sorted(found, key=Candidate.rank) + sorted(fallbacks, key=Candidate.rank)

    def every(self, kind: Kind, whole: str) -> Iterator[Candidate]:
        """The keywords of a kind that a whole text is, or is but for courtesy words."""
        for rule, keyword in self.keywords(kind):
            if keyword.literal == whole or keyword.literal in self.without_courtesy(whole):
                yield Candidate(rule, kind, keyword.literal)

    def with_parts(self, text: str) -> Iterator[Candidate]:
        """The keywords that stand before one of the marks of a text."""
        for rule, keyword in self.keywords(Kind.FIELDS):
            for place, character in enumerate(text):
                if character == "#" and self.fold(text[:place]) == keyword.literal:
                    yield Candidate(rule, Kind.FIELDS, keyword.literal, text[place + 1 :])

    def keywords(self, kind: Kind) -> Iterator[tuple[Rule, Keyword]]:
        for rule in self.rules:
            for keyword in rule.keywords:
                if keyword.takes_fields == (kind is Kind.FIELDS):
                    yield rule, keyword

    def fold(self, text: str) -> str:
        parts = fold(text).split("#")
        return "#".join(" ".join(self.synonyms.get(word, word) for word in part.split(" ")) for part in parts)

    def without_courtesy(self, whole: str) -> set[str]:
        words = whole.split(" ")
        left = set()
        for ahead in range(IGNORED_AT_EACH_END + 1):
            for behind in range(IGNORED_AT_EACH_END + 1):
                gone = words[:ahead] + words[len(words) - behind :]
                if len(gone) < len(words) and set(gone) <= self.ignored:
                    left.add(" ".join(words[ahead : len(words) - behind]))
        return left
