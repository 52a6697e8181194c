"""The frame of a conversation in the terminal: its greeting, the lines typed in, and the explanation of an answer."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from flask_chatbot.cli.reports import counted, explanation_lines
from flask_chatbot.cli.terminal import echo
from flask_chatbot.core.deciding.explain import Explanation
from flask_chatbot.core.loading.loader import short_path

if TYPE_CHECKING:
    from flask_chatbot.core.deciding.rulebook import RuleBook

HOW_TO = "Write as a customer would. /why explains the last answer; an empty line or Ctrl+D ends the conversation."
WHY = "/why"


def greet(book: "RuleBook", path: Path, more: str) -> None:
    """Say which rules answer, and how to end."""
    echo(f"{short_path(path)}: {counted(len(book.rules), 'rule')}. {more}\n{HOW_TO}", err=True)


def print_why(explanations: Sequence[Explanation | str] | None) -> None:
    """Explain the last answer; None if there is none yet."""
    for line in ["Nothing has been answered yet."] if explanations is None else explanation_lines(explanations):
        echo(line)


def typed_lines() -> Iterator[str]:
    """The lines typed in, until an empty one or the end of the input."""
    with suppress(EOFError):
        while line := input("> ").strip():
            yield line
    echo()
