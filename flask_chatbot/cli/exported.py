"""Rows of a person for `flask chatbot person --export`: every time in them as ISO 8601, and those that stand for none left out."""

from collections.abc import Callable, Mapping
from typing import Any

Iso = Callable[[float], str | None]

_ENDINGS = ("_at", "_until", "_seen")  # of the names of times
_BY_NAME = ("answered", "pauses", "takeovers")  # parts of a state that hold a time under each name
_FORMS = ("form", "aside")


def with_iso_times(table: str, row: Mapping[str, Any], iso: Iso) -> dict[str, Any]:
    """A row with all times in ISO 8601, those inside its JSON included. What customers and handlers gave stays as it is.

    >>> with_iso_times("saved", {"at": 60.0, "kept_until": 0.0, "fields": {"at": 5}}, lambda at: f"{at:g} s")
    {'at': '60 s', 'fields': {'at': 5}}
    """
    found = _timed(row, iso)
    if table == "states" and isinstance(row.get("state"), Mapping):
        found["state"] = _state(row["state"], iso)
    if table == "events" and isinstance(row.get("body"), Mapping):
        found["body"] = _timed(row["body"], iso)
    return found


def _timed(data: Mapping[str, Any], iso: Iso) -> dict[str, Any]:
    """The data with the times at its top as ISO 8601."""
    is_time = {name for name, value in data.items() if (name in ("at", "until") or name.endswith(_ENDINGS)) and _is_number(value)}
    return {name: iso(value) if name in is_time else value for name, value in data.items() if value or name not in is_time}


def _state(state: Mapping[str, Any], iso: Iso) -> dict[str, Any]:
    found = _timed(state, iso)
    for name in _BY_NAME:
        if isinstance(kept := found.get(name), Mapping):
            found[name] = {key: iso(at) if _is_number(at) else at for key, at in kept.items()}
    if isinstance(dialogues := found.get("dialogue"), Mapping):
        found["dialogue"] = {chat: _dialogue(kept, iso) for chat, kept in dialogues.items()}
    return found


def _dialogue(dialogue: Any, iso: Iso) -> Any:
    if not isinstance(dialogue, Mapping):
        return dialogue
    found = _timed(dialogue, iso)
    found |= {name: _form(found[name], iso) for name in _FORMS if name in found}
    if isinstance(below := found.get("below"), list):
        found["below"] = [[_form(each[0], iso), iso(each[1])] if _is_pair(each) else each for each in below]
    return found


def _form(form: Any, iso: Iso) -> Any:
    """A form with the times at which its answers were given."""
    if not isinstance(form, Mapping) or not isinstance(times := form.get("times"), Mapping):
        return form
    return {**form, "times": {name: iso(at) if _is_number(at) else at for name, at in times.items()}}


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and _is_number(value[1])


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
