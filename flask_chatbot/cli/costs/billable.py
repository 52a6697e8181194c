"""`billable`: the messages that a platform charges for, by month and rule."""

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, NamedTuple

import click

from flask_chatbot.cli.operator import Deployment, as_table, find_deployment
from flask_chatbot.cli.reports import counted
from flask_chatbot.cli.terminal import echo, echo_bytes
from flask_chatbot.core.language.controls import json_text, visible
from flask_chatbot.core.lookups.spreadsheets import csv_line

if TYPE_CHECKING:
    from flask_chatbot.store.outgoing.charges import ChargeCount

HEADS = ("month", "line", "rule", "caller", "category", "billable", "messages")


class Month(NamedTuple):
    """A calendar month, in whatever time zone."""

    year: int
    month: int

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"

    @property
    def next(self) -> "Month":
        """The month after.

        >>> str(Month(2026, 12).next)
        '2027-01'
        """
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    def begins(self, zone: tzinfo) -> float:
        """The time at which it begins there, in epoch seconds."""
        return datetime(self.year, self.month, 1, tzinfo=zone).timestamp()


class Bill(NamedTuple):
    """The counts of a month, and the number of messages that nobody has got yet."""

    month: Month
    counts: "Sequence[ChargeCount]"
    undelivered: int


def read_month(context: click.Context, option: click.Parameter, written: str | None) -> Month | None:
    """Option callback: read a month such as 2026-11."""
    if written is None:
        return None
    try:
        at = datetime.strptime(written, "%Y-%m")  # noqa: DTZ007  only its month is used
    except ValueError:
        raise click.BadParameter(f"{written!r} is no month. Write it like 2026-11.", context, option) from None
    return Month(at.year, at.month)


@click.command()
@click.option("--month", callback=read_month, metavar="YYYY-MM", help="Only that month; otherwise all that are kept.")
@click.option("--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True, help="The output format.")
@click.option("--csv", "is_csv", is_flag=True, help="The same as --format csv.")
@click.pass_context
def billable(context: click.Context, month: Month | None, form: str, *, is_csv: bool) -> None:
    """Count the messages that were delivered, by month, rule and price group, as the platform reports it.

    Only some connections know it, such as Meta's Cloud API. Messages of the API are counted for the name of its key, or for API. Months are
    those of the rules' time zone, and counts are kept for 400 days. What it costs in money depends on the country: see Meta's price list.

    \b
    flask chatbot billable
    flask chatbot billable --month 2026-11 --csv > november.csv

    Exit codes: 0 counted (there may be none), 1 no app, or its database fails, 2 a wrong option.
    """
    deployment = find_deployment(context)
    bills = find_bills(deployment, month)
    if is_csv or form == "csv":
        echo_bytes("".join(csv_line(row) for row in (HEADS, *rows_of(bills))).encode("utf-8-sig"))
    elif form == "json":
        echo(json_text([data_of(bill.month, each) for bill in bills for each in bill.counts]))
    else:
        for line in as_text(bills):
            echo(line)
    if waiting := sum(bill.undelivered for bill in bills):
        echo(f"{counted(waiting, 'message')} not delivered yet: charged only once delivered.", err=True)


def find_bills(deployment: Deployment, only: Month | None) -> list[Bill]:
    """The bills of each month, or of one."""
    from flask_chatbot.store.outgoing import charges

    if deployment.is_empty:
        return []
    zone = deployment.bot.book.locale.timezone
    with deployment.database.reading() as connection:
        first = charges.first_at(connection)
        months = [only] if only else [] if first is None else list(months_between(first, deployment.bot.clock().timestamp(), zone))
        spans = [(each, each.begins(zone), each.next.begins(zone)) for each in months]
        return [
            Bill(each, charges.count(connection, since, until), charges.undelivered(connection, since, until))
            for each, since, until in spans
        ]


def months_between(first: float, last: float, zone: tzinfo) -> Iterator[Month]:
    """Yield each month from that of one time to that of another, at least the first."""
    at = datetime.fromtimestamp(first, zone)
    month = Month(at.year, at.month)
    yield month
    while month.next.begins(zone) <= last:
        month = month.next
        yield month


def rows_of(bills: Sequence[Bill]) -> list[tuple[object, ...]]:
    """A row for each count, in the order of `HEADS`."""
    return [tuple(data_of(bill.month, each).values()) for bill in bills for each in bill.counts]


def data_of(month: Month, count: "ChargeCount") -> dict[str, object]:
    """A count as JSON."""
    values = (str(month), count.line, count.rule or None, count.caller or None, count.category, count.is_billable, count.messages)
    return dict(zip(HEADS, values, strict=True))


def as_text(bills: Sequence[Bill]) -> Iterator[str]:
    """A heading, a line for each count, and the sum."""
    counts = [(bill.month, each) for bill in bills for each in bill.counts]
    if not counts:
        yield "no message has a price"
        return
    cells = [
        (month, each.line, visible(origin_of(each), keep=""), each.category, "yes" if each.is_billable else "no", each.messages)
        for month, each in counts
    ]
    yield from as_table(("MONTH", "LINE", "RULE", "CATEGORY", "BILLABLE", "MESSAGES"), cells)
    billed = sum(each.messages for _, each in counts if each.is_billable)
    yield f"{counted(sum(each.messages for _, each in counts), 'message')}, {billed} of them billable"


def origin_of(count: "ChargeCount") -> str:
    """The rule, or the caller of the API, as people read it; a dash for what the app sends by itself."""
    caller = count.caller if count.caller in ("", "API") else f"API: {count.caller}"
    return count.rule or caller or "-"
