"""`db`: the tables in the app's database, and backups of it."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from flask_chatbot.cli.operator import find_deployment
from flask_chatbot.cli.terminal import echo
from flask_chatbot.errors import StoreError

if TYPE_CHECKING:
    from flask_chatbot.database.database import Database


@click.group()
def db() -> None:
    """Manage the database of the app."""


@db.command()
@click.pass_context
def upgrade(context: click.Context) -> None:
    """Create the tables, or upgrade those of an earlier version. Their content stays.

    A SQLite file needs none of this: it is upgraded when it is first opened. With PostgreSQL, run it before a new version serves.

    \b
    flask --app shop chatbot db upgrade

    Exit codes: 0 the tables are those of this version, 1 no app, or its database fails, 2 a wrong option.
    """
    deployment = find_deployment(context)
    deployment.database.upgrade()
    echo(f"{deployment.database.place} is up to date")


@db.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
@click.pass_context
def backup(context: click.Context, file: Path, force: bool) -> None:
    """Copy the database into FILE, whole as of one moment, while the bot serves. Only its owner can read it.

    For SQLite; a server has tools of its own (pg_dump).

    \b
    flask --app shop chatbot db backup backup.sqlite

    Exit codes: 0 FILE is a whole copy, 1 no app, or no copy could be made, 2 a wrong option.
    """
    from flask_chatbot.database.backups import back_up

    database = find_deployment(context).database
    source = file_of(database, "Use pg_dump: pg_dump --format=custom --file=FILE DATABASE")
    back_up(source, file.absolute(), replace=force)
    echo(f"{source} is copied to {file}")


@db.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
def restore(context: click.Context, file: Path) -> None:
    """Replace the database by FILE, a backup. Stop the server and its workers first.

    FILE is checked first, and its tables are upgraded. The previous database is kept beside it, under a name that is printed. Messages that
    were waiting when the backup was made go out again.

    For SQLite; a server has tools of its own (pg_restore).

    \b
    flask --app shop chatbot db restore backup.sqlite

    Exit codes: 0 FILE is the database now, 1 no app, or nothing was changed, 2 a wrong option.
    """
    from flask_chatbot.database.backups import restore as put_back

    database = find_deployment(context).database
    target = file_of(database, "Use pg_restore: pg_restore --clean --if-exists --dbname=DATABASE FILE")
    aside = put_back(file.absolute(), target)
    echo(f"{target} is restored from {file}" + (f"; the previous one is {aside}" if aside else ""))


def file_of(database: "Database", way_out: str) -> Path:
    """The SQLite file of a database; `StoreError` for one on a server."""
    if database.path is None:
        raise StoreError(f"The database {database.place} is on a PostgreSQL server, which has tools of its own. {way_out}")
    return database.path
