"""Conversations: what one person wrote and what was sent to them, together."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, case, false, func, select, true

from flask_chatbot.core.conversation.memory import State, read_state
from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.database.console_tables import conversations
from flask_chatbot.database.tables import IN_GROUP, inbox, messages, states

WEBHOOK = "webhook"  # the sessions of what it brings begin so
EVER = 1e15  # epoch seconds, behind every message
_i, _m = inbox.c, messages.c


class Written(NamedTuple):
    """A message that came in, with the rule that answered; the text is None where it is not kept.

    One that the webhook brought was answered in its own reply, with so many `replies`; `answer` is the body of that, if it is kept.
    """

    id: str
    at: float
    kind: str
    text: str | None
    rule: str | None
    session: str = ""
    replies: int = 0
    answer: str | None = None

    @property
    def is_call(self) -> bool:
        """True if the webhook brought it."""
        return self.session.partition(":")[0] == WEBHOOK


class Answered(NamedTuple):
    """A message that was accepted for somebody; `reply` is as the store keeps it, `error` the reason if it failed."""

    id: str
    at: float
    reply: str
    error: str | None
    ack: Ack


_WRITTEN = (
    select(_i.message_id, _i.at, _i.kind, _i.text, _i.rule, _i.session, _i.replies, _i.answer)
    .where(_i.person.in_(bindparam("persons", expanding=True)), _i.at <= bindparam("until"))
    .order_by(_i.at.desc(), _i.seq.desc())
    .limit(bindparam("limit"))
)
_ANSWERED = (
    select(_m.id, _m.created_at, _m.reply, _m.error, _m.ack)
    .where(_m.order_key.in_(bindparam("persons", expanding=True)), _m.created_at <= bindparam("until"))
    .order_by(_m.seq.desc())
    .limit(bindparam("limit"))
)


def conversation(connection: Connection, persons: Sequence[str], limit: int, until: float = EVER) -> list[Written | Answered]:
    """The last messages with a person up to a time, by all their ids, both ways; oldest first."""
    given = {"persons": list(persons), "limit": limit, "until": until}
    written = [Written._make(row) for row in connection.execute(_WRITTEN, given).all()]
    answered = [Answered._make((*rest, Ack(ack))) for *rest, ack in connection.execute(_ANSWERED, given).all()]
    # What was written goes before what answers it at the same moment.
    together: list[Written | Answered] = [*reversed(written), *reversed(answered)]
    return sorted(together, key=lambda each: each.at)[-limit:]


class Newest(NamedTuple):
    """The newest message of a person; `seq` tells where the list goes on. `is_unread` if they wrote something that nobody has read."""

    seq: int
    person: str
    session: str
    chat: str
    sender: str
    at: float
    kind: str
    text: str | None
    rule: str | None
    is_unread: bool = False


_IS_UNREAD = case((conversations.c.read < conversations.c.last, true()), else_=false())
COLUMNS = (_i.seq, _i.person, _i.session, _i.chat, _i.sender, _i.at, _i.kind, _i.text, _i.rule, _IS_UNREAD)
NEWEST = (
    select(*COLUMNS)
    .join_from(conversations, inbox, _i.seq == conversations.c.last)
    .where(conversations.c.last < bindparam("before"), _i.person.is_not(None))
    .order_by(conversations.c.last.desc())
    .limit(bindparam("limit"))
)
_STATES = select(states).where(states.c.person.in_(bindparam("persons", expanding=True)))
FIRST = 2**62  # before every number of a message


def newest(connection: Connection, limit: int, before: int = FIRST) -> list[Newest]:
    """The newest message of each person, newest first, behind one of them."""
    return [Newest._make(row) for row in connection.execute(NEWEST, {"before": before, "limit": limit}).all()]


def states_of(connection: Connection, persons: Sequence[str], now: float) -> dict[str, State]:
    """The memory of people, by our ids."""
    rows = connection.execute(_STATES, {"persons": list(persons)}).all()
    return {row.person: read_state(row.state, row.version, row.expires_at, now) for row in rows}


_LAST = (
    select(*COLUMNS)
    .join_from(inbox, conversations, conversations.c.person == _i.person, isouter=True)
    .where(_i.person.in_(bindparam("persons", expanding=True)), ~IN_GROUP)
    .order_by(_i.at.desc(), _i.seq.desc())
    .limit(1)
)


def last_of(connection: Connection, persons: Sequence[str]) -> Newest | None:
    """The newest private message of a person, by all their ids."""
    row = connection.execute(_LAST, {"persons": list(persons)}).first()
    return None if row is None else Newest._make(row)


class FellThrough(NamedTuple):
    """A text that one of the given rules answered, by which line or webhook key it came, when, and from whom.

    `rules_hash` is that of the rules that did not understand it.
    """

    session: str
    at: float
    person: str
    text: str
    rule: str
    rules_hash: str | None = None


_FELL_THROUGH = (
    select(_i.session, _i.at, _i.person, _i.text, _i.rule, _i.rules_hash)
    .where(_i.seq > select(func.max(_i.seq) - bindparam("among")).scalar_subquery())
    .where(_i.rule.in_(bindparam("rules", expanding=True)), _i.rule.is_not(None), _i.kind == "text", _i.text.is_not(None))
    .order_by(_i.seq.desc())
    .limit(bindparam("limit"))
)


def fell_through(connection: Connection, rules: Sequence[str], limit: int, among: int) -> list[FellThrough]:
    """The texts that these rules answered, newest first, of the last messages that came in: so many `among` so many."""
    given = {"rules": list(rules), "limit": limit, "among": among}
    return [FellThrough(*row) for row in connection.execute(_FELL_THROUGH, given).all()]
