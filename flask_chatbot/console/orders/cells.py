"""`OrderLine`: a saved row as the pages show it, with the state that comes next and the files that were sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask_chatbot.console.marks import shown
from flask_chatbot.console.visits import Visit
from flask_chatbot.core.language.sentences import clip
from flask_chatbot.core.lookups.spreadsheets import cell_text

if TYPE_CHECKING:
    from flask_chatbot.store.saved import SavedRow

CELL = 80  # letters of a field in the list


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One row. `next_state` is empty in the last state and in a table without any; `files` are the fields that hold a kept file."""

    table: str
    number: int
    shown: int | str
    at: str
    person: str
    sender: str
    name: str
    state: str
    next_state: str
    states: tuple[str, ...]
    values: Mapping[str, str]
    files: Mapping[str, str]  # the kind of each

    def cell(self, field: str) -> str:
        """A field's value as the list has room for it."""
        return clip(self.values.get(field, ""), CELL)


def order_line(visit: Visit, row: "SavedRow", states: tuple[str, ...]) -> OrderLine:
    """A row for a viewer, who sees its customer's number masked unless they asked for whole ones; `states` are those of its table."""
    place = states.index(row.state) if row.state in states else -1
    return OrderLine(
        table=row.name,
        number=row.number,
        shown=row.shown,
        at=visit.when(row.at),
        person=row.person,
        sender=shown(visit.number(row.sender)),
        name=visit.text(row.sender_name),
        state=row.state,
        next_state=states[place + 1] if place + 1 < len(states) else "",
        states=states,
        values={field: visit.text(cell_text(value)) for field, value in row.fields.items()},
        files={field: str(value.get("kind", "")) for field, value in row.fields.items() if is_kept(value)},
    )


def is_kept(value: object) -> bool:
    """True if a field's value is a file that was kept.

    >>> is_kept({"kind": "image", "file": "ab" * 32}), is_kept({"kind": "image", "handle": "x"}), is_kept("ktp.jpg")
    (True, False, False)
    """
    return isinstance(value, Mapping) and "kind" in value and bool(value.get("file"))
