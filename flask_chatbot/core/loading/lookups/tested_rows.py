"""The tables and rows that tests name: those that are given, and those that staff move."""

from collections.abc import Iterable, Iterator, Mapping

from flask_chatbot.core.loading.lookups.finds import KnownTables, no_column
from flask_chatbot.core.lookups.find import NUMBERS, ROWS
from flask_chatbot.core.lookups.short_rows import STATE
from flask_chatbot.core.lookups.states import exact_state
from flask_chatbot.core.translation.translatable import Translatable, tr
from flask_chatbot.core.values.problems import Mark, Problem, did_you_mean
from flask_chatbot.core.values.rule_tests import RuleTest


def check_rows(tables: KnownTables, tests: Iterable[RuleTest]) -> Iterator[Problem]:
    """Yield the tables, columns and states in tests that no rule knows; Python may add some."""
    for test in tests:
        given = test.given.get(ROWS)
        for name, rows in given.items() if isinstance(given, dict) else ():
            yield from check_given(tables, test.mark, str(name), rows)
        for exchange in test.exchanges:
            if exchange.moves is not None and exchange.moves[0] not in tables.saved.names():
                yield Problem(exchange.mark, not_saved(exchange.moves[0], tables.saved.names()), may_be_python=True)


def check_given(tables: KnownTables, mark: Mark, name: str, rows: object) -> Iterator[Problem]:
    """Yield what is wrong with the rows that a test gives for one table."""
    if name not in tables.names:
        yield Problem(mark, tables.unknown(name), may_be_python=True)
        return
    columns = tables.columns(name)
    if not columns or not isinstance(rows, list):
        return
    names = dict.fromkeys((*columns, *((*NUMBERS, STATE) if tables.is_saved(name) else ())))
    for row in (row for row in rows if isinstance(row, Mapping)):
        if (unknown := next((each for each in row if each not in names), None)) is not None:
            yield Problem(mark, no_column(name, str(unknown), tuple(names)))
            return
        states = columns[STATE].options if STATE in columns and tables.is_saved(name) else ()
        if states and row.get(STATE) and not exact_state(states, str(row[STATE])):
            guess = did_you_mean(str(row[STATE]), states) or tr(" List it under 'states'.")
            yield Problem(mark, tr("{state!r} is not a state of {table!r}.{way_out}", state=row[STATE], table=name, way_out=guess))
            return


def not_saved(name: str, saved: Iterable[str]) -> Translatable:
    """The sentence about a table to which no rule saves."""
    names = tuple(saved)
    listed = tr(" Known are {names}.", names=", ".join(names)) if names else tr(" Write `save: {table}` in one.", table=name)
    return tr("no rule saves to {table!r}.{way_out}", table=name, way_out=did_you_mean(name, names) or listed)
