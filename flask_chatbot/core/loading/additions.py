"""Additions from Python to the rule files."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.fields.field import FieldType
from flask_chatbot.core.loading.documents import SourceFile, Step
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.schema.gate import schema_complaints
from flask_chatbot.core.schema.shape import ROOT, Shape
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.problems import Mark, Problem
from flask_chatbot.core.yamltext.nodes import Scalar


def nothing_against(book: RuleBook, is_whole: bool) -> Iterable[Problem]:
    """Accept any book without problems."""
    return ()


@dataclass(frozen=True, slots=True)
class AddedRule:
    """A rule written in Python: `data` as a rule file would hold it, `mark` the function that answers."""

    data: Mapping[str, Any]
    mark: Mark


@dataclass(frozen=True, slots=True)
class Additions:
    """Field types, template filters, rules and tables; rule files may use all but the rules as if they were built in.

    The tables are named with their columns, none where Python does not name them.

    Without the application the additions are incomplete (`is_complete` is False), so an unknown name is no error yet. `check` yields
    Python's own problems with the rules that were read; it gets a flag whether these are all, since broken ones are left out.
    """

    types: Mapping[str, FieldType] = field(default_factory=dict)
    filters: Mapping[str, Callable[..., object]] = field(default_factory=dict)
    rules: Sequence[AddedRule] = ()
    tables: Mapping[str, Sequence[str]] = field(default_factory=dict)
    is_complete: bool = True
    check: Callable[[RuleBook, bool], Iterable[Problem]] = nothing_against


NO_ADDITIONS = Additions()
UNKNOWN_ADDITIONS = Additions(is_complete=False)


def read_added(rule: AddedRule) -> tuple[SourceFile, list[Problem], set[tuple[Step, ...]]]:
    """An added rule as a document whose place is the function; its problems, and the paths refused."""
    mark = rule.mark
    data = {"rules": [as_written(rule.data, ROOT.entries["rules"].items)]}
    complaints = schema_complaints({"version": 1, **data})
    document = SourceFile(mark.file, data, Scalar("", "'", mark.line, mark.column), [])
    return document, [Problem(mark, complaint.message) for complaint in complaints], {complaint.path for complaint in complaints}


def as_written(data: object, shape: Shape) -> Any:
    """Python data as a rule file would hold it: numbers become text where text is expected, and tuples lists.

    >>> as_written({"keyword": ("kirim", 1), "priority": 1}, ROOT.entries["rules"].items)
    {'keyword': ['kirim', '1'], 'priority': 1}
    """
    if isinstance(data, Mapping):
        return {str(key): as_written(value, shape.entries.get(str(key), shape.rest)) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [as_written(entry, shape.items) for entry in data]
    if isinstance(data, bool | int | float) and shape.is_text:
        return str(data).lower()
    return data


def needing(rule: Rule) -> Problem:
    """The reminder that a rule is incomplete without Python."""
    names = ", ".join(rule.needs)
    message = tr(
        "rule {rule!r} needs {names} from a Python handler. Check it together with the app: flask --app ...", rule=rule.name, names=names
    )
    return Problem(rule.mark, message, "warning", may_be_python=True)


def doubted(problem: Problem) -> Problem:
    """The problem as it reads when the application is not available to settle it."""
    return replace(problem, severity="warning") if problem.may_be_python else problem
