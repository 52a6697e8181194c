"""`CellReader`: reads cells of tables as fields of a type read what customers write, so that both can be compared."""

import re
from dataclasses import dataclass, field
from datetime import time

from flask_chatbot.core.fields.field import Context, Field
from flask_chatbot.core.late import late_pattern

AS_TEXT = frozenset({"text", "email", "choice", ""})  # types whose values are the texts that were written
NUMERIC = frozenset({"integer", "number", "money"})
IN_PHONES = re.compile("[ ().-]")
PHONE = re.compile(r"([+0-9]{4,})([0-9]{6})")  # what its last digits are does not count for how it is read
SOME_DIGITS = "345678"
CLOCK = late_pattern(r"([01]?[0-9]|2[0-3])[.:]([0-5][0-9])(?:[.:][0-5][0-9])?")  # in a table, of 24 hours


@dataclass(frozen=True, slots=True, eq=False)
class CellReader:
    """Reads the cells of a column as values of a field like this one. A cell that means another day next year is no date.

    `contexts` are those of different years, in which a cell must mean the same.
    """

    like: Field
    contexts: tuple[Context, ...]
    _known: dict[str, object] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The name of the type."""
        return self.like.type

    def read(self, cell: object) -> object:
        """The value of a cell; None if it is not one of the type."""
        if isinstance(cell, bool) or not isinstance(cell, str | int | float):
            return cell
        text = str(cell).strip()
        if text not in self._known:
            self._known[text] = self._value(text) if text else None
        return self._known[text]

    def comparable(self, cell: object) -> object:
        """The value of a cell, or the cell as it is if it is not one of the type."""
        value = self.read(cell)
        return cell if value is None else value

    def _value(self, text: str) -> object:
        if self.kind == "time" and (clock := CLOCK.fullmatch(text)):
            return time(int(clock[1]), int(clock[2]))
        if self.kind == "phone" and (phone := PHONE.fullmatch(IN_PHONES.sub("", text))) and phone[2] != SOME_DIGITS:
            alike = self.read(phone[1] + SOME_DIGITS)  # a number is read in 0.2 ms, which is long for each of 100,000
            return f"{alike[: -len(SOME_DIGITS)]}{phone[2]}" if isinstance(alike, str) and alike.endswith(SOME_DIGITS) else None
        try:
            values = [self.like.kind.read(text, self.like, each) for each in (self.contexts if self.kind == "date" else self.contexts[:1])]
        except ValueError:
            return None
        return values[0] if all(each == values[0] for each in values) else None
