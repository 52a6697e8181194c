"""The console's record of who did what: logins, looks at whole numbers, and changes."""

from dataclasses import dataclass, fields
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, delete, exists, func, select

from flask_chatbot.database.console_tables import audit
from flask_chatbot.database.statements import fitting, storable

FAILED_LOGIN = "failed login"
LOGIN = "login"
LOGOUT = "logout"
NAME_LIMIT = 60  # characters
_c = audit.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act of a viewer, from an address of the network; `about` is what it was done to, such as a message's id."""

    at: float
    name: str
    address: str
    action: str
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedAct(Act):
    """An act as it stands in the log; `seq` tells where a list of them goes on."""

    seq: int


class ActFilter(NamedTuple):
    """The acts that are wanted: all, or those of a name, of one kind, or of a `time` from and before, in epoch seconds."""

    name: str = ""
    action: str = ""
    time: tuple[float, float] | None = None


class Failures(NamedTuple):
    """Failed logins: how many, and when the last one was, in epoch seconds."""

    number: int
    last: float


class FailedLogins(NamedTuple):
    """The failed logins that a new one may have to wait for; `is_known` if its address has logged in by this name before."""

    by_both: Failures  # as this name from this address
    by_address: Failures  # from this address, whatever the names
    by_name: Failures  # as this name, from anywhere
    is_known: bool


_NAMES = tuple(each.name for each in fields(Act))
_ALL = select(_c.seq, *(_c[name] for name in _NAMES))
_LATEST = _ALL.where(_c.seq < bindparam("before")).order_by(_c.seq.desc()).limit(bindparam("limit"))
EVERYTHING = ActFilter()
FIRST = 2**62  # before every number of an act
_FAILED = select(func.count(), func.max(_c.at)).where(_c.action == FAILED_LOGIN, _c.at > bindparam("since"))
_AS, _FROM = _c.name == bindparam("as_name"), _c.address == bindparam("from_address")
_HAS_LOGGED_IN = select(exists().where(_c.action == LOGIN, _AS, _FROM, _c.at > bindparam("known_since")))
_HAS_LOGGED_OUT = select(
    exists().where(_c.action == LOGOUT, _c.name == bindparam("name"), _c.at > bindparam("since"), _c.about == bindparam("session"))
)
_TAKE_BACK = delete(audit).where(_c.seq == bindparam("number"))


def add(connection: Connection, act: Act) -> int:
    """Record an act; return its number."""
    row = {name: getattr(act, name) for name in _NAMES}
    row |= {"name": fitting(storable(act.name), NAME_LIMIT), "address": storable(act.address)[:60], "about": storable(act.about)[:200]}
    return int(connection.execute(audit.insert(), row).inserted_primary_key[0])  # type: ignore[index]


def take_back(connection: Connection, number: int) -> None:
    """Delete the record of an act."""
    connection.execute(_TAKE_BACK, {"number": number})


def failed_logins(connection: Connection, name: str, address: str, *, since: float, known_since: float) -> FailedLogins:
    """The failed logins after a time; an address is known if it has logged in by this name after `known_since`."""
    given = {"as_name": fitting(storable(name), NAME_LIMIT), "from_address": storable(address)[:60]}

    def counted(*where: ColumnElement[bool]) -> Failures:
        count, last = connection.execute(_FAILED.where(*where), {"since": since, **given}).one()
        return Failures(count, last or 0.0)

    is_known = bool(connection.execute(_HAS_LOGGED_IN, {"known_since": known_since, **given}).scalar())
    return FailedLogins(counted(_AS, _FROM), counted(_FROM), counted(_AS), is_known)


def has_logged_out(connection: Connection, name: str, session: str, since: float) -> bool:
    """True if somebody has logged out of a session after a time; the log names a session by its mark."""
    return bool(connection.execute(_HAS_LOGGED_OUT, {"name": name, "session": session, "since": since}).scalar())


def latest(connection: Connection, limit: int, wanted: ActFilter = EVERYTHING, *, before: int = FIRST) -> list[RecordedAct]:
    """The last acts that are wanted before one of them, newest first."""
    statement = _LATEST
    if wanted.name:
        statement = statement.where(_c.name == fitting(storable(wanted.name), NAME_LIMIT))
    if wanted.action:
        statement = statement.where(_c.action == wanted.action)
    if wanted.time:
        statement = statement.where(_c.at >= wanted.time[0], _c.at < wanted.time[1])
    return [RecordedAct(**row._mapping) for row in connection.execute(statement, {"limit": limit, "before": before})]
