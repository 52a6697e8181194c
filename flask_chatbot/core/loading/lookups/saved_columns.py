"""The columns of saved rows, by the rules that save them."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from flask_chatbot.core.fields.field import Field
from flask_chatbot.core.loading.fields import type_of_field
from flask_chatbot.core.loading.places import Place
from flask_chatbot.core.lookups.find import NUMBERS
from flask_chatbot.core.lookups.short_rows import STATE
from flask_chatbot.core.lookups.states import closed_states, exact_state, is_cancelled
from flask_chatbot.core.templates.types import INTEGER, TEXT, Type, joined
from flask_chatbot.core.values.saving.numbering import Numbering, Unnumberable, read_numbering

GROUP = re.compile(r"\(\?P<([^\W\d]\w*)>")


@dataclass(slots=True, eq=False)
class SavedColumns:
    """The columns of the tables that rules save to; `entries` are all rules, whose fields `build` compiles without reporting anything."""

    entries: Callable[[], Iterable[Place]]
    build: Callable[[Place], tuple[Field, ...]]
    _saving: dict[str, list[Place]] | None = None

    def saving(self) -> dict[str, list[Place]]:
        """The rules that save, by the name of their table."""
        if self._saving is None:
            self._saving = {}
            for entry in self.entries():
                if isinstance(entry.data, dict) and (name := table_of(entry)):
                    self._saving.setdefault(name, []).append(entry)
        return self._saving

    def names(self) -> list[str]:
        """The names of the tables."""
        return list(self.saving())

    def of(self, name: str) -> dict[str, Type]:
        """The columns of a table with their types: those of all rules that save to it, and what each row has."""
        rules = [dict(self.columns(entry)) for entry in self.saving().get(name, ())]
        names = dict.fromkeys(column for columns in rules for column in columns)
        found = {column: together(column, rules) for column in names}
        states = self.states(name)
        state = {STATE: Type("choice", options=states)} if states else {}
        return {**found, **state, **dict.fromkeys(NUMBERS, TEXT if self.numbering(name) else INTEGER)}

    def states(self, name: str) -> tuple[str, ...]:
        """The states of a table's rows."""
        return tuple(dict.fromkeys(" ".join(written.split()) for written in self.listed(name, "states")))

    def closed(self, name: str) -> tuple[str, ...]:
        """The states of a table's rows in which nothing is left to do."""
        states = self.states(name)
        frees = [exact_state(states, written) for written in self.listed(name, "frees")]
        return closed_states(states, frees or list(filter(is_cancelled, states[1:])))

    def listed(self, name: str, key: str) -> list[str]:
        """The entries that the rules of a table list under a key of `save`."""
        return [str(each.data) for rule in self.saving().get(name, ()) for each in entries_of(rule, key)]

    def numbering(self, name: str) -> Numbering | None:
        """The numbering of a table's rows, if a rule gives one."""
        return next(filter(None, map(numbering_at, self.saving().get(name, ()))), None)

    def columns(self, entry: Place) -> Iterator[tuple[str, Type]]:
        """Yield the columns of what one rule saves."""
        for pattern in entry.at("pattern").entries():
            if isinstance(pattern.data, str):
                yield from ((name, Type("text", optional=True)) for name in GROUP.findall(pattern.data))
        fields = self.build(replace(entry, problems=[]))
        if "sends" in entry.data and not any(field.is_sent for field in fields):
            yield "media", Type("media", optional=True)
        yield from ((field.name, type_of_field(field)) for field in fields)


def entries_of(entry: Place, key: str) -> list[Place]:
    """The places of what a rule lists about its rows under a key of `save`."""
    save = entry.at("save")
    return save.each(key) if isinstance(save.data, dict) else []


def saved_type(entry: Place) -> str | Type:
    """The type of `saved` in the templates of a rule: its number is a text where a numbering writes it."""
    return Type("map", entries=(("number", TEXT),)) if numbering_at(entry) is not None else "saved"


def numbering_at(entry: Place) -> Numbering | None:
    """The numbering that a rule gives to its rows; None if there is none, or it is wrong."""
    place = entry.at("save")
    written = place.data.get("numbering") if isinstance(place.data, dict) else None
    if written is None:
        return None
    try:
        return read_numbering(written)
    except Unnumberable:
        return None


def table_of(entry: Place) -> str:
    """The name of the table that a rule saves to; empty if it saves nothing."""
    data = entry.data.get("save")
    name = data.get("to") if isinstance(data, dict) else data
    return name if isinstance(name, str) else ""


def together(column: str, rules: Iterable[dict[str, Type]]) -> Type:
    """The type of a column that several rules save; None where one of them does not."""
    types = [columns.get(column) for columns in rules]
    found = joined(each for each in types if each is not None)
    return found._replace(optional=True) if None in types else found
