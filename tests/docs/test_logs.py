"""The fields of log records, as the page about operating lists them and as its formatter shows them."""

import json
import os
import re
import subprocess
import sys

import pytest

from flask_chatbot.core.logs import FIELDS
from tests.docs.pages import EXAMPLES
from tests.docs.sessions import KEY

PAGE = (EXAMPLES.parent / "operating.md").read_text("utf-8")
CALL = """\
from wsgi import app
body = {"keyword": "halo", "data": [], "webhookkey": "%s", "from": "6281234567890"}
app.test_client().post("/chatbot/webhook", json=body, headers={"X-Request-ID": "9f2c41d07b"})
"""


def test_the_page_lists_every_field_with_its_meaning() -> None:
    section = PAGE.partition("(log-records)=")[2].partition("\n(")[0]
    assert dict(re.findall(r"^\| `(\w+)` \| (.+?) \|$", section, re.MULTILINE)) == dict(FIELDS)


@pytest.mark.process
def test_the_formatter_of_the_page_shows_the_fields() -> None:
    command = [sys.executable, "-c", CALL % KEY]
    environment = {**os.environ, "CHATBOT_WEBHOOK_KEY": KEY, "PYTHONDONTWRITEBYTECODE": "1"}
    ran = subprocess.run(command, cwd=EXAMPLES / "logs", env=environment, capture_output=True, text=True, timeout=60, check=True)
    printed = [json.loads(line) for line in ran.stderr.splitlines()]
    shown = json.loads(re.search(r'^\{"at": .*answered a webhook call.*$', PAGE, re.MULTILINE)[0])  # type: ignore[index]
    assert [{**each, "at": ""} for each in printed if each["message"].startswith("answered")] == [{**shown, "at": ""}]
