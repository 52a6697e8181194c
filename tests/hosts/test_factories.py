"""Apps made by a function, several of them, and bots that come too late."""

from pathlib import Path

import pytest
from flask import Flask, current_app
from flask.cli import FlaskGroup

from flask_chatbot import Chatbot, ChatbotError
from tests.apps import add_bot
from tests.hosts.apps import CONTRACT, URL, contract, nothing, pages, shop

RULES = """\
version: 1
rules:
  - keyword: {keyword}
    reply: Ini {shop}.
  - keyword: kota
    reply: Kota {{{{ city }}}}.
    needs: [city]
  - fallback: true
    reply: {shop} tidak mengerti.
"""
UNAUTHORIZED = (401, {"success": False, "message": "Unauthorized"})


def make_branch(bot: Chatbot, folder: Path, keyword: str, prefix: str) -> Flask:
    """An app of its own: its rules, its key, its prefix."""
    folder.mkdir()
    (folder / "rules.yaml").write_text(RULES.format(keyword=keyword, shop=folder.name), encoding="utf-8")
    app = shop(folder)
    app.config.update(CHATBOT_WEBHOOK_KEY=f"the key of {folder.name}", CHATBOT_PREFIX=prefix, CITY=folder.name.title())
    bot.init_app(app)
    return app


def ask(app: Flask, key: str, text: str, url: str) -> tuple[int, object]:
    """The status and the JSON that a text with that key gets."""
    answer = app.test_client().post(url, json={"keyword": text, "webhookkey": f"the key of {key}"})
    return answer.status_code, answer.get_json(silent=True)


def ok(text: str) -> tuple[int, object]:
    return 200, {"success": True, "message": {"reply": [{"type": "message", "content": text}]}}


@pytest.mark.parametrize("shared", [True, False], ids=["one Chatbot for both", "a Chatbot each"])
def test_apps_of_one_factory_keep_their_rules_and_keys_apart(tmp_path: Path, shared: bool) -> None:
    bots = [Chatbot()] * 2 if shared else [Chatbot(), Chatbot()]
    for bot in set(bots):
        bot.rule("kota")(lambda: {"city": current_app.config["CITY"]})
    dumai = make_branch(bots[0], tmp_path / "dumai", "kapal", "")
    siak = make_branch(bots[1], tmp_path / "siak", "istana", "/wa")
    assert [ask(dumai, "dumai", text, "/webhook") for text in ["kapal", "istana", "kota"]] == [
        ok("Ini dumai."),
        ok("dumai tidak mengerti."),
        ok("Kota Dumai."),
    ]
    assert [ask(siak, "siak", text, "/wa/webhook") for text in ["istana", "kapal", "kota"]] == [
        ok("Ini siak."),
        ok("siak tidak mengerti."),
        ok("Kota Siak."),
    ]
    assert [ask(dumai, "siak", "kapal", "/webhook"), ask(siak, "dumai", "istana", "/wa/webhook")] == [UNAUTHORIZED] * 2
    assert [ask(dumai, "dumai", "kapal", "/wa/webhook"), ask(siak, "siak", "kapal", "/webhook")] == [(404, None)] * 2


def test_a_factory_called_twice_in_one_folder_gives_the_same_app_twice(tmp_path: Path) -> None:
    apps = [shop(tmp_path), shop(tmp_path)]
    assert [contract(add_bot(app).test_client()) for app in apps] == [CONTRACT, CONTRACT]
    assert [pages(app) for app in apps] == [pages(shop(tmp_path))] * 2


def test_a_bot_after_the_first_request_is_refused_and_the_app_goes_on_as_before(tmp_path: Path) -> None:
    app = shop(tmp_path)
    app.test_client().get("/")
    with pytest.raises(ChatbotError, match=r"^This app has answered requests already\. Call init_app before the first one\.$"):
        add_bot(app)
    assert pages(app) == pages(shop(tmp_path))
    assert (app.test_client().post(URL).status_code, "chatbot" in app.extensions, list(app.blueprints)) == (404, False, [])


def test_a_bot_mounted_while_a_request_is_answered_is_refused(tmp_path: Path) -> None:
    app = shop(tmp_path)

    def mount() -> str:
        with pytest.raises(ChatbotError) as caught:
            add_bot(app)
        return str(caught.value)

    app.add_url_rule("/mount", "mount", mount)
    assert app.test_client().get("/mount").get_data() == b"This app has answered requests already. Call init_app before the first one."


def test_an_app_without_folders_for_templates_and_static_files_takes_a_bot(tmp_path: Path) -> None:
    bare = {"template_folder": None, "static_folder": None}
    app = shop(tmp_path, **bare)
    add_bot(app)
    assert contract(app.test_client()) == CONTRACT
    assert pages(app) == pages(nothing(shop(tmp_path, **bare)))


def test_the_list_of_routes_shows_the_webhook_as_a_post(tmp_path: Path) -> None:
    app = add_bot(shop(tmp_path))
    printed = app.test_cli_runner().invoke(FlaskGroup(create_app=lambda: app, load_dotenv=False), ["routes"]).output
    assert [line.split() for line in printed.splitlines() if "webhook" in line] == [["chatbot_webhook.webhook", "POST", URL]]


def test_tools_that_go_through_the_routes_find_one_method_at_the_webhook(tmp_path: Path) -> None:
    found = {rule.endpoint: sorted(rule.methods or ()) for rule in add_bot(shop(tmp_path)).url_map.iter_rules()}
    assert found["chatbot_webhook.webhook"] == ["POST"]
