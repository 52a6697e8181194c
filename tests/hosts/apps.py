"""A shop to put the bot into, and what its own pages and our webhook must answer whatever kind of app it is."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, g, jsonify, make_response, request, session
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

from flask_chatbot.wire.webhook import EXAMPLE
from tests.apps import HALO, TOO_LARGE, halo

Mount = Callable[[Flask], object]  # puts the bot into the app, or nothing
Host = Callable[[Path, Mount], Flask]  # an app of some kind in a folder, with the bot mounted where such an app would
Answer = tuple[int, list[tuple[str, str]], bytes]
Contract = list[tuple[int, str | None, str | None, bytes]]

URL = "/chatbot/webhook"
SECRET_KEY = "not for production"


def refusal(message: str) -> bytes:
    return json.dumps({"success": False, "message": message}, separators=(",", ":")).encode()


CONTRACT: Contract = [
    (200, "application/json", None, HALO),
    (200, "application/json", None, HALO),
    (401, "application/json", None, refusal("Unauthorized")),
    (400, "application/json", None, refusal(f"The body is a form. Send JSON. For example: {EXAMPLE}")),
    (400, "application/json", None, refusal("The body is empty. Send a JSON object.")),
    (405, "application/json", "POST", refusal("This address takes POST only.")),
    (405, "application/json", "POST", refusal("This address takes POST only.")),
    (413, "application/json", None, TOO_LARGE),
]
PAGES: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/", {}),
    ("HEAD", "/", {}),
    ("OPTIONS", "/", {}),
    ("POST", "/", {}),
    ("GET", "/?page=2", {"headers": {"Accept": "text/html"}}),
    ("POST", "/order", {"json": {"shirts": 3}}),
    ("POST", "/order", {"data": {"shirts": "3"}}),
    ("POST", "/order", {"data": '{"shirts"', "content_type": "application/json"}),
    ("GET", "/basket", {}),
    ("GET", "/hours/", {}),
    ("POST", "/hours", {}),
    ("GET", "/members", {}),
    ("GET", "/broken", {}),
    ("GET", "/missing", {}),
    ("POST", "/missing", {"json": {}}),
    ("GET", "/static/missing.css", {}),
    ("GET", "/chatbot", {}),
    ("GET", "/chatbot/", {}),
    ("GET", "/chatbot/help", {}),
    ("POST", "/chatbot/help", {}),
    ("GET", "/chatbot/webhooks", {}),
    ("GET", "/chatbot/webhook/more", {}),
]


def shop(folder: Path, **options: Any) -> Flask:
    """An app with pages of its own, some beside the webhook; `options` are those of `Flask`."""
    app = Flask("shop", root_path=str(folder), **options)
    app.secret_key = SECRET_KEY
    app.add_url_rule("/", "home", lambda: f"<h1>Toko Maju</h1> {sorted(request.args)}")
    app.add_url_rule("/order", "order", order, methods=["POST"])
    app.add_url_rule("/basket", "basket", basket)
    app.add_url_rule("/hours/", "hours", lambda: "08.00-17.00")
    app.add_url_rule("/members", "members", lambda: abort(401))
    app.add_url_rule("/broken", "broken", lambda: str(1 // 0))
    app.add_url_rule("/chatbot/help", "help", lambda: "Type *menu*.")

    @app.before_request
    def begin() -> None:
        g.path = request.path

    @app.after_request
    def finish(answer: Response) -> Response:
        answer.headers["X-Shop"] = g.get("path", "none")
        return answer

    return app


def order() -> Response:
    return jsonify(form=request.form.to_dict(), sent=request.get_json(silent=True))


def basket() -> Response:
    answer = make_response(f"{session.get('basket', 'Nothing')} yet")
    answer.set_cookie("basket", "empty")  # not in the session, whose cookie says when it was signed
    return answer


def contract(client: FlaskClient, url: str = URL, **options: Any) -> Contract:
    """What the webhook answers to a good call in two content types, a wrong key, bad JSON, nothing, GET, OPTIONS and too much."""
    good = json.dumps(halo())
    calls: list[dict[str, Any]] = [
        {"method": "POST", "data": good, "content_type": "application/json"},
        {"method": "POST", "data": good, "content_type": "application/x-www-form-urlencoded"},
        {"method": "POST", "json": halo(webhookkey="no")},
        {"method": "POST", "data": "keyword=halo", "content_type": "application/json"},
        {"method": "POST"},
        {"method": "GET"},
        {"method": "OPTIONS"},
        {"method": "POST", "data": good.ljust(300_000), "content_type": "application/json"},
    ]
    answers = [client.open(url, **{**call, **options}) for call in calls]
    return [(each.status_code, each.headers.get("Content-Type"), each.headers.get("Allow"), each.get_data()) for each in answers]


def pages(app: Flask, **options: Any) -> list[Answer | str]:
    """What the shop's own pages answer, each to a visitor who comes for the first time; the error where it is let through."""
    return [page(app.test_client(), method, path, **{**more, **options}) for method, path, more in PAGES]


def page(client: FlaskClient, method: str, path: str, **options: Any) -> Answer | str:
    """Status, all headers and the body of one page."""
    try:
        answer = client.open(path, method=method, **options)
    except (ZeroDivisionError, HTTPException) as error:  # of an app that is set to let them through
        return f"{type(error).__name__}: {error}"
    return answer.status_code, list(answer.headers), answer.get_data()


def nothing(app: Flask) -> Flask:
    """Mounts no bot."""
    return app


def beside(folder: Path, mount: Mount, host: Mount, *, late: bool) -> tuple[Flask, Flask]:
    """A shop with the bot and the same shop without it; with `late`, what makes it a `host` of its kind is set up after the bot."""
    apps = []
    for each in (mount, nothing):
        app = shop(folder)
        for step in (each, host) if late else (host, each):
            step(app)
        apps.append(app)
    return apps[0], apps[1]
