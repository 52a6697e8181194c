"""Places in a slot, such as four appointments an hour: `Limit` is the rule's, `Slot` one of which a customer wants a place."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """At most so many rows of a table may hold these values; rows in a state of `frees` take no place."""

    table: str
    at_most: int
    values: Mapping[str, object] = field(default_factory=dict)
    frees: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most so many rows for the same values of the fields `per`, or in the whole table without any."""

    at_most: int
    per: tuple[str, ...] = ()
    frees: tuple[str, ...] = ()

    def slot(self, table: str, fields: Mapping[str, object]) -> Slot:
        """The slot of a row with these fields.

        >>> Limit(at_most=4, per=("jam",)).slot("janji", {"jam": "10.00", "nama": "Budi"}).values
        {'jam': '10.00'}
        """
        return Slot(table=table, at_most=self.at_most, values={name: fields.get(name) for name in self.per}, frees=self.frees)


HasPlace = Callable[[Slot], bool]


def always(slot: Slot) -> bool:
    """Find a place in any slot, where nobody keeps rows."""
    return True
