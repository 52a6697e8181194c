"""Terminal output: everything that commands print goes through `echo`, which makes control characters visible."""

from typing import Any

import click

from flask_chatbot.core.language.controls import visible
from flask_chatbot.errors import ChatbotError


class Styled(str):
    """Text that may be printed unchanged: its escape sequences are ours."""

    __slots__ = ()


def styled(text: str, **style: Any) -> Styled:
    """A text with colours, with the arguments of `click.style`."""
    return Styled(click.style(visible(text), **style))


def together(*parts: str) -> Styled:
    """Join several texts, some of them styled.

    >>> together("a\\x1b", Styled("b\\x1b"))
    'a\\\\x1bb\\x1b'
    """
    return Styled("".join(part if isinstance(part, Styled) else visible(part) for part in parts))


def echo(text: str = "", *, err: bool = False) -> None:
    """Print a line."""
    click.echo(together(text), err=err)


def echo_bytes(content: bytes) -> None:
    """Print bytes that are not meant for reading; the caller is responsible for their content."""
    click.echo(content, nl=False)


class Commands(click.Group):
    """Commands that print an error without a traceback where an operator can repair it, and make what refusals quote visible."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.ClickException as error:
            printable = visible(error.format_message())
            if printable == error.format_message():
                raise
            raise refusal(error, printable) from error
        except ChatbotError as error:
            raise click.ClickException(visible(str(error))) from error


def refusal(error: click.ClickException, message: str) -> click.ClickException:
    """The same error with another message."""
    if isinstance(error, click.UsageError):
        return click.UsageError(message, error.ctx)
    return click.ClickException(message)
