"""The form of a registry entry: one kind of reply, with the parts that rule files, the database and the wire have of it."""

from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from typing import Any, NamedTuple, get_args, get_origin


class Part(NamedTuple):
    """One field of a reply: its key in rule files and in the database, and its type: `str`, `float` or `tuple`, of texts or of `item`."""

    name: str
    holds: Any
    default: object  # `MISSING` where it must be given
    schema: Mapping[str, Any]  # what `described` says of it
    item: type[Any] = str  # of a tuple

    def read(self, held: Any) -> Any:
        """The part from its JSON in the database."""
        if self.holds is not tuple:
            return held
        return tuple(held if self.item is str else (self.item(**each) for each in held))


@dataclass(frozen=True, slots=True)
class ReplyKind:
    """One kind of reply. Its parts are the fields of its class.

    `type` is the contract's word for a message of the kind, `wire` the keyword webhook's; if the webhook has no place for the kind, the
    parts go as texts. Without the part it `needs` there is nothing to send; a bare text in a rule file is this part. `description` and
    `example` are what editors show for its key. The address of a file that ends in one of `endings` is most likely meant as this kind. No
    rule file writes the parts that are `filled_in` when it is sent.
    """

    name: str  # the key in rule files, and the kind in the database
    make: type[Any]
    type: str
    wire: str | None = None
    needs: str = ""
    description: str = ""
    example: object = ""
    endings: tuple[str, ...] = ()
    filled_in: tuple[str, ...] = ()
    parts: tuple[Part, ...] = field(init=False)
    written: tuple[Part, ...] = field(init=False)  # the parts that a rule file writes

    def __post_init__(self) -> None:
        parts = tuple(map(_part, fields(self.make)))
        object.__setattr__(self, "parts", parts)
        object.__setattr__(self, "written", tuple(part for part in parts if part.name not in self.filled_in))


Kinds = Mapping[str, ReplyKind]


def _part(each: Field[Any]) -> Part:
    return Part(each.name, get_origin(each.type) or each.type, each.default, each.metadata, next(iter(get_args(each.type)), str))


def described(description: str, example: object, **schema: object) -> Mapping[str, object]:
    """The metadata of a reply's field: what editors show for its key, and what the schema of rule files says beside its type."""
    return {"description": description, **schema, "examples": [example]}
