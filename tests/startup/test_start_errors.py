"""Errors at start, as the commands and servers that load an app print them."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.cli import NoAppException

from flask_chatbot import Chatbot, ChatbotError, ConfigError, HandlerError, RulesError, StoreError
from flask_chatbot.startup.start_errors import as_printed, printed_alone

PATIENCE = 60.0  # seconds
APP = """\
from flask import Flask
from flask_chatbot import Chatbot

app = Flask(__name__)
bot = Chatbot(app)
"""
ASGI = """\
from a2wsgi import WSGIMiddleware
from app import app as wsgi

app = WSGIMiddleware(wsgi)
"""
HANDLER = """

@bot.rule("hallo")
def hello():
    return "Halo!"
"""
BROKEN = "version: 1\nrules:\n  - keyword: halo\n    repply: Halo!\n"
SAID = "rules.yaml:4:5: unknown key 'repply'. Did you mean 'reply'?"
FRAME = re.compile(r'  File "(.+)", line \d+, in ')


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An app whose rule file holds a mistake."""
    (tmp_path / "app.py").write_text(APP, "utf-8")
    (tmp_path / "asgi.py").write_text(ASGI, "utf-8")
    (tmp_path / "rules.yaml").write_text(BROKEN, "utf-8")
    return tmp_path


def start(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A Python command in a folder, which ends by itself since the app cannot start."""
    environment = {**os.environ, "CHATBOT_WEBHOOK_KEY": "a-key-of-this-test", "HOME": str(folder), "NO_COLOR": "1", "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment, capture_output=True, encoding="utf-8", timeout=PATIENCE, check=False
    )


@pytest.mark.process
@pytest.mark.parametrize(
    "command",
    ["flask run --port 0", "flask --debug run --port 0", "flask routes", "flask shell", "uvicorn --port 0 asgi:app"],
)
def test_a_command_prints_the_error_and_nothing_else(folder: Path, command: str) -> None:
    done = start(folder, "-m", *command.split())
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"Error: {SAID}\n")


@pytest.mark.process
def test_several_mistakes_have_a_line_each(folder: Path) -> None:
    (folder / "app.py").write_text(APP.replace("bot =", 'app.config["CHATBOT_PREFIX"] = "chatbot"\nbot ='), "utf-8")
    done = start(folder, "-m", "flask", "routes")
    wrong_prefix = "CHATBOT_PREFIX in app.config: 'chatbot' cannot be a path before '/webhook'. Write it like '/chatbot', or '/' for none."
    assert done.stderr == f"Error: the bot cannot start:\n{wrong_prefix}\n{SAID}\n"


@pytest.mark.process
def test_the_list_of_commands_names_the_error_above_it(folder: Path) -> None:
    done = start(folder, "-m", "flask", "--help")
    assert done.stderr == f"Error: {SAID}\n\n"
    assert "Run a development server." in done.stdout


@pytest.mark.process
def test_a_handler_that_does_not_fit_is_printed_alone(folder: Path) -> None:
    (folder / "rules.yaml").write_text(BROKEN.replace("repply", "reply"), "utf-8")
    (folder / "app.py").write_text(APP + HANDLER, "utf-8")
    done = start(folder, "-m", "flask", "routes")
    assert done.stderr == "Error: app.py:8:1: app.hello answers for rule 'hallo', but there is no such rule. Did you mean 'halo'?\n"


@pytest.mark.process
@pytest.mark.skipif(sys.platform == "win32", reason="gunicorn does not run here")
@pytest.mark.parametrize("option", ["--workers=2", "--preload"])
def test_gunicorn_prints_the_error_without_a_traceback_and_ends(folder: Path, option: str) -> None:
    done = start(folder, "-m", "gunicorn", "--bind=127.0.0.1:0", option, "app:app")
    lines = {line.removeprefix("Error: ") for line in done.stderr.splitlines()}
    of_ours = {line for line in lines if line == SAID or "flask_chatbot" in line}  # gunicorn may trip over two workers that end at once
    assert (done.returncode != 0, of_ours) == (True, {SAID})


@pytest.mark.process
@pytest.mark.parametrize(
    "command",
    ["app.py", "-m waitress --listen=127.0.0.1:0 app:app", "-m hypercorn --bind 127.0.0.1:0 asgi:app"],
)
def test_elsewhere_the_traceback_ends_where_the_app_makes_its_bot(folder: Path, command: str) -> None:
    done = start(folder, *command.split())
    printed = done.stderr.splitlines()
    assert (printed.count("Traceback (most recent call last):"), printed[-1]) == (1, f"flask_chatbot.errors.RulesError: {SAID}")
    frames = [Path(found[1]).name for found in map(FRAME.match, printed) if found]
    assert frames[-3:] == ["app.py", "extension.py", "start_errors.py"]


@pytest.mark.parametrize(
    "error",
    [ConfigError(["a"]), RulesError([]), HandlerError(["a", "b"]), StoreError("a"), ChatbotError("a")],
    ids=lambda error: type(error).__name__,
)
def test_a_printed_error_is_of_its_own_class_and_says_the_same(error: ChatbotError) -> None:
    printed = as_printed(error)
    assert isinstance(printed, type(error))
    assert isinstance(printed, NoAppException)
    assert (str(printed), repr(printed)) == (str(error), repr(error))
    assert {name: value for name, value in vars(printed).items() if name in vars(error)} == vars(error)


def test_an_error_that_is_printed_alone_already_stays_the_same() -> None:
    printed = as_printed(StoreError("a"))
    assert as_printed(printed) is printed


def test_an_error_of_somebody_else_goes_on_as_it_is() -> None:
    with pytest.raises(LookupError) as caught:
        printed_alone(raising)(LookupError("a"))
    assert type(caught.value) is LookupError


def raising(error: Exception) -> None:
    raise error


def decorators(bot: Chatbot) -> list[Callable[[], object]]:
    """A mistake with each way to set up a bot."""
    return [
        lambda: bot.rule(len),  # type: ignore[arg-type]
        lambda: bot.keyword(len),  # type: ignore[arg-type]
        bot.fallback,
        bot.before,
        bot.after,
        bot.on_ack,
        lambda: bot.errorhandler("a"),  # type: ignore[arg-type]
        lambda: bot.field_type(len),  # type: ignore[arg-type]
        lambda: bot.template_filter(len),  # type: ignore[arg-type]
        lambda: bot.rule("salam")(len),
        lambda: bot.keyword("salam")("a"),  # type: ignore[type-var]
        lambda: bot.init_app(Flask("toko")),
    ]


@pytest.mark.parametrize("place", range(12))
def test_every_mistake_made_while_setting_up_is_printed_alone(place: int) -> None:
    with pytest.raises(ChatbotError) as caught:
        decorators(Chatbot())[place]()
    assert isinstance(caught.value, NoAppException)
