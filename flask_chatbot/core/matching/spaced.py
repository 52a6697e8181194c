"""Keywords that take fields, written with spaces where the ``#`` would stand."""

from collections.abc import Iterable, Sequence

from flask_chatbot.core.fields.field import Context, Field
from flask_chatbot.core.language.folding import fold
from flask_chatbot.core.language.readings import Folding
from flask_chatbot.core.matching.keywords import Keywords
from flask_chatbot.core.matching.match import Candidate
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.matching.steps import AS_KEYWORD, LookupStep, Reader

COURTESY_LIMIT = 4  # words of courtesy before such a keyword
WORDS_LIMIT = 60  # words of a text that may be one


class SpacedIndex:
    """The keywords whose first field is no plain text, so that a space says where it begins."""

    __slots__ = ("_context", "_fields", "_first_words", "_folding", "_longest", "_words")

    def __init__(self, rules: Iterable[Rule], fields: Keywords, folding: Folding, context: Context) -> None:
        self._fields = fields
        self._first_words = fields.first_words
        self._folding = folding
        self._context = context
        taken = [rule for rule in rules if rule.has_form and takes_spaces(rule)]
        literals = [keyword.literal for rule in taken for keyword in rule.keywords if keyword.takes_fields and "#" not in keyword.literal]
        self._longest = max((literal.count(" ") + 1 for literal in literals), default=0)
        self._words = frozenset(word for literal in literals for word in (literal.split(" ")[-1], folding.heads(literal).split(" ")[-1]))

    def __bool__(self) -> bool:
        return self._longest > 0

    def find(self, reader: Reader) -> list[Candidate]:
        """The rules that a text begins with, each with its keyword and the parts of its fields, by the longest that fits."""
        written = reader.text.split()
        if not 1 < len(written) <= WORDS_LIMIT:
            return []
        if self._first_words.isdisjoint(reader.words()) and any(map(str.isalnum, written[0])):  # "?" alone would be a word
            return []
        for size in range(min(self._longest + COURTESY_LIMIT, len(written) - 1), 0, -1):
            if found := self._begun(written[:size], self._values(written[size:])):
                return found
        return []

    def _begun(self, head: Sequence[str], values: Sequence[str]) -> list[Candidate]:
        reader = Reader(" ".join(head), self._folding, frozenset())
        if not values or (self._words.isdisjoint(reader.folded.split(" ")) and self._words.isdisjoint(reader.split())):
            return []
        found = next((found for step in AS_KEYWORD if (found := self._fields.find(reader, step))), [])
        return [
            each._replace(rest="#".join(parts), step=LookupStep.SPACED)
            for each in found
            if takes_spaces(each.rule)
            and not self._fields.is_exact(each.rule, each.literal)
            and (parts := self._valid(written(each.rule), values))
        ]

    def _values(self, words: Sequence[str]) -> list[str]:
        """The words less the courtesy at their end."""
        words = list(words)
        known = self._folding.words
        courtesy = known.ignore | known.ignore_last | known.thanks
        while words and (fold(words[-1]) in courtesy or not any(map(str.isalnum, words[-1]))):
            words.pop()
        return words

    def _valid(self, fields: Sequence[Field], words: Sequence[str]) -> list[str]:
        """The parts for the fields; none if the first of them is invalid."""
        parts = dealt_by_words(fields, words)
        try:
            fields[0].kind.read(parts[0], fields[0], self._context)
        except ValueError:
            return []
        return parts


def takes_spaces(rule: Rule) -> bool:
    """True if the first field of a rule is no plain text, and its author did not ask for the ``#``."""
    fields = written(rule)
    return len(fields) > 0 and not rule.needs_hash and not is_plain(fields[0])


def written(rule: Rule) -> Sequence[Field]:
    """The fields whose values are written, and not sent."""
    fields = rule.fields or ()
    return [field for field in fields if not field.is_sent] if rule.takes_sent else fields


def is_plain(field: Field) -> bool:
    """True if any text may be a value of a field, within limits of its length."""
    has_one_length = field.min is not None and field.min == field.max
    return field.type == "text" and field.pattern is None and not field.options and not has_one_length


def dealt_by_words(fields: Sequence[Field], words: Sequence[str]) -> list[str]:
    """One word for each field, until a plain text takes the rest; what is left over goes to the last."""
    parts: list[str] = []
    for place, field in enumerate(fields):
        if place >= len(words):
            break
        is_last = is_plain(field) or place == len(fields) - 1
        parts.append(" ".join(words[place:]) if is_last else words[place])
        if is_last:
            break
    return parts
