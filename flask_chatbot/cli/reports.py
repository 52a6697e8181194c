"""Output of the command line: problems, rules, decisions and tests."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Literal, NamedTuple

from flask_chatbot.bot.dry_run import Tried
from flask_chatbot.cli.terminal import Styled, said, styled, together
from flask_chatbot.core.checks.runner import Failure
from flask_chatbot.core.deciding.explain import Explanation
from flask_chatbot.core.deciding.reminders import Plan
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.deciding.trials import KINDS
from flask_chatbot.core.language.controls import json_text, visible
from flask_chatbot.core.loading.loader import Loaded, short_path
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.translation.translatable import Translatable, linked, msgid, tr
from flask_chatbot.core.values.actions import action_data, action_text
from flask_chatbot.core.values.problems import Problem
from flask_chatbot.core.values.written import reply_data, reply_text

COLOURS: Mapping[Literal["error", "warning"], str] = {"error": "red", "warning": "yellow"}
SIGNS = {"-": "red", "+": "green"}
FAILURE_KEYS = ("test", "sent", "key", "expected", "got", "hint")
Noun = Literal["error", "warning", "rule", "test", "check", "key", "message", "callback", "row", "file"]
NOUNS: Mapping[Noun, tuple[str, str]] = {  # one, and several
    "error": (msgid("{number} error"), msgid("{number} errors")),
    "warning": (msgid("{number} warning"), msgid("{number} warnings")),
    "rule": (msgid("{number} rule"), msgid("{number} rules")),
    "test": (msgid("{number} test"), msgid("{number} tests")),
    "check": (msgid("{number} check"), msgid("{number} checks")),
    "key": (msgid("{number} key"), msgid("{number} keys")),
    "message": (msgid("{number} message"), msgid("{number} messages")),
    "callback": (msgid("{number} callback"), msgid("{number} callbacks")),
    "row": (msgid("{number} row"), msgid("{number} rows")),
    "file": (msgid("{number} file"), msgid("{number} files")),
}
THE_APP = Path("the app")
Loads = Mapping[Path, Loaded]


def certain(loaded: Loaded) -> Loaded:
    """Drop the problems that Python code might resolve, for an app that does not start."""
    return loaded._replace(problems=tuple(problem for problem in loaded.problems if not problem.may_be_python))


def is_broken(loaded: Loaded) -> bool:
    """True if the app cannot start with this file."""
    return any(problem.severity == "error" for problem in loaded.problems)


def with_problems(loads: Loads, problems: Sequence[Problem]) -> dict[Path, Loaded]:
    """Add further problems of an app: to the file where they are, or else under a heading of their own."""
    new = [problem for problem in problems if problem not in every(loads)]
    joined: dict[Path, Loaded] = {}
    for path, loaded in loads.items():
        own = [problem for problem in new if problem.mark.file == short_path(path)]
        in_order = sorted((*loaded.problems, *own), key=lambda problem: problem.mark)
        joined[path] = loaded._replace(book=None if own else loaded.book, problems=tuple(in_order))
        new = [problem for problem in new if problem not in own]
    return joined | ({THE_APP: Loaded(None, tuple(new))} if new else {})


def text_report(loads: Loads) -> Iterator[str]:
    """A line for each problem, then one for each file."""
    yield from map(line_of, every(loads))
    for path, loaded in loads.items():
        yield summary(path, loaded)


def line_of(problem: Problem) -> Styled:
    """One problem for people, place first."""
    place, sentence = said(problem.sentence).split(": ", 1)
    return together(styled(place, bold=True), ": ", styled(sentence, fg=COLOURS[problem.severity]))


def summary(path: Path, loaded: Loaded) -> Translatable:
    """Summarise a file: how many rules, errors and warnings.

    >>> summary(Path("rules.yaml"), Loaded(None, ()))
    'rules.yaml: no problems'
    """
    severities = [problem.severity for problem in loaded.problems]
    counts = [counted(severities.count(severity), severity) for severity in COLOURS if severity in severities]
    rules = [counted(len(loaded.book.rules), "rule")] if loaded.book else []
    return linked(": ", (short_path(path), linked(", ", [*rules, *(counts or [tr("no problems")])])))


def counted(number: int, what: Noun) -> Translatable:
    """A number with its noun, in the plural if needed.

    >>> counted(1, "rule"), counted(2, "rule")
    ('1 rule', '2 rules')
    """
    one, several = NOUNS[what]
    return tr(one if number == 1 else several, number=number)


def json_report(loads: Loads) -> Iterator[str]:
    """All problems as one JSON list."""
    yield json_text([problem_data(problem) for problem in every(loads)])


def problem_data(problem: Problem) -> dict[str, object]:
    """A problem as JSON."""
    return {**problem.mark.in_json(), "severity": problem.severity, "message": said(problem.message)}


def github_report(loads: Loads) -> Iterator[str]:
    """GitHub workflow commands that annotate the lines of a change.

    Source of the escapes: https://github.com/actions/toolkit, packages/core/src/command.ts.
    """
    yield from map(annotation, every(loads))


def annotation(problem: Problem) -> str:
    """The workflow command that annotates the line of one problem."""
    mark, message = problem.mark, escaped(said(problem.message))
    if not mark:
        return f"::{problem.severity}::{message}"
    file = escaped(mark.file).replace(":", "%3A").replace(",", "%2C")
    return f"::{problem.severity} file={file},line={mark.line},col={mark.column}::{message}"


def escaped(text: str) -> str:
    """Escape a text for GitHub's workflow commands."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def every(loads: Loads) -> list[Problem]:
    """The problems of all files."""
    return [problem for loaded in loads.values() for problem in loaded.problems]


REPORTS: dict[str, Callable[[Loads], Iterator[str]]] = {"text": text_report, "json": json_report, "github": github_report}


class Tested(NamedTuple):
    """The result of the tests of rule files: how many ran, which failed, and the errors that kept others from running."""

    total: int
    failed: int
    failures: tuple[Failure, ...]
    errors: tuple[Problem, ...]


def tested_text(tested: Tested) -> Iterator[str]:
    """A line for each error and each failure, with the difference below it, and a summary line."""
    yield from map(line_of, tested.errors)
    for failure in tested.failures:
        yield line_of(failure.problem)
        yield from (styled(f"    {line}", fg=SIGNS.get(line[:1])) for line in failure.difference)
    if tested.errors:
        yield tr("{errors}: no tests were run, since the rules cannot be used", errors=counted(len(tested.errors), "error"))
    tests = counted(tested.total, "test")
    yield tr("{tests}, {number} failed", tests=tests, number=tested.failed) if tested.failed else tr("{tests}, none failed", tests=tests)


def tested_json(tested: Tested) -> Iterator[str]:
    """The results as one JSON object."""
    failures = [{**asdict(each.mark), **{key: getattr(each, key) for key in FAILURE_KEYS}} for each in tested.failures]
    data = {"tests": tested.total, "failed": tested.failed, "failures": failures, "errors": [problem_data(each) for each in tested.errors]}
    yield json_text(data)


def tested_github(tested: Tested) -> Iterator[str]:
    """GitHub workflow commands that annotate failed tests."""
    yield from map(annotation, (*tested.errors, *(failure.problem for failure in tested.failures)))


TESTED: dict[str, Callable[[Tested], Iterator[str]]] = {"text": tested_text, "json": tested_json, "github": tested_github}


Explanations = Sequence[Explanation] | None  # None where nobody asked for them


def decision_json(tried: Tried, explanations: Explanations = None) -> Iterator[str]:
    """A decision as JSON: rule, place, kind, fields, invalid fields, replies, actions as a rule file writes them, and the explanations."""
    decision = tried.decision
    match = decision.match
    data = {
        "rule": match.rule.name if match else None,
        "place": str(match.rule.mark) if match else None,
        "kind": KINDS[match.kind] if match else None,
        "fields": dict(match.fields) if match else {},
        "invalid": dict(match.invalid) if match else {},
        "replies": [reply_data(reply) for reply in decision.replies],
        "actions": [action_data(action) for action in decision.actions],
        **({"reminders": [reminder_data(plan) for plan in tried.reminders]} if tried.reminders else {}),
        **({"note": said(tried.note)} if tried.note else {}),
    }
    if explanations is not None:
        data["candidates"] = list(map(explanation_data, explanations))
    yield json_text(data)


def reminder_data(plan: Plan) -> dict[str, object]:
    """A reminder as JSON."""
    return {"at": plan.at.isoformat(timespec="minutes"), "text": plan.text, "is_past": plan.is_past}


def explanation_data(explanation: Explanation) -> dict[str, object]:
    """An explanation as JSON."""
    rule, kind, literal, _, step = explanation.candidate
    found = {"rule": rule.name, "place": str(rule.mark), "kind": KINDS[kind], "literal": literal, "priority": rule.priority}
    return {**found, **({"step": step.value} if step else {}), "why": said(explanation.why)}


def sentence_of(explanation: Explanation | str) -> str:
    """An explanation as a message."""
    return explanation.sentence if isinstance(explanation, Explanation) else explanation


def decision_text(tried: Tried, explanations: Explanations = None) -> Iterator[str]:
    """A decision for people, with the explanations below it."""
    yield from decided_text(tried)
    if explanations is not None:
        yield from explanation_lines(explanations)


def explanation_lines(explanations: Sequence[Explanation | str]) -> Iterator[str]:
    """A line for each rule that might answer."""
    yield from (label(tr("why"), sentence_of(explanation)) for explanation in explanations)
    if not explanations:
        yield label(tr("why"), tr("no rule matches"))


def decided_text(tried: Tried) -> Iterator[str]:
    """The outcome of a message, for people."""
    decision, match = tried.decision, tried.decision.match
    if match is not None:
        yield label(tr("rule"), tr("{rule}  ({mark}, by its {kind})", rule=match.rule.name, mark=match.rule.mark, kind=KINDS[match.kind]))
        for name, value in match.fields.items():
            wrong = tr("invalid. {reason}", reason=match.invalid[name]) if name in match.invalid else str(value)
            yield label(tr("field"), linked(": ", (name, wrong)))
    elif not decision.replies:
        yield tr("no rule answers this")
        return
    for reply in decision.replies:
        yield label(tr("reply"), reply_text(reply))
    if tried.note:
        yield label(tr("note"), tried.note)
    elif not decision.replies:
        yield label(tr("reply"), tr("none"))
    for action in decision.actions:
        yield label(tr("action"), action_text(action))
    for plan in tried.reminders:
        yield label(tr("later"), linked(": ", (when_due(plan), plan.text)))


def when_due(plan: Plan) -> Translatable | str:
    """The time of a reminder."""
    at = f"{plan.at:%Y-%m-%d %H:%M}"
    return tr("never, since {time} is over", time=at) if plan.is_past else at


DECISIONS: dict[str, Callable[[Tried, Explanations], Iterator[str]]] = {"text": decision_text, "json": decision_json}


def label(word: str, text: str) -> Styled:
    """A labelled line; further lines of the text are indented below it."""
    return together(styled(f"{said(word):<6} ", fg="cyan"), said(text).replace("\n", "\n       "))


def table(book: RuleBook) -> Iterator[str]:
    """The rules, one per line."""
    return columns([("NAME", "ANSWERS TO", "FIELDS", "PRIORITY", "PLACE"), *map(row, book.rules)])


def columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows as aligned lines; a cell always stays on one line.

    >>> list(columns([("NAME", "ROWS"), ("survei", "3")]))
    ['NAME    ROWS', 'survei  3']
    """
    printable = [[visible(cell, keep="") for cell in cells] for cells in rows]
    widths = [max(map(len, column)) for column in zip(*printable, strict=True)]
    for cells in printable:
        yield "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def row(rule: Rule) -> Sequence[str]:
    """A rule as a row of the table."""
    answers_to = [keyword.written for keyword in rule.keywords] + ["(anything else)"] * rule.fallback
    fields = ", ".join(field.name for field in rule.fields or ())
    return rule.name, ", ".join(answers_to), fields, str(rule.priority or ""), str(rule.mark)
