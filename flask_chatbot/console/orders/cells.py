"""`OrderLine`: a saved row as the pages show it, with the state that comes next and the files that were sent."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from flask_chatbot.console.marks import shown
from flask_chatbot.console.visits import Visit
from flask_chatbot.core.lookups.spreadsheets import cell_text

if TYPE_CHECKING:
    from flask_chatbot.store.saved import SavedRow


class OrderLine(NamedTuple):
    """One row. `next_state` is empty in the last state and in a table without any; `files` are the fields that hold a kept file."""

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


def order_line(visit: Visit, row: "SavedRow", states: tuple[str, ...]) -> OrderLine:
    """A row for a viewer, who sees its customer's number masked unless they asked for whole ones; `states` are those of its table."""
    place = states.index(row.state) if row.state in states else -1
    return OrderLine(
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
