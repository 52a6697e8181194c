"""How the command line prints problems, rules and decisions."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import click

from flask_chatbot.core.loader import Loaded, short_path
from flask_chatbot.core.problems import Problem
from flask_chatbot.core.replies import Reply, Text
from flask_chatbot.core.rules import Rule, RuleBook
from flask_chatbot.core.verdicts import KINDS
from flask_chatbot.trying import Tried

COLOURS = {"error": "red", "warning": "yellow"}
THE_APP = Path("the app")
Loads = Mapping[Path, Loaded]


def certain(loaded: Loaded) -> Loaded:
    """A file less what Python code may make right: of an app that does not start, nobody knows."""
    return Loaded(loaded.book, tuple(problem for problem in loaded.problems if not problem.may_be_python))


def is_broken(loaded: Loaded) -> bool:
    """Whether the app could not start with it."""
    return any(problem.severity == "error" for problem in loaded.problems)


def with_problems(loads: Loads, problems: Sequence[Problem]) -> dict[Path, Loaded]:
    """The loads, and further problems of an app: with the file where they stand, else in a part of their own."""
    new = [problem for problem in problems if problem not in every(loads)]
    joined: dict[Path, Loaded] = {}
    for path, loaded in loads.items():
        own = [problem for problem in new if problem.mark.file == short_path(path)]
        told = sorted((*loaded.problems, *own), key=lambda problem: problem.mark)
        joined[path] = Loaded(None if own else loaded.book, tuple(told))
        new = [problem for problem in new if problem not in own]
    return joined | ({THE_APP: Loaded(None, tuple(new))} if new else {})


def text_report(loads: Loads) -> Iterator[str]:
    """A line for each problem, then one for each file."""
    for loaded in loads.values():
        for problem in loaded.problems:
            place, sentence = str(problem).split(": ", 1)
            yield f"{click.style(place, bold=True)}: {click.style(sentence, fg=COLOURS[problem.severity])}"
    for path, loaded in loads.items():
        yield summary(path, loaded)


def summary(path: Path, loaded: Loaded) -> str:
    """What came of a file: how many rules it has, how many errors and warnings.

    >>> summary(Path("rules.yaml"), Loaded(None, ()))
    'rules.yaml: no problems'
    """
    severities = [problem.severity for problem in loaded.problems]
    counts = [counted(severities.count(severity), severity) for severity in COLOURS if severity in severities]
    rules = [counted(len(loaded.book.rules), "rule")] if loaded.book else []
    return f"{short_path(path)}: {', '.join([*rules, *(counts or ['no problems'])])}"


def counted(number: int, what: str) -> str:
    """A number of things.

    >>> counted(1, "rule"), counted(2, "rule")
    ('1 rule', '2 rules')
    """
    return f"{number} {what}{'' if number == 1 else 's'}"


def json_report(loads: Loads) -> Iterator[str]:
    """One JSON list."""
    rows = [{**asdict(problem.mark), "severity": problem.severity, "message": problem.message} for problem in every(loads)]
    yield json.dumps(rows, ensure_ascii=False, indent=2)


def github_report(loads: Loads) -> Iterator[str]:
    """The commands by which GitHub marks lines of a change.

    Source of the escapes: https://github.com/actions/toolkit, packages/core/src/command.ts.
    """
    for problem in every(loads):
        mark = problem.mark
        file = escaped(mark.file).replace(":", "%3A").replace(",", "%2C")
        yield f"::{problem.severity} file={file},line={mark.line},col={mark.column}::{escaped(problem.message)}"


def escaped(text: str) -> str:
    """A text as GitHub's commands take it."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def every(loads: Loads) -> list[Problem]:
    """The problems of all files."""
    return [problem for loaded in loads.values() for problem in loaded.problems]


REPORTS: dict[str, Callable[[Loads], Iterator[str]]] = {"text": text_report, "json": json_report, "github": github_report}


def decision_json(tried: Tried) -> Iterator[str]:
    """A decision as JSON: rule, place, kind, fields, what is invalid, replies as a rule file writes them; `note` where there is one."""
    match = tried.decision.match
    data = {
        "rule": match.rule.name if match else None,
        "place": str(match.rule.mark) if match else None,
        "kind": KINDS[match.kind] if match else None,
        "fields": dict(match.fields) if match else {},
        "invalid": dict(match.invalid) if match else {},
        "replies": [reply_data(reply) for reply in tried.decision.replies],
        **({"note": tried.note} if tried.note else {}),
    }
    yield json.dumps(data, ensure_ascii=False, indent=2, default=str)


def decision_text(tried: Tried) -> Iterator[str]:
    """A decision for people."""
    decision, match = tried.decision, tried.decision.match
    if match is not None:
        yield label("rule", f"{match.rule.name}  ({match.rule.mark}, by its {KINDS[match.kind]})")
        for name, value in match.fields.items():
            yield label("field", f"{name}: {f'invalid. {match.invalid[name]}' if name in match.invalid else value}")
    elif not decision.replies:
        yield "no rule answers this"
        return
    for reply in decision.replies:
        yield label("reply", shown(reply))
    if tried.note:
        yield label("note", tried.note)
    elif not decision.replies:
        yield label("reply", "none")


DECISIONS: dict[str, Callable[[Tried], Iterator[str]]] = {"text": decision_text, "json": decision_json}


def label(word: str, text: str) -> str:
    """A line with its label, further lines below the first."""
    return click.style(f"{word:<7}", fg="cyan") + text.replace("\n", "\n       ")


def reply_data(reply: Reply) -> dict[str, object]:
    """A reply as a rule file writes it: its kind, and what it holds.

    >>> reply_data(Text("Halo"))
    {'text': 'Halo'}
    """
    kind = {"ContactCard": "contact"}.get(type(reply).__name__, type(reply).__name__.lower())
    if isinstance(reply, Text):
        return {kind: reply.text}
    return {kind: {key: value for key, value in asdict(reply).items() if value != ""}}


def shown(reply: Reply) -> str:
    """A reply as a terminal can show it."""
    ((kind, held),) = reply_data(reply).items()
    if not isinstance(held, dict):
        return str(held)
    return f"[{kind}] " + ", ".join(f"{', '.join(value) if isinstance(value, tuple) else value}" for value in held.values())


def table(book: RuleBook) -> Iterator[str]:
    """The rules, a line each."""
    rows = [("NAME", "ANSWERS TO", "FIELDS", "PRIORITY", "PLACE"), *map(row, book.rules)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for cells in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def row(rule: Rule) -> Sequence[str]:
    """A rule as a line of the table."""
    answers_to = [keyword.written for keyword in rule.keywords] + ["(anything else)"] * rule.fallback
    fields = ", ".join(field.name for field in rule.fields or ())
    return rule.name, ", ".join(answers_to), fields, str(rule.priority or ""), str(rule.mark)
