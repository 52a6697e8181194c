"""Texts that came in of late, to be answered once more without anybody knowing."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from flask_chatbot.database.tables import inbox

_c = inbox.c


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardText:
    """A text that came in: by which line, in which chat, from whom, when, and what was written."""

    session: str
    chat: str
    sender: str
    person: str | None
    at: float
    text: str


_NEWEST = (
    select(_c.seq, _c.session, _c.chat, _c.sender, _c.person, _c.at, _c.text, _c.kind).order_by(_c.seq.desc()).limit(bindparam("among"))
).subquery()
_n = _NEWEST.c
_TEXTS = (
    select(_n.session, _n.chat, _n.sender, _n.person, _n.at, _n.text)
    .where(_n.at >= bindparam("since"), _n.kind == "text", _n.text.is_not(None))
    .order_by(_n.seq.desc())
    .limit(bindparam("limit"))
)


def heard_since(connection: Connection, since: float, limit: int, among: int) -> list[HeardText]:
    """The last texts since a moment, oldest first: at most so many, of the last messages `among` so many."""
    rows = connection.execute(_TEXTS, {"since": since, "limit": limit, "among": among})
    return [HeardText(**row._mapping) for row in rows][::-1]
