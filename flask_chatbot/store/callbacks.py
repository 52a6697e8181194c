"""Callbacks: each change of a message's status, on its way to the caller that asked for it; in order per message and host."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from sqlalchemy import Connection, Text, bindparam, exists, func, select, update

from flask_chatbot.core.origins import UNKNOWN, Origin, stored_origin
from flask_chatbot.core.values.attempts import Attempt
from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.database.counting.tally import Count, count
from flask_chatbot.database.notifications import notify
from flask_chatbot.database.statements import fitting, storable, word
from flask_chatbot.database.tables import callbacks, messages
from flask_chatbot.store.claims import claim_statements

AT_ONCE = 500  # rows in one statement
HOST_LIMIT = 255  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of a message's status, and its recipient. `url` is empty for the app's own handlers."""

    id: str
    message: str
    ack: Ack
    at: float
    url: str
    host: str
    created_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCallback(Change):
    """A change of status to send, of a message of that `line`; one with an `error` is refused: stored, and never sent."""

    error: str | None = None
    line: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackClaim(Change):
    """A callback that one worker may send until `leased_until`. `tries` counts this one, `crashes` the workers that crashed with it.

    `line` is that of its message; empty if that is gone.
    """

    seq: int
    fence: int
    tries: int
    crashes: int = 0
    leased_until: float
    line: str = field(default="", compare=False)
    origin: Origin = field(default=UNKNOWN, compare=False)  # the request that led to its message


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """The result of a try: sent, given up, refused, or to be retried at `due_at`. An untried callback is released unchanged.

    `status` is that of the HTTP answer; 0 if there was none.
    """

    state: Literal["sent", "failed", "refused", "later", "untried"]
    due_at: float = 0.0
    error: str = ""
    status: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCallback(Change):
    """A callback as it is stored: `state` is queued, claimed, sent, failed or refused."""

    state: str
    due_at: float
    tries: int
    error: str | None
    settled_at: float | None


_RESULTS = {"sent": "delivered", "later": "retried", "failed": "failed", "refused": "refused"}  # as they are counted
_c = callbacks.c
_ADD = callbacks.insert().inline()
_DUE_BEFORE = (
    select(_c.message, _c.host, func.max(_c.due_at))
    .where(_c.message.in_(bindparam("messages", expanding=True)), _c.settled_at.is_(None))
    .group_by(_c.message, _c.host)
)
_queued = callbacks.alias("queued")
_FIRST = select(func.min(_queued.c.host).label("host")).where(_queued.c.state == word("queued"))
_hosts = _FIRST.cte("hosts", recursive=True)
# From host to host through the index, however many callbacks each has.
_hosts = _hosts.union_all(select(_FIRST.where(_queued.c.host > _hosts.c.host).scalar_subquery()).where(_hosts.c.host.is_not(None)))
_of_host = select(_queued.c.due_at).where(_queued.c.host == _hosts.c.host, _queued.c.state == word("queued"))
_soonest = _of_host.order_by(_queued.c.due_at, _queued.c.seq).limit(1)
_timed = _soonest.where(_queued.c.due_at > 0.0)
_HOSTS = select(
    _hosts.c.host,
    _soonest.scalar_subquery().label("due_at"),
    _soonest.with_only_columns(_queued.c.seq).scalar_subquery().label("seq"),
    _timed.scalar_subquery().label("timed_at"),
).where(_hosts.c.host.is_not(None))
_COLUMNS = (
    _c.seq,
    _c.fence,
    _c.id,
    _c.message,
    _c.ack,
    _c.at,
    _c.url,
    _c.host,
    _c.tries,
    _c.crashes.label("crashes"),
    _c.state,
    _c.created_at,
    select(messages.c.session).where(messages.c.id == _c.message).scalar_subquery().label("line"),
)
_earlier = callbacks.alias("earlier")
_DUE = (
    select(*_COLUMNS)
    .where(
        _c.host == bindparam("host"),
        _c.state == word("queued"),
        _c.due_at > bindparam("after"),
        _c.due_at <= bindparam("until"),
        # A dead receiver does not keep the app's own functions, whose host is empty, from hearing of the same message.
        ~exists().where(
            _earlier.c.message == _c.message, _earlier.c.host == _c.host, _earlier.c.seq < _c.seq, _earlier.c.settled_at.is_(None)
        ),
    )
    .order_by(_c.due_at, _c.seq)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True, of=callbacks)
)
_CLAIMS = claim_statements(callbacks)
_CRASHED = (
    select(*_COLUMNS)
    .where(_CLAIMS.crashed_again)
    .order_by(_c.crashes, _c.leased_until, _c.seq)
    .limit(1)
    .with_for_update(skip_locked=True, of=callbacks)
)
_HAS_CRASHED = select(exists().where(_CLAIMS.crashed_again))
_CRASHED_ONCE = (
    select(*_COLUMNS)
    .where(_CLAIMS.crashed_once, _c.host.not_in(bindparam("busy", expanding=True)))
    .order_by(_c.leased_until, _c.seq)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True, of=callbacks)
)
_HAS_CRASHED_ONCE = select(exists().where(_CLAIMS.crashed_once, _c.host.not_in(bindparam("busy", expanding=True))))
_TRIED = {"attempts": func.coalesce(_c.attempts, "").op("||", return_type=Text())(bindparam("attempt", type_=Text()))}
_SENT = _CLAIMS.sent.values(_TRIED)
_LATER = _CLAIMS.later.values(_TRIED)
_GAVE_UP = (
    update(callbacks)
    .where(_c.seq == bindparam("held"))
    .values(state=bindparam("end"), error=bindparam("why"), settled_at=bindparam("now"), **_TRIED)
)
# Those after it in its message need not be looked at before it is due.
_PUT_OFF = (
    update(callbacks)
    .where(_c.message == bindparam("of"), _c.host == bindparam("to"), _c.seq > bindparam("held"))
    .where(_c.state == "queued", _c.due_at < bindparam("due"))
    .values(due_at=bindparam("due"))
)
_ORIGINS = select(messages.c.id, messages.c.request_id, messages.c.traceparent).where(messages.c.id.in_(bindparam("ids", expanding=True)))
_STORED = select(*(_c[each.name] for each in fields(StoredCallback)))
_OF_MESSAGE = _STORED.where(_c.message == bindparam("message")).order_by(_c.seq)
_GIVEN_UP = (
    _STORED.where(_c.state == bindparam("state"), _c.settled_at >= bindparam("since"))
    .order_by(_c.settled_at, _c.seq)
    .limit(bindparam("limit"))
)
_RESEND = (
    update(callbacks)
    .where(_c.id.in_(bindparam("ids", expanding=True)), _c.state == "failed")
    .values(state="queued", due_at=0.0, tries=0, crashes=0, begun=False, error=None, settled_at=None)
)


def add(connection: Connection, new: Sequence[NewCallback]) -> None:
    """Queue callbacks, in this order per message and host; store the refused ones."""
    if not new:
        return
    waiting = {row[:2]: row[2] for row in connection.execute(_DUE_BEFORE, {"messages": [each.message for each in new]})}
    connection.execute(_ADD, [_row_of(each, waiting.get((each.message, fitting(each.host, HOST_LIMIT)), 0.0)) for each in new])
    for each in new:
        if each.error is not None:
            count(connection, Count("callbacks", each.line, ("refused",)))
    notify(connection)


def claim(
    connection: Connection, now: float, lease: float, limit: int, busy_hosts: Collection[str] = (), per_host: int | None = None
) -> list[CallbackClaim]:
    """Claim at most `limit` callbacks, `per_host` for one host, the oldest of each message. Hosts take turns; busy ones get none.

    Those that one worker crashed with go first, however many a host has; then those that had to wait for a time, as in the outbox.
    """
    found = list(connection.execute(_CRASHED_ONCE, {"now": now, "busy": list(busy_hosts), "limit": limit}))
    due = [row for row in connection.execute(_HOSTS).all() if row.due_at <= now and row.host not in busy_hosts]
    for row in sorted(due, key=lambda row: (row.seq, row.host)):
        room = min(limit - len(found), limit if per_host is None else per_host)
        has_timed = row.timed_at is not None and row.timed_at <= now
        for after, until in [(0.0, now), (-1.0, 0.0)] if has_timed else [(-1.0, 0.0)]:
            if room > 0:
                rows = connection.execute(_DUE, {"host": row.host, "after": after, "until": until, "limit": room}).all()
                found += rows
                room -= len(rows)
    return _claim(connection, found, now + lease, alone=False)


def claim_crashed(connection: Connection, now: float, lease: float) -> CallbackClaim | None:
    """Claim one callback that two workers crashed with, to be tried while nothing else is: it is to blame for another crash."""
    claims = _claim(connection, connection.execute(_CRASHED, {"now": now}).all(), now + lease, alone=True)
    return claims[0] if claims else None


def is_due(connection: Connection, now: float, busy_hosts: Collection[str] = ()) -> bool:
    """True if a claim would probably find something; takes no lock."""
    if any(row.due_at <= now and row.host not in busy_hosts for row in connection.execute(_HOSTS)):
        return True
    return bool(connection.execute(_HAS_CRASHED_ONCE, {"now": now, "busy": list(busy_hosts)}).scalar())


def has_crashed(connection: Connection, now: float) -> bool:
    """True if there is a callback that two workers crashed with; takes no lock."""
    return bool(connection.execute(_HAS_CRASHED, {"now": now}).scalar())


def settle_all(connection: Connection, settlements: Sequence[tuple[CallbackClaim, Settlement]], now: float) -> list[CallbackClaim]:
    """Record the outcomes of tries; return the claims that still held, and leave the others unchanged."""
    fences: dict[int, int] = {}
    for start in range(0, len(settlements), AT_ONCE):
        seqs = sorted(claim.seq for claim, _ in settlements[start : start + AT_ONCE])
        fences |= {row.seq: row.fence for row in connection.execute(_CLAIMS.held, {"seqs": seqs})}
    held = [(claim, settlement) for claim, settlement in settlements if fences.get(claim.seq) == claim.fence]
    sent: dict[str, list[int]] = {}
    for claim, settlement in held:
        if settlement.state == "sent":
            sent.setdefault(Attempt(at=now, status=settlement.status).line(), []).append(claim.seq)
    for attempt, seqs in sent.items():
        connection.execute(_SENT, {"seqs": seqs, "now": now, "attempt": attempt})
    if untried := [claim.seq for claim, settlement in held if settlement.state == "untried"]:
        connection.execute(_CLAIMS.back, {"seqs": untried})
    for claim, settlement in held:
        if settlement.state in ("failed", "refused", "later"):
            _settle_failed(connection, claim, settlement, now)
        if result := _RESULTS.get(settlement.state):
            count(connection, Count("callbacks", claim.line, (result,)))
    return [claim for claim, _ in held]


def failed(connection: Connection, since: float, limit: int, *, state: Literal["failed", "refused"] = "failed") -> list[StoredCallback]:
    """Callbacks given up since then, or refused, oldest first."""
    return [_stored(row) for row in connection.execute(_GIVEN_UP, {"state": state, "since": since, "limit": limit})]


def resend(connection: Connection, ids: Sequence[str]) -> int:
    """Queue failed callbacks once more, each under its id; return how many there were."""
    batches = [ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE)]
    return sum(connection.execute(_RESEND, {"ids": batch}).rowcount for batch in batches)


def of_message(connection: Connection, message: str) -> list[StoredCallback]:
    """The callbacks of a message, in order."""
    return [_stored(row) for row in connection.execute(_OF_MESSAGE, {"message": message})]


def _settle_failed(connection: Connection, claim: CallbackClaim, settlement: Settlement, now: float) -> None:
    why = storable(settlement.error)
    tried = {"held": claim.seq, "why": why, "attempt": Attempt(at=now, status=settlement.status, error=why).line()}
    if settlement.state == "later":
        connection.execute(_LATER, {**tried, "due": settlement.due_at})
        connection.execute(_PUT_OFF, {"of": claim.message, "to": claim.host, "held": claim.seq, "due": settlement.due_at})
    else:
        connection.execute(_GAVE_UP, {**tried, "end": settlement.state, "now": now})


def _row_of(new: NewCallback, not_before: float) -> dict[str, Any]:
    return {
        "id": new.id,
        "message": new.message,
        "ack": int(new.ack),
        "at": new.at,
        "url": storable(new.url),
        "host": fitting(new.host, HOST_LIMIT),
        "created_at": new.created_at,
        "state": "queued" if new.error is None else "refused",
        "due_at": not_before,
        "tries": 0,
        "fence": 0,
        "leased_until": 0.0,
        "error": None if new.error is None else storable(new.error),
        "settled_at": None if new.error is None else new.created_at,
    }


def _claim(connection: Connection, found: Sequence[Any], until: float, *, alone: bool) -> list[CallbackClaim]:
    """Claim these rows."""
    if not found:
        return []
    connection.execute(_CLAIMS.claim, {"seqs": [row.seq for row in found], "until": until, "alone": alone})
    rows = connection.execute(_ORIGINS, {"ids": [row.message for row in found]})
    origins = {row.id: stored_origin(row) for row in rows}
    return [_claimed(row, until, origins.get(row.message, UNKNOWN)) for row in found]


def _claimed(row: Any, until: float, origin: Origin) -> CallbackClaim:
    """The claim of a row, from the row before it was claimed."""
    values = {**row._mapping, "ack": Ack(row.ack), "fence": row.fence + 1, "tries": row.tries + 1, "line": row.line or ""}
    crashes = row.crashes + (values.pop("state") == "claimed")
    return CallbackClaim(**{**values, "crashes": crashes}, leased_until=until, origin=origin)


def _stored(row: Any) -> StoredCallback:
    return StoredCallback(**{**row._mapping, "ack": Ack(row.ack)})
