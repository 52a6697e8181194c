"""Hosts that let nobody in before a login."""

from pathlib import Path

import pytest
from flask import Flask, abort, redirect, request, session
from flask.typing import ResponseReturnValue

from tests.apps import add_bot, halo
from tests.hosts.apps import CONTRACT, URL, Mount, contract, nothing, pages, shop


def walled(folder: Path, mount: Mount, *, late: bool, exempt: bool = True, refuse_with: int = 302) -> Flask:
    """A shop behind a login; its wall has the one line that exempts us, as the documentation gives it."""
    app = shop(folder)
    if late:
        mount(app)

    @app.before_request
    def require_login() -> ResponseReturnValue | None:
        if exempt and request.blueprint == "chatbot_webhook":
            return None
        if "user" in session or request.endpoint == "hours":
            return None
        return redirect("/login") if refuse_with == 302 else abort(refuse_with)

    if not late:
        mount(app)
    return app


@pytest.mark.parametrize("refuse_with", [302, 401])
@pytest.mark.parametrize("late", [False, True], ids=["before us", "after us"])
def test_one_line_in_a_wall_lets_the_webhook_through_and_nothing_else(tmp_path: Path, late: bool, refuse_with: int) -> None:
    app = walled(tmp_path, add_bot, late=late, refuse_with=refuse_with)
    assert (contract(app.test_client()), contract(app.test_client(), f"{URL}/")) == (CONTRACT, CONTRACT)
    assert pages(app) == pages(walled(tmp_path, nothing, late=late, exempt=False, refuse_with=refuse_with))


def test_the_line_does_no_harm_where_hosts_are_matched(tmp_path: Path) -> None:
    app = shop(tmp_path, host_matching=True, static_folder=None)
    app.before_request(lambda: None if request.blueprint == "chatbot_webhook" else ("Who are you?", 401))
    add_bot(app)
    assert contract(app.test_client(), base_url="http://bot.example.com") == CONTRACT
    assert app.test_client().get("/", base_url="http://bot.example.com").get_data() == b"Who are you?"


@pytest.mark.parametrize("late", [False, True], ids=["before us", "after us"])
def test_a_wall_without_the_line_keeps_us_out_as_it_keeps_everybody(tmp_path: Path, late: bool) -> None:
    answer = walled(tmp_path, add_bot, late=late, exempt=False).test_client().post(URL, json=halo())
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login")
