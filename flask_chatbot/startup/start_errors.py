"""Errors that keep an app from starting, in a form that commands and servers print without a traceback."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click
from flask.cli import NoAppException

from flask_chatbot.core.language.controls import visible
from flask_chatbot.errors import ChatbotError

P = ParamSpec("P")
R = TypeVar("R")


class Printed(NoAppException):
    """An error of which Flask's commands, and others made with Click such as uvicorn, print only the message."""

    exit_code = 1

    @property
    def ctx(self) -> click.Context | None:
        """None, whatever command fails: it was called correctly, so its usage need not be shown."""
        return None

    @ctx.setter
    def ctx(self, context: click.Context | None) -> None: ...

    def format_message(self) -> str:
        """The message; if it has several lines, they begin on a line of their own, so that a terminal can link their places."""
        message = visible(self.message)
        return f"the bot cannot start:\n{message}" if "\n" in message else message


def printed_alone(function: Callable[P, R]) -> Callable[P, R]:
    """Make the errors of a function print without a traceback, if the command or server that loads the app allows it.

    Elsewhere, as under `python app.py`, the traceback is that of the call alone. Each error keeps its class.
    """

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except ChatbotError as error:
            raise as_printed(error) from None

    return call


def as_printed(error: ChatbotError) -> ChatbotError:
    """The same error, now also of the classes that commands and servers print without a traceback.

    >>> from flask_chatbot.errors import ConfigError
    >>> as_printed(ConfigError(["CHATBOT_PREFIX: it is 1."]))
    ConfigError('CHATBOT_PREFIX: it is 1.')
    """
    kind = type(error)
    if isinstance(error, Printed):
        return error.with_traceback(None)
    both = type(kind.__name__, (kind, Printed, *gunicorns_own()), {"__module__": kind.__module__, "__qualname__": kind.__qualname__})
    printed: ChatbotError = both.__new__(both, *error.args)
    NoAppException.__init__(printed, str(error))  # type: ignore[arg-type]
    vars(printed).update(vars(error))
    return printed


def gunicorns_own() -> tuple[type[Exception], ...]:
    """The classes that gunicorn prints without a traceback, in a worker and with `--preload`; empty unless it runs."""
    errors = sys.modules.get("gunicorn.errors")
    return () if errors is None else (errors.AppImportError, RuntimeError)
