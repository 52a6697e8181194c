"""The frame of a conversation in the terminal: its greeting, the lines typed in, and the explanation of an answer."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from flask_chatbot.cli.chatting.acts import HELP, HOW_TO_SEND
from flask_chatbot.cli.reports import counted, explanation_lines
from flask_chatbot.cli.terminal import echo
from flask_chatbot.core.deciding.explain import Explanation
from flask_chatbot.core.loading.loader import short_path
from flask_chatbot.core.translation.translatable import tr

if TYPE_CHECKING:
    from flask_chatbot.core.deciding.rulebook import RuleBook

HOW_TO = tr(
    "Write as a customer would. /help says how to send pictures and places, /why explains the last answer; an empty line or Ctrl+D ends "
    "the conversation."
)
WHY = "/why"


def greet(book: "RuleBook", path: Path, more: str) -> None:
    """Say which rules answer, and how to end."""
    echo(tr("{file}: {rules}. {more}", file=short_path(path), rules=counted(len(book.rules), "rule"), more=more), err=True)
    echo(HOW_TO, err=True)


def print_why(explanations: Sequence[Explanation | str] | None) -> None:
    """Explain the last answer; None if there is none yet."""
    for line in ["Nothing has been answered yet."] if explanations is None else explanation_lines(explanations):
        echo(line)


def typed_lines() -> Iterator[str]:
    """The lines typed in, until an empty one or the end of the input; help is given here."""
    with suppress(EOFError):
        while line := input("> ").strip():
            if line == HELP:
                echo(HOW_TO_SEND)
            else:
                yield line
    echo()
