"""The address of a transport in hosts of every kind: its answers are its own, and the host's pages are as before."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, redirect, request
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from tests.apps import add_bot
from tests.hosts.apps import CONTRACT, beside, contract, pages, shop
from tests.hosts.test_api import HOSTS
from tests.receiving.platform import WORD, Platform

IN = "/chatbot/in/platform"
BODY = json.dumps({"messages": []})
EXPECTED = [202, 202, 200, 401, 404, 405, 413]


def with_wall(app: Flask) -> None:
    @app.before_request
    def require_login() -> ResponseReturnValue | None:
        return None if request.blueprint else redirect("/login")


KINDS = {**HOSTS, "login": with_wall}


def add_inbound(app: Flask) -> Flask:
    """The app, with a bot that a platform calls."""
    app.instance_path = str(Path(app.root_path) / "instance")
    return add_bot(app, CHATBOT_TRANSPORT=Platform(), CHATBOT_WORKER="off")


def calls(client: FlaskClient, address: str = IN, **options: Any) -> list[int]:
    """The statuses of good calls and of those that are refused; each answer is of the kind that was asked for."""
    word = {"X-Word": WORD}
    asked: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", "", {"data": BODY, "headers": word}),
        ("POST", "/", {"data": BODY, "headers": word, "content_type": "application/x-www-form-urlencoded"}),
        ("GET", "?challenge=1", {}),
        ("POST", "", {"data": BODY}),
        ("POST", "s", {"data": BODY, "headers": word}),
        ("DELETE", "", {"headers": word}),
        ("POST", "", {"data": BODY.ljust(2000), "headers": word}),
    ]
    answers = [client.open(address + path, method=method, **{**more, **options}) for method, path, more in asked]
    assert {answer.content_type for answer in answers} == {"application/json", "text/plain"}
    return [answer.status_code for answer in answers]


@pytest.mark.parametrize("late", [False, True], ids=["before us", "after us"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_answers_to_the_platform_are_ours_and_the_pages_the_hosts(tmp_path: Path, kind: str, late: bool) -> None:
    app, without = beside(tmp_path, add_inbound, KINDS[kind], late=late)
    assert calls(app.test_client()) == EXPECTED
    assert contract(app.test_client()) == CONTRACT
    assert pages(app) == pages(without)


@pytest.mark.parametrize("base_url", ["http://shop.example.com", "http://127.0.0.1:5000"])
def test_a_host_that_matches_hosts_is_called_by_any(tmp_path: Path, base_url: str) -> None:
    app = add_inbound(shop(tmp_path, host_matching=True, static_folder=None))
    assert calls(app.test_client(), base_url=base_url) == EXPECTED


def test_below_a_script_name_it_is_called_under_the_path(tmp_path: Path) -> None:
    app = add_inbound(shop(tmp_path))
    app.wsgi_app = DispatcherMiddleware(Flask("site"), {"/toko": app.wsgi_app})  # type: ignore[method-assign]
    assert calls(app.test_client(), f"/toko{IN}") == EXPECTED
