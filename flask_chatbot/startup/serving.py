"""The start of serving: mistakes that only show once an app is whole are logged, the gateway is made, and the worker begins."""

import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import FrameType
from typing import TYPE_CHECKING, Any
from weakref import ref

from flask import Flask, request

from flask_chatbot.bot.bots import Bots
from flask_chatbot.bot.reloading import keep_fresh
from flask_chatbot.core.logs import get_logger
from flask_chatbot.startup.deaf_functions import warn_of_deaf_functions
from flask_chatbot.startup.state import AppState
from flask_chatbot.worker import detect
from flask_chatbot.worker.embedded import Embedded

# What sends loads SQLAlchemy, which is slow, so it is imported once an app is served.
if TYPE_CHECKING:
    from flask_chatbot.delivery.lines import Lines
    from flask_chatbot.worker.worker import Worker

log = get_logger(__name__)


def log_what_is_missing(bots: Bots) -> None:
    """Log the rules whose handlers are missing, if any are. Until they are there, these rules apologise."""
    if missing := bots.missing:
        log.error("handlers are missing, and customers get an apology instead: %s", " | ".join(map(str, missing)))


def watch_first_request(app: Flask, bots: Bots) -> None:
    """Look at the first request for handlers that are missing, and for functions that nothing calls: they may be registered until then.

    Where there is a transport, its worker looks for the latter.
    """
    has_transport = bots.own.settings.has_transport
    if not bots.missing and has_transport:
        return
    before = app.url_value_preprocessors

    def look(_endpoint: str | None, _values: object) -> None:
        if look in before[None]:
            before[None] = [each for each in before[None] if each is not look]  # not in place: this request is still at the others
            log_what_is_missing(bots)
            if not has_transport:
                warn_of_deaf_functions(bots.own, tells_of_edits=False)

    before[None].insert(0, look)


def make_if_serving(make_lines: "Callable[[], Lines]", frame: FrameType | None = None) -> None:
    """Make the gateways now if this process loads the app to serve it, so that no request waits, or forked processes share the modules."""
    frame = frame or sys._getframe(1)
    if detect.is_preloaded(frame) or detect.loader(frame, os.environ) is not None:
        make_lines()


def work(app: Flask, state: AppState, celery: Any = None) -> None:
    """Have the messages of an app carried as CHATBOT_WORKER says, by a Celery app if there is one."""
    if state.make_lines is None:
        return
    make_if_serving(state.make_lines, sys._getframe(1))
    if celery is not None:
        from flask_chatbot.startup.carrying import carry_by_celery

        carry_by_celery(app, state, celery)
    elif state.bot.settings.worker == "thread":
        work_while_serving(app, state.bots, state.make_lines)


def contexts_of(app: Flask) -> Callable[[], AbstractContextManager[object]]:
    """The function that makes contexts of an app for its worker, without keeping the app alive."""
    here = ref(app)

    def context() -> AbstractContextManager[object]:
        served = here()
        if served is None:
            raise RuntimeError("The app that this worker belongs to is gone.")
        keep_fresh(served)  # what comes in by the transport is answered by changed rules, too
        return served.app_context()

    return context


def work_while_serving(app: Flask, bots: Bots, make_lines: "Callable[[], Lines]") -> Embedded:
    """Start a worker thread in each process that serves the app; one of them does the work of all gateways."""
    context = contexts_of(app)

    def make() -> "Worker":
        from flask_chatbot.startup.connections import look_at_connections
        from flask_chatbot.startup.worker import make_worker

        lines = make_lines()
        log_what_is_missing(bots)
        look_at_connections(lines)
        return make_worker(lines, context, leads=True)

    embedded = Embedded(make)
    # Before all of the host's: one that answers by itself would keep the others from being called.
    app.before_request_funcs.setdefault(None, []).insert(0, lambda: embedded.serve(request.environ))
    embedded.arm(sys._getframe(1))
    return embedded
