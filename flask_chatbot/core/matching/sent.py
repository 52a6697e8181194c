"""The index of the rules that messages lead to which are no texts: files, places, contacts."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from heapq import merge

from flask_chatbot.core.language.readings import Folding
from flask_chatbot.core.language.sentences import Language
from flask_chatbot.core.matching.index import Index
from flask_chatbot.core.matching.match import Candidate, Kind, MayAnswer
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.values.problems import Problem
from flask_chatbot.core.values.sent import kinds_in


class SentIndex:
    """The rules with `sends`, by kind, or by their words for captions. It is apart from that of texts, which pay nothing for it."""

    __slots__ = ("_captions", "_kinds", "_texts")

    def __init__(
        self, rules: Iterable[Rule], texts: Index, folding: Folding, language: Language | None = None, country: str = "ID"
    ) -> None:
        rules = tuple(rules)
        self._texts = texts
        worded = [rule for rule in rules if rule.is_worded]
        self._captions = Index(worded, folding, language, country) if worded else None
        self._kinds: dict[str, list[Candidate]] = {}
        for rule in rules:
            for name in () if rule.is_worded else rule.sends:
                for kind in kinds_in([name]):
                    self._kinds.setdefault(kind, []).append(Candidate(rule, Kind.SENDS, name))

    def problems(self) -> Iterator[Problem]:
        """Yield rules that would be too slow to match."""
        yield from self._captions.problems() if self._captions is not None else ()

    def candidates(self, kinds: Collection[str], caption: str, may_answer: MayAnswer) -> Iterator[Candidate]:
        """Yield the rules that a message of these kinds leads to, winner first: by their kind, by its caption, or by both.

        A rule that both lead to goes before one that the caption alone does. Without a caption nothing is for a fallback.
        """
        captioned = list(self._captions.candidates(caption, may_answer)) if self._captions is not None and caption.strip() else []
        both = [each for each in captioned if not kinds_in(each.rule.sends).isdisjoint(kinds)]
        own = sorted((*both, *self.of(kinds)), key=preceding)
        seen: set[int] = set()
        for candidate in merge(own, self._texts.candidates(caption, may_answer) if caption.strip() else (), key=preceding):
            if candidate.rule.position not in seen:
                seen.add(candidate.rule.position)
                yield candidate

    def of(self, kinds: Iterable[str]) -> Sequence[Candidate]:
        """The rules that messages of these kinds lead to, whatever their captions."""
        return [candidate for kind in kinds for candidate in self._kinds.get(kind, ())]


def preceding(candidate: Candidate) -> tuple[bool, int, int, int, bool, int]:
    """The sort key among captions and kinds: fallbacks last, then as of texts, and of two that are equal the one with `sends`."""
    priority, kind, size, position, _ = candidate.rank()
    return candidate.kind is Kind.FALLBACK, priority, kind, size, not candidate.rule.sends, position
