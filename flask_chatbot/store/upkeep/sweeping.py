"""Sweeping: deletes expired rows, and ends claims that a clock set back left in the future."""

from sqlalchemy import Column, ColumnElement, Connection, Delete, Double, bindparam, delete, exists, select, tuple_, update

from flask_chatbot.database.broadcast_tables import broadcasts, recipients
from flask_chatbot.database.console_tables import handovers
from flask_chatbot.database.reminder_tables import reminders
from flask_chatbot.database.statements import word
from flask_chatbot.database.tables import (
    callbacks,
    charges,
    events,
    files,
    hashed_states,
    idempotency,
    inbox,
    leases,
    messages,
    requests,
    states,
    transport_ids,
)
from flask_chatbot.store.leases import HEARTBEAT

AT_MOST = 500  # rows of one table in one call
KEEP = 30 * 86_400.0  # seconds: settled messages, dead letters included
CHARGES_KEPT = 400 * 86_400.0  # seconds: a year of months, and the one that goes on
REQUESTS_KEPT = 3600.0  # seconds; whoever asked waits for some of them
EVENTS_KEPT = 8 * 86_400.0  # seconds that a message that came in by HTTP is known again: platforms repeat theirs for a week
STATES_KEPT = 3600.0  # seconds after they expired: a row made anew counts from version 1 again, and nobody decides for an hour
MISSED = 3600.0  # seconds after its last sign of life that a worker is missed; if none is left, nobody sweeps
# No lease is given for as long.
FAR = 900.0  # seconds
SOON = 60.0  # seconds, in which a worker that lives renews its leases, or has ended what they were for


def old_rows(*key: Column[object], when: ColumnElement[bool]) -> Delete:
    """A statement that deletes at most 500 rows, and on PostgreSQL skips those that another process is deleting or renewing."""
    some = select(*key).where(when).limit(AT_MOST).with_for_update(skip_locked=True)
    return delete(key[0].table).where(tuple_(*key).in_(some) if len(key) > 1 else key[0].in_(some))


_BEFORE = bindparam("before", type_=Double)
_m, _b, _t = messages.c, callbacks.c, transport_ids.c
_HAS_LIST = exists().where(recipients.c.broadcast == broadcasts.c.number)
_OVER = select(broadcasts.c.number).where(broadcasts.c.kept_until <= _BEFORE)
_SWEEPS = (
    (old_rows(_m.seq, when=_m.state.in_(("sent", "failed")) & _m.settled_at.is_not(None) & (_m.settled_at < _BEFORE)), "kept"),
    (old_rows(_b.seq, when=_b.state.in_(("sent", "failed", "refused")) & _b.settled_at.is_not(None) & (_b.settled_at < _BEFORE)), "kept"),
    (old_rows(_t.session, _t.transport_id, when=_t.created_at < _BEFORE), "kept"),
    (old_rows(handovers.c.seq, when=handovers.c.at < _BEFORE), "kept"),
    (old_rows(*reminders.primary_key, when=reminders.c.due_at < _BEFORE), "kept"),
    (old_rows(charges.c.message, when=charges.c.at < _BEFORE), "charged"),
    (old_rows(events.c.seq, when=events.c.settled_at < _BEFORE), "seen"),
    (old_rows(inbox.c.seq, when=inbox.c.expires_at <= _BEFORE), "expired"),
    (old_rows(files.c.hash, files.c.person, when=files.c.kept_until <= _BEFORE), "expired"),
    (old_rows(*recipients.primary_key, when=recipients.c.broadcast.in_(_OVER)), "expired"),
    (old_rows(broadcasts.c.number, when=(broadcasts.c.kept_until <= _BEFORE) & ~_HAS_LIST), "expired"),
    (old_rows(idempotency.c.key, when=idempotency.c.expires_at <= _BEFORE), "expired"),
    (old_rows(requests.c.id, when=requests.c.created_at < _BEFORE), "unasked"),
    (old_rows(states.c.person, when=states.c.expires_at < _BEFORE), "forgotten"),
    (old_rows(hashed_states.c.sender, when=hashed_states.c.expires_at <= _BEFORE), "expired"),
    (old_rows(leases.c.name, when=leases.c.name.like(f"{HEARTBEAT}%") & (leases.c.until < _BEFORE)), "missed"),
)
_FORGET = (
    update(inbox)
    .where(inbox.c.seq.in_(select(inbox.c.seq).where(inbox.c.kept_until <= bindparam("now", type_=Double)).limit(AT_MOST)))
    .values(text=None, rule=None, place=None, rules_hash=None, explanations=None, kept_until=None)
)
_CLAIMED = (
    (messages, messages.c.state == word("claimed")),
    (callbacks, callbacks.c.state == word("claimed")),
    (events, events.c.settled_at.is_(None)),
)
_ENDING = tuple(
    update(table).where(claimed, table.c.leased_until > bindparam("far")).values(leased_until=bindparam("soon"))
    for table, claimed in _CLAIMED
)
_OURS = messages.c.session == bindparam("name")
_END_OF_SESSION = (
    delete(callbacks).where(callbacks.c.message.in_(select(messages.c.id).where(_OURS))),
    delete(reminders).where(reminders.c.message.in_(select(messages.c.id).where(_OURS))),
    delete(messages).where(_OURS),
    delete(transport_ids).where(transport_ids.c.session == bindparam("name")),
    delete(charges).where(charges.c.session == bindparam("name")),
    delete(events).where(events.c.session == bindparam("name")),
)


def sweep(connection: Connection, now: float, keep: float = KEEP) -> int:
    """Delete expired rows: settled messages, callbacks and ids after `keep` seconds; at most 500 per table. Return how many.

    Kept messages past their time are forgotten. If there were any, call it again, in another transaction.
    """
    end_claims(connection, now)
    limits = {
        "kept": now - keep,
        "charged": now - CHARGES_KEPT,
        "expired": now,
        "seen": now - EVENTS_KEPT,
        "unasked": now - REQUESTS_KEPT,
        "forgotten": now - STATES_KEPT,
        "missed": now - MISSED,
    }
    forgot = connection.execute(_FORGET, {"now": now}).rowcount
    return forgot + sum(connection.execute(statement, {"before": limits[limit]}).rowcount for statement, limit in _SWEEPS)


def end_claims(connection: Connection, now: float) -> None:
    """Cut short claims that were made before the clock was set back: they would last that much longer."""
    for each in _ENDING:
        connection.execute(each, {"far": now + FAR, "soon": now + SOON})


def forget(connection: Connection, session: str) -> None:
    """Delete all messages of a session and everything that belongs to them, including those that wait. Incoming messages stay known."""
    for each in _END_OF_SESSION:
        connection.execute(each, {"name": session})
