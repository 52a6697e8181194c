"""The line that a command is about, and a line of the terminal that changes while it waits."""

import sys
from typing import TYPE_CHECKING

import click

from flask_chatbot.cli.operator import Deployment, lines_of
from flask_chatbot.cli.terminal import Styled, echo, said
from flask_chatbot.core.language.controls import visible
from flask_chatbot.core.language.durations import read_duration
from flask_chatbot.core.translation.translatable import reason_of
from flask_chatbot.errors import NotAccepted, TransportError

# Only for its type: it loads SQLAlchemy, which is slow.
if TYPE_CHECKING:
    from flask_chatbot.delivery.gateway import Gateway
    from flask_chatbot.delivery.lines import Lines

LOOK = 0.2  # seconds between two looks
_AGAIN = "\r\x1b[K"  # to the beginning of the line, and clear it

line_option = click.option("--line", default="", metavar="NAME", help="The line, where the app has several.")


def chosen_line(deployment: Deployment, line: str) -> "Gateway":
    """The gateway of the line that is named, or of the only one; raises `click.UsageError` if it must be named, or is unknown."""
    lines = lines_of(deployment)
    if not line and len(lines) > 1:
        raise unnamed(lines)
    try:
        return lines.choose(line)
    except NotAccepted as error:
        raise click.UsageError(said(reason_of(error))) from error


def fault_of(gateway: "Gateway") -> str:
    """The reason why the other side of a line takes nothing, such as a wrong token; empty if it does, or cannot be asked from here."""
    from flask_chatbot.transports.webhooks import HttpTransport

    try:
        if isinstance(gateway.transport, HttpTransport):
            gateway.transport.session()
    except TransportError as error:
        return said(reason_of(error))
    return ""


def unnamed(lines: "Lines") -> click.UsageError:
    """The error of a command that needs the name of its line."""
    return click.UsageError(f"This app has several lines. Name one with --line: {', '.join(lines.names)}.")


def seconds(context: click.Context, option: click.Parameter, written: str) -> float:
    """Option callback: read a length of time as rule files write it."""
    try:
        return read_duration(written).total_seconds()
    except ValueError as error:
        raise click.BadParameter(str(error), context, option) from None


class ProgressLine:
    """A line that says how far something is: written over where there is a terminal, else one line for each change."""

    def __init__(self) -> None:
        self._is_terminal = sys.stdout.isatty()
        self._shown = ""

    def show(self, state: str, waited: float = 0.0) -> None:
        """Show a state; a terminal shows the seconds waited, too."""
        if self._is_terminal:
            text = f"{state} ({waited:.0f} s)" if waited >= 1 else state
            echo(Styled(f"{_AGAIN}{visible(text)}"), nl=False)
        elif state != self._shown:
            echo(state)
        self._shown = state

    def end(self, state: str) -> None:
        """Show the last state, and go to the next line."""
        if self._is_terminal:
            echo(Styled(f"{_AGAIN}{visible(state)}"))
        elif state != self._shown:
            echo(state)
