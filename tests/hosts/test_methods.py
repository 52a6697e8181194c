"""The methods of our routes: those that are listed, and what others get in hosts that answer them in ways of their own."""

from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint, Flask, request
from werkzeug.routing import BaseConverter, Rule

from flask_chatbot import ChatbotError
from tests.apps import add_bot
from tests.delivery.apps import API_KEY
from tests.hosts.apps import CONTRACT, URL, contract, nothing, pages, shop
from tests.hosts.test_api import add_api

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PURGE")
ONE_METHOD = {"success": False, "message": "This address takes POST only."}


def site_map(app: Flask) -> list[str]:
    """The addresses that a site map lists: those to be had by GET, without anything to fill in."""
    return [rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments]


def test_a_site_map_lists_what_is_to_be_had_by_get_and_nothing_else_of_ours(tmp_path: Path) -> None:
    ours = ["/chatbot/api/openapi.json", "/chatbot/healthz", "/chatbot/healthz/live", "/chatbot/healthz/ready", "/chatbot/metrics"]
    assert sorted(site_map(add_api(shop(tmp_path)))) == sorted([*site_map(shop(tmp_path)), *ours])


@pytest.mark.parametrize("method", METHODS)
def test_no_route_claims_a_method_that_it_refuses(tmp_path: Path, method: str) -> None:
    app = add_api(shop(tmp_path))
    client = app.test_client()
    claims = [rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("chatbot") and method in (rule.methods or ())]
    answers = {path: client.open(path.replace("<id>", "3EB0"), method=method, headers={"SecretKey": API_KEY}) for path in claims}
    assert {path: answer.status_code for path, answer in answers.items() if answer.status_code == 405} == {}


@pytest.mark.parametrize("method", [method for method in METHODS if method != "POST"])
def test_a_refused_method_is_answered_in_json_where_the_host_has_pages_for_it(tmp_path: Path, method: str) -> None:
    app = add_bot(shop(tmp_path))
    for code in (404, 405):
        app.register_error_handler(code, lambda error: (f"<h1>{error.code}</h1>", error.code))
    answer = app.test_client().open(URL, method=method)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert answer.get_json(silent=True) == (None if method == "HEAD" else ONE_METHOD)
    assert app.test_client().get("/order").get_data() == b"<h1>405</h1>"


def test_the_hosts_functions_see_a_refused_call_as_one_of_ours(tmp_path: Path) -> None:
    app = add_bot(shop(tmp_path))
    seen: list[tuple[object, object]] = []
    app.before_request(lambda: seen.append((request.blueprint, request.endpoint)))
    app.url_value_preprocessor(lambda endpoint, values: seen.append((endpoint, sorted(values or ()))))
    assert app.test_client().get(URL).status_code == 405
    assert seen == [("chatbot_webhook.webhook", ["refused"]), ("chatbot_webhook", "chatbot_webhook.webhook")]


class Owned(Rule):
    """A rule of a host that cannot be made without an argument of its own."""

    def __init__(self, path: str, owner: str, **options: Any) -> None:
        super().__init__(path, **options)
        self.owner = owner


def test_rules_of_a_class_of_the_hosts_own_are_no_obstacle(tmp_path: Path) -> None:
    app = add_bot(shop(tmp_path))
    app.url_map.add(Owned("/<page>/webhook", "budi", endpoint="owned", methods=["PUT"]))
    app.view_functions["owned"] = lambda page: page
    client = app.test_client()
    assert [client.get(URL).get_json(), client.put("/toko/webhook").get_data()] == [ONE_METHOD, b"toko"]


@pytest.mark.parametrize("late", [False, True], ids=["before us", "after us"])
def test_a_page_of_the_hosts_at_the_very_address_of_the_webhook_keeps_its_method(tmp_path: Path, late: bool) -> None:
    app = shop(tmp_path)
    if late:
        add_bot(app)
    app.add_url_rule(URL, "about the webhook", lambda: "POST to me.")
    if not late:
        add_bot(app)
    client = app.test_client()
    assert (client.get(URL).get_data(), client.post(URL).status_code, client.put(URL).status_code) == (b"POST to me.", 400, 405)


def test_an_address_of_the_hosts_among_ours_keeps_its_405(tmp_path: Path) -> None:
    app = shop(tmp_path)
    app.config["CHATBOT_PREFIX"] = "/"
    app.add_url_rule("/api/orders", "orders", lambda: "taken", methods=["POST"])
    app.register_error_handler(405, lambda error: ("<h1>POST it</h1>", 405))
    client = add_api(app).test_client()
    assert (client.get("/api/orders").get_data(), client.post("/api/orders").get_data()) == (b"<h1>POST it</h1>", b"taken")
    assert client.get("/api/order").get_json()["errorMessage"].startswith("There is no such path.")


class Code(BaseConverter):
    regex = "[a-z]{3,}"


def test_a_host_with_converters_of_its_own_keeps_its_pages_and_we_our_refusals(tmp_path: Path) -> None:
    def host(app: Flask) -> Flask:
        app.url_map.converters["code"] = Code
        app.add_url_rule("/<code:first>/<code:second>", "two", lambda first, second: f"{first} {second}")
        return app

    app = add_bot(host(shop(tmp_path)))
    assert contract(app.test_client()) == CONTRACT
    assert pages(app) == pages(nothing(host(shop(tmp_path))))


@pytest.mark.parametrize("name", ["chatbot_webhook", "chatbot_api", "chatbot_health"])
def test_an_app_with_a_blueprint_of_the_name_of_ours_is_left_as_it_was(tmp_path: Path, name: str) -> None:
    def state(app: Flask) -> object:
        routes = [(rule.rule, rule.endpoint) for rule in app.url_map.iter_rules()]
        return routes, dict(app.blueprints), dict(app.extensions), dict(app.view_functions), dict(app.url_value_preprocessors)

    app = shop(tmp_path)
    app.register_blueprint(Blueprint(name, __name__))
    before = state(app)
    told = f"^This app already has a blueprint named '{name}', a name the bot needs\\. Rename yours\\. The app is as it was\\.$"
    with pytest.raises(ChatbotError, match=told):
        add_api(app)
    assert state(app) == before
