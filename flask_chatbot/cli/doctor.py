"""`doctor`: checks the setup of an app."""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from flask_chatbot.bot.bot import Bot
from flask_chatbot.bot.handlers import check_needs
from flask_chatbot.bot.notices import BY_ID, numbers_unknown
from flask_chatbot.cli.failed import find_overdue
from flask_chatbot.cli.operator import Deployment, find_deployment, lines_of
from flask_chatbot.cli.reports import counted
from flask_chatbot.cli.standalone import has_made_key
from flask_chatbot.cli.terminal import echo, styled, together
from flask_chatbot.core.checks.lint import lint
from flask_chatbot.core.checks.texts_only import unheard
from flask_chatbot.core.loading.loader import short_path
from flask_chatbot.core.values.actions import Notify
from flask_chatbot.errors import FetchError, StoreError
from flask_chatbot.settings.readers import MAKE_A_KEY
from flask_chatbot.startup.deaf_functions import describe_deaf_functions
from flask_chatbot.startup.kept_files import keeps_files
from flask_chatbot.startup.state import SAFE_LENGTH, SIMULATES, simulates_unasked

if TYPE_CHECKING:
    from flask_chatbot.worker.health import Heartbeat

DEADLINE = 15.0  # seconds
LIMIT = 65_536  # bytes of an answer
CONNECT_TIMEOUT = 5.0  # seconds, to a broker


class Finding(NamedTuple):
    """The outcome of one check; `says` is a sentence, with the way out if something is wrong."""

    about: str
    says: str
    is_wrong: bool = False


CARRIERS = {"thread": "a thread of the server", "celery": "Celery's workers", "off": "flask chatbot worker"}
STARTS = {"thread": "Start the server, or flask chatbot worker", "celery": "Start Celery's workers", "off": "Start flask chatbot worker"}


@click.command()
@click.option("--url", help="The address that the platform has: an empty call is sent there, which the bot refuses.")
@click.pass_context
def doctor(context: click.Context, url: str | None) -> None:
    """Check what an app needs to serve: configuration, rules, keys, database, worker and webhook, in a line each.

    Run it as the server runs: in the same folder, with the same environment, as the same user. Nothing is changed and nothing is sent.

    \b
    flask --app shop chatbot doctor
    flask --app shop chatbot doctor --url https://bot.example.com/chatbot/webhook

    Exit codes: 0 nothing is wrong, 1 something is, 2 a wrong option.
    """
    findings = []
    for finding in examine(context, url):
        findings.append(finding)
        echo(line_of(finding))
    wrong = sum(finding.is_wrong for finding in findings)
    echo(f"{counted(len(findings), 'check')}, {wrong or 'nothing'} wrong")
    context.exit(1 if wrong else 0)


def examine(context: click.Context, url: str | None) -> Iterator[Finding]:
    """Yield all findings about the command's app."""
    try:
        deployment = find_deployment(context)
    except click.ClickException as error:
        yield Finding("configuration", error.format_message(), is_wrong=True)
        return
    yield Finding("configuration", f"app {deployment.app.name!r} starts")
    yield from rules(deployment)
    yield from keys(deployment)
    yield from transport(deployment)
    found = database(deployment)
    yield found
    if deployment.database.kind == "postgresql" and deployment.bot.settings.has_transport and not found.is_wrong:
        yield notifications(deployment)
    if keeps_files(deployment.bot) and deployment.bot.settings.file_lines:
        yield folder(deployment)
    if deployment.bot.settings.worker == "celery" and deployment.bot.settings.has_transport:
        yield broker(deployment)
        yield from celery_wakeups(deployment)
    yield worker(deployment)
    if deployment.bot.settings.webhook_keys:
        yield webhook(deployment)
    if url is not None:
        yield webhook_at(url)


def rules(deployment: Deployment) -> Iterator[Finding]:
    """Check all rule files, and what they need from the app."""
    for bot in deployment.bots:
        yield from rules_of(deployment, bot)


def rules_of(deployment: Deployment, bot: Bot) -> Iterator[Finding]:
    """Check the rule files of one bot."""
    warnings = len(tuple(lint(bot.book, bot.handlers.rules)))
    more = f", {counted(warnings, 'warning')}: see flask chatbot check" if warnings else ""
    yield Finding("rules", f"{short_path(bot.path)}: {counted(len(bot.book.rules), 'rule')}{more}")
    for problem in check_needs(bot.handlers, bot.book):
        yield Finding("rules", str(problem), is_wrong=problem.severity == "error")
    notifying = [rule.name for rule in bot.book.rules if any(isinstance(action, Notify) for action in rule.actions)]
    if notifying and not deployment.app.extensions["chatbot"].has_transport:
        says = f"nobody can be notified without a connection to WhatsApp, and {', '.join(notifying)} would. Set CHATBOT_TRANSPORT."
        yield Finding("rules", says, is_wrong=True)
    if untold := [rule.name for rule in numbers_unknown(bot.settings, bot.book, bot.lines)]:
        yield Finding("rules", f"Telegram knows nobody by number, so nobody hears of {', '.join(untold)}. {BY_ID}", is_wrong=True)
    waiting = [rule.name for rule in unheard(bot.book, bot.file_lines)]
    if waiting:
        way_out = "Another CHATBOT_TRANSPORT brings it." if bot.settings.has_transport else "Set CHATBOT_TRANSPORT."
        says = f"only texts come by the webhook, and {', '.join(waiting)} waits for more. {way_out}"
        yield Finding("rules", says, is_wrong=True)
    lines = deployment.app.extensions["chatbot"].lines or ()
    deaf = describe_deaf_functions(bot, tells_of_edits=any(each.proxy.capabilities.edits for each in lines))
    if deaf:
        yield Finding("functions", deaf, is_wrong=True)


def keys(deployment: Deployment) -> Iterator[Finding]:
    """Check the keys that callers of the app use."""
    settings = deployment.bot.settings
    if has_made_key(deployment.app):
        says = (
            f"CHATBOT_WEBHOOK_KEY is not set, so each start makes another. Set the one that the platform sends. Make one with: {MAKE_A_KEY}"
        )
        yield Finding("keys", says, is_wrong=True)
        return
    kinds = {"CHATBOT_WEBHOOK_KEY": settings.webhook_keys, "CHATBOT_API_KEY": settings.api_keys}
    for name, known in kinds.items():
        short = sum(len(key.key) < SAFE_LENGTH for key in known)
        if short:
            yield Finding(
                "keys", f"{name}: a key shorter than {SAFE_LENGTH} characters is easily guessed. Make a longer one.", is_wrong=True
            )
        elif known:
            yield Finding("keys", f"{name}: {counted(len(known), 'key')}")


def transport(deployment: Deployment) -> Iterator[Finding]:
    """Check where messages go."""
    settings = deployment.bot.settings
    if simulates_unasked(settings, deployment.app.config, os.environ):
        yield Finding("transport", f"{SIMULATES}.", is_wrong=True)
    elif settings.transport == "simulator":
        yield Finding("transport", "messages go to the simulator, as CHATBOT_TRANSPORT says, and reach nobody")
    yield from connections(deployment)


def connections(deployment: Deployment) -> Iterator[Finding]:
    """Ask each connection over HTTP how it is: a key that is refused shows here, and not only once something is sent."""
    if not deployment.app.extensions["chatbot"].has_transport:
        return
    from flask_chatbot.cli.lines.overview import CONNECTED, state_over_http

    for gateway in lines_of(deployment):
        if found := state_over_http(gateway):
            says = f"{gateway.transport.name}: {' '.join(filter(None, found))}"
            yield Finding("transport", says, is_wrong=found[0] != CONNECTED)


def database(deployment: Deployment) -> Finding:
    """Check that the database can be read and written, by a transaction that changes nothing."""
    from flask_chatbot.store.leases import give_up

    if not deployment.is_empty:
        try:
            with deployment.database.reading():
                pass  # a fault of the file is better described by this
            with deployment.database.writing() as connection:
                give_up(connection, "", "")  # a lease that nobody has: PostgreSQL refuses writes only when there is one
        except StoreError as error:
            return Finding("database", str(error), is_wrong=True)
        return Finding("database", f"{deployment.database.place} can be read and written")
    folder = nearest_folder(Path(deployment.database.path or "."))
    if os.access(folder, os.W_OK | os.X_OK):
        return Finding("database", f"{deployment.database.place} will be created when something is first stored")
    says = f"{deployment.database.place} cannot be created: this user may not write to {folder}. Allow it, or set CHATBOT_DATABASE_URL."
    return Finding("database", says, is_wrong=True)


def notifications(deployment: Deployment) -> Finding:
    """Check whether PostgreSQL wakes workers as messages are accepted, which some poolers keep it from."""
    from flask_chatbot.database.notifications import BYPASS, NO_WAKING

    if deployment.database.can_notify():
        return Finding("notifications", "PostgreSQL wakes workers at once")
    return Finding("notifications", f"{NO_WAKING}: workers look for work every second. {BYPASS}")


def folder(deployment: Deployment) -> Finding:
    """Check that the folder of kept files is that of the database, and can be written; nothing is written."""
    from flask_chatbot.media.folder import MediaFolder
    from flask_chatbot.media.mark import look_for_fault

    kept = MediaFolder(deployment.bot.settings.media)
    try:
        fault = look_for_fault(deployment.database, kept)
    except StoreError as error:
        fault = str(error)
    if fault is not None:
        return Finding("files", fault, is_wrong=True)
    there = kept.path if kept.path.is_dir() else nearest_folder(kept.path)
    if not os.access(there, os.W_OK | os.X_OK):
        says = f"what customers send cannot be kept in {kept.path}: this user may not write to {there}. Allow it, or set CHATBOT_MEDIA."
        return Finding("files", says, is_wrong=True)
    return Finding("files", f"what customers send is kept in {kept.path}{'' if kept.path.is_dir() else ', which will be created'}")


def nearest_folder(path: Path) -> Path:
    """The innermost existing folder of a path."""
    return next((folder for folder in path.absolute().parents if folder.is_dir()), Path("/"))


def broker(deployment: Deployment) -> Finding:
    """Check that the broker answers which wakes Celery's workers."""
    with deployment.app.extensions["celery"].connection_for_write(connect_timeout=CONNECT_TIMEOUT) as connection:
        scheme, _, rest = connection.as_uri().partition("://")
        where = f"{scheme}://{rest.rpartition('@')[2]}"  # without user and password
        try:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=CONNECT_TIMEOUT)
        except Exception as error:  # noqa: BLE001  each kind of broker raises its own
            says = f"{where} cannot be reached ({type(error).__name__}), and nobody wakes Celery's workers. Start it, or correct its URL."
            return Finding("broker", says, is_wrong=True)
        return Finding("broker", f"{where} answers")


def celery_wakeups(deployment: Deployment) -> Iterator[Finding]:
    """Check when a wake-up last reached Celery's processes, which look alive even if none does."""
    from flask_chatbot.worker.health import last_wake_up

    now = deployment.bot.clock().timestamp()
    try:
        with deployment.database.reading() as connection:
            found = last_wake_up(connection, now)
    except StoreError:
        return  # which is among the findings
    came = "none has ever reached" if found.at is None else f"the last one, {max(0.0, now - found.at):,.0f} seconds ago, reached"
    if found.is_late:
        says = f"{came} Celery's processes, though its workers run. Start the broker; their log says if they listen to its queue."
        yield Finding("wake-ups", says, is_wrong=True)
    elif found.at is not None:
        yield Finding("wake-ups", f"{came} Celery's processes")


def worker(deployment: Deployment) -> Finding:
    """Check the worker by the messages it has left waiting, and by its lease, which one that ended properly has given up."""
    if not deployment.app.extensions["chatbot"].has_transport:
        return Finding("worker", "none is needed: this bot answers webhook calls, and sends nothing")
    try:
        overdue, lease = find_overdue(deployment), worker_lease(deployment)
    except StoreError:
        return Finding("worker", "unknown while the database fails", is_wrong=True)
    runs, starts = CARRIERS[deployment.bot.settings.worker], STARTS[deployment.bot.settings.worker]
    if overdue:
        says = f"{counted(overdue, 'message')} due for more than a minute. {starts}; its log says more."
        return Finding("worker", says, is_wrong=True)
    if lease is None:
        return Finding("worker", f"no message waits that is due; none runs now, and {runs} will send them")
    if lease.is_dead:
        says = f"it died: it was last known at {deployment.when(lease.seen)}. {starts}; the log may say why."
        return Finding("worker", says, is_wrong=True)
    return Finding("worker", f"it runs, and no message waits that is due; {runs} sends them")


def worker_lease(deployment: Deployment) -> "Heartbeat | None":
    """The lease of the worker that sends."""
    from flask_chatbot.worker.health import newest_heartbeat

    if deployment.is_empty:
        return None
    with deployment.database.reading() as connection:
        return newest_heartbeat(connection, deployment.app.extensions["chatbot"].lines.names, deployment.bot.clock().timestamp())


def webhook(deployment: Deployment) -> Finding:
    """Check the webhook within this process, including everything that the app does with a request."""
    path = f"{deployment.bot.settings.prefix}/webhook"
    answer = deployment.app.test_client().post(path, data=b"", content_type="application/json")
    return judge(path, answer.status_code, answer.data)


def webhook_at(url: str) -> Finding:
    """Check the webhook at an address, over the network as the platform calls it."""
    from flask_chatbot.webclient.client import HttpClient

    try:
        answer = HttpClient().post(url, b"", {"Content-Type": "application/json"}, deadline=DEADLINE, limit=LIMIT, own=True)
    except (FetchError, ValueError) as error:
        return Finding("webhook", f"{url}: {error}", is_wrong=True)
    return judge(url, answer.status, answer.body)


def judge(where: str, status: int, body: bytes) -> Finding:
    """Judge the answer to an empty call: the bot refuses it in JSON; any other answer comes from another program.

    >>> judge("/webhook", 400, b'{"success": false}'), judge("/webhook", 404, b"<html>").is_wrong
    (Finding(about='webhook', says='/webhook answers', is_wrong=False), True)
    """
    with suppress(ValueError, AttributeError):
        if json.loads(body).get("success") is False and status in (400, 401):
            return Finding("webhook", f"{where} answers")
    says = f"{where} answers {status}, and not as the bot does. Is the address right? Does a login, a CSRF check or a proxy take the call?"
    return Finding("webhook", says, is_wrong=True)


def line_of(finding: Finding) -> str:
    """A finding as a line."""
    word = styled(f"{'wrong':<7}", fg="red") if finding.is_wrong else styled(f"{'ok':<7}", fg="green")
    return together(word, f"{finding.about:<15}", finding.says.replace("\n", "\n" + " " * 22))
