"""Nesting levels that a parser saw but reported no event for, since it failed first.

For each bracket that may begin a key, the parsers look up to 1,024 characters ahead before they emit its event. An error in that stretch
hides the levels opened there, and libyaml 0.2.6 raises one of its own at 1,000 levels. Lines and columns count from 0.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import yaml
from yaml import events

from flask_chatbot.core.yamltext.traps import Spot

_BEFORE_A_VALUE = re.compile(r"[\s:,?-]*")


def hidden_level(lines: Sequence[str], start: Spot, end: Spot, *, room: int, flow: bool) -> Spot | None:
    """The place between two others at which a level beyond `room` is opened, or None; `flow` is true inside brackets.

    >>> hidden_level(["a: [[@", ""], (0, 2), (0, 5), room=1, flow=False)
    (0, 4)
    """
    piece = "\n".join([*lines[start[0] : end[0]], lines[end[0]][: end[1]]])[start[1] :]
    # Signs that belong to the level the piece stands in would break it; brackets around it keep it a piece of flow style.
    bare = _BEFORE_A_VALUE.sub(lambda found: re.sub(r"\S", " ", found[0]), piece, count=1)
    depth = -1 if flow else 0
    for event in _events("[" + bare if flow else bare):
        depth += _change(event)
        if depth > room:
            before = piece[: event.start_mark.index - flow].split("\n")
            return start[0] + len(before) - 1, len(before[-1]) + (start[1] if len(before) == 1 else 0)
    return None


def _events(text: str) -> Iterator[Any]:
    """The events up to the first error, from the parser without limits of its own."""
    try:
        yield from yaml.parse(text, yaml.SafeLoader)
    except (yaml.YAMLError, ValueError, OverflowError):
        return


def _change(event: Any) -> int:
    return isinstance(event, events.CollectionStartEvent) - isinstance(event, events.CollectionEndEvent)
