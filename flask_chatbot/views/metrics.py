"""The blueprint of ``GET /metrics``: what Prometheus scrapes, for whoever has a key."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, Response, current_app, request
from flask.blueprints import BlueprintSetupState

from flask_chatbot.bot.reloading import keep_fresh
from flask_chatbot.core.logs import get_logger
from flask_chatbot.errors import StoreError
from flask_chatbot.settings.keys import key_of_monitoring
from flask_chatbot.views.health import METHODS, line_states, own_line, refuse_method, restricted_lines
from flask_chatbot.views.routes import add_route

if TYPE_CHECKING:
    from flask_chatbot.bot.bots import Bots
    from flask_chatbot.database.database import Database
    from flask_chatbot.delivery.gateway import Gateway
    from flask_chatbot.delivery.lines import Lines
    from flask_chatbot.metrics.series import Histogram, Series

NO_KEY = "The key is missing or unknown. Send it as Authorization: Bearer YOUR-KEY, or as SecretKey: YOUR-KEY.\n"
ROUNDS = 20  # transactions in one scrape
NO_CLIENT = "Metrics need the package prometheus-client. Install it with: pip install 'flask-chatbot[metrics]'\n"

log = get_logger(__name__)
blueprint = Blueprint("chatbot_metrics", __name__)


@blueprint.record
def _add_route(setup: BlueprintSetupState) -> None:
    add_route(setup, "metrics", metrics, METHODS)


def metrics(_host: str = "") -> Response:
    """The numbers of this app, as text for Prometheus; 401 without a key, 501 without its client, 503 if the database fails.

    A key with the name of a line gets the numbers of that line alone.
    """
    if request.method not in METHODS:
        return refuse_method()
    state = current_app.extensions["chatbot"]
    settings = state.bot.settings
    keys = (*settings.webhook_keys, *settings.api_keys)
    key = key_of_monitoring(keys, request.headers.get("SecretKey", ""), request.headers.get("Authorization", ""))
    if key is None:
        state.wrong_keys.warn("a call to /metrics", request.remote_addr, NO_KEY.strip(), state.bot.clock().timestamp())
        return _answer(NO_KEY, 401, {"WWW-Authenticate": 'Bearer realm="metrics"'})
    try:
        from flask_chatbot.metrics.exposition import CONTENT_TYPE, exposed
    except ImportError:
        return _answer(NO_CLIENT, 501)
    try:
        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
        keep_fresh(app)
        own = own_line(key, state.lines)
        found = [each if own is None else each.of_line(own) for each in numbers(state.bots, state.lines, state.make_database())]
        return Response(exposed(app.name, found), 200, {"Cache-Control": "no-store"}, content_type=CONTENT_TYPE)
    except StoreError as error:
        log.error("metrics cannot be read: %s", error)
        return _answer("The database cannot be read now.\n", 503, {"Retry-After": "5"})


def numbers(bots: "Bots", lines: "Lines | None", database: "Database") -> "Iterator[Series | Histogram]":
    """Yield the numbers of an app. Raises `StoreError` if the store fails."""
    from flask_chatbot.answering.history import hash_of
    from flask_chatbot.metrics import gauges

    names = () if lines is None else lines.names
    yield gauges.of_build(package_version())
    yield from gauges.of_rules(bots, names, {id(bot): hash_of(bot.book) for bot in bots})
    if lines is not None:
        seen = line_states(list(lines))
        connected = {str(each["line"]): bool(each["connected"]) for each in seen}
        limited = [each.transport.name for each in lines if each.proxy.capabilities.strangers_limited]
        reasons = {line: str(problem.message) for line, problem in restricted_lines(lines).items()}
        yield from gauges.of_lines(connected, reasons, limited)
    if lines is not None or database.is_there():
        transports = {} if lines is None else {each.transport.name: kind_of(each) for each in lines}
        yield from stored(database, transports, bots.own.clock().timestamp())


def stored(database: "Database", lines: Mapping[str, str], now: float) -> "Iterator[Series | Histogram]":
    """Yield the numbers that the database has, of lines and their kinds of transport, and of whatever else is in it."""
    from flask_chatbot.database.statements import server_time
    from flask_chatbot.metrics import counters, gauges
    from flask_chatbot.store.measuring import totals
    from flask_chatbot.store.measuring.queues import queues
    from flask_chatbot.worker.health import heartbeats

    with database.reading() as connection:
        now = server_time(connection) or now
        is_long = totals.is_long(connection)
    if is_long:
        add_up(database)
    with database.reading() as connection:
        found = totals.read(connection)
        yield from counters.of_totals(found, lines)
        yield from counters.of_times(found)
        yield from gauges.of_queues(queues(connection, tuple(lines), now))
        yield gauges.of_workers(heartbeats(connection, now), now)


def add_up(database: "Database") -> None:
    """Add the counts of late to the totals, so that reading them takes no longer where no worker does so. It may wait."""
    from flask_chatbot.store.measuring import totals

    for _ in range(ROUNDS):
        try:
            with database.writing() as connection:
                if not totals.add_up(connection):
                    return
        except StoreError as error:
            log.info("counts are added up by a later scrape: %s", error)
            return


def kind_of(gateway: "Gateway") -> str:
    """The name of a line's transport; that of its class, if it is the app's own."""
    chosen = gateway.settings.transport
    return chosen if isinstance(chosen, str) else type(gateway.transport).__name__.lower()


def package_version() -> str:
    """The version of this package; empty where it is not installed."""
    with suppress(PackageNotFoundError):
        return version("flask-chatbot")
    return ""


def _answer(body: str, status: int, headers: dict[str, str] | None = None) -> Response:
    return Response(body, status, {"Cache-Control": "no-store", **(headers or {})}, content_type="text/plain; charset=utf-8")
