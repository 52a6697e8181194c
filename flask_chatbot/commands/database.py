"""`db`: the tables in the app's database."""

import click

from flask_chatbot.commands.apps import Told, find_place


@click.group()
def db() -> None:
    """Look after the database of the app."""


@db.command(cls=Told)
@click.pass_context
def upgrade(context: click.Context) -> None:
    """Make the tables, or bring those of an earlier version up to date. What is in them stays.

    A SQLite file needs none of this: it is upgraded when it is first opened. With PostgreSQL, run it before a new version serves.

    \b
    flask --app shop chatbot db upgrade

    Exit codes: 0 the tables are those of this version, 1 no app, or its database fails, 2 a wrong option.
    """
    from flask_chatbot.store.upgrading import upgrade as bring_up_to_date

    place = find_place(context)
    bring_up_to_date(place.database)
    click.echo(f"{place.database.place} has the tables of this version")
