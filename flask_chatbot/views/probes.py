"""The probes of ``/healthz/live`` and ``/healthz/ready``, for whatever restarts processes and sends them requests."""

import json
from collections.abc import Mapping

from flask import Blueprint, Response, current_app, request
from flask.blueprints import BlueprintSetupState

from flask_chatbot.core.logs import get_logger
from flask_chatbot.errors import StoreError
from flask_chatbot.settings.keys import Key, key_of_header
from flask_chatbot.views.health import METHODS, lines_workers_and_wake_ups, refuse_method
from flask_chatbot.views.routes import add_route

log = get_logger(__name__)
blueprint = Blueprint("chatbot_probes", __name__)


@blueprint.record
def _add_routes(setup: BlueprintSetupState) -> None:
    add_route(setup, "healthz/live", live, METHODS)
    add_route(setup, "healthz/ready", ready, METHODS)


def live(_host: str = "") -> Response:
    """200 as long as the process answers at all: it looks at nothing, so that an outage of the database restarts nobody."""
    return refuse_method() if request.method not in METHODS else _answer({"status": "ok"}, 200)


def ready(_host: str = "") -> Response:
    """200 if the bot can do its work: its rules are loaded, and its database answers and has the tables of this version. Else 503.

    The reason, and the lines and workers, are for those who have a key. A mistake in a changed rule file leaves the old rules in use and
    the bot ready.
    """
    if request.method not in METHODS:
        return refuse_method()
    state = current_app.extensions["chatbot"]
    settings = state.bot.settings
    key = key_of_header((*settings.webhook_keys, *settings.api_keys), request.headers.get("SecretKey", ""))
    why, more = unready(key)
    if not why:
        return _answer({"status": "ok", **more}, 200)
    log.warning("not ready: %s", why)
    return _answer({"status": "unready", **({"problems": [{"message": why}]} if key else {})}, 503, {"Retry-After": "5"})


def unready(key: Key | None) -> tuple[str, Mapping[str, object]]:
    """The reason why the bot cannot do its work now, empty if it can; and the lines and workers that the holder of a key hears of.

    A bot that sends nothing may do without a database.
    """
    state = current_app.extensions["chatbot"]
    try:
        if fault := state.store_fault():
            return str(fault), {}
        if state.has_transport or state.bot.settings.database_url:
            with state.make_database().reading() as connection:
                connection.exec_driver_sql("SELECT 1")
        return "", lines_workers_and_wake_ups(state, key)
    except StoreError as error:
        return str(error), {}


def _answer(found: dict[str, object], status: int, headers: dict[str, str] | None = None) -> Response:
    return Response(json.dumps(found), status, {"Cache-Control": "no-store", **(headers or {})}, content_type="application/json")
