"""The blueprint of ``GET /healthz``: checks that the rules in use match the files, and that the database is still the same."""

import json
import logging

from flask import Blueprint, Flask, Response, current_app, request
from flask.blueprints import BlueprintSetupState

from flask_chatbot.bot.bot import Bot
from flask_chatbot.bot.reloading import keep_fresh
from flask_chatbot.core.values.problems import NOWHERE, Problem
from flask_chatbot.settings.keys import key_of_header
from flask_chatbot.views.routes import add_route, exempt
from flask_chatbot.wire.webhook import write_refusal

METHODS = ("GET", "HEAD")

log = logging.getLogger(__name__)
blueprint = Blueprint("chatbot_health", __name__)


@blueprint.record
def _add_route(setup: BlueprintSetupState) -> None:
    add_route(setup, "healthz", healthz, METHODS)


@blueprint.url_value_preprocessor
def _go_first(_endpoint: str | None, _values: dict[str, object] | None) -> None:
    """Run before any `before_request` of the host, which may check CSRF tokens."""
    exempt(current_app.extensions, blueprint, healthz)


def healthz(_host: str = "") -> Response:
    """``ok``, or ``degraded`` if the rules in use are older than the files, or the database file is gone, damaged or replaced.

    Degraded, too, if a rule lacks the handler it needs. 200 for all, since the bot still answers, except where it needs the database.
    """
    headers = {"Cache-Control": "no-store"}
    if request.method not in METHODS:
        return _answer(write_refusal("This address takes GET only."), 405, {"Allow": ", ".join(METHODS)})
    try:
        found = health(current_app._get_current_object())  # type: ignore[attr-defined]
        return _answer(json.dumps(found).encode(), 200, headers)
    except Exception:
        log.exception("a health check failed with an internal error")
        return _answer(write_refusal("The bot had an internal error. Try again later."), 503, {"Retry-After": "30", **headers})


def health(app: Flask) -> dict[str, object]:
    """The answer to a health check; what is wrong, and where, only with one of the keys in the header ``SecretKey``."""
    keep_fresh(app)
    state = app.extensions["chatbot"]
    bot: Bot = state.bot
    problems = [*bot.problems, *bot.missing]
    if fault := state.store_fault():
        problems.append(Problem(NOWHERE, fault))
    if not problems:
        return {"status": "ok"}
    keys = (*bot.settings.webhook_keys, *bot.settings.api_keys)
    if key_of_header(keys, request.headers.get("SecretKey", "")) is None:
        return {"status": "degraded"}
    return {"status": "degraded", "problems": [{**each.mark.in_json(), "message": each.message} for each in problems]}


def _answer(body: bytes, status: int, headers: dict[str, str]) -> Response:
    return Response(body, status, headers, content_type="application/json")
