"""Reasons: why each rule won or lost, with its place and its lines in the file."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask_chatbot.bot.bots import Bots
from flask_chatbot.core.deciding.explain import Explanation
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.deciding.trials import KINDS
from flask_chatbot.core.loading.loader import short_path
from flask_chatbot.core.values.problems import Mark

LINES = 60  # of one rule, at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One rule that might have answered: how it was found, and what came of that. `why` and `kind` may be translated."""

    rule: str
    mark: Mark
    kind: str
    literal: str
    why: str


def reasons_of(explanations: Iterable[Explanation]) -> tuple[Reason, ...]:
    """The reasons in the order in which the rules were tried."""
    return tuple(
        Reason(
            rule=each.candidate.rule.name,
            mark=each.candidate.rule.mark,
            kind=KINDS[each.candidate.kind],
            literal=each.candidate.literal,
            why=each.why,
        )
        for each in explanations
    )


def lines_of(bots: Bots, mark: Mark) -> str:
    """The lines of a rule as its file has them now; empty if they cannot be read, or the rule is of Python.

    A rule ends before the next line that is indented no deeper than its own dash.
    """
    return rule_lines(file_lines(bots.books(), mark.file), mark.line)


def file_lines(books: Iterable[RuleBook], file: str) -> list[str]:
    """The lines of a file as it is now, by the name that places have; empty if it cannot be read, or is not one of these rule books'."""
    path = next((each for book in books for each in book.files if short_path(each) == file), None)
    try:
        return [] if path is None else path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        return []


def rule_lines(lines: list[str], first: int) -> str:
    r"""The lines of the list entry that begins on a line, counted from 1, without their common indentation.

    >>> rule_lines(["rules:", "  - keyword: halo", "    reply: Hai", "", "  - keyword: menu"], 2)
    '- keyword: halo\n  reply: Hai'
    """
    if not 0 < first <= len(lines):
        return ""
    depth = _depth(lines[first - 1])
    taken = [lines[first - 1]]
    for line in lines[first : first - 1 + LINES]:
        if line.strip() and _depth(line) <= depth:
            break
        taken.append(line)
    return "\n".join(line[depth:] for line in taken).rstrip()


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
