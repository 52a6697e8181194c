"""Errors of a transport name a setting as the operator wrote it: under its own key, or in CHATBOT_LINES."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from flask_chatbot.errors import BadPayload, TransportError
from flask_chatbot.settings.transports import as_written
from flask_chatbot.transports.registry import TRANSPORTS
from flask_chatbot.transports.webhooks import HttpTransport, Tools, WebhookCall

OPTIONS: Mapping[str, Mapping[str, object]] = {
    "hosted": {"url": "https://gateway.example.com", "key": "kunci"},
    "cloud": {"phone_id": "106540352242922", "token": "EAAJB", "app_secret": "0" * 32, "verify_token": "toko"},
    "waha": {"url": "https://waha.example.com", "key": "kunci", "hmac": "rahasia-toko"},
    "gowa": {"url": "https://gowa.example.com", "user": "toko", "password": "kunci", "secret": "rahasia-toko"},
    "telegram": {"token": "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw", "updates": "webhook"},
}


@dataclass(frozen=True, slots=True)
class Answer:
    """The same answer to whatever is asked: a page of a web server, or a refusal of the other side's."""

    status: int
    body: bytes
    may_pass: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)

    def call(self, *_: object, **__: object) -> "Answer":
        return self


ANSWERS = [
    *(Answer(status, b"<html></html>") for status in (200, 301, 401, 403, 404)),
    Answer(400, b'{"success": false, "message": "no", "error": {"code": 100, "error_subcode": 33, "message": "no"}}'),
    Answer(401, b'{"ok": false, "error_code": 401, "description": "no", "error": {"code": 190, "message": "no"}}'),
]


def complaints(name: str, answer: Answer) -> list[str]:
    """What a line 'toko' says, whose options all stand in CHATBOT_LINES, of an answer and of a stranger's call."""
    transport = TRANSPORTS[name].make({**OPTIONS[name], "name": "toko"})
    assert isinstance(transport, HttpTransport)
    transport.equip(Tools(client=answer, as_written=lambda said: as_written(said, name, OPTIONS[name], "toko")))
    said = []
    for method in ("GET", "POST"):
        try:
            transport.receive(WebhookCall(method=method, headers={}, query={}, body=b"{}", path=""))
        except BadPayload as error:
            said.append(error.message)
    for ask in (transport.session, transport.groups):
        try:
            ask()
        except TransportError as error:
            said.append(str(error))
    return said


@pytest.mark.parametrize("name", sorted(set(TRANSPORTS) - {"simulator"}))
def test_what_stands_in_chatbot_lines_is_named_there(name: str) -> None:
    keys = {option.key for option in TRANSPORTS[name].options if option.name in OPTIONS[name]}
    said = [each for answer in ANSWERS for each in complaints(name, answer)]
    assert any("of the line 'toko' in CHATBOT_LINES" in each for each in said), said
    assert [each for each in said if any(key in each for key in keys)] == []
