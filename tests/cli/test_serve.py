"""`run`: rules served without an app."""

import json
import os
import re
import shlex
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from flask.cli import ScriptInfo

from flask_chatbot import Chatbot
from flask_chatbot.cli.main import chatbot
from flask_chatbot.cli.serve import announcement, tell_connections
from flask_chatbot.cli.standalone import WAYS_IN
from tests.cli.shops import runner
from tests.transports.telegram.bot_api import TOKEN, USERNAME, BotApi

PATIENCE = 60.0  # seconds
KEY = "kunci-toko-maju"
SECRET = "a-word-for-meta"  # in a query, as Meta's verify token is
RULES = "version: 1\nrules:\n  - keyword: halo\n    reply: Halo Kak!\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with rules and no app, and the current one; the environment holds no key."""
    monkeypatch.chdir(tmp_path)
    for name in WAYS_IN:
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "rules.yaml").write_text(RULES, "utf-8")
    return tmp_path


def run(*arguments: str, **environ: str) -> Result:
    return runner().invoke(chatbot, ["run", *arguments], obj=ScriptInfo(), env=environ, catch_exceptions=False)


@contextmanager
def serving(*options: str, **environ: str) -> Iterator[list[str]]:
    """The lines that `flask chatbot run` prints before it serves."""
    command = [sys.executable, "-m", "flask", "chatbot", "run", "--port", "0", *options]
    with subprocess.Popen(command, env={**os.environ, **environ}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        printed: list[str] = []
        for line in process.stdout or ():
            printed.append(line.rstrip("\n"))
            if line.startswith("curl "):
                break
        try:
            yield printed
        finally:
            process.terminate()
            _, errors = process.communicate(timeout=PATIENCE)
            assert "Traceback" not in errors
            assert SECRET not in errors


def call(curl: str) -> Any:
    """The answer to the call that a curl command makes."""
    command = shlex.split(curl)
    request = urllib.request.Request(command[1], command[-1].encode(), {"Content-Type": "application/json"})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=PATIENCE) as answer:
        return json.load(answer)


@pytest.mark.process
@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("server", ["development", "waitress"])
def test_the_rules_answer_the_printed_call(server: str) -> None:
    with serving("--server", server, CHATBOT_WEBHOOK_KEY=KEY) as printed:
        assert call(printed[-1]) == {"success": True, "message": {"reply": [{"type": "message", "content": "Halo Kak!"}]}}
    port = re.search(r":(\d+)/", printed[1])
    assert port is not None
    assert [line.replace(port[1], "PORT") for line in printed[:3]] == [
        "rules.yaml: 1 rule. Changes of it are taken while this runs. Ctrl+C ends it.",
        "webhook     http://127.0.0.1:PORT/chatbot/webhook",
        f"webhookkey  {KEY} (by CHATBOT_WEBHOOK_KEY)",
    ]


@pytest.mark.process
@pytest.mark.usefixtures("folder")
def test_without_a_key_one_is_made_and_printed() -> None:
    with serving() as printed:
        assert call(printed[-1])["success"] is True
        url = f"{printed[1].split()[1].removesuffix('webhook')}healthz?hub.verify_token={SECRET}"
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=PATIENCE) as answer:
            assert answer.status == 200
    assert printed[2].endswith(" (made for now; set CHATBOT_WEBHOOK_KEY to keep one)")


@pytest.mark.usefixtures("folder")
def test_waitress_is_not_given_a_key_that_changes() -> None:
    outcome = run("--server", "waitress")
    said = "Error: a key that changes with each start is no use to the platform. Set CHATBOT_WEBHOOK_KEY for waitress.\n"
    assert (outcome.exit_code, outcome.stderr) == (1, said)


@pytest.mark.parametrize("name", ["app.py", "wsgi.py"])
def test_a_folder_with_an_app_is_for_flask_run(folder: Path, name: str) -> None:
    (folder / name).write_text("", "utf-8")
    outcome = run()
    said = "Error: There is an app here, whose handlers would not run. Use `flask run`, or name the rules: --rules rules.yaml\n"
    assert (outcome.exit_code, outcome.stderr.splitlines(keepends=True)[-1]) == (2, said)


def test_rules_with_mistakes_are_not_served(folder: Path) -> None:
    (folder / "rules.yaml").write_text(RULES.replace("reply", "repply"), "utf-8")
    outcome = run()
    assert (outcome.exit_code, outcome.stderr) == (1, "Error: rules.yaml:4:5: unknown key 'repply'. Did you mean 'reply'?\n")


@pytest.mark.usefixtures("folder")
def test_a_wrong_configuration_is_not_served() -> None:
    outcome = run(CHATBOT_RELOAD="perhaps")
    assert (outcome.exit_code, outcome.stderr.startswith("Error: CHATBOT_RELOAD in the environment: ")) == (1, True)


def test_rules_that_need_a_handler_are_not_served(folder: Path) -> None:
    (folder / "rules.yaml").write_text(RULES.replace("reply: Halo Kak!", "needs: [harga]\n    reply: '{{ harga }}'"), "utf-8")
    outcome = run()
    fact = "rules.yaml:3:5: rule 'halo' needs harga, and no handler supplies it. Write one: @bot.rule('halo')"
    assert (outcome.exit_code, outcome.stderr) == (1, f"Error: {fact}\n")


WAYS = {
    "waha": {"transport": "waha", "url": "http://127.0.0.1:3000", "key": "kunci", "hmac": "rahasia-toko"},
    "kantor": {"transport": "hosted", "url": "https://gateway.example.com", "key": "kunci"},
    "tele": {"transport": "telegram", "token": TOKEN},
}


def served(folder: Path, lines: dict[str, dict[str, str]]) -> Flask:
    app = Flask("shop", root_path=str(folder), instance_path=str(folder / "instance"))
    app.config.update(
        CHATBOT_LINES=lines,
        CHATBOT_WEBHOOK_KEY={"kantor": KEY, "web": "kunci-lain"},
        CHATBOT_PUBLIC_URL="https://toko.example.com",
        CHATBOT_WORKER="off",
    )
    Chatbot(app)
    return app


def test_the_addresses_that_other_sides_call_are_printed(folder: Path) -> None:
    printed = list(announcement("http://127.0.0.1:5000", served(folder, WAYS).extensions["chatbot"].bot))
    keys = [line.split() for line in printed if line.startswith("webhookkey")]
    assert [(each[1], each[-1]) for each in keys] == [(KEY, "kantor)"), ("kunci-lain", "web)")]
    assert printed[-2:] == [
        "waha        https://toko.example.com/chatbot/in/waha (the other side calls this: enter it there as the webhook)",
        "kantor      https://toko.example.com/chatbot/webhook (the other side calls this: enter it there as the webhook)",
    ]


def test_each_connection_is_printed_with_its_account_or_the_way_out(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    api = BotApi()
    right = {**WAYS["tele"], "url": api.url}
    app = served(folder, {"tele": right, "lain": {**right, "token": "110201544:" + "A" * 35}})
    tell_connections(app)
    app.extensions["chatbot"].lines.client.close()
    api.end()
    way_out = "Correct 'token' of the line 'lain' in CHATBOT_LINES: @BotFather shows it under /mybots, 'API Token'."
    assert capsys.readouterr().out.splitlines() == [
        f"tele        connected {USERNAME}",
        f"lain        unknown: Telegram refuses the token. {way_out}",
    ]
