"""From an app's gateway to the worker that does its work."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial

from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.gateway.acks import Acks
from flask_chatbot.gateway.callbacks import Caller
from flask_chatbot.gateway.pacing import Tempo
from flask_chatbot.gateway.service import Gateway
from flask_chatbot.gateway.worker import Gear, Worker
from flask_chatbot.store.clock import server_time
from flask_chatbot.store.sweeping import sweep
from flask_chatbot.transports.base import File
from flask_chatbot.webclient.files import fetch_media

KEPT = 30 * 86_400.0  # seconds: what became of a message, dead letters included


def hire(
    gateway: Gateway, received: Callable[[Message], None], context: Callable[[], AbstractContextManager[object]], *, leads: bool
) -> Worker:
    """The worker of an app. `received` answers what comes in; `context` is the app's, for functions of its own.

    With `leads`, of all such workers of a database one works at a time: so it is for those embedded in processes that serve.
    """
    worker = Worker(gear_of(gateway, received, context), leads=leads)
    gateway.wake = worker.wake
    return worker


def gear_of(gateway: Gateway, received: Callable[[Message], None], context: Callable[[], AbstractContextManager[object]]) -> Gear:
    """What that worker works with."""
    settings, bot, clock = gateway.bot.settings, gateway.bot, gateway.clock

    def tell(message: str, ack: Ack) -> None:
        with context():
            gateway.tell(message, ack)

    def fetch(url: str, filename: str) -> File:
        return fetch_media(gateway.client, url, filename)

    return Gear(
        database=gateway.database,
        transport=gateway.transport,
        caller=Caller(gateway.client, settings.signing_secrets, tell, clock, bot.random),
        acks=Acks(gateway.transport.name, clock, lambda: gateway.hears_acks),
        fetch=fetch,
        received=received,
        sweep=lambda connection: sweep(connection, server_time(connection) or clock(), KEPT),
        tempo=Tempo.of(settings.pace.count, settings.pace.seconds) if settings.pace else None,
        opened=partial(setattr, gateway, "is_open"),
        shut=partial(setattr, gateway, "trouble"),
        clock=clock,
        timer=gateway.timer,
        random=bot.random,
    )
