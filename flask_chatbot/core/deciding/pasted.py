"""Pasted ``label: value`` lines: the form that they fill in, found by its labels."""

from collections import Counter
from collections.abc import Callable, Iterable

from flask_chatbot.core.conversation.corrections import LINE, LINES_LIMIT, Named, labels_of, lines_in, named_field
from flask_chatbot.core.language.folding import fold
from flask_chatbot.core.language.readings import Folding
from flask_chatbot.core.matching.rule import Rule

LEAST = 2  # labels that tell a filled-in form from a text with a colon


class PastedForms:
    """The forms of a book by the labels of their fields, looked up where a message has several lines."""

    __slots__ = ("_folding", "_labels", "_rules")

    def __init__(self, rules: Iterable[Rule], folding: Folding) -> None:
        self._rules = tuple(rules)
        self._folding = folding
        self._labels: dict[str, tuple[Rule, ...]] | None = None

    def find(self, text: str, may_answer: Callable[[Rule], bool]) -> tuple[Rule, Named] | None:
        """The form with most of the labels in a text, and the values by them; None where none has two, or several have as many."""
        labels = self._labels = self._by_label() if self._labels is None else self._labels
        lines = [match for match in map(LINE.match, text.splitlines()[:LINES_LIMIT]) if match]
        known = dict(zip(labels, labels, strict=True))
        names = {named_field(fold(match[1]), known, self._folding) for match in lines} - {""}
        counts = Counter(rule for name in names for rule in labels[name] if may_answer(rule))
        best = counts.most_common(2)
        if not best or best[0][1] < LEAST or (len(best) > 1 and best[0][1] == best[1][1]):
            return None
        rule = best[0][0]
        named = lines_in(text, rule.fields or (), self._folding)
        return (rule, named) if named is not None and len(named.texts) >= LEAST else None

    def _by_label(self) -> dict[str, tuple[Rule, ...]]:
        found: dict[str, tuple[Rule, ...]] = {}
        for rule in self._rules:
            for label in labels_of(rule.fields, self._folding) if rule.fields and rule.paste else ():
                found[label] = (*found.get(label, ()), rule)
        return found
