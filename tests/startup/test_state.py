"""The state of an app: the parts that need the store are made late, once, and for all threads."""

import os
import subprocess
import sys
from pathlib import Path
from threading import Barrier, Thread

import pytest

from flask_chatbot import Chatbot
from flask_chatbot.delivery.lines import Lines
from flask_chatbot.startup.state import AppState, through
from flask_chatbot.transports.simulator import Simulator
from tests.apps import make_app
from tests.delivery.apps import API_KEY, BUDI, gateway_app

ROOT = Path(__file__).parents[2]
SLOW = (
    "sqlalchemy",
    "alembic",
    "psycopg",
    "jsonschema",
    "babel",
    "celery",
    "kombu",
    "prometheus_client",
    "phonenumbers",
    "rapidfuzz",
)  # and not needed before the first message
LOADED = f"import sys\nprint([name for name in {SLOW} if name in sys.modules])\n"
COMPILED = """\
from flask_chatbot.core.late import has_compiled
ours = [(name, vars(module)) for name, module in sorted(sys.modules.items()) if name.startswith("flask_chatbot.")]
print([f"{name}.{each}" for name, known in ours for each, value in known.items() if has_compiled(value)])
"""
START = """\
from example_bot import create_app
app = create_app()
"""
SHOP = """\
from flask import Flask
from flask_chatbot import Chatbot
app = Flask("shop", root_path={folder!r}, instance_path={folder!r})
app.config["CHATBOT_PREFIX"] = ""
Chatbot(app)
"""
CHECK = """\
from flask.cli import ScriptInfo
from flask_chatbot.cli.main import chatbot
chatbot.main(["check"], obj=ScriptInfo(create_app=lambda: app), standalone_mode=False)
"""
CHECK_FILE = """\
from flask_chatbot.cli.main import chatbot
chatbot.main(["check", "rules.yaml"], standalone_mode=False)
"""
REFUSED_CALL = f"""\
app.test_client().post("/api/sendwa", json={{"nohp": "{BUDI}", "pesan": "a"}}, headers={{"SecretKey": "wrong"}})
"""
CALL = REFUSED_CALL.replace("wrong", API_KEY)


def loaded(code: str, ending: str = LOADED) -> str:
    """The slow packages that are loaded once the code has run, or what `ending` prints, in a process of its own with all keys set."""
    keys = {"CHATBOT_WEBHOOK_KEY": "kunci-webhook", "CHATBOT_API_KEY": API_KEY, "CHATBOT_SIGNING_SECRET": "rahasia-toko"}
    done = subprocess.run(
        [sys.executable, "-c", code + ending], capture_output=True, text=True, check=False, cwd=ROOT, env={**os.environ, **keys}, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


@pytest.mark.process
@pytest.mark.parametrize(
    "code", [START, START + CHECK, CHECK_FILE, START + REFUSED_CALL], ids=["start", "check", "check a file", "refused call"]
)
def test_nothing_of_the_store_is_loaded_by_a_start_with_all_keys_or_a_check(code: str) -> None:
    assert loaded(code) == "[]"


@pytest.mark.process
@pytest.mark.parametrize("code", [START, START + CHECK, CHECK_FILE], ids=["start", "check", "check a file"])
def test_no_late_pattern_is_compiled_by_a_start_or_a_check(code: str) -> None:
    assert loaded(code, "import sys\n" + COMPILED) == "[]"


@pytest.mark.process
def test_a_late_pattern_is_compiled_by_its_first_use() -> None:
    use = "from flask_chatbot.core.fields import contacts\ncontacts.EMAIL.fullmatch('ani@example.com')\n"
    assert loaded(use, "import sys\n" + COMPILED) == "['flask_chatbot.core.fields.contacts.EMAIL']"


@pytest.mark.process
def test_the_first_message_loads_the_store(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text("version: 1\nrules: [{keyword: halo, reply: Halo}]", encoding="utf-8")
    shop = SHOP.format(folder=str(tmp_path))
    assert (loaded(shop), loaded(shop + CALL)) == ("[]", "['sqlalchemy']")


def test_an_app_without_a_transport_has_no_gateway(tmp_path: Path) -> None:
    state: AppState = make_app(tmp_path).extensions["chatbot"]
    assert (state.has_transport, state.lines) == (False, None)


def test_all_threads_get_the_same_lines(tmp_path: Path) -> None:
    state: AppState = gateway_app(tmp_path).extensions["chatbot"]
    fresh = through(Simulator(), state)
    found: list[Lines | None] = []
    ready = Barrier(8)

    def look() -> None:
        ready.wait()
        found.append(fresh.lines)

    threads = [Thread(target=look) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(found) == 8
    assert {id(each) for each in found} == {id(fresh.lines)}


def test_a_state_sends_through_another_transport_and_keeps_bot_and_database(tmp_path: Path) -> None:
    state: AppState = gateway_app(tmp_path).extensions["chatbot"]
    simulator = Simulator(name="another")
    lines = through(simulator, state).lines
    assert lines is not None
    (gateway,) = lines
    assert (gateway.transport, gateway.bot, gateway.database) == (simulator, state.bot, state.make_database())
    assert state.lines is not lines


@pytest.mark.parametrize(
    ("config", "is_warned"),
    [
        ({"CHATBOT_TRANSPORT": "hosted"}, True),
        ({"CHATBOT_LINES": {"toko": {"transport": "hosted"}, "lain": {"transport": "simulator"}}, "CHATBOT_TRANSPORT": None}, False),
        ({"CHATBOT_TRANSPORT": "simulator"}, False),
    ],
    ids=["sends only", "one of two brings files", "brings files"],
)
def test_rules_that_wait_for_files_are_named_at_the_start_if_the_transport_only_sends(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, config: dict[str, object], is_warned: bool
) -> None:
    hosted = {"CHATBOT_HOSTED_URL": "https://gw.example.com", "CHATBOT_HOSTED_KEY": "kunci-gateway"}
    more = {"CHATBOT_PUBLIC_URL": "https://toko.example.com", **(hosted if "hosted" in str(config) else {}), **config}
    gateway_app(tmp_path, Chatbot(), "version: 1\nrules:\n  - {name: bukti, sends: image, reply: Baik.}\n", **more)
    said = "Messages do not come by this transport; another one brings them, for: 'bukti' at "
    assert (said in caplog.text) is is_warned
