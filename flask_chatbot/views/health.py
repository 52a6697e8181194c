"""The blueprint of ``GET /healthz``: checks that the rules in use match the files, and that the database is still the same."""

import json
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Flask, Response, current_app, request
from flask.blueprints import BlueprintSetupState

from flask_chatbot.bot.reloading import keep_fresh
from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.translation.translatable import tr, untranslated
from flask_chatbot.core.values.problems import NOWHERE, Problem
from flask_chatbot.errors import StoreError
from flask_chatbot.settings.keys import Key, key_of_header
from flask_chatbot.views.routes import add_route
from flask_chatbot.wire.webhook import write_refusal

if TYPE_CHECKING:
    from flask_chatbot.database.database import Database
    from flask_chatbot.delivery.gateway import Gateway
    from flask_chatbot.delivery.lines import Lines

METHODS = ("GET", "HEAD")

log = get_logger(__name__)
blueprint = Blueprint("chatbot_health", __name__)


@blueprint.record
def _add_route(setup: BlueprintSetupState) -> None:
    add_route(setup, "healthz", healthz, METHODS)


def healthz(_host: str = "") -> Response:
    """``ok``, or ``degraded`` if the rules in use are older than the files, or the database file is gone, damaged or replaced.

    Degraded, too, if a rule lacks the handler it needs, or WhatsApp takes nothing to strangers from a line; with a key, also if a line is
    not connected: strangers have nobody's connection looked at. 200 for all, since the bot still answers, except where it needs the
    database.
    """
    headers = {"Cache-Control": "no-store"}
    if request.method not in METHODS:
        return refuse_method()
    try:
        found = health(current_app._get_current_object())  # type: ignore[attr-defined]
        return _answer(json.dumps(found).encode(), 200, headers)
    except Exception:
        log.exception("a health check failed with an internal error")
        return _answer(write_refusal("The bot had an internal error. Try again later."), 503, {"Retry-After": "30", **headers})


def refuse_method() -> Response:
    """The answer to a method that a check of health does not take."""
    return _answer(write_refusal("This address takes GET only."), 405, {"Allow": ", ".join(METHODS)})


def health(app: Flask) -> dict[str, object]:
    """The answer to a health check; what is wrong, and where, the workers and the lines only with one of the keys in ``SecretKey``.

    A key with the name of a line hears of that line alone, and of no worker.
    """
    keep_fresh(app)
    state = app.extensions["chatbot"]
    settings = state.bot.settings
    key = key_of_header((*settings.webhook_keys, *settings.api_keys), request.headers.get("SecretKey", ""))
    own = own_line(key, state.lines)
    bots = list(state.bots) if own is None else [state.bots.of(own)]
    is_degraded = bool(state.bots.problems or state.bots.missing)
    problems = list(dict.fromkeys(problem for each in bots for problem in (*each.problems, *each.missing)))
    more: dict[str, Any] = {}
    try:
        if fault := state.store_fault():
            problems.append(Problem(NOWHERE, fault))
        else:
            restricted = restricted_lines(state.lines)
            is_degraded = is_degraded or bool(restricted)
            seen = [each.transport.name for each in lines_of(key, state.lines)]
            more = lines_workers_and_wake_ups(state, key)
            problems += [*(restricted[each] for each in seen if each in restricted), *unconnected(more.get("lines", ())), *unwoken(more)]
    except StoreError as error:
        problems.append(Problem(NOWHERE, untranslated(str(error))))
    found: dict[str, object] = {"status": "degraded" if problems or is_degraded else "ok"}
    if key and problems:
        found["problems"] = [{**each.mark.in_json(), "message": each.message} for each in problems]
    return {**found, **more}


def lines_workers_and_wake_ups(state: Any, key: Key | None) -> dict[str, Any]:
    """The lines, workers and wake-ups that the holder of a key hears of, if there are any; raises `StoreError` if the database fails."""
    found: dict[str, Any] = {"lines": line_states(lines_of(key, state.lines))}
    if found["lines"] and own_line(key, state.lines) is None:
        database, now = state.make_database(), state.bot.clock().timestamp()
        found["workers"] = worker_states(database, now)
        if state.bot.settings.worker == "celery":
            found["wakeups"] = wake_up_state(database, now)
    return {name: each for name, each in found.items() if each}


def lines_of(key: Key | None, lines: "Lines | None") -> "list[Gateway]":
    """The lines that the holder of a key hears of: none without a key."""
    own = own_line(key, lines)
    return [each for each in lines or () if key is not None and own in (None, each.transport.name)]


def worker_states(database: "Database", now: float) -> list[dict[str, object]]:
    """Each worker that is at work or was killed, with when it was seen last. Raises `StoreError` if the database fails."""
    from flask_chatbot.worker.health import heartbeats

    with database.reading() as connection:
        found = heartbeats(connection, now)
    return [{"worker": each.worker, "seen": int(each.seen), "alive": not each.is_dead} for each in found]


def wake_up_state(database: "Database", now: float) -> dict[str, object]:
    """The time at which a wake-up last reached Celery's processes, and if it is late. Raises `StoreError` if the database fails."""
    from flask_chatbot.worker.health import last_wake_up

    with database.reading() as connection:
        found = last_wake_up(connection, now)
    return {"seen": None if found.at is None else int(found.at), "late": found.is_late}


def unwoken(found: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield a problem if no wake-up reaches Celery's processes, as `lines_workers_and_wake_ups` has it."""
    if found.get("wakeups", {}).get("late"):
        words = tr("Celery's workers run, and no wake-up reaches their processes. See: flask chatbot doctor")
        yield Problem(NOWHERE, words)


def own_line(key: Key | None, lines: "Lines | None") -> str | None:
    """The line whose name a key has, and of which alone its holder hears; None if that is all lines."""
    found = lines.of(key.name) if key is not None and lines is not None else None
    return None if found is None else found.transport.name


def unconnected(lines: Iterable[Mapping[str, object]]) -> Iterator[Problem]:
    """Yield a problem for each of these lines that was seen and is not connected, as `line_state` has them."""
    for each in lines:
        if each["seen"] is not None and not each["connected"]:
            why = each.get("reason") or tr("See: flask chatbot lines")
            yield Problem(NOWHERE, tr("Line {line!r} is not connected. {why}", line=each["line"], why=why))


def line_states(lines: "Sequence[Gateway]") -> list[dict[str, object]]:
    """Each line as `line_state` has it; all are asked at the same time."""
    threads = [threading.Thread(target=each.proxy.ask_aside, daemon=True) for each in lines] if len(lines) > 1 else []
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [line_state(each) for each in lines]


def line_state(gateway: "Gateway") -> dict[str, object]:
    """One line, whether its phone is connected, when that was seen and, if the connection says how it is no more, the reason."""
    seen = gateway.proxy.seen()
    found = {
        "line": gateway.transport.name,
        "connected": seen.session.is_authenticated,
        "seen": None if seen.at is None else int(seen.at),
    }
    return {**found, "reason": seen.why} if seen.why else found


def restricted_lines(lines: "Lines | None") -> dict[str, Problem]:
    """A problem for each line by which WhatsApp takes nothing to strangers now, by its name. Raises `StoreError` if the database fails."""
    limited = [each for each in lines or () if each.proxy.capabilities.strangers_limited]
    if not limited:
        return {}
    from flask_chatbot.store.strangers import restrictions

    problems = {}
    for gateway in limited:
        with gateway.database.reading() as connection:
            found = restrictions.find(connection, gateway.transport.name, gateway.clock())
        if found is not None:
            until = datetime.fromtimestamp(found.until, UTC).strftime("%Y-%m-%d %H:%M UTC")
            words = tr(
                "Line {line!r} writes to no strangers until {until}; answers go out. {why}",
                line=gateway.transport.name,
                until=until,
                why=found.why,
            )
            problems[gateway.transport.name] = Problem(NOWHERE, words)
    return problems


def _answer(body: bytes, status: int, headers: dict[str, str]) -> Response:
    return Response(body, status, headers, content_type="application/json")
