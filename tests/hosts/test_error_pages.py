"""Hosts that answer errors in their own way, or not at all."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.json.provider import JSONProvider
from werkzeug.exceptions import HTTPException

from tests.apps import add_bot
from tests.hosts.apps import CONTRACT, Mount, contract, nothing, pages, shop

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}  # as browsers send it
Registered = type[Exception] | int


def with_error_pages(folder: Path, mount: Mount, *errors: Registered, late: bool) -> Flask:
    """A shop with an HTML page for each of these errors, set up before the bot or after it."""
    app = shop(folder)
    if late:
        mount(app)
    for error in errors:
        app.register_error_handler(error, lambda raised: (f"<h1>{type(raised).__name__}</h1>", getattr(raised, "code", 500)))
    if not late:
        mount(app)
    return app


def with_config(folder: Path, mount: Mount, **config: Any) -> Flask:
    app = shop(folder)
    app.config.update(config)
    mount(app)
    return app


@pytest.mark.parametrize("late", [False, True], ids=["before us", "after us"])
@pytest.mark.parametrize("errors", [(400, 401, 404, 405, 413, 500), (HTTPException,), (Exception,)], ids=["codes", "http", "all"])
def test_html_pages_for_errors_stay_with_the_host(tmp_path: Path, errors: tuple[Registered, ...], late: bool) -> None:
    app = with_error_pages(tmp_path, add_bot, *errors, late=late)
    assert contract(app.test_client(), headers=HTML) == CONTRACT
    own = pages(app)
    assert own == pages(with_error_pages(tmp_path, nothing, *errors, late=late))
    assert [each for each in own if b"<h1>NotFound</h1>" in each or b"<h1>MethodNotAllowed</h1>" in each] != []


def test_whoever_accepts_html_only_gets_json_from_the_webhook(tmp_path: Path) -> None:
    app = with_config(tmp_path, add_bot)
    assert contract(app.test_client(), headers={"Accept": "text/html"}) == CONTRACT
    assert pages(app, headers=HTML) == pages(with_config(tmp_path, nothing), headers=HTML)


@pytest.mark.parametrize(
    "config",
    [
        {"TESTING": True},
        {"DEBUG": True},
        {"PROPAGATE_EXCEPTIONS": True},
        {"TRAP_HTTP_EXCEPTIONS": True},
        {"TRAP_BAD_REQUEST_ERRORS": True},
        {"TESTING": True, "TRAP_HTTP_EXCEPTIONS": True, "TRAP_BAD_REQUEST_ERRORS": True},
        {"MAX_CONTENT_LENGTH": 10**9},
        {"MAX_FORM_MEMORY_SIZE": 10, "MAX_FORM_PARTS": 1},
        {"SESSION_REFRESH_EACH_REQUEST": True, "PERMANENT_SESSION_LIFETIME": 60},
    ],
    ids="+".join,
)
def test_no_setting_of_flask_changes_an_answer(tmp_path: Path, config: dict[str, Any]) -> None:
    app = with_config(tmp_path, add_bot, **config)
    assert contract(app.test_client()) == CONTRACT
    assert pages(app) == pages(with_config(tmp_path, nothing, **config))


def test_a_smaller_limit_of_the_host_holds_for_the_webhook_too(tmp_path: Path) -> None:
    app = with_config(tmp_path, add_bot, MAX_CONTENT_LENGTH=1000)
    too_large = b'{"success":false,"message":"The body is larger than 1000 bytes. Send less."}'
    assert contract(app.test_client()) == [*CONTRACT[:-1], (413, "application/json", None, too_large)]
    assert pages(app) == pages(with_config(tmp_path, nothing, MAX_CONTENT_LENGTH=1000))


class Shouting(JSONProvider):
    """A provider as hosts write them around a faster library: bytes of another shape, and errors of its own."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        return json.dumps(obj, sort_keys=True, ensure_ascii=True, indent=4).upper()

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        raise NotImplementedError("this host reads no JSON")


@pytest.mark.parametrize("set_up", [lambda app: setattr(app, "json", Shouting(app)), lambda app: setattr(app.json, "sort_keys", True)])
def test_a_json_provider_of_the_host_writes_none_of_our_answers(tmp_path: Path, set_up: Callable[[Flask], None]) -> None:
    def host(mount: Mount) -> Flask:
        app = shop(tmp_path)
        app.view_functions["order"] = lambda: {"b": 1, "a": "é"}
        set_up(app)
        mount(app)
        return app

    assert contract(host(add_bot).test_client()) == CONTRACT
    assert pages(host(add_bot)) == pages(host(nothing))
