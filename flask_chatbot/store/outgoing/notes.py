"""Notes on how a message was sent so far, kept beside the parts of its reply: parts that were taken, and how often it was sent again."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from flask_chatbot.core.values.stored import NOTES, RESENT, TAKEN
from flask_chatbot.database.statements import word
from flask_chatbot.database.tables import messages

_c = messages.c
_REPLY = select(_c.reply).where(_c.seq == bindparam("row"), _c.fence == bindparam("held"))
_FAILED = select(_c.seq, _c.reply).where(_c.id.in_(bindparam("ids", expanding=True)), _c.state == word("failed"))
_KEEP = update(messages).where(_c.seq == bindparam("row")).values(reply=bindparam("written"))


def keep_taken(connection: Connection, seq: int, fence: int, taken: Sequence[str]) -> None:
    """Keep the ids of the parts of a claimed message that were taken, none to forget them; nothing if another worker has claimed it."""
    written = connection.execute(_REPLY, {"row": seq, "held": fence}).scalar()
    if written is not None:
        connection.execute(_KEEP, {"row": seq, "written": with_note(written, TAKEN, list(taken))})


def count_resent(connection: Connection, ids: Sequence[str]) -> None:
    """Note that failed messages are queued once more; one that no version can read stays as it is."""
    for row in connection.execute(_FAILED, {"ids": ids}).all():
        resent = read_notes(row.reply).get(RESENT, 0) + 1
        connection.execute(_KEEP, {"row": row.seq, "written": with_note(row.reply, RESENT, resent)})


def with_note(reply: str, name: str, value: object) -> str:
    """A stored reply with a note, or without it if its value is empty.

    >>> with_note('{"kind":"text","text":"Halo"}', "taken", ["A1"])
    '{"kind":"text","text":"Halo","taken":["A1"]}'
    """
    try:
        data: dict[str, Any] = json.loads(reply)
    except ValueError:
        return reply
    data.pop(name, None)
    return json.dumps({**data, **({name: value} if value else {})}, allow_nan=False, separators=(",", ":"))


def read_notes(reply: str) -> dict[str, Any]:
    """The notes of a stored reply, by the names that they have in an `Outbound`.

    >>> read_notes('{"kind":"text","text":"Halo","taken":["A1"],"resent":1}'), read_notes('{"kind":"text","text":"Halo"}')
    ({'taken': ('A1',), 'resent': 1}, {})
    """
    if not any(f'"{name}":' in reply for name in NOTES):
        return {}
    try:
        data: dict[str, Any] = json.loads(reply)
    except ValueError:
        return {}
    return {name: tuple(data[name]) if name == TAKEN else data[name] for name in NOTES if name in data}
