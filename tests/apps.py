"""Small apps with a bot, for the tests of the HTTP edge."""

from pathlib import Path

from flask import Flask

from flask_chatbot import Chatbot

KEY = "kunci-toko-maju"
RULES = """\
version: 1
rules:
  - keyword: halo
    reply: Halo {{ nama or 'Kak' }}, nomor {{ nohp }}.
  - name: quote
    keyword: penawaran#
    fields: [nama, email]
    reply:
      - Terima kasih {{ nama }}.
      - document: https://example.com/katalog.pdf
  - fallback: true
    reply: Kata kunci tidak terdaftar.
"""
HALO = b'{"success":true,"message":{"reply":[{"type":"message","content":"Halo Kak, nomor 628111."}]}}'
UNKNOWN = b'{"success":true,"message":{"reply":[{"type":"message","content":"Kata kunci tidak terdaftar."}]}}'
TOO_LARGE = b'{"success":false,"message":"The body is larger than 262144 bytes. Send less."}'


def make_app(folder: str | Path, **config: object) -> Flask:
    """An app in `folder` whose bot answers the rules above; `config` goes into its app.config."""
    return add_bot(Flask(__name__, root_path=str(folder)), **config)


def add_bot(app: Flask, **config: object) -> Flask:
    """The app, with a bot that answers the rules above."""
    (Path(app.root_path) / "rules.yaml").write_text(RULES, encoding="utf-8")
    app.config.update({"CHATBOT_WEBHOOK_KEY": KEY, **config})
    Chatbot(app)
    return app


def halo(**more: object) -> dict[str, object]:
    """A payload that is answered by `HALO`; what is given replaces or adds a key."""
    return {"keyword": "halo", "data": [], "webhookkey": KEY, "from": "628111", **more}
