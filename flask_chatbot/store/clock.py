"""The time of the database: machines may differ by an hour, and agree on this."""

from sqlalchemy import Connection, text

_NOW = text("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS double precision)")


def server_time(connection: Connection) -> float | None:
    """The epoch seconds of a server's clock; None of a file, whose machine has one."""
    return connection.execute(_NOW).scalar() if connection.dialect.name == "postgresql" else None
