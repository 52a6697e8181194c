"""Hosts with the extensions that most of them have."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint, Flask, jsonify, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_sqlalchemy import SQLAlchemy
from flask_talisman import Talisman
from flask_wtf import CSRFProtect
from sqlalchemy import Column, Integer, MetaData, String, Table, insert, select

from flask_chatbot import Chatbot
from flask_chatbot.testing import Chat
from tests.apps import HALO, KEY, RULES, add_bot, halo
from tests.hosts.apps import CONTRACT, URL, Mount, contract, nothing, page, pages, shop

HTTPS = "https://localhost"


def with_csrf(folder: Path, mount: Mount, *, csrf_first: bool, **config: Any) -> Flask:
    """A shop with Flask-WTF's tokens in all forms."""
    app = shop(folder)
    app.config.update(config)
    if csrf_first:
        CSRFProtect(app)
        mount(app)
    else:
        mount(app)
        CSRFProtect(app)
    return app


@pytest.mark.parametrize("base_url", ["http://localhost", HTTPS])
@pytest.mark.parametrize("csrf_first", [True, False], ids=["before us", "after us"])
@pytest.mark.parametrize("config", [{}, {"WTF_CSRF_METHODS": ["GET", "POST", "OPTIONS"]}, {"WTF_CSRF_CHECK_DEFAULT": False}], ids=str)
def test_csrf_tokens_are_asked_of_all_but_the_webhook(tmp_path: Path, csrf_first: bool, config: dict[str, Any], base_url: str) -> None:
    app = with_csrf(tmp_path, add_bot, csrf_first=csrf_first, **config)
    assert contract(app.test_client(), base_url=base_url) == CONTRACT
    assert pages(app, base_url=base_url) == pages(with_csrf(tmp_path, nothing, csrf_first=csrf_first, **config), base_url=base_url)
    order = app.test_client().post("/order", json={"shirts": 3}, base_url=base_url)
    assert order.status_code == (200 if "WTF_CSRF_CHECK_DEFAULT" in config else 400)


def test_a_host_that_checks_csrf_tokens_by_its_own_hand_exempts_the_webhook_in_one_line(tmp_path: Path) -> None:
    def host(mount: Mount) -> Flask:
        app = shop(tmp_path)
        app.config["WTF_CSRF_CHECK_DEFAULT"] = False
        csrf = CSRFProtect(app)

        @app.before_request
        def check() -> None:
            if request.blueprint != "chatbot_webhook":
                csrf.protect()

        mount(app)
        return app

    assert contract(host(add_bot).test_client()) == CONTRACT
    assert pages(host(add_bot)) == pages(host(nothing))
    assert host(add_bot).test_client().post("/order").status_code == 400


metadata = MetaData()
orders = Table("orders", metadata, Column("id", Integer, primary_key=True), Column("what", String))


@contextmanager
def with_database(folder: Path, bot: Chatbot | None) -> Iterator[Flask]:
    """A shop with an API of its own under /api and a table, which a handler of the bot reads."""
    app = shop(folder)
    app.config.update(SQLALCHEMY_DATABASE_URI=f"sqlite:///{folder / 'shop.db'}", CHATBOT_WEBHOOK_KEY=KEY)
    db = SQLAlchemy(app, metadata=metadata)
    api = Blueprint("api", __name__, url_prefix="/api")
    api.add_url_rule("/orders", "orders", lambda: jsonify([list(row) for row in db.session.execute(select(orders))]))
    api.add_url_rule("/sendwa", "sendwa", lambda: jsonify(mine=True), methods=["POST"])
    api.register_error_handler(404, lambda error: (jsonify(error="no such thing"), 404))
    app.register_blueprint(api)
    if bot is not None:
        bot.keyword("pesanan")(lambda: [row.what for row in db.session.execute(select(orders))])
        bot.init_app(app)
    with app.app_context():
        db.drop_all()
        db.create_all()
        db.session.execute(insert(orders).values(what="3 kaos"))
        db.session.commit()
    try:
        yield app
    finally:
        with app.app_context():
            db.engine.dispose()


def test_a_host_with_a_database_and_an_api_of_its_own_keeps_both_and_handlers_read_it(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    paths = [("GET", "/api/orders"), ("POST", "/api/sendwa"), ("GET", "/api/sendwa"), ("GET", "/api/missing"), ("GET", "/api")]
    with with_database(tmp_path, Chatbot()) as app:
        assert contract(app.test_client()) == CONTRACT
        answer = app.test_client().post(URL, json=halo(keyword="pesanan"))
        assert answer.get_data() == b'{"success":true,"message":{"reply":[{"type":"message","content":"3 kaos"}]}}'
        assert Chat(app).says("pesanan") == "3 kaos"
        own = pages(app) + [page(app.test_client(), *each) for each in paths]
        assert app.test_client().get("/api/orders").get_json() == [[1, "3 kaos"]]
    with with_database(tmp_path, None) as app:
        assert own == pages(app) + [page(app.test_client(), *each) for each in paths]


def with_talisman(folder: Path, mount: Mount, *, late: bool, **options: Any) -> Flask:
    """A shop that forces https and sends the headers of Flask-Talisman."""
    app = shop(folder)
    if late:
        mount(app)
    Talisman(app, **options)
    if not late:
        mount(app)
    return app


@pytest.mark.parametrize("late", [False, True], ids=["before us", "after us"])
@pytest.mark.parametrize("call", [{"base_url": HTTPS}, {"headers": {"X-Forwarded-Proto": "https"}}], ids=["https", "behind a proxy"])
def test_headers_for_browsers_are_the_hosts_and_the_json_is_ours(tmp_path: Path, call: dict[str, Any], late: bool) -> None:
    app = with_talisman(tmp_path, add_bot, late=late)
    assert contract(app.test_client(), **call) == CONTRACT
    assert pages(app, **call) == pages(with_talisman(tmp_path, nothing, late=late), **call)
    headers = app.test_client().post(URL, json=halo(), **call).headers
    assert headers["Content-Security-Policy"] == "default-src 'self'; object-src 'none'"
    assert [headers["X-Content-Type-Options"], headers["X-Frame-Options"]] == ["nosniff", "SAMEORIGIN"]


def test_a_host_that_forces_https_sends_a_plain_call_there_and_answers_nothing_else(tmp_path: Path) -> None:
    app = with_talisman(tmp_path, add_bot, late=False)
    answers = [app.test_client().post(URL, json=halo(webhookkey=key)) for key in [KEY, "no"]]
    assert [(each.status_code, each.headers["Location"]) for each in answers] == [(302, f"{HTTPS}{URL}")] * 2
    assert pages(app) == pages(with_talisman(tmp_path, nothing, late=False))


def test_a_host_that_forces_https_elsewhere_only_answers_a_plain_call(tmp_path: Path) -> None:
    assert contract(with_talisman(tmp_path, add_bot, late=False, force_https=False).test_client()) == CONTRACT


def with_limits(folder: Path, mount: Mount, *, late: bool, **limits: Any) -> tuple[Flask, Limiter]:
    """A shop that lets each address call each page so many times a day."""
    app = shop(folder)
    if late:
        mount(app)
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://", **limits)
    if not late:
        mount(app)
    return app, limiter


@pytest.mark.parametrize("late", [False, True], ids=["before us", "after us"])
@pytest.mark.parametrize("limits", [{"default_limits": ["2 per day"]}, {"application_limits": ["2 per day"]}], ids=str)
def test_limits_for_visitors_do_not_silence_the_bot(tmp_path: Path, limits: dict[str, Any], late: bool) -> None:
    app, _ = with_limits(tmp_path, add_bot, late=late, **limits)
    assert [contract(app.test_client()) for _ in range(3)] == [CONTRACT] * 3
    own = pages(app)
    assert own == pages(with_limits(tmp_path, nothing, late=late, **limits)[0])
    assert 429 in [each[0] for each in own]


def test_a_limit_for_the_webhook_alone_holds_and_its_answer_is_the_hosts(tmp_path: Path) -> None:
    app, limiter = with_limits(tmp_path, add_bot, late=False, default_limits=["100 per day"])
    ours = app.blueprints["chatbot_webhook"]
    assert isinstance(ours, Blueprint)
    limiter.limit("2 per day")(ours)
    app.register_error_handler(429, lambda error: ("<h1>Slowly</h1>", 429))
    answers = [app.test_client().post(URL, json=halo()) for _ in range(3)]
    assert [(each.status_code, each.get_data()) for each in answers] == [(200, HALO), (200, HALO), (429, b"<h1>Slowly</h1>")]
    assert app.test_client().get("/").status_code == 200
