"""Leases: they decide which of several processes does something that only one may do."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, case, delete, or_, select

from flask_chatbot.database.statements import upsert
from flask_chatbot.database.tables import leases

LEADER = "worker"  # the lease of the one embedded worker that works
WOKEN = "woken"  # noted when a wake-up by a broker has arrived
HEARTBEAT = "alive:"  # before the name of a worker that needs no lease to work, and holds one to be seen

_c = leases.c
_TAKE = upsert(
    lambda insert: (made := insert(leases)).on_conflict_do_update(
        index_elements=[_c.name],
        set_={
            "holder": made.excluded.holder,
            "until": made.excluded.until,
            "fence": case((_c.holder == made.excluded.holder, _c.fence), else_=_c.fence + 1),
        },
        where=or_(_c.holder == made.excluded.holder, _c.until <= bindparam("now"), _c.until > bindparam("far")),
    )
)
_GIVE_UP = delete(leases).where(_c.name == bindparam("of"), _c.holder == bindparam("by"))
_HOLDER = select(_c.holder).where(_c.name == bindparam("of"), _c.until > bindparam("now"))
_UNTIL = select(_c.until).where(_c.name == bindparam("of"))
_NAMED = select(_c.name, _c.holder, _c.until).where(or_(_c.name.in_(bindparam("names", expanding=True)), _c.name.like(f"{HEARTBEAT}%")))
# A lease that reaches further than any was given for: the clock has been set back since.
_FAR = 20


@dataclass(frozen=True, slots=True)
class Held:
    """A lease and its last holder; it is or was held until then, in epoch seconds."""

    name: str
    holder: str
    until: float


def take(connection: Connection, name: str, holder: str, now: float, duration: float) -> bool:
    """Take a lease, or renew one's own, for `duration` seconds; False if another process holds it."""
    row = {"name": name, "holder": holder, "fence": 1, "until": now + duration}
    known = {"now": now, "far": now + _FAR * duration}
    return connection.execute(_TAKE[connection.dialect.name], {**row, **known}).rowcount == 1


def give_up(connection: Connection, name: str, holder: str) -> None:
    """End a lease of one's own, so that another process can take it at once."""
    connection.execute(_GIVE_UP, {"of": name, "by": holder})


def holder_of(connection: Connection, name: str, now: float) -> str | None:
    """The holder of a lease, if it is held."""
    return connection.execute(_HOLDER, {"of": name, "now": now}).scalar()


def note(connection: Connection, name: str, holder: str, now: float) -> None:
    """Keep when something last happened, as a lease that is over at once."""
    take(connection, name, holder, now, 0.0)


def noted(connection: Connection, name: str) -> float | None:
    """The time at which something was last noted, in epoch seconds; None if it never was."""
    return connection.execute(_UNTIL, {"of": name}).scalar()


def of_workers(connection: Connection, others: Sequence[str] = ()) -> list[Held]:
    """The leases by which workers are seen, and others of these names; those that were given up are missing."""
    return [Held(*row) for row in connection.execute(_NAMED, {"names": [LEADER, *others]})]
