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
from flask.cli import ScriptInfo

from flask_chatbot.cli.main import chatbot
from flask_chatbot.cli.standalone import WAYS_IN
from tests.cli.shops import runner

PATIENCE = 60.0  # seconds
KEY = "kunci-toko-maju"
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
