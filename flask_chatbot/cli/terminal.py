"""Terminal output: everything that commands print goes through `echo`, which makes control characters visible.

Messages are translated here, and nowhere before: into the language of `--language`, else of CHATBOT_LANGUAGE, else of the rule file.
"""

import os
from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any

import click

from flask_chatbot.core.language.controls import visible
from flask_chatbot.core.translation.catalogue import ENGLISH, translate
from flask_chatbot.core.translation.translatable import Translatable, reason_of
from flask_chatbot.errors import ChatbotError, SetupError

NOWHERE_ELSE: Mapping[str, str] = MappingProxyType({})


class Styled(str):
    """Text that may be printed unchanged: its escape sequences are ours."""

    __slots__ = ()


_ASKED, _CONFIGURED, _WRITTEN = (f"flask_chatbot.{place}_language" for place in ("asked", "configured", "written"))
_PLACES = (_ASKED, _CONFIGURED, _WRITTEN)  # in the order in which a language counts
language_option = click.option(
    "--language",
    metavar="CODE",
    help="The language of messages: id or en. Without it: CHATBOT_LANGUAGE, else the language in the settings of the rules, else English.",
    expose_value=False,
    callback=lambda context, option, language: context.meta.update({_ASKED: language}),
)


def speak(*, asked: str = "", configured: str = "", written: str = "") -> None:
    """Note the language that an option, the app's configuration or a rule file names, for the rest of the command."""
    meta = click.get_current_context().meta
    meta[_ASKED] = asked or meta.get(_ASKED)
    meta[_CONFIGURED] = configured or meta.get(_CONFIGURED)
    meta[_WRITTEN] = meta.get(_WRITTEN) or written  # of several files, the first counts


def said(text: str) -> str:
    """A text in the language of the command that runs."""
    context = click.get_current_context(silent=True)
    return text if context is None or not isinstance(text, Translatable) else translate(text, spoken(context))


def spoken(context: click.Context) -> str:
    """The language that a command speaks."""
    places = {
        _CONFIGURED: os.environ.get("CHATBOT_LANGUAGE"),
        **{place: context.meta[place] for place in _PLACES if context.meta.get(place)},
    }
    return next((language for place in _PLACES if (language := places.get(place))), ENGLISH)


def styled(text: str, **style: Any) -> Styled:
    """A text with colours, with the arguments of `click.style`."""
    return Styled(click.style(visible(said(text)), **style))


def together(*parts: str) -> Styled:
    """Join several texts, some of them styled.

    >>> together("a\\x1b", Styled("b\\x1b"))
    'a\\\\x1bb\\x1b'
    """
    return Styled("".join(part if isinstance(part, Styled) else visible(said(part)) for part in parts))


def echo(text: str = "", *, err: bool = False, nl: bool = True) -> None:
    """Print a line; without `nl`, what comes next stands on the same one."""
    click.echo(together(text), err=err, nl=nl)


def echo_bytes(content: bytes) -> None:
    """Print bytes that are not meant for reading; the caller is responsible for their content."""
    click.echo(content, nl=False)


class Commands(click.Group):
    """Commands that print an error without a traceback where an operator can repair it, and make what refusals quote visible.

    `elsewhere` maps the names of further commands to a module in this package and a name in it, such as `rows.row:row`. These are loaded
    when they are called or listed.
    """

    def __init__(self, *args: Any, elsewhere: Mapping[str, str] = NOWHERE_ELSE, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.elsewhere = elsewhere

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*self.commands, *self.elsewhere})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self.elsewhere and cmd_name not in self.commands:
            module, _, name = self.elsewhere[cmd_name].partition(":")
            self.add_command(getattr(import_module(f"{__package__}.{module}"), name), cmd_name)
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.ClickException as error:
            printable = visible(said(error.format_message()))
            if printable == error.format_message():
                raise
            raise refusal(error, printable) from error
        except ChatbotError as error:
            raise click.ClickException(visible(in_lines(error))) from error


def in_lines(error: ChatbotError) -> str:
    """The message of an error in the language of the command; of several problems, each on its line."""
    if isinstance(error, SetupError):
        return "\n".join(said(problem.sentence) for problem in error.problems)
    return said(reason_of(error))


def refusal(error: click.ClickException, message: str) -> click.ClickException:
    """The same error with another message."""
    if isinstance(error, click.UsageError):
        return click.UsageError(message, error.ctx)
    return click.ClickException(message)
