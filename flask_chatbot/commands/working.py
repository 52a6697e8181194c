"""`worker`: sends what was accepted, as a process of its own."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
from flask import Flask

from flask_chatbot.commands.apps import Told, find_place, gateway_of
from flask_chatbot.terminal import echo

if TYPE_CHECKING:
    from flask_chatbot.gateway.service import Gateway
    from flask_chatbot.gateway.worker import Worker

DRAIN = 20.0  # seconds


@click.command(cls=Told)
@click.option(
    "--every", type=click.FloatRange(0.1), default=5.0, show_default=True, metavar="SECONDS", help="How often it tells what it did."
)
@click.pass_context
def worker(context: click.Context, every: float) -> None:
    """Send what was accepted, make the callbacks, and answer what comes in, until Ctrl-C or SIGTERM.

    Then nothing more is taken on, and what is under way has 20 seconds to end; what has not ended is sent by the next worker. Several
    workers share the work. Set CHATBOT_WORKER=off for the servers, else one of them works too.

    \b
    flask --app shop chatbot worker

    Exit codes: 0 all that was under way has ended, 1 some has not, no app, or its database fails, 2 a wrong option.
    """
    from flask_chatbot.gateway.foreground import run

    place = find_place(context)
    gateway = gateway_of(place)
    with gateway.database.reading():
        pass  # a database that cannot be used is told of here, once; later the worker waits for it
    if not run(worker_of(place.app, gateway), say, seconds=DRAIN, every=every):
        context.exit(1)


def say(line: str) -> None:
    """One line about the work, with the time."""
    echo(f"{datetime.now(UTC).astimezone():%H:%M:%S}  {line}")


def worker_of(app: Flask, gateway: "Gateway") -> "Worker":
    """A worker for a gateway of an app, which answers what comes in, too."""
    from flask_chatbot.gateway.hiring import hire
    from flask_chatbot.gateway.reception import receiver

    return hire(gateway, receiver(gateway, app.app_context), app.app_context, leads=False)
