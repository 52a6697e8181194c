"""`worker` and `celery`: deliver accepted messages, in processes of their own."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import click

from flask_chatbot.cli.app import begin
from flask_chatbot.cli.operator import find_deployment, lines_of
from flask_chatbot.cli.terminal import echo
from flask_chatbot.settings.settings import SEND_THREADS, SEND_THREADS_LIMIT


@click.command()
@click.option(
    "--every", type=click.FloatRange(0.1), default=5.0, show_default=True, metavar="SECONDS", help="How often to print the counts."
)
@click.option(
    "--threads",
    type=click.IntRange(1, SEND_THREADS_LIMIT),
    metavar="NUMBER",
    help=f"How many messages each line sends at once, in place of CHATBOT_SEND_THREADS ({SEND_THREADS} if it is not set).",
)
@click.pass_context
def worker(context: click.Context, every: float, threads: int | None) -> None:
    """Send accepted messages, make the callbacks, and answer incoming messages, until Ctrl-C or SIGTERM.

    Then nothing more is claimed, and work in progress has 20 seconds to finish; the rest is left to the next worker. Several workers
    share the work. Set CHATBOT_WORKER=off for the servers, or one of them works too.

    \b
    flask --app shop chatbot worker
    flask --app shop chatbot worker --threads 32

    Exit codes: 0 all work has finished, 1 some has not, no app, or its database fails, 2 a wrong option.
    """
    from flask_chatbot.startup.connections import look_at_connections
    from flask_chatbot.startup.serving import contexts_of
    from flask_chatbot.startup.worker import make_worker
    from flask_chatbot.worker.foreground import run

    deployment = find_deployment(context)
    lines = lines_of(deployment)
    begin(deployment.app)
    with lines.database.reading():
        pass  # a database that cannot be used is reported here, once; later the worker waits for it
    look_at_connections(lines)
    if not run(make_worker(lines, contexts_of(deployment.app), leads=False, threads=threads), say, every=every):
        context.exit(1)


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[COMMAND] [OPTIONS]")
@click.pass_context
def celery(context: click.Context, arguments: tuple[str, ...]) -> None:
    """Run the command `celery` for the Celery app of this app: workers that send accepted messages, and what looks after them.

    The app needs CHATBOT_WORKER=celery. What follows is Celery's: --help lists it.

    \b
    flask --app shop chatbot celery worker --concurrency 4 --loglevel INFO
    flask --app shop chatbot celery inspect active

    Exit codes: those of Celery, 1 if no app is found, or if it is not carried by Celery.
    """
    deployment = find_deployment(context)
    lines = lines_of(deployment)
    if deployment.bot.settings.worker != "celery":
        raise click.ClickException("CHATBOT_WORKER is not 'celery': `flask chatbot worker` sends the messages of this app.")
    begin(deployment.app)
    with lines.database.reading():
        pass  # a database that cannot be used is reported here, once; later the workers wait for it
    context.exit(run_celery(deployment.app.extensions["celery"], arguments))


def run_celery(app: Any, arguments: Sequence[str]) -> int:
    """Run the command `celery` for a Celery app; its exit code, which `Celery.start` leaves out."""
    from celery.bin.celery import celery as command

    command.params[0].default = app
    code = command.main(args=[*arguments], prog_name="celery", standalone_mode=False)
    return code if isinstance(code, int) else 0


def say(line: str) -> None:
    """Print one line about the work, with the time."""
    echo(f"{datetime.now(UTC).astimezone():%H:%M:%S}  {line}")
