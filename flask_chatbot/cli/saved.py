"""`saved`: the rows that rules with `save:` kept."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

from flask_chatbot.cli.operator import Deployment, as_table, find_deployment
from flask_chatbot.cli.terminal import echo, echo_bytes
from flask_chatbot.core.language.controls import json_text, visible
from flask_chatbot.core.values.problems import did_you_mean
from flask_chatbot.core.values.sent import read_sent

if TYPE_CHECKING:
    from flask_chatbot.store.saved import SavedRow

HEADS = ("number", "at", "sender", "sender_name")
# What a spreadsheet takes for the beginning of a formula, in the wide letters of East Asia too: at the beginning of a cell, or of what it
# makes a cell of, which is whatever stands behind the sign that its language or its user splits at, quotes or not.
_BEGINS = re.compile("[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_BEGINS_INSIDE = re.compile('([;,|\t\r\n][ "]*)(?=[=+\\-@\uff1d\uff0b\uff0d\uff20])(?![+-]?[0-9]+(?:\\.[0-9]+)?[ "]*(?:[;,|\t\r\n]|$))')
_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,] ?[+-]?[0-9]+)*")  # or several, such as degrees


@click.command()
@click.argument("name")
@click.option("--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True, help="The output format.")
@click.option("--csv", "is_csv", is_flag=True, help="The same as --format csv.")
@click.pass_context
def saved(context: click.Context, name: str, form: str, *, is_csv: bool) -> None:
    """Print the rows that rules with `save: NAME` kept: number, time, sender, and the fields.

    CSV is UTF-8 with a byte-order mark, as Excel needs it, with every cell in quotes. Text that a spreadsheet would take for a formula, at
    the start of a cell or after a sign that may split it, gets an apostrophe; numbers such as -6.2 and +6281234567890 stay.

    \b
    flask chatbot saved survei
    flask chatbot saved survei --csv > survei.csv

    Exit codes: 0 printed (there may be none), 1 no rule saves under NAME, no app, or its database fails, 2 a wrong option.
    """
    deployment = find_deployment(context)
    rows = find_rows(deployment, name)
    if not rows:
        check_name(deployment, name)
    if is_csv or form == "csv":
        echo_bytes("".join(as_csv(deployment, rows)).encode("utf-8-sig"))
        return
    for line in PRINTED[form](deployment, rows):
        echo(line)


def find_rows(deployment: Deployment, name: str) -> "list[SavedRow]":
    """The rows of a name, by number."""
    from flask_chatbot.store import saved as store

    if deployment.is_empty:
        return []
    with deployment.database.reading() as connection:
        return store.rows(connection, name)


def check_name(deployment: Deployment, name: str) -> None:
    """Raise `click.ClickException` if no rule saves under a name."""
    from flask_chatbot.answering.operations import saved_names

    names = saved_names(deployment.bot.book)
    if name not in names:
        known = f" Names: {', '.join(sorted(names))}." if names else " No rule has `save:`."
        raise click.ClickException(f"nothing is saved under {name!r}.{did_you_mean(name, names) or known}")


def as_text(deployment: Deployment, rows: "Sequence[SavedRow]") -> Iterator[str]:
    """A heading and a line for each row."""
    if not rows:
        yield "no rows yet"
        return
    fields = field_names(rows)
    cells = [
        (row.number, deployment.when(row.at), row.sender, row.sender_name, *(cell_text(row.fields.get(each)) for each in fields))
        for row in rows
    ]
    yield from as_table([head.upper() for head in (*HEADS, *fields)], cells)


def as_data(deployment: Deployment, rows: "Sequence[SavedRow]") -> Iterator[str]:
    """All rows as one JSON list."""
    yield json_text([{**values(deployment, row), "fields": dict(row.fields)} for row in rows])


def as_csv(deployment: Deployment, rows: "Sequence[SavedRow]") -> Iterator[str]:
    """CSV (RFC 4180): a heading and a line for each row."""
    fields = field_names(rows)
    yield csv_line((*HEADS, *fields))
    for row in rows:
        yield csv_line((*values(deployment, row).values(), *(row.fields.get(each) for each in fields)))


def values(deployment: Deployment, row: "SavedRow") -> dict[str, object]:
    """The columns that every row has."""
    return dict(zip(HEADS, (row.number, deployment.iso(row.at), row.sender, row.sender_name), strict=True))


def field_names(rows: "Sequence[SavedRow]") -> list[str]:
    """The fields of all rows: a rule's fields may have changed over time."""
    return list(dict.fromkeys(name for row in rows for name in row.fields))


def cell_text(value: object) -> str:
    """A field's value as the text of a cell; empty for None.

    >>> cell_text("Jhon"), cell_text(3), cell_text(None), cell_text(["a"]), cell_text({"kind": "image", "name": "bukti.jpg"})
    ('Jhon', '3', '', '["a"]', 'image bukti.jpg')
    """
    if value is None:
        return ""
    if isinstance(value, Mapping):
        with suppress(KeyError, TypeError, ValueError):  # of a handler's own
            return str(read_sent(value))
    return json.dumps(value, ensure_ascii=False) if isinstance(value, bool | list | Mapping) else str(value)


def csv_line(cells: Sequence[object]) -> str:
    r"""One CSV line, ended as RFC 4180 requires.

    >>> csv_line(["=1+1", "a,b", -5, None])
    '"\'=1+1","a,b","-5",""\r\n'
    """
    line = io.StringIO()
    csv.writer(line, quoting=csv.QUOTE_ALL).writerow([harmless(cell_text(cell)) for cell in cells])
    return line.getvalue()


def harmless(text: str) -> str:
    r"""A text that no spreadsheet takes for a formula and no terminal obeys; numbers stay unchanged.

    >>> harmless("=HYPERLINK(A1)"), harmless("-5"), harmless("+62 812"), harmless("bagus;=cmd|x"), harmless("-6.2,-106.8")
    ("'=HYPERLINK(A1)", '-5', "'+62 812", "bagus;'=cmd|x", '-6.2,-106.8')
    """
    printable = visible(text.replace("\r\n", "\n"))
    inside = _BEGINS_INSIDE.sub(r"\1'", printable)
    return f"'{inside}" if _BEGINS.match(printable) and not _NUMBER.fullmatch(printable) else inside


PRINTED: dict[str, Callable[[Deployment, Any], Iterator[str]]] = {"text": as_text, "json": as_data}
