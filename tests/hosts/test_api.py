"""The API in hosts of every kind: its answers are its own, and the host's pages are as before."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, redirect, request
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_talisman import Talisman
from flask_wtf import CSRFProtect
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from flask_chatbot.transports.simulator import Simulator
from flask_chatbot.wire.calls import EXAMPLES
from tests.apps import add_bot
from tests.delivery.apps import API_KEY, BUDI
from tests.hosts.apps import CONTRACT, beside, contract, pages, shop

API = "/chatbot/api"
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
BODY = json.dumps({"nohp": BUDI, "pesan": "Halo"})
Answer = tuple[int, str, object]
EXPECTED: list[Answer] = [
    (200, "application/json", f"{BUDI}@c.us"),
    (200, "application/json", f"{BUDI}@c.us"),
    (200, "application/json", []),
    (400, "application/json", "The header SecretKey is missing."),
    (400, "application/json", f"The body is a form. Send JSON. For example: {EXAMPLES['sendwa']}"),
    (404, "application/json", "There is no such path. /api/openapi.json lists those there are."),
    (404, "application/json", "There is no message with this id. Messages are kept for 30 days."),
    (405, "application/json", "This address takes POST only."),
    (413, "application/json", "The body is larger than 262144 bytes. Send less."),
]


def add_api(app: Flask) -> Flask:
    """The app, with a bot that answers the webhook and serves the API."""
    app.instance_path = str(Path(app.root_path) / "instance")
    transport = Simulator(runs_anywhere=True, clock=lambda: 1_700_000_000.0)
    return add_bot(app, CHATBOT_API_KEY=API_KEY, CHATBOT_TRANSPORT=transport)


def calls(client: FlaskClient, api: str = API, **options: Any) -> list[Answer]:
    """What the API answers to good calls and to those it refuses."""
    key = {"SecretKey": API_KEY, **HTML}
    form = "application/x-www-form-urlencoded"
    asked: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", "sendwa", {"data": BODY, "content_type": "application/json", "headers": key}),
        ("POST", "sendwa/", {"data": BODY, "content_type": form, "headers": key}),
        ("POST", "groups", {"content_type": form, "headers": key}),
        ("POST", "sendwa", {"data": BODY, "headers": HTML}),
        ("POST", "sendwa", {"data": "pesan=Halo", "content_type": form, "headers": key}),
        ("GET", "nothing", {"headers": key}),
        ("GET", "messages/3EB0FFFFFFFFFFFFFFFF", {"headers": key}),
        ("DELETE", "sendwa", {"headers": key}),
        ("POST", "sendwa", {"data": BODY.ljust(300_000), "headers": key}),
    ]
    answers = [client.open(f"{api}/{name}", method=method, **{**more, **options}) for method, name, more in asked]
    return [(answer.status_code, answer.content_type, told(answer.get_json(silent=True))) for answer in answers]


def told(answer: Any) -> object:
    """What counts of an answer: to whom a message goes, or the message."""
    if not isinstance(answer, dict):
        return answer
    message = answer.get("message", answer.get("errorMessage"))
    return message["to"] if isinstance(message, dict) else message


def with_error_pages(app: Flask) -> None:
    for error in (400, 404, 405, 413, 500, HTTPException, Exception):
        app.register_error_handler(error, lambda raised: (f"<h1>{type(raised).__name__}</h1>", getattr(raised, "code", 500)))


def with_wall(app: Flask) -> None:
    @app.before_request
    def require_login() -> ResponseReturnValue | None:
        return None if request.blueprint in ("chatbot_api", "chatbot_webhook") else redirect("/login")


HOSTS: dict[str, Callable[[Flask], object]] = {
    "error pages": with_error_pages,
    "login": with_wall,
    "csrf": CSRFProtect,
    "limits": lambda app: Limiter(get_remote_address, app=app, storage_uri="memory://", default_limits=["3 per day"]),
    "talisman": lambda app: Talisman(app, force_https=False),
    "trapped errors": lambda app: app.config.update(TESTING=True, TRAP_HTTP_EXCEPTIONS=True, TRAP_BAD_REQUEST_ERRORS=True),
    "small forms": lambda app: app.config.update(MAX_FORM_MEMORY_SIZE=10, MAX_FORM_PARTS=1),
    "a page for all": lambda app: app.add_url_rule("/<path:rest>", "all", lambda rest: rest, methods=["GET", "POST", "DELETE"]),
}


@pytest.mark.parametrize("late", [False, True], ids=["before us", "after us"])
@pytest.mark.parametrize("kind", HOSTS)
def test_the_answers_of_the_api_are_its_own_and_the_pages_the_hosts(tmp_path: Path, kind: str, late: bool) -> None:
    app, without = beside(tmp_path, add_api, HOSTS[kind], late=late)
    assert calls(app.test_client()) == EXPECTED
    assert contract(app.test_client()) == CONTRACT
    assert pages(app) == pages(without)


@pytest.mark.parametrize("base_url", ["http://shop.example.com", "http://127.0.0.1:5000"])
def test_a_host_that_matches_hosts_reaches_the_api_by_any(tmp_path: Path, base_url: str) -> None:
    app = add_api(shop(tmp_path, host_matching=True, static_folder=None))
    assert calls(app.test_client(), base_url=base_url) == EXPECTED


def test_below_a_script_name_the_api_answers_under_the_path(tmp_path: Path) -> None:
    app = add_api(shop(tmp_path))
    app.wsgi_app = DispatcherMiddleware(Flask("site"), {"/toko": app.wsgi_app})  # type: ignore[method-assign]
    assert calls(app.test_client(), f"/toko{API}") == EXPECTED
    described = app.test_client().get(f"/toko{API}/openapi.json").get_json()
    assert described["servers"] == [{"url": "/toko/chatbot"}]


def test_an_api_of_the_hosts_own_beside_ours_keeps_its_paths(tmp_path: Path) -> None:
    app = shop(tmp_path)
    app.config["CHATBOT_PREFIX"] = "/"
    app.add_url_rule("/api/orders", "orders", lambda: "3 orders")
    app.add_url_rule("/api/orders/<int:number>", "one order", lambda number: f"order {number}")
    add_api(app)
    client = app.test_client()
    assert calls(client, "/api") == EXPECTED
    assert [client.get(path).get_data(as_text=True) for path in ("/api/orders", "/api/orders/7")] == ["3 orders", "order 7"]


def test_the_list_of_routes_shows_each_endpoint_with_its_method(tmp_path: Path) -> None:
    rules = {
        rule.rule: sorted(rule.methods or ())
        for rule in add_api(shop(tmp_path)).url_map.iter_rules()
        if rule.endpoint[:11] == "chatbot_api"
    }
    sends = [f"{API}/send{what}{ending}" for what in ("media", "location", "contact") for ending in ("", "togroup")]
    posts = [*sends, f"{API}/sendwa", f"{API}/sendwatogroup", f"{API}/groups", f"{API}/getqr", f"{API}/checknumber"]
    people = [f"{API}/{what}" for what in ("pause", "resume", "optout", "optin")]
    assert rules == {
        **{path: ["POST"] for path in (*posts, *people)},
        f"{API}/saved/<name>": ["GET", "HEAD"],
        f"{API}/saved/<name>/<path:number>": ["POST"],
        f"{API}/messages/<id>": ["GET", "HEAD"],
        f"{API}/openapi.json": ["GET", "HEAD"],
        **{path: [] for path in (API, f"{API}/<path:rest>")},
    }
