"""`broadcast`: one text, template or rule for everybody on a list; the broadcasts there are; and stopping one."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flask_chatbot.cli.lines.choosing import chosen_line, line_option
from flask_chatbot.cli.operator import Deployment, as_table, find_deployment, form_option, lines_of
from flask_chatbot.cli.terminal import echo, said
from flask_chatbot.core.language.controls import json_text
from flask_chatbot.core.values.menus import TEMPLATE_LANGUAGE
from flask_chatbot.core.values.written import reply_text

if TYPE_CHECKING:
    from flask_chatbot.broadcasting.content import BroadcastContent
    from flask_chatbot.broadcasting.preparing import Audience
    from flask_chatbot.broadcasting.running import BroadcastProgress, Preview

BY_COMMAND = "command line"  # who starts it, for the console's list
MOST = 20  # broadcasts in a list


@click.group(invoke_without_command=True)
@click.option("--text", default="", help="A text. {{ nama }} is the person's name, and each column of the file has its own name.")
@click.option("--template", default="", metavar="NAME", help="A template that WhatsApp has approved.")
@click.option("--template-language", default=TEMPLATE_LANGUAGE, show_default=True, metavar="CODE", help="The language it was approved in.")
@click.option("--value", "values", multiple=True, metavar="TEXT", help="A value of the template, in order; may be given several times.")
@click.option("--rule", default="", metavar="NAME", help="The replies of a rule.")
@click.option(
    "--csv",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file of numbers; its first line names the columns.",
)
@click.option("--label", default="", metavar="LABEL", help="Everybody with a label of the console's inbox.")
@click.option("--days", type=int, help="Everybody but staff who wrote within so many days, 30 at most.")
@click.option("--at", default="", metavar="TIME", help='When it begins: "2026-12-01 09:00", in the time zone of the rules.')
@line_option
@click.option("--dry-run", is_flag=True, help="Only show to whom it would go, and the first messages.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def broadcast(context: click.Context, /, *, line: str, at: str, dry_run: bool, yes: bool, **given: Any) -> None:
    """Send one text, template or rule to everybody on a list, at the pace of the line.

    First it shows to how many people it goes, why not to the others, and the messages of three; then it asks. Whoever opted out of
    promotion gets nothing, and nobody gets it twice. The worker sends it, in the server or in `flask chatbot worker`.

    \b
    flask chatbot broadcast --text "Halo {{ nama }}, besok kami libur." --csv pelanggan.csv --dry-run
    flask chatbot broadcast --rule promo --label langganan --at "2026-12-01 09:00"
    flask chatbot broadcast --template promo_akhir_tahun --value "{{ nama }}" --days 30 --yes
    flask chatbot broadcast list
    flask chatbot broadcast stop 3

    Exit codes: 0 it is started, or with --dry-run could be, 1 it cannot be sent, you said no, no app, or its database fails, 2 a wrong
    option.
    """
    if context.invoked_subcommand is not None:
        return
    from flask_chatbot.broadcasting import preparing, running

    content, audience = asked(**given)
    deployment = find_deployment(context)
    lines = lines_of(deployment)
    number = preparing.prepare(lines, chosen_line(deployment, line).transport.name, content, audience, at=at, author=BY_COMMAND)
    is_started = False
    try:
        show(deployment, shown := running.preview(lines, number))
        if shown.refusal is not None:
            raise click.ClickException(said(shown.refusal))
        if not dry_run and (yes or click.confirm("Start it?", abort=True)):
            is_started = running.start(lines, number, BY_COMMAND)
    finally:
        if not is_started:
            running.discard(deployment.database, number)
    if is_started:
        echo(f"broadcast {number} is started. See: flask chatbot broadcast list")


def asked(
    *, text: str, template: str, template_language: str, values: tuple[str, ...], rule: str, file: Path | None, label: str, days: int | None
) -> "tuple[BroadcastContent, Audience]":
    """The content and the list that options ask for; raises `click.UsageError` unless there is one of each."""
    from flask_chatbot.broadcasting.content import BroadcastContent
    from flask_chatbot.broadcasting.preparing import Audience

    if sum(map(bool, (text, template, rule))) != 1:
        raise click.UsageError("Say what to send: --text, --template or --rule.")
    if sum((file is not None, bool(label), days is not None)) != 1:
        raise click.UsageError("Say to whom: --csv, --label or --days.")
    if values and not template:
        raise click.UsageError("--value is for a --template. Write it into the text, or give the rule's value as a column of the file.")
    content = BroadcastContent(text=text, template=template, language=template_language, parameters=values, rule=rule)
    source = None if file is None else file.read_bytes()
    return content, Audience(file=source, name=file.name if file else "", label=label, days=days)


def show(deployment: Deployment, found: "Preview") -> None:
    """Print a preview."""
    stored = found.broadcast
    when = deployment.when(found.begins_at) if found.begins_at else "at once"
    echo(f"to {found.people} of {stored.listed} people, by {stored.line}, {when}")
    if stored.repeated:
        echo(f"  {stored.repeated} on the list more than once, counted once")
    for reason, people in found.skipped:
        echo(f"  {people} skipped: {said(reason)}")
    if found.quiet is not None:
        echo(f"  nobody gets it in the quiet time, {found.quiet}: it waits, and goes on after it")
    for sample in found.samples:
        echo(f"\nto {sample.to}:")
        for reply in sample.replies:
            for row in reply_text(reply).splitlines():
                echo(f"  {row}")


@broadcast.command("list")
@form_option
@click.pass_context
def list_(context: click.Context, form: str) -> None:
    """List the last 20 broadcasts that were started, the newest first, and how far they have come.

    Exit codes: 0 listed (there may be none), 1 no app, or its database fails, 2 a wrong option.
    """
    deployment = find_deployment(context)
    found = find_broadcasts(deployment)
    if form == "json":
        echo(json_text([data_of(deployment, each) for each in found]))
        return
    rows = [
        (
            each.broadcast.number,
            state_of(deployment, each),
            each.broadcast.line,
            each.broadcast.listed or 0,
            counts_of(each),
            each.broadcast.audience,
        )
        for each in found
    ]
    for line in as_table(("ID", "STATE", "LINE", "PEOPLE", "SO FAR", "LIST"), rows) if rows else ("there is no broadcast",):
        echo(line)


@broadcast.command()
@click.argument("number", metavar="ID", type=click.IntRange(1))
@click.pass_context
def stop(context: click.Context, number: int) -> None:
    """Stop a broadcast: whoever has got nothing yet gets nothing. It cannot be taken up again.

    ID is the one that `flask chatbot broadcast list` shows.

    Exit codes: 0 it is stopped, or was over, 1 there is none of this ID, no app, or its database fails, 2 a wrong option.
    """
    from flask_chatbot.broadcasting import running

    deployment = find_deployment(context)
    is_stopped = running.stop(deployment.database, number, deployment.bot.clock().timestamp())
    (found,) = [each for each in find_broadcasts(deployment, number + 1) if each.broadcast.number == number]
    echo(f"broadcast {number} {'is stopped' if is_stopped else 'was over'}: {counts_of(found)}")


def find_broadcasts(deployment: Deployment, before: int | None = None) -> "list[BroadcastProgress]":
    """The broadcasts that were started, the newest first, with their progress."""
    from flask_chatbot.broadcasting import running
    from flask_chatbot.store.broadcasts import broadcasts

    if deployment.is_empty:
        return []
    with deployment.database.reading() as connection:
        found = broadcasts.newest(connection, MOST, broadcasts.LAST if before is None else before)
        return [running.progress(connection, each) for each in found]


def state_of(deployment: Deployment, found: "BroadcastProgress") -> str:
    """The state of a broadcast in a word or two."""
    from flask_chatbot.broadcasting.running import waits_until

    stored = found.broadcast
    if stored.stopped_at is not None:
        return "stopped"
    if stored.ended_at is not None:
        return "over"
    now, book = deployment.bot.clock().timestamp(), deployment.bots.of(stored.line).book
    if stored.start_at > now:
        return f"begins {deployment.when(waits_until(book, stored.start_at) or stored.start_at)}"
    until = found.waits_until(book, now)
    return f"waits until {deployment.when(until)}" if until else "under way"


def counts_of(found: "BroadcastProgress") -> str:
    """The numbers of people by their fate, those that are not 0."""
    return ", ".join(f"{people} {fate}" for fate, people in found.counts.items() if people)


def data_of(deployment: Deployment, found: "BroadcastProgress") -> dict[str, object]:
    """A broadcast as JSON values."""
    stored = found.broadcast
    times = ("created_at", "started_at", "stopped_at", "ended_at")
    return {
        "id": stored.number,
        "line": stored.line,
        "list": stored.audience,
        "people": stored.listed,
        "repeated": stored.repeated,
        "start_at": deployment.iso(stored.start_at or None),
        **{name: deployment.iso(getattr(stored, name)) for name in times},
        "counts": dict(found.counts),
        "skipped": [{"why": said(reason), "people": people} for reason, people in found.skipped],
    }
