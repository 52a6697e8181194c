"""The worker of an app, made from its gateway."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial

from sqlalchemy import Connection

from flask_chatbot.answering.history import KEPT as MESSAGES_KEPT
from flask_chatbot.answering.history import History
from flask_chatbot.answering.transport import Inbound
from flask_chatbot.broadcasting.feed import BroadcastQueue
from flask_chatbot.core.values.contents import File
from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.core.values.replies import Media
from flask_chatbot.database.statements import server_time
from flask_chatbot.delivery.acks import Acks
from flask_chatbot.delivery.gateway import Gateway
from flask_chatbot.delivery.lines import Lines
from flask_chatbot.delivery.notify import CallbackSender
from flask_chatbot.errors import FetchRefused
from flask_chatbot.media.folder import MediaFolder
from flask_chatbot.media.keeping import Keeper
from flask_chatbot.media.sweeping import MediaSweeper
from flask_chatbot.startup.deaf_functions import warn_of_deaf_functions
from flask_chatbot.startup.kept_files import look_at_folder
from flask_chatbot.startup.state import make_actions, make_media_urls
from flask_chatbot.store.console import hours
from flask_chatbot.store.measuring import totals
from flask_chatbot.store.upkeep.sweeping import sweep
from flask_chatbot.webclient.files import fetch_media
from flask_chatbot.worker.line import LineOptions
from flask_chatbot.worker.worker import Worker, WorkerOptions

Context = Callable[[], AbstractContextManager[object]]  # of the app, for functions of its own


def make_worker(lines: Lines, context: Context, *, leads: bool, threads: int | None = None) -> Worker:
    """Make the worker of an app, which also answers incoming messages.

    With `leads`, only one of all such workers of a database works at a time: for workers embedded in processes that serve. `threads` is
    how many messages each line sends at once, in place of the lines' own settings.
    """
    look_at_start(lines)
    worker = Worker(worker_options(lines, context, threads), leads=leads)
    lines.has_worker(worker.wake)
    return worker


def look_at_start(lines: Lines) -> None:
    """Log what a worker will miss: the folder of kept files, and what tells the app's functions of changes."""
    for bot in lines.bots:
        look_at_folder(bot, lines.database)
    warn_of_deaf_functions(lines.bot, tells_of_edits=any(each.proxy.capabilities.edits for each in lines))


def worker_options(lines: Lines, context: Context, threads: int | None = None) -> WorkerOptions:
    """The options of that worker: its database, lines and callbacks, as the gateways have them."""
    first = lines.first
    bot, clock, secrets = first.bot, first.clock, first.settings.signing_secrets
    with context():
        pass  # looks for changed rules from now on: their files, reminders and broadcasts go out even where nothing comes in

    def on_ack(message: str, ack: Ack) -> None:
        with context():
            first.call_ack_handlers(message, ack)

    return WorkerOptions(
        database=lines.database,
        lines=[line_options(each, lines, context, threads) for each in lines],
        callback_sender=CallbackSender(lines.client, secrets=secrets, on_ack=on_ack, clock=clock, random=bot.random),
        sweep=make_sweep(first),
        clock=clock,
        timer=first.proxy.timer,
        random=bot.random,
    )


def line_options(gateway: Gateway, lines: Lines, context: Context, threads: int | None = None) -> LineOptions:
    """The parts of one line for a worker."""
    return LineOptions(
        transport=gateway.transport,
        acks=Acks(gateway.transport.name, clock=gateway.clock, has_handlers=lambda: gateway.hears_acks),
        fetch=partial(fetch_file, gateway),
        address=partial(address_file, gateway),
        received=make_inbound(gateway, lines, context).received,
        tempo=gateway.tempo,
        window=gateway.window,
        reminders=gateway.reminders,
        staff=lambda: frozenset().union(*(bot.book.staff for bot in lines.bots)),
        threads=threads or gateway.settings.send_threads,
        make_queues=lambda is_open: [BroadcastQueue(gateway, tempo=gateway.tempo, is_open=is_open)],
        opened=gateway.proxy.opened,
        shut=gateway.proxy.shut,
    )


def make_sweep(gateway: Gateway) -> Callable[[Connection], int]:
    """Make the function that deletes some expired rows, and kept files that nothing refers to; it returns the number of rows.

    Messages are counted for the console's charts before they expire.
    """
    media = MediaSweeper(MediaFolder(gateway.bot.settings.media))

    def sweep_all(connection: Connection) -> int:
        now = server_time(connection) or gateway.clock()
        deleted = sweep(connection, now)
        media.sweep(connection, now)
        hours.count_some(connection, gateway.bot.is_fallback, now)
        return deleted + totals.add_up(connection)

    return sweep_all


def fetch_file(gateway: Gateway, url: str, filename: str) -> File:
    """The file of a reply, from beside the rules or from the web."""
    local = gateway.bot.book.media.get(url)
    return fetch_media(gateway.client, url, filename) if local is None else local.read(filename)


def address_file(gateway: Gateway, reply: Media) -> Media:
    """The reply with an address from which others fetch its file, if that lies beside the rules."""
    local = gateway.bot.book.media.get(reply.url)
    if local is None:
        return reply
    if not gateway.settings.public_url:
        raise FetchRefused(f"{local.name!r} cannot be fetched from here without an address. Set CHATBOT_PUBLIC_URL, and send it again.")
    urls = make_media_urls(gateway.settings, lambda: gateway.database)
    return replace(reply, url=urls.url(local.sha256, reply.filename or local.path.name, 0))


def make_inbound(gateway: Gateway, lines: Lines, context: Context) -> Inbound:
    """Make the receiver of messages that come in by one of the lines."""
    settings = gateway.bot.settings
    actions = make_actions(settings, gateway.database, lines)
    history, keeper = History(settings.keep_messages or MESSAGES_KEPT), Keeper(MediaFolder(settings.media), gateway.database)
    return Inbound(gateway, actions=actions, history=history, keeper=keeper, context=context)
