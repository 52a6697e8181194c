"""The nodes of a YAML text, and how the keys of a mapping are merged.

Nothing is typed: `no`, `010` and `08:00` are the text as written. Lines and columns of nodes count from 1, those of traps from 0.
"""

from collections.abc import Sequence as Lines
from dataclasses import dataclass

from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.yamltext.traps import MISSING_SPACE, QUOTED, Trap, put_in_quotes, valueless


# Nodes are not frozen: a frozen dataclass takes three times as long to make, and a file of 10,000 rules has 130,000 of them.
@dataclass(slots=True)
class Scalar:
    """A text as written; `style` is empty for a plain one, else its quote, `|` or `>`."""

    text: str
    style: str
    line: int
    column: int


@dataclass(slots=True)
class Sequence:
    """A list; `size` counts its nodes with aliases expanded."""

    items: list["Node"]
    line: int
    column: int
    size: int


@dataclass(slots=True)
class Mapping:
    """Entries by key, in the order of the file; `keys` has the place of each."""

    entries: dict[str, "Node"]
    keys: dict[str, Scalar]
    flow: bool
    line: int
    column: int
    size: int


Node = Scalar | Sequence | Mapping


def repaired(children: list[Node], lines: Lines[str], *, braces: bool) -> tuple[list[Node], list[Trap]]:
    """Keys and values in turn, less the keys that cannot stay, and what to say of those."""
    kept: dict[str, list[Node]] = {}
    cut: dict[str, list[Scalar]] = {}
    traps: list[Trap] = []
    last = ""
    for key, value in zip(children[::2], children[1::2], strict=True):
        if not isinstance(key, Scalar):
            traps.append(Trap(key.line - 1, key.column - 1, tr("a key must be text. Put quotes around it if it is one.")))
        elif braces and not _has_colon(key, value, lines):
            cut.setdefault(last, []).append(key)
        elif key.text in kept:
            message = tr(
                "duplicate key {key!r}: line {line} has it already. Remove one of them.", key=key.text, line=kept[key.text][0].line
            )
            traps.append(Trap(key.line - 1, key.column - 1, message))
        else:
            last = key.text
            kept[last] = [key, value]
    traps += [_rejoin(kept.get(name), keys) for name, keys in cut.items()]
    return [node for pair in kept.values() for node in pair], traps


def _has_colon(key: Scalar, value: Node, lines: Lines[str]) -> bool:
    """True if a colon is written between the two; without one, the parser puts an empty value at the comma or bracket."""
    if not isinstance(value, Scalar) or value.text or value.style:
        return True
    source = lines[key.line - 1][key.column - 1 : value.column - 1 if value.line == key.line else None]
    return ":" in (QUOTED.sub("", source) if key.style else source[len(key.text) :])


def _rejoin(pair: list[Node] | None, keys: list[Scalar]) -> Trap:
    """The trap for keys without a value that continue a text with commas: `{caption: kopi, teh, gula}`."""
    first, value = keys[0], pair[1] if pair else None
    if pair and isinstance(value, Scalar) and value.text and not value.style and not MISSING_SPACE.match(first.text):
        text = ", ".join([value.text, *(key.text for key in keys)])
        pair[1] = Scalar(text, "", value.line, value.column)
        return Trap(
            value.line - 1,
            value.column - 1,
            tr("the comma ended the text {text!r}. {way_out}", text=value.text, way_out=put_in_quotes(text)),
        )
    return valueless(first.text, first.line - 1, first.column - 1)


def take_in(node: Mapping) -> Trap | None:
    """Fill in the mappings that `<<` names, in place; own keys win over merged ones, earlier mappings over later ones."""
    key, value = node.keys.pop("<<"), node.entries.pop("<<")
    sources = value.items if isinstance(value, Sequence) else [value]
    entries: dict[str, Node] = {}
    keys: dict[str, Scalar] = {}
    for source in reversed(sources):
        if isinstance(source, Mapping):
            entries |= source.entries
            keys |= source.keys
        elif not (isinstance(source, Scalar) and source.text.startswith("*")):  # an alias in vain is reported already
            return Trap(key.line - 1, key.column - 1, tr("'<<' takes in the keys of a mapping with an anchor. Write <<: *name"))
    node.entries, node.keys = entries | node.entries, keys | node.keys
    return None
