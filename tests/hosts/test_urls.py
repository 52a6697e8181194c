"""Hosts whose URLs are out of the ordinary."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask, url_for
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.test import Client

from tests.apps import HALO, add_bot, halo
from tests.hosts.apps import CONTRACT, PAGES, URL, Mount, contract, nothing, pages, shop


def matching_hosts(folder: Path, mount: Mount) -> Flask:
    """A shop that answers at two hosts of its own, and at any other with a third page."""
    app = shop(folder, host_matching=True, static_folder=None)
    for host in ["shop.example.com", "<host>"]:
        app.add_url_rule("/where", f"where {host}", lambda host=host: host, host=host)
    mount(app)
    return app


@pytest.mark.parametrize("base_url", ["http://shop.example.com", "https://bot.example.org", "http://127.0.0.1:5000", "http://[::1]:5000"])
def test_a_host_that_matches_hosts_reaches_the_webhook_by_any(tmp_path: Path, base_url: str) -> None:
    app = matching_hosts(tmp_path, add_bot)
    assert contract(app.test_client(), base_url=base_url) == CONTRACT
    assert contract(app.test_client(), f"{URL}/", base_url=base_url) == CONTRACT
    assert pages(app, base_url=base_url) == pages(matching_hosts(tmp_path, nothing), base_url=base_url)


@pytest.mark.parametrize("base_url", ["http://shop.example.com", "http://other.example.com"])
def test_of_a_host_that_matches_hosts_each_keeps_its_own_page(tmp_path: Path, base_url: str) -> None:
    answers = [matching_hosts(tmp_path, mount).test_client().get("/where", base_url=base_url) for mount in [add_bot, nothing]]
    assert [(each.status_code, each.get_data()) for each in answers] == [(answers[1].status_code, answers[1].get_data())] * 2


def with_subdomains(folder: Path, mount: Mount) -> Flask:
    app = shop(folder, subdomain_matching=True)
    app.config["SERVER_NAME"] = "example.com"
    app.add_url_rule("/", "blog", lambda: "The blog", subdomain="blog")
    mount(app)
    return app


def test_of_a_host_with_subdomains_the_webhook_is_at_its_name(tmp_path: Path) -> None:
    app, bare = with_subdomains(tmp_path, add_bot), with_subdomains(tmp_path, nothing)
    assert contract(app.test_client(), base_url="http://example.com") == CONTRACT
    for base_url in ["http://example.com", "http://blog.example.com"]:
        assert pages(app, base_url=base_url) == pages(bare, base_url=base_url)
    assert app.test_client().post(URL, json=halo(), base_url="http://blog.example.com").status_code == 404


def below(path: str, app: Flask) -> Client:
    """A client of a site that has the app below a path."""
    return Client(DispatcherMiddleware(Flask("site"), {path: app}))


def test_below_a_script_name_the_webhook_answers_under_the_path(tmp_path: Path) -> None:
    app = add_bot(shop(tmp_path))
    app.wsgi_app = DispatcherMiddleware(Flask("site"), {"/toko": app.wsgi_app})  # type: ignore[method-assign]
    assert contract(app.test_client(), f"/toko{URL}") == CONTRACT
    assert app.test_client().post(URL, json=halo()).status_code == 404


def test_below_a_script_name_the_pages_of_the_host_are_as_before(tmp_path: Path) -> None:
    with_bot, without = (below("/toko", mount(shop(tmp_path))) for mount in [add_bot, nothing])
    for method, path, more in PAGES:
        answers = [client.open(f"/toko{path}", method=method, **more) for client in [with_bot, without]]
        assert answers[0].status_code == answers[1].status_code
        assert list(answers[0].headers) == list(answers[1].headers)
        assert answers[0].get_data() == answers[1].get_data()


def test_two_apps_with_one_bot_below_two_paths_answer_at_both(tmp_path: Path) -> None:
    app = add_bot(shop(tmp_path))
    site = Client(DispatcherMiddleware(app, {"/one": app, "/two": app}))
    assert [site.post(f"{path}{URL}", json=halo()).get_data() for path in ["", "/one", "/two"]] == [HALO] * 3


def test_behind_a_proxy_that_tells_its_prefix_the_webhook_answers_and_is_named_with_it(tmp_path: Path) -> None:
    app = add_bot(shop(tmp_path))
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1, x_prefix=1)  # type: ignore[method-assign]
    app.add_url_rule("/named", "named", lambda: url_for("chatbot_webhook.webhook", _external=True))
    told = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "toko.example.com", "X-Forwarded-Prefix": "/toko"}
    assert contract(app.test_client(), headers=told) == CONTRACT
    assert app.test_client().get("/named", headers=told).get_data() == b"https://toko.example.com/toko/chatbot/webhook"


def configured(folder: Path, mount: Mount, options: dict[str, Any], config: dict[str, Any]) -> Flask:
    app = shop(folder, **options)
    app.config.update(config)
    mount(app)
    return app


@pytest.mark.parametrize(
    ("options", "config"),
    [
        ({}, {"APPLICATION_ROOT": "/toko"}),
        ({}, {"PREFERRED_URL_SCHEME": "https", "SERVER_NAME": "localhost"}),
        ({"static_url_path": ""}, {}),
        ({"static_url_path": "/chatbot"}, {}),
        ({"static_folder": None}, {}),
    ],
    ids=str,
)
def test_paths_of_the_host_do_not_get_in_the_way(tmp_path: Path, options: dict[str, Any], config: dict[str, Any]) -> None:
    app = configured(tmp_path, add_bot, options, config)
    assert (contract(app.test_client()), contract(app.test_client(), f"{URL}/")) == (CONTRACT, CONTRACT)
    assert pages(app) == pages(configured(tmp_path, nothing, options, config))


def catching_all(folder: Path, mount: Mount, strict_slashes: bool, late: bool) -> Flask:
    """A shop with a page for whatever else is asked for, as apps in one page have."""
    app = shop(folder)
    app.url_map.strict_slashes = strict_slashes
    if late:
        mount(app)
    app.add_url_rule("/<path:anything>", "all", lambda anything: f"<h1>{anything}</h1>", methods=["GET", "POST", "OPTIONS", "PUT"])
    if not late:
        mount(app)
    return app


@pytest.mark.parametrize("late", [False, True], ids=["before us", "after us"])
@pytest.mark.parametrize("strict_slashes", [False, True])
def test_a_page_for_whatever_else_is_asked_for_takes_nothing_from_the_webhook(tmp_path: Path, strict_slashes: bool, late: bool) -> None:
    app = catching_all(tmp_path, add_bot, strict_slashes, late)
    assert (contract(app.test_client()), contract(app.test_client(), f"{URL}/")) == (CONTRACT, CONTRACT)
    assert pages(app) == pages(catching_all(tmp_path, nothing, strict_slashes, late))
