"""A browser without pictures: it keeps cookies, and sends the token of the page that it has seen last."""

import re
from html import unescape
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from flask_chatbot import Chatbot
from tests.apps import KEY

PASSWORD = "empat kata yang panjang"
HASHED = "pbkdf2:sha256:1000$BqWUd3aIOb0eVIem$ae648a1fd4967d2d8c25cc6af6528d9588331fa57f27466703310b62acaf0da8"  # quick
CONSOLE = "/chatbot/console"
RULES = """\
version: 1
rules:
  - name: salam
    keyword: halo
    reply: Halo *{{ nama or 'Kak' }}*!
  - name: pesan
    keyword: pesan#
    fields: [barang, {jumlah: {type: integer}}]
    reply: "{{ jumlah }} {{ barang }}."
  - name: daftar
    keyword: daftar
    ask: [{kota: Kota mana?}]
    reply: "{{ kota }} dicatat."
  - name: orang
    keyword: admin
    pause: 2 jam
    notify: "628117601234"
    reply: Sebentar.
  - fallback: true
    reply: Maaf, belum paham.
"""
BY_DAY_AND_NIGHT = RULES + "settings: {quiet: never}\n"
_TOKEN = re.compile(r'name="token" value="([0-9a-f]+)"')


class Browser:
    """Somebody at the console of an app."""

    def __init__(self, app: Flask, **environ: str) -> None:
        self.client: FlaskClient = app.test_client()
        self.environ = {"SERVER_SOFTWARE": "Werkzeug/3", **environ}
        self.token = ""

    def get(self, path: str, **headers: str) -> TestResponse:
        """Open a page."""
        answer = self.client.get(f"{CONSOLE}{path}", headers=headers, environ_overrides=self.environ)
        if found := _TOKEN.search(answer.text):
            self.token = found[1]
        answer.close()  # a file stays open otherwise
        return answer

    def post(self, path: str, headers: dict[str, str] | None = None, **form: str) -> TestResponse:
        """Send a form of the page that was opened last."""
        data = {"token": self.token, **form}
        return self.client.post(f"{CONSOLE}{path}", data=data, headers=headers or {}, environ_overrides=self.environ)

    def log_in(self, password: str = PASSWORD, name: str = "") -> TestResponse:
        """Open the login, and send a password."""
        self.get("/login")
        return self.post("/login", name=name, password=password)


def console_app(folder: Path, bot: Chatbot | None = None, *, rules: str = RULES, **config: object) -> Flask:
    """An app in `folder` with a console, whose password is `PASSWORD` unless `config` says otherwise; one that is None is not set."""
    (folder / "rules.yaml").write_text(rules, "utf-8")
    app = Flask("shop", root_path=str(folder), instance_path=str(folder / "instance"))
    given = {"CHATBOT_WEBHOOK_KEY": KEY, "CHATBOT_CONSOLE": True, "CHATBOT_CONSOLE_PASSWORD": HASHED, **config}
    app.config.update({key: value for key, value in given.items() if value is not None})
    (bot or Chatbot()).init_app(app)
    return app


def text_of(answer: TestResponse) -> str:
    """The words of a page, without its elements."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))).strip()
