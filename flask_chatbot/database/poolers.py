"""Poolers between the bot and PostgreSQL, such as PgBouncer, which may lend a connection for one transaction and then another one."""

from contextlib import suppress
from typing import TYPE_CHECKING

from sqlalchemy import Connection

if TYPE_CHECKING:
    from psycopg import Notify

    from flask_chatbot.database.bounded_connection import BoundedConnection

# Within a transaction, and no longer: afterwards somebody else has the connection.
_LIMIT = "SELECT set_config('statement_timeout', %s, true), set_config('idle_in_transaction_session_timeout', %s, true)"


def adapt_to_pooler(connection: "BoundedConnection") -> bool:
    """True if there is a pooler: then nothing is kept on the connection that must be found there by the next statement.

    A pooler answers a new connection itself, with a number in place of that of the server's process, which it does not know yet.
    """
    row = connection.execute("SELECT pg_backend_pid()").fetchone()
    if row is None or row[0] == connection.info.backend_pid:
        return False
    connection.is_pooled = True
    connection.prepare_threshold = None  # what is prepared stays with another connection
    connection.add_notify_handler(_ignore)  # somebody else's; psycopg keeps each that nobody takes
    return True


def limit_transaction(connection: Connection, wait: float, silence: float) -> None:
    """Set the limits of a transaction that begins behind a pooler, in seconds: for a statement, and for a client that is gone."""
    driver = connection.connection.driver_connection
    if getattr(driver, "is_pooled", False) and not getattr(driver, "autocommit", True):
        connection.exec_driver_sql(_LIMIT, (str(int(1000 * wait)), str(int(1000 * silence))))


def take_notifications(connection: "BoundedConnection") -> None:
    """Keep notifications from now on, for whoever listens on a connection."""
    with suppress(ValueError):  # without a pooler, they have been kept all along
        connection.remove_notify_handler(_ignore)


def _ignore(notification: "Notify") -> None:
    """Take a notification that is not for us."""
