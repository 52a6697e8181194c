"""Logins: passwords are checked, and guessing them is slow."""

from collections.abc import Iterable
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, NamedTuple

from werkzeug.security import check_password_hash

from flask_chatbot.settings.accounts import Account

if TYPE_CHECKING:
    from flask_chatbot.database.database import Database
    from flask_chatbot.store.console.audit import FailedLogins

PERIOD = 900.0  # seconds for which a failed login counts
FREE = 5  # failed logins by one name from one address of the network before the next must wait
FREE_FROM_ADDRESS = 20  # the same for one address, whatever the names
FREE_FOR_STRANGERS = 50  # the same for one name, from all addresses: for those that never logged in by it
KNOWN_FOR = 30 * 86_400.0  # seconds after a login for which an address is no stranger's
LONGEST = 60.0  # seconds
# Of a random password nobody knows, so that an unknown name takes as long as a known one.
_NOBODYS = "scrypt:32768:8:1$0Rr3ZpIcbfBv8bLQ$" + "0" * 128


class Login(NamedTuple):
    """The outcome of a login: the account, or None and the seconds to wait before the next try."""

    account: Account | None
    wait: float = 0.0


def wait_for(count: int, last: float, now: float, free: int) -> float:
    """The seconds left to wait after that many failures, the last of them at `last`: 2, 4, 8 ... and never more than a minute.

    >>> wait_for(4, 100.0, 101.0, free=5), wait_for(5, 100.0, 100.5, free=5), wait_for(40, 100.0, 100.0, free=5)
    (0.0, 1.5, 60.0)
    """
    if count < free:
        return 0.0
    return max(0.0, last + min(2.0 ** (count - free + 1), LONGEST) - now)


def waiting(failed: "FailedLogins", now: float) -> float:
    """The seconds that a login has to wait for the failures before it."""
    limits = [(failed.by_both, FREE), (failed.by_address, FREE_FROM_ADDRESS)]
    if not failed.is_known:
        limits.append((failed.by_name, FREE_FOR_STRANGERS))
    return max(wait_for(*failures, now, free) for failures, free in limits)


def network_of(address: str) -> str:
    """The address as logins are counted: of IPv6 the network, since whoever has one address there has all of it.

    >>> network_of("192.0.2.7"), network_of("2001:db8::7"), network_of("")
    ('192.0.2.7', '2001:db8::/64', '')
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return address if parsed.version == 4 or parsed.is_loopback else str(ip_network((int(parsed), 64), strict=False))


def log_in(database: "Database", accounts: Iterable[Account], name: str, password: str, *, address: str, now: float) -> Login:
    """Check a name and a password; the failures of all processes count.

    A try is recorded as failed before it is checked, so that many at once count, too. Whoever guesses slows themselves: an address that has
    logged in before never waits for the failures of others.
    """
    from flask_chatbot.store.console import audit

    address = network_of(address)
    with database.writing() as connection:
        wait = waiting(audit.failed_logins(connection, name, address, since=now - PERIOD, known_since=now - KNOWN_FOR), now)
        if wait > 0:
            return Login(None, wait)
        number = audit.add(connection, audit.Act(at=now, name=name, address=address, action=audit.FAILED_LOGIN))
    account = next((each for each in accounts if each.name == name), None)
    if not check_password_hash(_NOBODYS if account is None else account.hashed, password) or account is None:
        return Login(None)
    with database.writing() as connection:
        audit.take_back(connection, number)
        audit.add(connection, audit.Act(at=now, name=name, address=address, action=audit.LOGIN))
    return Login(account)
