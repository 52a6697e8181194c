"""Commands about all that is kept of one person: to show it, and to delete it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from flask_chatbot.cli.exported import with_iso_times
from flask_chatbot.cli.operator import Deployment, find_deployment
from flask_chatbot.cli.people import senders
from flask_chatbot.cli.reports import counted, label
from flask_chatbot.cli.terminal import echo
from flask_chatbot.core.language.controls import json_text, visible
from flask_chatbot.core.language.numbers import format_phone
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.chats import person_in

if TYPE_CHECKING:
    from flask_chatbot.delivery.lines import Lines
    from flask_chatbot.store import forgetting
    from flask_chatbot.store.people import KnownAlias


@click.command()
@click.argument("someone")
@click.option("--export", is_flag=True, help="Print all of it, as JSON.")
@click.pass_context
def person(context: click.Context, someone: str, export: bool) -> None:
    """Show what is kept of SOMEONE: a number, another name of theirs, or our id of them.

    \b
    flask chatbot person 081234567890
    flask chatbot person 081234567890 --export > budi.json

    Exit codes: 0 shown, 1 nothing is kept of them, no app, or its database fails, 2 a wrong option.
    """
    deployment = find_deployment(context)
    kept = find_kept(deployment, someone)
    if export:
        names = [alias_data(deployment, each) for each in kept.aliases]
        exported = {table: [with_iso_times(table, row, deployment.iso) for row in some] for table, some in kept.rows.items()}
        echo(json_text({"person": kept.ids[0], "merged": list(kept.ids[1:]), "aliases": names, **exported}))
        return
    echo(label("person", ", formerly ".join(kept.ids)))
    for each in kept.aliases:
        scope = f" ({each.alias.scope})" if each.alias.scope else ""
        echo(label(each.alias.scheme, f"{visible(each.alias.value, keep='')}{scope}, last seen {deployment.when(each.last_seen)}"))
    for line in (*describe_window(deployment, kept.ids[0]), *describe_silence(deployment, kept.ids[0])):
        echo(line)
    for name, rows in kept.rows.items():
        if rows:
            echo(label(name.replace("_", " "), counted(len(rows), "row")))


@click.command()
@click.argument("someone")
@click.option("--yes", is_flag=True, help="Do not ask before deleting.")
@click.pass_context
def forget(context: click.Context, someone: str, yes: bool) -> None:
    """Delete all that is kept of SOMEONE: a number, another name of theirs, or our id of them.

    Messages, saved rows, memory, names and answers to API calls go, the files they sent, unless somebody else has sent the same, and sent
    messages to others that mention their number. If they opted out of promotion, a keyed hash of their names keeps that. Functions under
    @bot.on_forget are called first; if one raises, nothing is deleted.

    \b
    flask chatbot forget 081234567890

    Exit codes: 0 deleted, 1 nothing is kept of them, a function of the app failed, no app, or its database fails, 2 a wrong option.
    """
    from flask_chatbot.media.folder import MediaFolder
    from flask_chatbot.media.forgetting import forget as forget_with_files

    deployment = find_deployment(context)
    kept = find_kept(deployment, someone)
    if not yes:
        click.confirm(f"Delete all that is kept of {someone}, for good?", abort=True)
    with deployment.app.app_context():
        try:
            deployment.bot.forget_person(kept.ids[0], kept.number)
        except Exception as error:
            raise click.ClickException(f"a function of the app failed, and nothing was deleted: {type(error).__name__}: {error}") from error
    spellings = [kept.number, format_phone(kept.number, deployment.bot.book.locale.country)] if kept.number else []
    spellings += [person_in(each.alias.chat) for each in kept.aliases if each.alias.scheme in ("bsuid", "lid", "telegram")] + [*kept.ids]
    files = forget_with_files(deployment.database, MediaFolder(deployment.bot.settings.media), kept.ids[0], spellings)
    with_files = tr("{someone} is forgotten, and {files} deleted", someone=someone, files=counted(files, "file"))
    echo(with_files if files else tr("{someone} is forgotten", someone=someone))


def find_kept(deployment: Deployment, someone: str) -> "forgetting.PersonalData":
    """All that is kept of somebody; raises `click.ClickException` if nothing is, or if the name may be that of two."""
    from flask_chatbot.store import forgetting, people

    found: set[str] = set()
    if not deployment.is_empty:
        with deployment.database.reading() as connection:
            for sender in senders(deployment, someone):
                found |= people.named(connection, sender)
            if len(found) == 1:
                return forgetting.kept_of(connection, found.pop())
    if found:
        listed = ", ".join(sorted(found))
        raise click.ClickException(f"{someone!r} may be any of {len(found)} people. Give the id of one: {listed}.")
    raise click.ClickException(f"nothing is kept of {someone!r}. Give a number with its country code, or an id such as `person` shows.")


def describe_window(deployment: Deployment, person: str) -> Iterator[str]:
    """Describe what may be sent to a person now, by each line where that depends on when they wrote."""
    lines: Lines | None = deployment.app.extensions["chatbot"].lines
    for gateway in lines or ():
        if gateway.window is None:
            continue
        with deployment.database.reading() as connection:
            closes_at = gateway.window.closes_at(connection, [person], deployment.bot.clock().timestamp()).get(person)
        by = f" ({gateway.transport.name})" if lines and len(lines) > 1 else ""
        open_until = f"open until {deployment.when(closes_at)}"
        yield label("window", f"{'closed: they get templates only, until they write' if closes_at is None else open_until}{by}")


def describe_silence(deployment: Deployment, person: str) -> Iterator[str]:
    """Describe until when, by which line and why the bot keeps quiet for a person."""
    from flask_chatbot.store.memory import StoreMemory

    state = StoreMemory(deployment.database).recall(person, deployment.bot.clock().timestamp())
    if state.paused_until:
        yield label("paused", f"until {deployment.when(state.paused_until)}")
    for line, until in sorted(state.pauses.items()):
        yield label("paused", f"until {deployment.when(until)} ({line})")
    for line, until in sorted(state.takeovers.items()):
        yield label("silent", f"until {deployment.when(until)} ({line}), since the owner wrote to them by hand")


def alias_data(deployment: Deployment, known: "KnownAlias") -> dict[str, object]:
    """An alias as JSON."""
    return {
        "scheme": known.alias.scheme,
        "value": known.alias.value,
        "scope": known.alias.scope,
        "first_seen": deployment.iso(known.first_seen),
        "last_seen": deployment.iso(known.last_seen),
    }
