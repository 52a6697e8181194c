"""The worker of an app, made from its gateway."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial

from sqlalchemy import Connection

from flask_chatbot.answering.history import KEPT as MESSAGES_KEPT
from flask_chatbot.answering.history import History
from flask_chatbot.answering.transport import Inbound
from flask_chatbot.core.values.contents import File
from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.database.statements import server_time
from flask_chatbot.delivery.acks import Acks
from flask_chatbot.delivery.gateway import Gateway
from flask_chatbot.delivery.notify import CallbackSender
from flask_chatbot.delivery.pacing import Tempo
from flask_chatbot.media.folder import MediaFolder
from flask_chatbot.media.keeping import Keeper
from flask_chatbot.media.sweeping import MediaSweeper
from flask_chatbot.startup.state import make_actions
from flask_chatbot.store.sweeping import sweep
from flask_chatbot.webclient.files import fetch_media
from flask_chatbot.worker.worker import Worker, WorkerOptions

Context = Callable[[], AbstractContextManager[object]]  # of the app, for functions of its own


def make_worker(gateway: Gateway, context: Context, *, leads: bool) -> Worker:
    """Make the worker of an app, which also answers incoming messages.

    With `leads`, only one of all such workers of a database works at a time: for workers embedded in processes that serve.
    """
    worker = Worker(worker_options(gateway, context), leads=leads)
    gateway.has_worker(worker.wake)
    return worker


def worker_options(gateway: Gateway, context: Context) -> WorkerOptions:
    """The options of that worker: its database, transport and callbacks, as the gateway has them."""
    settings, bot, clock = gateway.bot.settings, gateway.bot, gateway.clock

    def on_ack(message: str, ack: Ack) -> None:
        with context():
            gateway.call_ack_handlers(message, ack)

    return WorkerOptions(
        database=gateway.database,
        transport=gateway.transport,
        callback_sender=CallbackSender(gateway.client, secrets=settings.signing_secrets, on_ack=on_ack, clock=clock, random=bot.random),
        acks=Acks(gateway.transport.name, clock=clock, has_handlers=lambda: gateway.hears_acks),
        fetch=partial(fetch_file, gateway),
        received=make_inbound(gateway, context).received,
        sweep=make_sweep(gateway),
        tempo=Tempo.of(settings.pace.count, settings.pace.seconds) if settings.pace else None,
        opened=gateway.proxy.opened,
        shut=gateway.proxy.shut,
        clock=clock,
        timer=gateway.proxy.timer,
        random=bot.random,
    )


def make_sweep(gateway: Gateway) -> Callable[[Connection], int]:
    """Make the function that deletes some expired rows, and kept files that nothing refers to; it returns the number of rows."""
    media = MediaSweeper(MediaFolder(gateway.bot.settings.media))

    def sweep_all(connection: Connection) -> int:
        now = server_time(connection) or gateway.clock()
        deleted = sweep(connection, now)
        media.sweep(connection, now)
        return deleted

    return sweep_all


def fetch_file(gateway: Gateway, url: str, filename: str) -> File:
    """The file of a reply, from beside the rules or from the web."""
    local = gateway.bot.book.media.get(url)
    return fetch_media(gateway.client, url, filename) if local is None else local.read(filename)


def make_inbound(gateway: Gateway, context: Context) -> Inbound:
    """Make the receiver of messages that come in by the transport."""
    settings = gateway.bot.settings
    actions = make_actions(settings, gateway.database, gateway)
    history, keeper = History(settings.keep_messages or MESSAGES_KEPT), Keeper(MediaFolder(settings.media))
    return Inbound(gateway, actions=actions, history=history, keeper=keeper, context=context)
