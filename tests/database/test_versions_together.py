"""Servers of an earlier version go on beside those of this one, on the database that was upgraded."""

import io
import json
import shutil
import subprocess
import sys
import tarfile
import time
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask

from flask_chatbot import Chatbot
from flask_chatbot.database.database import Database
from flask_chatbot.database.upgrading import HEAD, OLDEST
from tests.servers.running import ROOT, flask_run

EARLIER = "a59003369ff4433f6650a05ad1c04ed806d8709b"
TABLES = "0009"  # which it works on
PATIENCE = 60.0  # seconds
KEY = "kunci-toko-maju"
RULES = """\
version: 1
rules:
  - keyword: pesan#
    fields: [kue]
    save: pesanan
    reply: "Pesanan {{ saved.number }}: {{ kue }}."
  - keyword: baru
    once_per: 1 day
    reply: Halo pelanggan baru!
"""
APP = """\
import flask_chatbot
from flask import Flask

app = Flask(__name__)
flask_chatbot.Chatbot(app)


@app.get("/package")
def package():
    return {"message": flask_chatbot.__file__}
"""
Call = Callable[..., object]


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder a wheel of the earlier version was unpacked into."""
    git = shutil.which("git")
    command = [str(git), "-C", str(ROOT), "archive", EARLIER, "setup.cfg", "pyproject.toml", "README.md", "LICENSE", "flask_chatbot"]
    archive = subprocess.run(command, capture_output=True, check=False) if git else None
    if archive is None or archive.returncode:
        pytest.skip(f"git finds no commit {EARLIER[:7]} here, of which a wheel would be built: fetch the whole history")
    folder = tmp_path_factory.mktemp("earlier")
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as tar:
        tar.extractall(folder / "source", filter="data")
    pip = [sys.executable, "-m", "pip", "--no-input", "wheel", "--no-build-isolation", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--wheel-dir", str(folder), str(folder / "source")], capture_output=True, check=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(folder / "unpacked")  # noqa: S202  made just now
    return folder / "unpacked"


@pytest.fixture
def upgraded(empty: str, tmp_path: Path) -> str:
    """The URL of a database with the tables of this version, of each kind in turn."""
    with closing(Database(empty, tmp_path)) as database:
        database.upgrade()
    return empty


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """The folder of an app that both versions serve."""
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    (folder / "shop.py").write_text(APP, encoding="utf-8")
    return folder


@pytest.fixture
def call_earlier(earlier: Path, upgraded: str, shop: Path) -> Iterator[Call]:
    """Calls of a running server of the earlier version, whose worker is a thread of it."""
    settings = {"WEBHOOK_KEY": KEY, "API_KEY": KEY, "TRANSPORT": "simulator", "DATABASE_URL": upgraded}
    environment = {f"CHATBOT_{name}": value for name, value in settings.items()}
    with flask_run("shop", cwd=shop, PYTHONPATH=str(earlier), **environment) as server:

        def call(path: str, body: object = None, webhook_id: str = "") -> object:
            data = None if body is None else json.dumps(body).encode()
            given = {"Content-Type": "application/json", "SecretKey": KEY, **({"webhook-id": webhook_id} if webhook_id else {})}
            request = urllib.request.Request(f"http://127.0.0.1:{server.port}{path}", data, given)
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return json.load(answer)["message"]

        yield call


def this_version(shop: Path, url: str) -> Flask:
    """The app as this version serves it; it has no worker."""
    app = Flask("shop", root_path=str(shop), instance_path=str(shop))
    app.config |= {"CHATBOT_WEBHOOK_KEY": KEY, "CHATBOT_API_KEY": KEY, "CHATBOT_TRANSPORT": "simulator", "CHATBOT_WORKER": "off"}
    app.config["CHATBOT_DATABASE_URL"] = url
    Chatbot(app)
    return app


def said(text: str) -> object:
    return {"reply": [{"type": "message", "content": text}]}


def written(keyword: str, *data: str) -> dict[str, object]:
    return {"keyword": keyword, "data": [*data], "webhookkey": KEY, "from": "628111"}


def wait_until(is_true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_true():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def test_the_oldest_version_that_still_works_is_no_younger_than_the_one_tried_here() -> None:
    assert OLDEST <= TABLES <= HEAD, "Let EARLIER be the last commit before OLDEST was raised, and TABLES what it works on."


@pytest.mark.process
def test_a_server_of_an_earlier_version_answers_and_sends_on_upgraded_tables(
    call_earlier: Call, earlier: Path, shop: Path, upgraded: str
) -> None:
    assert call_earlier("/package") == str(earlier / "flask_chatbot/__init__.py")
    assert call_earlier("/chatbot/webhook", written("pesan#", "Lapis"), webhook_id="msg_1") == said("Pesanan 1: Lapis.")
    assert call_earlier("/chatbot/webhook", written("pesan#", "Lapis"), webhook_id="msg_1") == said("Pesanan 1: Lapis.")
    assert [call_earlier("/chatbot/webhook", written("baru")) for _ in range(2)] == [said("Halo pelanggan baru!"), {"reply": []}]
    theirs = call_earlier("/chatbot/api/sendwa", {"nohp": "6281234567890", "pesan": "Dari yang lama"})
    app = this_version(shop, upgraded)
    assert app.test_client().post("/chatbot/webhook", json=written("pesan#", "Nastar")).json["message"] == said("Pesanan 2: Nastar.")  # type: ignore[index]
    body = {"nohp": "6281234567890", "pesan": "Dari yang baru"}
    ours = app.test_client().post("/chatbot/api/sendwa", json=body, headers={"SecretKey": KEY}).json
    for accepted in (theirs, ours["message"]):  # type: ignore[index]
        path = f"/chatbot/api/messages/{accepted['id']}"  # type: ignore[index]
        wait_until(lambda path=path: call_earlier(path)["ack"] >= 1, f"{path} is not sent")  # type: ignore[misc, index]
