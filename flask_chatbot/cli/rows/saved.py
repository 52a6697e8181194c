"""`saved`: the rows that rules with `save:` kept."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flask_chatbot.cli.operator import Deployment, as_table, find_deployment
from flask_chatbot.cli.terminal import echo, echo_bytes
from flask_chatbot.core.language.controls import json_text
from flask_chatbot.core.lookups.keys import loose_key
from flask_chatbot.core.lookups.spreadsheets import cell_text, csv_line
from flask_chatbot.core.translation.translatable import reason_of, tr
from flask_chatbot.core.values.problems import did_you_mean
from flask_chatbot.errors import NotAccepted

if TYPE_CHECKING:
    from flask_chatbot.store.saved import SavedRow

HEADS = ("number", "at", "sender", "sender_name")
NEXT = "next_reminder"  # the column of the time at which the customer is reminded next
TITLES = {
    "number": tr("NUMBER"),
    "at": tr("AT"),
    "sender": tr("SENDER"),
    "sender_name": tr("SENDER_NAME"),
    "state": tr("STATE"),
    NEXT: tr("NEXT_REMINDER"),
}  # of the columns, where people read them


@click.command()
@click.argument("name")
@click.option("--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True, help="The output format.")
@click.option("--state", default="", metavar="STATE", help="Only the rows in this state.")
@click.option("--csv", "is_csv", is_flag=True, help="The same as --format csv.")
@click.option(
    "--files",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Also copy the files of the rows into this folder. Each is called by its row and field, such as 7-bukti.jpg.",
)
@click.pass_context
def saved(context: click.Context, name: str, form: str, state: str, *, is_csv: bool, files: Path | None) -> None:
    """Print the rows that rules with `save: NAME` kept: number, time, sender, state, next reminder, and the fields.

    CSV is UTF-8 with a byte-order mark, as Excel needs it, with every cell in quotes. Text that a spreadsheet would take for a formula, at
    the start of a cell or after a sign that may split it, gets an apostrophe; numbers such as -6.2 and +6281234567890 stay.

    With --files, the cell of a file has the name of its copy. What is in the folder already is never overwritten, and not copied again.

    \b
    flask chatbot saved survei
    flask chatbot saved survei --csv > survei.csv
    flask chatbot saved pesanan --state "siap diambil"
    flask chatbot saved pembayaran --csv --files bukti > pembayaran.csv

    Exit codes: 0 printed (there may be none), 1 a file could not be copied, no rule saves under NAME, no app, or its database fails,
    2 a wrong option.
    """
    deployment = find_deployment(context)
    rows = find_rows(deployment, name)
    if not rows:
        check_name(deployment, name)
    if state:
        rows = in_state(deployment, name, rows, state)
    later = next_reminders(deployment, name)
    problems: list[str] = []
    if files is not None:
        rows, problems = export_files(deployment, rows, files)
    if is_csv or form == "csv":
        echo_bytes("".join(as_csv(deployment, rows, later)).encode("utf-8-sig"))
    else:
        for line in PRINTED[form](deployment, rows, later):
            echo(line)
    if problems:
        context.exit(1)


def find_rows(deployment: Deployment, name: str) -> "list[SavedRow]":
    """The rows of a name, by number."""
    from flask_chatbot.store import saved as store

    if deployment.is_empty:
        return []
    with deployment.database.reading() as connection:
        return store.rows(connection, name)


def next_reminders(deployment: Deployment, name: str) -> Mapping[int, float]:
    """The time of the next reminder of each row that has one waiting, by their numbers."""
    from flask_chatbot.store.rows import reminders

    if deployment.is_empty:
        return {}
    with deployment.database.reading() as connection:
        return {number: each.due_at for number, each in reminders.next_of_table(connection, name).items()}


def in_state(deployment: Deployment, name: str, rows: "Sequence[SavedRow]", state: str) -> "list[SavedRow]":
    """The rows in a state; raises `click.ClickException` if no rule gives them such a state, and none has it."""
    from flask_chatbot.answering.moving import book_saving_to, read_state

    found = [row for row in rows if loose_key(row.state) == loose_key(state)]
    if not found:
        try:
            read_state(book_saving_to(deployment.bots.books(), name), name, state)
        except NotAccepted as error:
            raise click.ClickException(reason_of(error)) from None
    return found


def export_files(deployment: Deployment, rows: "Sequence[SavedRow]", folder: Path) -> "tuple[list[SavedRow], list[str]]":
    """The rows with the names of their files, which are copied into a folder, and what could not be copied; both are said on stderr."""
    from flask_chatbot.media.exporting import export, named
    from flask_chatbot.media.folder import MediaFolder

    outcome = export(rows, MediaFolder(deployment.bot.settings.media), folder)
    counts = {"written": outcome.written, "present": outcome.present, "folder": folder}
    echo(tr("Files in {folder}: {written} new, {present} were there already.", **counts), err=True)
    for problem in outcome.problems:
        echo(problem, err=True)
    return [replace(row, fields=named(row, outcome.names)) for row in rows], outcome.problems


def check_name(deployment: Deployment, name: str) -> None:
    """Raise `click.ClickException` if no rule saves under a name."""
    from flask_chatbot.answering.operations import saved_names

    names = saved_names(deployment.bots.books())
    if name not in names:
        known = tr(" The names are: {names}.", names=", ".join(sorted(names))) if names else tr(" No rule has `save:`.")
        raise click.ClickException(tr("nothing is saved under {name!r}.{way_out}", name=name, way_out=did_you_mean(name, names) or known))


def as_text(deployment: Deployment, rows: "Sequence[SavedRow]", later: Mapping[int, float]) -> Iterator[str]:
    """A heading and a line for each row."""
    if not rows:
        yield tr("no rows yet")
        return
    fields, states = field_names(rows), has_states(rows)
    cells = []
    for row in rows:
        known = [row.shown, deployment.when(row.at), row.sender, row.sender_name, *([row.state] if states else [])]
        known += [deployment.when(later.get(row.number))] if later else []
        cells.append([*known, *(cell_text(row.fields.get(each)) for each in fields)])
    yield from as_table([TITLES.get(head) or head.upper() for head in (*HEADS, *more_heads(states, later), *fields)], cells)


def as_data(deployment: Deployment, rows: "Sequence[SavedRow]", later: Mapping[int, float]) -> Iterator[str]:
    """All rows as one JSON list."""
    listed = [{**values(deployment, row, has_states(rows), later), "number": row.number, **code_of(row)} for row in rows]
    yield json_text([{**known, "fields": dict(row.fields)} for known, row in zip(listed, rows, strict=True)])


def code_of(row: "SavedRow") -> dict[str, object]:
    """The number as the customer reads it, of a row that has another than its own."""
    return {"code": row.code} if row.code else {}


def as_csv(deployment: Deployment, rows: "Sequence[SavedRow]", later: Mapping[int, float]) -> Iterator[str]:
    """CSV (RFC 4180): a heading and a line for each row."""
    fields = field_names(rows)
    states = has_states(rows)
    yield csv_line((*HEADS, *more_heads(states, later), *fields))
    for row in rows:
        yield csv_line((*values(deployment, row, states, later).values(), *(row.fields.get(each) for each in fields)))


def more_heads(states: bool, later: Mapping[int, float]) -> list[str]:
    """The names of the columns that only some tables have."""
    return [*(["state"] if states else []), *([NEXT] if later else [])]


def values(deployment: Deployment, row: "SavedRow", with_state: bool, later: Mapping[int, float]) -> dict[str, object]:
    """The columns that every row of a table has, with the state and the next reminder if rows have one."""
    known: dict[str, object] = dict(zip(HEADS, (row.shown, deployment.iso(row.at), row.sender, row.sender_name), strict=True))
    known |= {"state": row.state} if with_state else {}
    return {**known, NEXT: deployment.iso(later.get(row.number))} if later else known


def has_states(rows: "Sequence[SavedRow]") -> bool:
    """True if any row has a state."""
    return any(row.state for row in rows)


def field_names(rows: "Sequence[SavedRow]") -> list[str]:
    """The fields of all rows: a rule's fields may have changed over time."""
    return list(dict.fromkeys(name for row in rows for name in row.fields))


PRINTED: dict[str, Callable[[Deployment, Any, Mapping[int, float]], Iterator[str]]] = {"text": as_text, "json": as_data}
