"""The pages about saved rows: a table of each form, one row with its history, and moving it on."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Response, request

from flask_chatbot.answering.moving import book_saving_to, move_row, saves_to
from flask_chatbot.answering.operations import saved_names
from flask_chatbot.console.marks import shown
from flask_chatbot.console.orders.cells import order_line
from flask_chatbot.console.routing import PageEntry, route
from flask_chatbot.console.visits import Visit
from flask_chatbot.core.lookups.states import CONSOLE, mover
from flask_chatbot.core.translation.translatable import reason_of, tr
from flask_chatbot.errors import NotAccepted

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from flask_chatbot.answering.moving import Outcome
    from flask_chatbot.store.rows.listing import RowFilter
    from flask_chatbot.store.rows.moving import Step
    from flask_chatbot.store.saved import SavedRow

PAGE = 25  # rows
COLUMNS = 8  # fields in the list; a row's own page has them all
FILTERS = ("table", "state", "number", "day")


@route("orders", role="look", entry=PageEntry(3, tr("Orders")))
def orders(visit: Visit) -> Response:
    """List the rows of a table, newest first."""
    from flask_chatbot.store.rows.listing import NEWEST, newest

    wanted = wanted_rows(visit)
    with visit.console.database().reading() as connection:
        names = tables(visit, connection)
        if not wanted.name and names:
            return visit.go(f"/orders?{urlencode({'table': names[0]})}")
        found = newest(connection, wanted, PAGE + 1, visit.before or NEWEST)
    states = states_of(visit, wanted.name)
    lines = [order_line(visit, row, states) for row in found[:PAGE]]
    return visit.live_page(
        "orders.html",
        "orders_list.html",
        is_newest=visit.before is None,
        here="orders",
        tables=names,
        table=wanted.name,
        lines=lines,
        columns=columns(found[:PAGE]),
        states=states,
        has_states=bool(states) or any(line.state for line in lines),
        **visit.filters(FILTERS),
        more=found[PAGE - 1].number if len(found) > PAGE else None,
    )


@route("orders/*", role="look")
def order(visit: Visit) -> Response:
    """Show one row with its history."""
    return _order(visit, visit.asked("table"))


@route("orders/*", role="answer", method="POST")
def move(visit: Visit) -> Response:
    """Move a row into a state; its customer gets the text that the rules have for it."""
    form, viewer = visit.form, visit.viewer
    table, actor = form.get("table", ""), viewer.name if viewer is not None and viewer.name else CONSOLE
    now = visit.console.bots.own.clock().timestamp()
    try:
        outcome = move_row(
            visit.console.database(),
            visit.console.lines(),
            book_saving_to(visit.console.bots.books(), table),
            table,
            number_of(visit),
            state=form.get("state", ""),
            actor=actor,
            now=now,
            seen=form.get("seen"),
        )
    except NotAccepted as error:
        return _answer(visit, table, visit.translated(reason_of(error)), error.status)
    if outcome.moved.is_moved:
        visit.record("row moved", f"{table} {outcome.moved.row.shown}: {outcome.moved.row.state}")
    is_overtaken = not outcome.moved.is_moved and outcome.moved.row.state != form.get("state")
    return _answer(visit, table, visit.translated(said(visit, outcome)), 409 if is_overtaken else 200)


def said(visit: Visit, outcome: "Outcome") -> str:
    """The outcome of a move in a sentence."""
    row, before = outcome.moved.row, outcome.moved.before
    if not outcome.moved.is_moved:
        by = visit.text(visit.translated(mover(before.actor)))
        return tr("It is {state} since {at}, by {who}. Nothing was changed.", state=row.state, at=visit.when(before.at), who=by)
    if outcome.is_told:
        return tr("It is {state} now. The customer gets a message.", state=row.state)
    why_not = outcome.why_not or tr("the rules have no text for this state.")
    return tr("It is {state} now. The customer gets no message: {reason}", state=row.state, reason=why_not)


def tables(visit: Visit, connection: "Connection") -> list[str]:
    """The tables that rules save to, and those of earlier rules that have rows."""
    from flask_chatbot.store.rows import listing

    return sorted({*listing.tables(connection), *saved_names(visit.console.bots.books())})


def wanted_rows(visit: Visit) -> "RowFilter":
    """The rows that the address of the page asks for."""
    from flask_chatbot.store.rows.listing import RowFilter

    return RowFilter(name=visit.asked("table"), state=visit.asked("state"), persons=visit.persons, time=visit.day)


def states_of(visit: Visit, table: str) -> tuple[str, ...]:
    """The states that the rules give to the rows of a table."""
    save = saves_to(book_saving_to(visit.console.bots.books(), table), table)
    return () if save is None else save.states


def columns(rows: "Sequence[SavedRow]") -> list[str]:
    """The fields that the list shows: those of the rows on this page, as far as there is room."""
    return list(dict.fromkeys(name for row in rows for name in row.fields))[:COLUMNS]


def number_of(visit: Visit) -> int:
    """The number of the row that the page is about; 0, which no row has, for any other text."""
    return int(visit.about) if visit.about.isascii() and visit.about.isdecimal() and len(visit.about) < 19 else 0


def find(visit: Visit, table: str) -> "tuple[SavedRow | None, Sequence[Step]]":
    """The row that the page is about, with its history."""
    from flask_chatbot.store.rows.moving import find_row, history

    with visit.console.database().reading() as connection:
        return find_row(connection, table, number_of(visit)), history(connection, table, number_of(visit))


def _answer(visit: Visit, table: str, note: str, status: int) -> Response:
    """The row as it is now, with a note: its line for the list that stays open, else its page."""
    is_listed = request.headers.get("HX-Target", "").startswith("row-")
    row, _ = find(visit, table)
    if not is_listed:
        return _order(visit, table, note, status)
    if row is None:
        gone = visit.go()
        gone.headers["HX-Redirect"] = f"{visit.base}/orders/{number_of(visit)}?{urlencode({'table': table})}"
        return gone
    fields = list(filter(None, visit.form.get("columns", "").split(",")))[:COLUMNS]
    line, is_problem = order_line(visit, row, states_of(visit, table)), status != 200
    return visit.page("order_line.html", status, table=table, line=line, columns=fields, has_states=True, note=note, is_problem=is_problem)


def _order(visit: Visit, table: str, note: str = "", status: int = 200) -> Response:
    row, steps = find(visit, table)
    if row is None:
        return visit.page("refused.html", 404, reason=visit.translated(tr("There is no such row. It may have been deleted.")))
    history = [(shown(each.state), visit.when(each.at), visit.text(visit.translated(mover(each.actor)))) for each in steps]
    line = order_line(visit, row, states_of(visit, table))
    at, is_problem = f"/orders/{row.number}?{urlencode({'table': table})}", status != 200
    names: dict[str, Any] = {"here": "orders", "table": table, "line": line, "history": history, "note": note, "is_problem": is_problem}
    return visit.live_page("order.html", "order_facts.html", status, at=at, **names)
