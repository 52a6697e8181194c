"""The page with charts: messages an hour, what answered them, how long they took, the busiest hours, and the billable ones."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask import Response

from flask_chatbot.console.charts import bars
from flask_chatbot.console.charts.bars import BarChart
from flask_chatbot.console.routing import PageEntry, route
from flask_chatbot.console.visits import Visit
from flask_chatbot.core.translation.translatable import Translatable, tr

if TYPE_CHECKING:
    from flask_chatbot.store.console.hours import HourCount
    from flask_chatbot.store.console.times import ChargedHour, Delays

HOUR = 3600.0  # seconds
DAYS = 14  # of the chart of what answered, and of the busiest hours
HOURS = 48  # of the first chart
BILLED = 14  # days
STEPS = (tr("1 second"), tr("5 seconds"), tr("30 seconds"), tr("2 minutes"), tr("10 minutes"), tr("longer"))


@route("charts", role="look", entry=PageEntry(8, tr("Charts")))
def charts(visit: Visit) -> Response:
    """Draw the charts."""
    from flask_chatbot.store.console import hours, times

    bot, database = visit.console.bots.own, visit.console.database()
    now, is_fallback = bot.clock().timestamp(), visit.console.bots.is_fallback
    first = int(now / HOUR) - DAYS * 24
    with database.reading() as connection:
        counts, is_behind = hours.since(connection, first, is_fallback)
        delays, charged = times.delays(connection), times.charged(connection, now - BILLED * 24 * HOUR)
    if is_behind:
        hours.count(database, is_fallback, now)
        with database.reading() as connection:
            counts, _ = hours.since(connection, first, is_fallback)
    zone = bot.book.locale.timezone
    dated = [(*day_and_hour(each.hour, zone), each) for each in counts]
    drawn = [
        an_hour(visit, counts, int(now / HOUR)),
        by_answer(visit, dated, now),
        by_delay(visit, delays, times.AMONG),
        busiest(visit, dated),
        *([billable(visit, charged, now, times.CHARGES)] if charged else []),
    ]
    return visit.page("charts.html", here="charts", charts=drawn, size=(bars.WIDTH, bars.HEIGHT))


def an_hour(visit: Visit, counts: "Iterable[HourCount]", last: int) -> BarChart:
    """The messages of each of the last hours, in both directions."""
    known = {each.hour: each for each in counts}
    shown = [(known[hour].came, known[hour].sent) if hour in known else (0, 0) for hour in range(last - HOURS + 1, last + 1)]
    zone = visit.console.bots.own.book.locale.timezone
    named = [day_and_hour(hour, zone) for hour in range(last - HOURS + 1, last + 1)]
    labels = [f"{day} {hour:02}:00" for day, hour in named]
    heads = (tr("Hour"), tr("written by customers"), tr("sent by the bot"))
    return _chart(visit, "hours", tr("Messages an hour"), heads, labels, shown)


def by_answer(visit: Visit, dated: "Iterable[tuple[str, int, HourCount]]", now: float) -> BarChart:
    """The messages of customers on each day, by what answered them."""
    days = _days(visit, now, DAYS)
    sums = {day: [0, 0, 0] for day in days}
    for day, _, each in dated:
        if found := sums.get(day):
            found[:] = [found[0] + each.answered, found[1] + each.unmatched, found[2] + each.silent]
    heads = (tr("Day"), tr("answered by a rule"), tr("not understood"), tr("not answered"))
    return _chart(
        visit, "answers", tr("Answered by a rule, or not understood"), heads, days, [(one, two, three) for one, two, three in sums.values()]
    )


def by_delay(visit: Visit, delays: "Delays", among: int) -> BarChart:
    """The times that the last messages took to be sent, and to arrive after that."""
    labels = [visit.translated(step) for step in STEPS]
    heads = (tr("At most"), tr("until it was sent"), tr("from then until it was delivered"))
    note = visit.translated(tr("Of the last {number} messages that were sent.", number=among))
    return _chart(visit, "delays", tr("Delivery times"), heads, labels, list(zip(delays.to_send, delays.to_deliver, strict=True)), note)


def busiest(visit: Visit, dated: "Iterable[tuple[str, int, HourCount]]") -> BarChart:
    """The messages of customers in the last weeks, by the hour of the day."""
    sums = [0] * 24
    for _, hour, each in dated:
        sums[hour] += each.came
    heads, labels = (tr("Hour"), tr("written by customers")), [f"{hour:02}:00" for hour in range(24)]
    note = visit.translated(tr("The sum of {days} days.", days=DAYS))
    return _chart(visit, "busiest", tr("Busiest hours"), heads, labels, [(each,) for each in sums], note)


def billable(visit: Visit, charged: "Sequence[ChargedHour]", now: float, limit: int) -> BarChart:
    """The messages with a price that were delivered on each day."""
    days = _days(visit, now, BILLED)
    sums = {day: [0, 0] for day in days}
    for each in charged:
        if found := sums.get(day_and_hour(each.hour, visit.console.bots.own.book.locale.timezone)[0]):
            found[not each.is_billable] += each.messages
    cut = tr("Only the last {number} messages are counted here; flask chatbot billable counts all.", number=limit)
    note = visit.translated(cut) if sum(each.messages for each in charged) >= limit else ""
    heads = (tr("Day"), tr("billable"), tr("free"))
    return _chart(visit, "billable", tr("Billable messages"), heads, days, [(one, two) for one, two in sums.values()], note)


def local(visit: Visit, at: float) -> datetime:
    """A time in the time zone of the rules."""
    return datetime.fromtimestamp(at, visit.console.bots.own.book.locale.timezone)


@lru_cache(maxsize=2000)
def day_and_hour(hour: int, zone: ZoneInfo) -> tuple[str, int]:
    """The day, as the charts name it, and the hour of the day of an hour since the epoch, in a time zone.

    >>> day_and_hour(496_400, ZoneInfo("Asia/Jakarta"))
    ('18/08', 15)
    """
    at = datetime.fromtimestamp(hour * HOUR, zone)
    return day_of(at), at.hour


def day_of(day: date) -> str:
    """A day as the charts name it.

    >>> day_of(date(2026, 12, 5))
    '05/12'
    """
    return f"{day.day:02}/{day.month:02}"


def _days(visit: Visit, now: float, number: int) -> list[str]:
    today = local(visit, now).date()
    return [day_of(today - timedelta(days=back)) for back in range(number - 1, -1, -1)]


def _chart(
    visit: Visit,
    name: str,
    title: Translatable,
    heads: Sequence[Translatable],
    labels: Sequence[str],
    rows: Sequence[tuple[int, ...]],
    note: str = "",
) -> BarChart:
    said = tuple(visit.translated(head) for head in heads)
    return BarChart(name=name, title=visit.translated(title), heads=said, labels=tuple(labels), rows=rows, note=note)
