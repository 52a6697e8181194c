"""Compiles the `find:` of rules, and what `found` is in their templates."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import NamedTuple

from flask_chatbot.core.fields.field import Context, Field
from flask_chatbot.core.fields.types import FIELD_TYPES
from flask_chatbot.core.loading.lookups.csv_files import CsvFiles
from flask_chatbot.core.loading.lookups.read_cells import check_cells, check_kinds
from flask_chatbot.core.loading.lookups.saved_columns import SavedColumns
from flask_chatbot.core.loading.lookups.saves import differing, known_state
from flask_chatbot.core.loading.places import Place
from flask_chatbot.core.lookups.cell_readers import AS_TEXT, NUMERIC, CellReader
from flask_chatbot.core.lookups.csv_table import CsvTable, name_of
from flask_chatbot.core.lookups.find import MORE, NUMBERS, ROWS, ROWS_LIMIT, Find
from flask_chatbot.core.lookups.keys import loose_key
from flask_chatbot.core.lookups.restoring import RESTORED
from flask_chatbot.core.lookups.short_rows import STATE
from flask_chatbot.core.lookups.states import exact_state
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.templates.types import INTEGER, UNKNOWN, Type
from flask_chatbot.core.translation.translatable import Translatable, tr
from flask_chatbot.core.values.problems import Mark, Problem, did_you_mean

REPEATED_LIMIT = 5  # keys of one look-up that stand in several lines, as far as they are reported
TITLES = 5  # lines that may stand above a header
OPTIONS_LIMIT = 100  # of one question
FROM = "from"  # the key under which options name a column
OPEN = "open"  # stands for all states in which something is left to do
NO_FIND = tr("'not_found' is sent when 'find' finds nothing, but this rule has no 'find'. Add one, or remove 'not_found'.")
NO_COLUMNS: Mapping[str, Sequence[str]] = MappingProxyType({})


class TableSources(NamedTuple):
    """The origins of tables: CSV files, the `entries` of rules that save, and the application, with the columns that it names."""

    csv: CsvFiles
    entries: Callable[[], Iterable[Place]] = tuple
    python: Mapping[str, Sequence[str]] = NO_COLUMNS


@dataclass(slots=True, eq=False)
class KnownTables:
    """All tables that rules may look up: CSV files, saved rows, and those of the application, with their columns where it names them."""

    csv: CsvFiles
    saved: SavedColumns
    python: Mapping[str, Sequence[str]] = field(default_factory=dict)
    contexts: tuple[Context, ...] = ()

    @property
    def names(self) -> list[str]:
        """The names of all tables."""
        return [*self.csv.tables, *self.saved.names(), *self.python]

    def columns(self, name: str) -> dict[str, Type]:
        """The columns of a table with their types; empty if they are not known."""
        if name in self.csv.tables:
            table = self.csv.tables[name]
            return {each.name: Type(each.type, optional=each.has_gaps) for each in table.columns} if table else {}
        if name in self.python:
            return dict.fromkeys(self.python[name], UNKNOWN)
        return self.saved.of(name) if name in self.saved.names() else {}

    def is_saved(self, name: str) -> bool:
        """True if a table holds saved rows."""
        return name not in self.csv.tables and name not in self.python

    def found(self, find: Find | None) -> Mapping[str, str | Type]:
        """The name `found` with its type, for the templates of a rule that looks something up."""
        if find is None:
            return {}
        columns = self.columns(find.table)
        if not columns:
            return {"found": UNKNOWN}
        entries = tuple(columns.items())
        rows = Type("list", least=1, inner="map", entries=entries)
        more = () if MORE in columns else ((MORE, INTEGER),)
        return {"found": Type("map", entries=(*entries, *more, (ROWS, rows)))}

    def build(self, rule: Place, fields: Sequence[Field], groups: Collection[str]) -> Find | None:
        """The `find:` of a rule with these fields; names that nobody knows are reported."""
        place = rule.at("find")
        if "not_found" in rule.data and "find" not in rule.data:
            rule.at("not_found").report(NO_FIND, key=True)
        if not isinstance(place.data, dict) or not isinstance(place.data.get("in"), str):  # refused
            return None
        name = place.data["in"]
        if name not in self.names:
            place.at("in").report(self.unknown(name), may_be_python=True)
        by = place.each("by")
        for entry in by:
            self.check_by(entry, name, fields, groups)
        if "anyone" in place.data:
            self.check_anyone(place, name, fields)
        states, names = self.states(place, name), tuple(str(entry.data) for entry in by)
        if not self.is_saved(name):
            return Find(table=name, by=names, readers=self.readers(by, name, fields))
        return replace(self.saved_find(name), by=names, anyone=bool(place.data.get("anyone")), states=states)

    def saved_find(self, name: str) -> Find:
        """A look-up in saved rows, with what is known of them."""
        columns = self.saved.of(name) if name in self.saved.names() else {}
        kinds = {column: kind.kind if kind.kind in RESTORED else "" for column, kind in columns.items() if column not in (*NUMBERS, STATE)}
        first = next(iter(self.saved.states(name)), "") if columns else ""
        return Find(table=name, kinds=kinds, numbering=self.saved.numbering(name), first_state=first)

    def states(self, place: Place, name: str) -> tuple[str, ...]:
        """The states of the rows that count; all that nobody knows are reported."""
        if "state" not in place.data:
            return ()
        known = self.saved.states(name) if self.is_saved(name) else ()
        if not known:
            return self.report_no_states(place, name)
        found: list[str] = []
        for entry in place.each("state"):
            if (state := exact_state(known, str(entry.data))) or loose_key(str(entry.data)) != OPEN:
                found.append(state or known_state(entry, str(entry.data), known, name))
            else:
                found += [state for state in known if state not in self.saved.closed(name)]
        return ("", *found) if known[0] in found else tuple(found)

    def conditional(self, at: Place, find: Find) -> dict[str, Type]:
        """The columns of a table, on which a condition may be put; none after reporting why there can be no condition."""
        columns = self.columns(find.table)
        if not find.by:
            at.report(tr("'where' picks among rows that are looked up by something. Add 'by' with a field."))
            return {}
        if not columns and find.table in self.names:
            at.report(
                tr("nobody knows the columns of {table!r}. Name them in Python: `@bot.table({table!r}, columns=[...])`", table=find.table)
            )
        return columns

    def report_no_states(self, place: Place, name: str) -> tuple[str, ...]:
        """Report states of a table that has none."""
        if name in self.names:
            no_states = tr("the rows of {table!r} have no states. Add some where they are saved, or remove 'state'.", table=name)
            other = tr("'state' is about saved rows, and {table!r} is another table. Remove it.", table=name)
            place.at("state").report(no_states if self.is_saved(name) else other, key=True)
        return ()

    def check_anyone(self, place: Place, name: str, fields: Sequence[Field]) -> None:
        """Report an `anyone` that means nothing, or shows others' rows to those who know less than what they are looked up by."""
        if not self.is_saved(name):
            place.at("anyone").report(tr("'anyone' is about saved rows, which have a sender. Remove it."), key=True)
        elif place.data["anyone"] and not place.each("by"):
            message = tr("'anyone' without 'by' would show what others wrote. Add 'by' with a field that they know.")
            place.at("anyone").report(message, key=True)
        elif place.data["anyone"]:
            may_lack = {field.name for field in fields if field.condition is not None or (field.optional and field.default is None)}
            for entry in place.each("by"):
                if entry.data in may_lack:
                    entry.report(left_out(str(entry.data)))

    def unknown(self, name: str) -> Translatable:
        """The sentence about a table that is not there."""
        listed = tr(" Known are {names}.", names=", ".join(self.names)) if self.names else ""
        way_out = did_you_mean(name, self.names) or listed or tr(" Name a CSV file: `tables: {{{name}: {name}.csv}}`", name=name)
        return tr("there is no table {name!r}.{way_out}", name=name, way_out=way_out)

    def check_by(self, entry: Place, table: str, fields: Sequence[Field], groups: Collection[str]) -> None:
        """Report a name under `by` that is no field of the rule, or no column of the table."""
        name, known = str(entry.data), [*(field.name for field in fields), *groups]
        if name not in known:
            none = tr(" Give it `fields:` or `ask:` with that name.")
            listed = tr(" Its fields are: {names}.", names=", ".join(known)) if known else none
            entry.report(tr("the rule has no field {name!r}.{way_out}", name=name, way_out=did_you_mean(name, known) or listed))
            return
        if any(field.name == name and field.is_sent for field in fields):
            entry.report(tr("{name!r} is a file or a place, and nothing can be looked up by it. Take another field.", name=name))
        columns, numbering = self.columns(table), self.saved.numbering(table) if self.is_saved(table) else None
        if numbering is not None and name in NUMBERS and any(field.name == name and field.type != "text" for field in fields):
            entry.report(
                tr(
                    "the rows of {table!r} are numbered {numbering!r}, and only a text holds that. Write `- {name}` without a type.",
                    table=table,
                    numbering=numbering.source,
                    name=name,
                )
            )
        if columns and name not in columns:
            below = header_below(self.csv.tables.get(table), self.csv.files.get(table, ""), name)
            entry.report(below or no_column(table, name, columns))
        elif self.is_saved(table) and name not in NUMBERS:
            check_kinds(entry, table, columns.get(name, UNKNOWN), next((field.type for field in fields if field.name == name), ""))

    def readers(self, by: Sequence[Place], table: str, fields: Sequence[Field]) -> dict[str, CellReader]:
        """The readers of the columns of a table that are looked up by fields of a type; cells that are no values of it are reported."""
        typed = {field.name: field for field in fields if field.type in FIELD_TYPES and field.type not in AS_TEXT and not field.is_sent}
        found = {}
        for entry in by:
            name = str(entry.data)
            if name not in typed or (typed[name].type in NUMERIC and self.columns(table).get(name, UNKNOWN).kind in NUMERIC):
                continue
            alone = Field(name=name, type=typed[name].type, kind=typed[name].kind)
            found[name] = CellReader(alone, self.contexts)
            if (file := self.csv.tables.get(table)) is not None and name in file.names:
                check_cells(entry, file, self.csv.files[table], found[name])
        return found

    def options(self, place: Place) -> tuple[str, ...]:
        """The different values of the column that a field's `options: {from: ...}` names; none after reporting what is wrong."""
        written = str(place.data[FROM])
        name, _, column = written.partition(".")
        if name in self.python:
            place.at(FROM).report(from_python(name))
            return ()
        if name not in self.csv.tables:
            files = list(self.csv.tables)
            way_out = did_you_mean(name, files) or tr(" Name a CSV file: `tables: {{{name}: {name}.csv}}`", name=name)
            place.at(FROM).report(tr("options come from a CSV file, and {name!r} is not one of them.{way_out}", name=name, way_out=way_out))
            return ()
        table = self.csv.tables[name]
        if table is None:
            return ()
        if column not in table.names:
            place.at(FROM).report(no_column(name, column, table.names))
            return ()
        values = table.values(column)
        if not values or len(values) > OPTIONS_LIMIT:
            place.at(FROM).report(unfit_options(written, len(values)))
            return ()
        return tuple(values)

    def check(self, rules: Sequence[Rule]) -> Iterator[Problem]:
        """Yield what does not fit together in rules that find and save."""
        yield from differing(rule for rule in rules if rule.actions)
        for rule in (rule for rule in rules if rule.actions or rule.find is not None):
            if rule.save is not None and (file := self.csv.files.get(rule.save.name)) is not None:
                yield Problem(rule.mark, saved_to_file(rule, rule.save.name, file))
            if rule.find is not None:
                yield from self.repeated(rule, rule.find)
                yield from self.cut(rule, rule.find)

    def cut(self, rule: Rule, find: Find) -> Iterator[Problem]:
        """Yield a warning of a rule that shows some of the rows of a file, and never says that there are more."""
        table = self.csv.tables.get(find.table)
        shown = [each.source for each in rule.templates if "found" in each.source and ROWS in each.source]
        if table is not None and not find.by and len(table.rows) > ROWS_LIMIT and shown and not any(MORE in source for source in shown):
            message = tr(
                "rule {rule!r} shows {limit} of the {count} rows of {table!r}. Say so: {more}",
                rule=rule.name,
                limit=ROWS_LIMIT,
                count=len(table.rows),
                table=find.table,
                more="{% if found.more %}+{{ found.more }}{% endif %}",
            )
            yield Problem(rule.mark, message, "warning")

    def repeated(self, rule: Rule, find: Find) -> Iterator[Problem]:
        """Yield warnings of keys that stand in several lines of a file, where the rule shows the first of them only."""
        table = self.csv.tables.get(find.table)
        if table is None or not find.by or not set(find.by) <= set(table.names):
            return
        table.prepare(find, {each.name for each in rule.fields or () if each.may_be_left_out or each.condition is not None})
        index = table.index(find.by, find.readers or {})
        if find.where is not None:
            table.passing(find)
        if keyless := index.keyless() if len(find.by) == 1 else []:
            message = no_key(find.by[0], len(keyless) - 1)
            yield Problem(Mark(self.csv.files[find.table], table.lines[keyless[0]], 1), message, "warning")
        if any("found" in each.source and ROWS in each.source for each in rule.templates):
            return
        for count, (first, second) in enumerate(index.repeated()):
            if count == REPEATED_LIMIT:
                break
            yield Problem(Mark(self.csv.files[find.table], table.lines[second], 1), again(rule, find, table, first), "warning")


def again(rule: Rule, find: Find, table: CsvTable, first: int) -> Translatable:
    """The warning of a line whose key stands in an earlier one."""
    row = dict(zip(table.names, table.rows[first], strict=True))
    return tr(
        "{key} stands in line {line} already, and rule {rule!r} shows that one. Remove one of them, or show all: {loop}",
        key=", ".join(f"{name} {str(row[name])[:60]!r}" for name in find.by),
        line=table.lines[first],
        rule=rule.name,
        loop="{% for row in found.rows %}",
    )


def no_key(name: str, more: int) -> Translatable:
    """The warning of a line without a key, and of how many more there are."""
    others = tr(" So have {count} more lines.", count=more) if more > 1 else tr(" So has one more line.") if more else ""
    return tr("{name!r} is empty, so nobody finds this line by it.{others} Fill it in.", name=name, others=others)


def header_below(table: CsvTable | None, file: str, name: str) -> Translatable | None:
    """The sentence about a column whose name stands in one of the first lines below the header; None if it does not."""
    for line, row in zip(table.lines[:TITLES], table.rows[:TITLES], strict=True) if table else ():
        if any(cell is not None and name_of(str(cell)) == name for cell in row):
            return tr(
                "the column {name!r} stands in line {line} of {file}, and the first line names the columns. Remove the lines above it.",
                name=name,
                line=line,
                file=file,
            )
    return None


def no_column(table: str, name: str, known: Collection[str]) -> Translatable:
    """The sentence about a column that a table does not have."""
    way_out = did_you_mean(name, known) or tr(" It has {entries}.", entries=", ".join(known))
    return tr("the table {table!r} has no column {name!r}.{way_out}", table=table, name=name, way_out=way_out)


def saved_to_file(rule: Rule, table: str, file: str) -> Translatable:
    """The sentence about a rule that saves rows to a table of the name of a file, so that nobody would find them."""
    return tr(
        "rule {rule!r} saves rows to {table!r}, and `tables` gives that name to the file {file}. Give one of them another name.",
        rule=rule.name,
        table=table,
        file=file,
    )


def from_python(table: str) -> Translatable:
    """The sentence about options from a table of the application, which nobody knows before a customer asks."""
    return tr(
        "options come from a CSV file, and the application supplies {table!r}. "
        "Write the options here, or let customers write it, and look it up by `find:`.",
        table=table,
    )


def left_out(name: str) -> Translatable:
    """The sentence about a field by which anyone's rows are looked up, and which customers need not know."""
    return tr(
        "with 'anyone', whoever leaves out {name!r} would be shown what others wrote. Make it required, or remove it from 'by'.", name=name
    )


def unfit_options(written: str, count: int) -> Translatable:
    """The sentence about a column whose values are no options."""
    if not count:
        return tr("{column!r} is empty, so nothing can be chosen. Fill in the file, or write the options here.", column=written)
    return tr(
        "{column!r} has {count} different values, and a question takes {limit} options. Let customers write it, and look it up by `find:`.",
        column=written,
        count=count,
        limit=OPTIONS_LIMIT,
    )
