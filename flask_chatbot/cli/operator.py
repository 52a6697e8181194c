"""Shared parts of the operator's commands: finding the app and its database, and printing tables."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import click
from flask import Flask

from flask_chatbot.bot.bot import Bot
from flask_chatbot.bot.bots import Bots
from flask_chatbot.cli.app import Host, default_file, find_host
from flask_chatbot.cli.reports import columns
from flask_chatbot.cli.terminal import said, speak
from flask_chatbot.core.language.durations import read_duration

if TYPE_CHECKING:
    from flask_chatbot.database.database import Database
    from flask_chatbot.delivery.lines import Lines

NAME_ONE = "Name it (flask --app shop chatbot ...), or run this in the folder of its app.py or rules.yaml. To begin: flask chatbot init"
NO_GATEWAY = (
    "this app sends nothing by itself: it has no connection to WhatsApp. Set CHATBOT_API_KEY, which serves the API, or CHATBOT_TRANSPORT "
    "('simulator' needs no account)."
)

form_option = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="The output format."
)


def duration(context: click.Context, option: click.Parameter, written: str | None) -> timedelta | None:
    """Option callback: read a length of time as rule files write it."""
    try:
        return None if written is None else read_duration(written)
    except ValueError as error:
        raise click.BadParameter(str(error), context, option) from None


class Deployment(NamedTuple):
    """An app with the settings and database that commands use."""

    app: Flask
    bot: Bot
    database: "Database"

    @property
    def bots(self) -> Bots:
        """The bots of all rule files of the app."""
        bots: Bots = self.app.extensions["chatbot"].bots
        return bots

    @property
    def is_empty(self) -> bool:
        """True if nothing was ever stored, so that looking does not create the file."""
        return not self.database.is_there()

    def when(self, at: float | None) -> str:
        """Format a time for people, in the time zone of the rules; a dash for None."""
        return "-" if at is None else f"{self._local(at):%Y-%m-%d %H:%M:%S}"

    def iso(self, at: float | None) -> str | None:
        """Format a time for programs."""
        return None if at is None else self._local(at).isoformat(timespec="seconds")

    def _local(self, at: float) -> datetime:
        return datetime.fromtimestamp(at, UTC).astimezone(self.bot.book.locale.timezone)


def find_deployment(context: click.Context) -> Deployment:
    """Find the app of this command, or make that of the rules here; raise `click.ClickException` if neither is there or starts."""
    host = find_host(context)
    if host == Host() and default_file().exists():
        host = standalone_host(context)
    if host.app is None or host.bot is None:
        says = host.says if host.starts else f"the app does not start. It says:\n{host.says}"
        raise click.ClickException(says or f"there is no app here. {NAME_ONE}")
    speak(written=host.bot.book.named_language)
    database: Database = host.app.extensions["chatbot"].make_database()
    context.call_on_close(database.close)
    return Deployment(host.app, host.bot, database)


def standalone_host(context: click.Context) -> Host:
    """The app that `flask chatbot run` makes of the rules in this folder, in its own context until the command ends."""
    from flask_chatbot.cli.standalone import standalone_app

    app = standalone_app(default_file())
    context.with_resource(app.app_context())
    return Host(app)


def lines_of(deployment: Deployment) -> "Lines":
    """The app's lines; raises `click.ClickException` if it has none."""
    lines: Lines | None = deployment.app.extensions["chatbot"].lines
    if lines is None:
        raise click.ClickException(NO_GATEWAY)
    return lines


def as_table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Lines with aligned columns."""
    return columns([[said(str(cell) if not isinstance(cell, str) else cell) for cell in row] for row in (heads, *rows)])
