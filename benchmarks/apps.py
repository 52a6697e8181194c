"""Three Flask apps with one URL: a constant, a view written by hand, and ours."""

import json
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path

import jinja2
from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue

from benchmarks.rulesets import UNKNOWN, Made, make_messages, make_rules, rule_file
from flask_chatbot import Chatbot

URL = "/chatbot/webhook"
KEY = "kunci-toko-maju-2026"
SENDER = "6282386000000"
LED_TO = "  - name: lagi\n    keyword: rule-led-to\n    reply: Halo\n"
SIZE = 110  # bytes of the usual answer


def constant(folder: str, count: int) -> Flask:
    """An app that answers each call with the same text, of the size of an answer of ours."""
    app = Flask("constant")
    answer = "x" * SIZE

    @app.post(URL)
    def webhook() -> str:
        return answer

    return app


def written_by_hand(folder: str, count: int) -> Flask:
    """What one would write without us: keywords in a dict, templates of Jinja; no fields checked, no other kinds, no refusals in JSON."""
    app = Flask("hand")
    templates = {rule.words: rule.template for rule in make_rules(count) if rule.kind in ("keyword", "fields")}
    compiled = cache(jinja2.Environment(autoescape=False).from_string)  # noqa: S701  plain text, and no HTML

    @app.post(URL)
    def webhook() -> ResponseReturnValue:
        body = request.get_json()
        if body.get("webhookkey") != KEY:
            return jsonify(success=False, message="Unauthorized"), 401
        data = body["data"]
        names = dict(zip(("nama", "jumlah"), data, strict=False)) if isinstance(data, list) else data
        template = templates.get(body["keyword"].strip().lower().removesuffix("#"))
        text = compiled(template).render(names) if template else UNKNOWN
        return jsonify(success=True, message={"reply": [{"type": "message", "content": text}]})

    return app


def ours(folder: str, count: int, more: str = "") -> Flask:
    """An app with a bot of so many rules, and `more` of them that no message of ours finds."""
    Path(folder, "rules.yaml").write_text(rule_file(make_rules(count)) + more, encoding="utf-8")
    app = Flask("ours", root_path=folder, instance_path=folder)
    app.config["CHATBOT_WEBHOOK_KEY"] = KEY
    Chatbot(app)
    return app


def with_handler(folder: str, count: int) -> Flask:
    """The same with a handler for one rule."""
    app = ours(folder, count, "  - name: lain\n    keyword: rule-elsewhere\n    reply: Halo\n")
    app.extensions["chatbot"].bot.handlers.add_rule("lain", lambda: None)
    return app


APPS: dict[str, Callable[[str, int], Flask]] = {"constant": constant, "by hand": written_by_hand, "ours": ours}
# Ours with something elsewhere in the file that a plain message makes no use of.
VARIANTS: dict[str, Callable[[str, int], Flask]] = {
    "a handler": with_handler,
    "a menu": partial(ours, more="  - name: lain\n    keyword: rule-elsewhere\n    menu: [Halo: lagi]\n" + LED_TO),
    "a save": partial(ours, more="  - name: lain\n    keyword: rule-elsewhere\n    save: pesanan\n    reply: Siap\n"),
}


def make_app(name: str, folder: str, count: int) -> Callable[..., object]:
    """One of the apps, with its templates compiled as in a server that has been running."""
    app = {**APPS, **VARIANTS}[name](folder, count)
    client = app.test_client()
    for body in bodies(make_rules(count), 2_000):
        answer = client.post(URL, data=body, content_type="application/json")
        if answer.status_code != 200:
            raise RuntimeError(f"{name} answers {answer.status}")
    return app.wsgi_app


def bodies(rules: Sequence[Made], count: int) -> list[bytes]:
    """The bodies of webhook calls, as the platform sends them: with the parts of a text that has any, else with the sender's name."""
    return [json.dumps(payload(text)).encode() for text in make_messages(rules, count)]


def payload(text: str) -> dict[str, object]:
    keyword, mark, rest = text.partition("#")
    data: object = rest.split("#") if mark else {"nama": "Jhon Doe", "nohp": SENDER}
    return {"keyword": keyword + mark, "data": data, "webhookkey": KEY, "from": SENDER}
