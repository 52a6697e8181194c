"""The outbox: outgoing messages, claimed by workers under a lease and settled under the same fence.

Three promises hold whatever dies in between: a message that was added stays until it is settled, at most one message of a chat is claimed
at a time, and a message that was started is never overtaken by a later one of its chat.

Of the messages that a worker held when it crashed, one may be the cause. They are claimed together once more, before all others; those
that a second worker crashed with are claimed one at a time, by a worker that tries nothing else meanwhile. Another crash is then that
message's own, and the others go out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, exists, false, or_, select, true, update

from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.origins import UNKNOWN, Origin, stored_origin
from flask_chatbot.core.values.outbound import Outbound
from flask_chatbot.core.values.people import is_person_id
from flask_chatbot.core.values.replies import Reply, Text
from flask_chatbot.core.values.stored import read_reply
from flask_chatbot.database.counting.tally import Count, count
from flask_chatbot.database.statements import lock_key, storable, try_locks, word
from flask_chatbot.database.tables import messages
from flask_chatbot.store.chats import lock_chats, promote
from flask_chatbot.store.claims import claim_statements
from flask_chatbot.store.outgoing.notes import read_notes
from flask_chatbot.store.people import chats_of

MOST_CRASHES = 5  # of workers: of two that held it with others, then of those that tried it alone; it is given up then
LOOKED_AT = 200  # rows in a second round, where the first found many that are behind others of their chat
UNREADABLE = "It was stored by another version, and cannot be read. Send it again."
MOST_LOOKED_AT = 1000  # rows in one claim

log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A message that one worker may send until `leased_until`, and settle as long as it holds the latest fence.

    The chat of its `outbound` is where the person can be reached now; it is empty if they have no address any more.
    `tries` counts this one; `crashes` are the workers that crashed with it in hand.
    """

    seq: int
    fence: int
    session: str
    order_key: str
    outbound: Outbound
    type: str
    is_reply: bool
    tries: int
    crashes: int
    created_at: float
    expires_at: float
    leased_until: float
    start_at: float = 0.0
    rule: str | None = None  # whose reply it is
    error: str | None = field(default=None, compare=False)  # of the last try
    origin: Origin = field(default=UNKNOWN, compare=False)  # the request that led to it

    @property
    def chat(self) -> str:
        return self.outbound.chat


_c = messages.c
_COLUMNS = (
    *(
        _c.seq,
        _c.id,
        _c.session,
        _c.chat,
        _c.order_key,
        _c.type,
        _c.reply,
        _c.promo,
        _c.is_reply,
        _c.notify_url,
        _c.reply_to,
        _c.rule,
        _c.request_id,
        _c.traceparent,
    ),
    *(_c.created_at, _c.start_at, _c.expires_at, _c.state, _c.due_at, _c.tries, _c.crashes, _c.begun, _c.fence, _c.leased_until, _c.error),
)
_SAME = tuple(each.name for each in fields(Claim) if each.name not in ("outbound", "origin"))
_OURS = _c.session == bindparam("session")
_CLAIMS = claim_statements(messages)
_HELD = _CLAIMS.held.add_columns(_c.order_key)
_LAST_CRASH = _c.begun & (_c.crashes >= bindparam("most_crashes") - 1)  # with the one just now
_DEAD = select(*_COLUMNS).where(_OURS, _CLAIMS.crashed_again, _LAST_CRASH).order_by(_c.seq).limit(bindparam("limit"))
_CRASHED = (
    select(*_COLUMNS)
    .where(_OURS, _CLAIMS.crashed_again, ~_LAST_CRASH)
    .order_by(_c.crashes, _c.is_reply.desc(), _c.seq)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_HAS_CRASHED = select(exists().where(_OURS, _CLAIMS.crashed_again))
_HAS_CRASHED_ONCE = exists().where(_OURS, _CLAIMS.crashed_once)
_CRASHED_ONCE = (
    select(*_COLUMNS)
    .where(_OURS, _CLAIMS.crashed_once)
    .order_by(_c.is_reply.desc(), _c.seq)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_QUEUED = _OURS & (_c.state == word("queued"))
_DUE = (
    select(*_COLUMNS)
    .where(_QUEUED, _c.is_reply == bindparam("is_reply"), _c.due_at > bindparam("after"), _c.due_at <= bindparam("until"))
    .order_by(_c.due_at, _c.seq)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)


def _any_queued(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """True if a queued message, reply or not, meets these: the index has replies apart, and would be read as a whole for both at once."""
    return or_(*(exists().where(_QUEUED, _c.is_reply == of_kind, *conditions) for of_kind in (true(), false())))


_IS_DUE = select(or_(_any_queued(_c.due_at <= bindparam("now")), _HAS_CRASHED_ONCE))
_soonest = [  # in order: for one that is due at once, a plan may read the whole table
    select(_c.due_at).where(_QUEUED, _c.is_reply == of_kind).order_by(_c.due_at).limit(1).scalar_subquery() for of_kind in (true(), false())
]
_FIRST_DUE = select(_HAS_CRASHED_ONCE, _any_queued(_c.due_at > 0.0, _c.due_at <= bindparam("now")), *_soonest)
_other = messages.alias("other")
_in_same_chat = (_other.c.session == _c.session) & (_other.c.order_key == _c.order_key)
_first = (
    select(_other.c.seq)
    .where(_in_same_chat, _other.c.state == word("queued"), _other.c.start_at <= bindparam("now"))
    .order_by(_other.c.seq)
    .limit(1)
    .scalar_subquery()
)
_BEHIND = select(_c.seq).where(
    _c.seq.in_(bindparam("seqs", expanding=True)),
    or_(exists().where(_in_same_chat, _other.c.state == word("claimed")), _c.seq > _first),
)
_WAIT = update(messages).where(_c.seq.in_(bindparam("seqs", expanding=True))).values(state="waiting")
_FAILED = update(messages).where(_c.seq == bindparam("held")).values(state="failed", error=bindparam("why"), settled_at=bindparam("now"))
_GIVE_UP = (
    update(messages)
    .where(_c.seq == bindparam("held"))
    .values(state="failed", ack=-1, error=bindparam("why"), failed_at=bindparam("now"), settled_at=bindparam("now"))
)
_UNCOUNT = update(messages).where(_c.seq == bindparam("of")).values(tries=0)
_RENEW = update(messages).where(_c.seq.in_(bindparam("seqs", expanding=True))).values(leased_until=bindparam("until"))
_RELEASE = update(messages).where(_c.session == bindparam("of"), _c.state == word("claimed")).values(leased_until=0.0)


def claim(connection: Connection, session: str, now: float, lease: float, limit: int) -> list[Claim]:
    """Claim at most `limit` messages, one per chat: those that one worker crashed with, replies, then by the time they are due.

    Messages that had to wait for a time go before those due at once, or a long queue would hold them up for ever. In a transaction that
    also settles, settle first.
    """
    at_once = (-1.0, 0.0)
    has_crashed_once, has_timed, *soonest = connection.execute(_FIRST_DUE, {"session": session, "now": now}).one()
    crashed = connection.execute(_CRASHED_ONCE, {"session": session, "now": now, "limit": limit}).all() if has_crashed_once else []
    limit -= len(crashed)
    spans = [(0.0, now), at_once] if has_timed else [at_once]
    found: list[Any] = []
    for is_reply in [kind for kind, due_at in zip((True, False), soonest, strict=True) if due_at is not None and due_at <= now]:
        for after, until in spans:
            wanted = {"session": session, "is_reply": is_reply, "after": after, "until": until}
            found += _heads(connection, wanted, now, limit - len(found))
    found.sort(key=lambda row: (not row.is_reply, max(row.due_at, row.created_at), row.seq))
    return _claim(connection, [*crashed, *found], now, lease, alone=False)


def claim_crashed(connection: Connection, session: str, now: float, lease: float, most_crashes: int = MOST_CRASHES) -> Claim | None:
    """Claim one message that two workers crashed with, to be tried while nothing else is: it is to blame for another crash.

    Messages with fewer crashes go first. None if there is none, if others hold them, or if they are `dead`.
    """
    found = connection.execute(_CRASHED, {"session": session, "now": now, "most_crashes": most_crashes}).all()
    claims = _claim(connection, found, now, lease, alone=True)
    return claims[0] if claims else None


def is_due(connection: Connection, session: str, now: float) -> bool:
    """True if a claim would find something; takes no lock."""
    return bool(connection.execute(_IS_DUE, {"session": session, "now": now}).scalar())


def has_crashed(connection: Connection, session: str, now: float) -> bool:
    """True if there is a message that two workers crashed with; takes no lock."""
    return bool(connection.execute(_HAS_CRASHED, {"session": session, "now": now}).scalar())


def dead(connection: Connection, session: str, now: float, limit: int = 100, most_crashes: int = MOST_CRASHES) -> list[Claim]:
    """Claim messages that `most_crashes` workers crashed with, all but two with nothing else in hand. Fail them instead of sending."""
    rows = connection.execute(_DEAD, {"session": session, "now": now, "limit": limit, "most_crashes": most_crashes})
    return [_claim_of(row, Text(""), row.chat) for row in rows]  # what they hold may be what kills: nobody reads it again


def renew(connection: Connection, claims: Sequence[Claim], until: float) -> list[Claim]:
    """Extend claims until then; return those that still held, as they are now."""
    held = _under_fence(connection, claims)
    if held:
        connection.execute(_RENEW, {"seqs": [each.seq for each in held], "until": until})
    return [replace(each, leased_until=until) for each in held]


def settle_sent(connection: Connection, claims: Sequence[Claim], now: float) -> list[Claim]:
    """Remove sent messages from the queue; return the claims that still held."""
    held = _held(connection, claims)
    if held:
        connection.execute(_CLAIMS.sent, {"seqs": [each.seq for each in held], "now": now})
        promote(connection, {(each.session, each.order_key) for each in held})
    return held


def settle_later(connection: Connection, claim: Claim, due_at: float, error: str, *, counts: bool = True) -> bool:
    """Postpone a message to `due_at`, and with it the rest of its chat. False if the claim has passed to another worker.

    Where the try does not count, it is as if it had never been tried.
    """
    held = _held(connection, [claim])
    if held:
        connection.execute(_CLAIMS.later, {"held": claim.seq, "due": due_at, "why": storable(error)})
        if not counts:
            connection.execute(_UNCOUNT, {"of": claim.seq})
        promote(connection, {(each.session, each.order_key) for each in held})  # an older one that was queued again meanwhile
    return bool(held)


def settle_failed(connection: Connection, claim: Claim, error: str, now: float) -> bool:
    """Give a message up. False, with nothing changed, if the claim has passed to another worker."""
    held = _held(connection, [claim])
    if held:
        connection.execute(_FAILED, {"held": claim.seq, "why": storable(error), "now": now})
        promote(connection, {(each.session, each.order_key) for each in held})
    return bool(held)


def hand_back(connection: Connection, claims: Sequence[Claim]) -> None:
    """Release claims that were never tried: due at once, or to be tried alone again, and the try not counted."""
    held = _held(connection, claims)
    if held:
        connection.execute(_CLAIMS.back, {"seqs": [each.seq for each in held]})
        promote(connection, {(each.session, each.order_key) for each in held})


def release(connection: Connection, session: str) -> int:
    """End the leases of a session whose only holder is dead, so its successor need not wait; return how many there were."""
    return connection.execute(_RELEASE, {"of": session}).rowcount


def _claim(connection: Connection, found: Sequence[Any], now: float, lease: float, *, alone: bool) -> list[Claim]:
    """Claim these rows; an unreadable one is given up."""
    if not found:
        return []
    connection.execute(_CLAIMS.claim, {"seqs": [row.seq for row in found], "until": now + lease, "alone": alone})
    claims = []
    chats = _chats(connection, found)
    for row in found:
        try:
            claims.append(_claimed(row, now + lease, chats.get(row.order_key, "")))
        except ValueError:
            _give_up(connection, row, now)
    return claims


def _heads(connection: Connection, wanted: dict[str, Any], now: float, limit: int) -> list[Any]:
    """Wanted messages that are the first of their chat. Those behind are marked, so that the next claim skips them."""
    found: list[Any] = []
    looked_at = 0
    many = limit
    while len(found) < limit and looked_at < MOST_LOOKED_AT:
        rows = connection.execute(_DUE, {**wanted, "limit": many}).all()
        seen = {row.seq for row in found}
        rows = [row for row in rows if row.seq not in seen]
        free, behind = _free_and_behind(connection, rows, now)
        found += free[: limit - len(found)]
        if behind:
            connection.execute(_WAIT, {"seqs": [row.seq for row in behind]})
        if not behind:
            break
        looked_at += many
        many = LOOKED_AT + len(found)
    return found


def _free_and_behind(connection: Connection, rows: Sequence[Any], now: float) -> tuple[list[Any], list[Any]]:
    """Rows that are the first of their chat, and those behind another. A chat that another worker has locked yields neither."""
    keys = {row.seq: lock_key(row.session, row.order_key) for row in rows}
    # What is found behind is only true to the end of the transaction because nobody else settles in that chat meanwhile.
    locked = try_locks(connection, keys.values())
    ours = [row for row in rows if keys[row.seq] in locked]
    if not ours:
        return [], []
    behind = set(connection.execute(_BEHIND, {"seqs": [row.seq for row in ours], "now": now}).scalars())
    return [row for row in ours if row.seq not in behind], [row for row in ours if row.seq in behind]


def _held(connection: Connection, claims: Sequence[Claim]) -> list[Claim]:
    """The claims whose fence is still the latest, with their chats locked."""
    if claims:
        lock_chats(connection, {(each.session, each.order_key) for each in claims})
    held, before = _under_fence(connection, claims), {each.order_key for each in claims}
    if moved := {(each.session, each.order_key) for each in held if each.order_key not in before}:  # people were merged meanwhile
        lock_chats(connection, moved)
    return held


def _under_fence(connection: Connection, claims: Sequence[Claim]) -> list[Claim]:
    if not claims:
        return []
    rows = {row.seq: row for row in connection.execute(_HELD, {"seqs": [each.seq for each in claims]})}
    held = [each for each in claims if each.seq in rows and rows[each.seq].fence == each.fence]
    return [replace(each, order_key=rows[each.seq].order_key) for each in held]


def _give_up(connection: Connection, row: Any, now: float) -> None:
    """Fail a message whose reply cannot be read, since retrying will not help."""
    facts = {"message_id": row.id, "line": row.session, "table": messages.name}
    log.error("message %(message_id)s is given up: its row in table %(table)s cannot be read", facts)
    lock_chats(connection, {(row.session, row.order_key)})
    connection.execute(_GIVE_UP, {"held": row.seq, "why": UNREADABLE, "now": now})
    count(connection, Count("failed", row.session, ("unreadable",)))
    count(connection, Count("acks", row.session, (row.type, "error")))
    promote(connection, {(row.session, row.order_key)})


def _chats(connection: Connection, found: Sequence[Any]) -> dict[str, str]:
    """The chats in which rows are sent now, by their order keys: that of a group is its own."""
    persons = {row.order_key for row in found if is_person_id(row.order_key)}
    known = {row.order_key: row.chat for row in found if row.order_key not in persons}
    return {**known, **chats_of(connection, persons)} if persons else known


def _claimed(row: Any, until: float, chat: str) -> Claim:
    """The claim of a row, from the row before it was claimed."""
    claim = _claim_of(row, read_reply(row.reply), chat, **read_notes(row.reply))
    return replace(claim, fence=row.fence + 1, tries=row.tries + 1, crashes=row.crashes + (row.state == "claimed"), leased_until=until)


def _claim_of(row: Any, reply: Reply, chat: str, **notes: Any) -> Claim:
    out = Outbound(id=row.id, chat=chat, reply=reply, notify_url=row.notify_url, promo=row.promo, reply_to=row.reply_to or "", **notes)
    return Claim(outbound=out, origin=stored_origin(row), **{name: row._mapping[name] for name in _SAME})
