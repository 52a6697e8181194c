"""A database that the bot shares with the host's Flask-Migrate, whose next migration would drop the bot's tables."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask, appcontext_pushed, current_app, has_app_context

from flask_chatbot.core.logs import get_logger
from flask_chatbot.settings.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import URL

HOOKS = ("include_name", "include_object")

log = get_logger(__name__)


def watch_migrations(app: Flask, settings: Settings) -> None:
    """Warn in the log of migrations that would drop our tables, once the app is whole: when a command or a request enters it."""
    if "flask_migrate" not in sys.modules:
        return

    def look(sender: Flask, **_: object) -> None:
        if "migrate" in sender.extensions and "sqlalchemy" in sender.extensions:
            appcontext_pushed.disconnect(look, sender)
            if shares(sender, our_url(settings, Path(sender.instance_path))) and not is_hooked(sender.extensions["migrate"]):
                log.warning(
                    "Flask-Migrate works on the bot's own database, and its next migration would drop the tables of the bot. "
                    "Give Migrate an include_name that leaves out tables whose names begin with chatbot_"
                )

    appcontext_pushed.connect(look, app, weak=False)


def our_url(settings: Settings, instance: Path) -> "URL":
    """The URL of the bot's database, the path of a SQLite file being whole."""
    from flask_chatbot.database.database import DEFAULT_URL
    from flask_chatbot.database.urls import file_of, read_url

    url = read_url(settings.database_url or DEFAULT_URL)
    return url.set(database=str(file_of(url, instance))) if url.get_backend_name() == "sqlite" else url


def shares(app: Flask, ours: "URL") -> bool:
    """True if one of the host's engines has our database, as far as their URLs tell. Call it in the app's context."""
    engines: dict[str | None, Any] = app.extensions["sqlalchemy"].engines
    return any(place(engine.url) == place(ours) for engine in engines.values())


def place(url: "URL") -> tuple[object, ...]:
    """The parts of a URL that say which database it is, whatever the driver and the user.

    >>> from sqlalchemy import make_url
    >>> place(make_url("postgresql://toko@localhost/shop")) == place(make_url("postgresql+psycopg2://ani:x@127.0.0.1:5432/shop"))
    True
    """
    kind = url.get_backend_name()
    if kind == "sqlite":
        return kind, Path(url.database or "").resolve()
    host = "localhost" if url.host in (None, "", "127.0.0.1", "::1") else url.host
    return kind, host, url.port or 5432, url.database


def is_held_by_session(file: Path) -> bool:
    """True if the session of Flask-SQLAlchemy in the current context is in a transaction on a SQLite file."""
    found = current_app.extensions.get("sqlalchemy") if has_app_context() else None
    if found is None or not found.session.registry.has():
        return False
    session = found.session()
    if not session.in_transaction():
        return False
    engines = [engine for engine in found.engines.values() if place(engine.url) == ("sqlite", file.resolve())]
    connections = [session.connection(bind_arguments={"bind": engine}) for engine in engines]
    # Python's driver begins a transaction with the first change.
    return any(getattr(each.connection.driver_connection, "in_transaction", False) for each in connections)


def is_hooked(migrate: Any) -> bool:
    """True if migrations may leave tables out: by an argument of Migrate, or by a line of its env.py."""
    if any(migrate.configure_args.get(hook) for hook in HOOKS):
        return True
    try:
        written = (Path(migrate.directory) / "env.py").read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    return any(hook in written for hook in HOOKS)
