"""`run_workers`: the workers of several apps in one process."""

from collections.abc import Iterable

from flask import Flask

from flask_chatbot.core.logs import get_logger
from flask_chatbot.errors import ChatbotError
from flask_chatbot.startup.serving import contexts_of, log_what_is_missing

SHOW_EVERY = 60.0  # seconds

log = get_logger(__name__)


def run_workers(apps: Iterable[Flask], *, threads: int | None = None) -> bool:
    """Send and answer for several apps in this process until SIGTERM or Ctrl-C, as ``flask chatbot worker`` does for one.

    Call it in the main thread. Returns True if everything under way was finished within 20 seconds. `threads` is how many messages each
    line sends at once, in place of CHATBOT_SEND_THREADS. An app that sends nothing by itself is passed over; raises `ChatbotError` if none
    is left. One whose database fails waits for it, and holds up no other. What a worker logs, it logs in the context of its app.
    """
    from flask_chatbot.startup.connections import look_at_connections
    from flask_chatbot.startup.worker import make_worker
    from flask_chatbot.worker.foreground import Workers, run

    workers = []
    for app in apps:
        state = app.extensions["chatbot"]
        if state.lines is None:
            continue
        with app.app_context():
            log_what_is_missing(state.bots)
            look_at_connections(state.lines)
            workers.append(make_worker(state.lines, contexts_of(app), leads=False, threads=threads))
    if not workers:
        raise ChatbotError("None of these apps sends anything by itself. Set CHATBOT_TRANSPORT, or CHATBOT_API_KEY, for one of them.")
    return run(Workers(workers), lambda line: log.info("%s", line), every=SHOW_EVERY)
