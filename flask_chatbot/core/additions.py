"""What Python adds to the rule files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_chatbot.core.documents import Document, Step, schema_complaints
from flask_chatbot.core.fields import FieldType
from flask_chatbot.core.problems import Mark, Problem
from flask_chatbot.core.yamlnodes import Scalar


@dataclass(frozen=True, slots=True)
class AddedRule:
    """A rule written in Python: `data` as a rule file would hold it, `mark` the function that answers."""

    data: Mapping[str, Any]
    mark: Mark


@dataclass(frozen=True, slots=True)
class Additions:
    """Field types, template filters and rules; rule files may use the first two as if they were built in.

    Where the application is not at hand these are not all there are (`is_complete` is False), and what is unknown is no error yet.
    """

    types: Mapping[str, FieldType] = field(default_factory=dict)
    filters: Mapping[str, Callable[..., object]] = field(default_factory=dict)
    rules: Sequence[AddedRule] = ()
    is_complete: bool = True


NO_ADDITIONS = Additions()
UNKNOWN_ADDITIONS = Additions(is_complete=False)


def read_added(rule: AddedRule) -> tuple[Document, list[Problem], set[tuple[Step, ...]]]:
    """An added rule as a document of its own, all of which stands at the function's place; its problems, and the paths refused."""
    mark = rule.mark
    data = {"rules": [dict(rule.data)]}
    complaints = schema_complaints({"version": 1, **data})
    document = Document(mark.file, data, Scalar("", "'", mark.line, mark.column), [])
    return document, [Problem(mark, complaint.message) for complaint in complaints], {complaint.path for complaint in complaints}
