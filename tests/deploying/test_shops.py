"""Ten shops in one process, as the recipe puts them there: apart in all they have, and one that is broken closes no other."""

import json
import logging
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from werkzeug.security import generate_password_hash
from werkzeug.test import Client, TestResponse

from flask_chatbot import ChatbotError, run_workers
from tests.deploying.processes import ask, end, free_port, status_of, wait_until
from tests.docs.pages import EXAMPLES
from tests.forked import flask
from tests.metrics_of import read
from tests.transports.hosted.vendor import KEY as GATEWAY_KEY
from tests.transports.hosted.vendor import Vendor

NAMES = [f"toko-{number}" for number in range(10)]
BROKEN = NAMES[3]
OPEN = [name for name in NAMES if name != BROKEN]
CONSOLE = "/chatbot/console"
RULES = """\
version: 1
rules:
  - {keyword: halo, reply: "Ini {name}."}
  - {keyword: simpan, save: pesanan, reply: "Tersimpan di {name}."}
"""


def webhook_key(name: str) -> str:
    return f"the-webhook-key-of-{name}"


def api_key(name: str) -> str:
    return f"the-api-key-of-{name}"


def password(name: str) -> str:
    return f"kata-sandi-{name}"


def furnish(folder: Path, name: str, **settings: object) -> None:
    """Write what a shop needs into its folder."""
    folder.mkdir(parents=True)
    rules = RULES.replace("{name}", name)
    (folder / "rules.yaml").write_text(rules.replace("reply:", "repply:") if name == BROKEN else rules, "utf-8")
    settings = {"WEBHOOK_KEY": webhook_key(name), "API_KEY": api_key(name), "WORKER": "off", **settings}
    written = [f"CHATBOT_{key} = {json.dumps(value)}" for key, value in settings.items() if value is not None]
    (folder / "settings.toml").write_text("\n".join(written), "utf-8")


@pytest.fixture
def recipe(logging_restored: None) -> Any:
    """The module of the recipe."""
    spec = spec_from_file_location("shops", EXAMPLES / "shops" / "shops.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


Records = list[logging.LogRecord]


@pytest.fixture
def records(recipe: Any) -> Iterator[Records]:
    """What is logged, with the shop it is about."""
    found = Records()

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(record)

    handler = Keeping()
    handler.addFilter(recipe.NamesShop())
    logging.getLogger().addHandler(handler)
    yield found
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def site(recipe: Any, records: Records, tmp_path: Path) -> Client:
    for name in NAMES:
        hashed = generate_password_hash(password(name), "pbkdf2:sha256:1")
        furnish(tmp_path / name, name, TRANSPORT="simulator", CONSOLE=True, CONSOLE_PASSWORD=hashed)
    return Client(recipe.create_site(tmp_path))


def write(site: Client, name: str, keyword: str, key: str = "") -> TestResponse:
    """What the webhook of a shop says to a customer."""
    body = {"keyword": keyword, "data": [], "webhookkey": key or webhook_key(name), "from": "6281234567890"}
    return site.post(f"/{name}/chatbot/webhook", json=body)


def reply(content: str) -> dict[str, object]:
    return {"success": True, "message": {"reply": [{"type": "message", "content": content}]}}


def test_each_shop_answers_by_its_own_rules_and_key_and_one_that_is_broken_closes_no_other(site: Client, records: Records) -> None:
    assert {name: write(site, name, "halo").json for name in OPEN} == {name: reply(f"Ini {name}.") for name in OPEN}
    assert {write(site, name, "halo", webhook_key(OPEN[0])).status_code for name in OPEN[1:]} == {401}
    closed = write(site, BROKEN, "halo")
    assert (closed.status_code, closed.headers["Retry-After"]) == (503, "60")
    (told,) = [record for record in records if record.levelno >= logging.ERROR]
    assert told.getMessage().startswith(f"the shop {BROKEN} does not start: ")
    assert "unknown key 'repply'. Did you mean 'reply'?" in told.getMessage()


def test_the_log_names_the_shop_of_a_message(site: Client, records: Records) -> None:
    for name in OPEN:
        write(site, name, "halo")
    named = [vars(record)["shop"] for record in records if record.name == "flask_chatbot.views.webhook"]
    assert named == OPEN


def test_each_shop_keeps_what_it_has_in_its_own_folder(site: Client, tmp_path: Path) -> None:
    for name in OPEN[:2]:
        write(site, name, "simpan")
    write(site, OPEN[0], "simpan")
    assert [rows_of(tmp_path / name / "instance" / "chatbot.sqlite") for name in OPEN[:2]] == [2, 1]
    assert [name for name in NAMES if (tmp_path / name / "instance").exists()] == OPEN[:2]


def test_every_number_of_a_shop_is_scraped_with_its_name(site: Client) -> None:
    for name in OPEN[:2]:
        write(site, name, "halo")
        answer = site.get(f"/{name}/chatbot/metrics", headers={"Authorization": f"Bearer {webhook_key(name)}"})
        assert answer.status_code == 200
        assert "chatbot_build_info" in read(answer.text, shop=name)
    assert site.get(f"/{OPEN[0]}/chatbot/metrics", headers={"Authorization": f"Bearer {webhook_key(OPEN[1])}"}).status_code == 401


def rows_of(file: Path) -> int:
    """How many rows a shop has saved."""
    with closing(sqlite3.connect(file)) as connection:
        return int(connection.execute("SELECT count(*) FROM chatbot_saved").fetchone()[0])


def enter(site: Client, name: str) -> None:
    """Log in to the console of a shop."""
    token, *_ = re.findall(r'name="token" value="([^"]+)"', site.get(f"/{name}{CONSOLE}/login").text)
    assert site.post(f"/{name}{CONSOLE}/login", data={"token": token, "name": "", "password": password(name)}).status_code == 303


def test_one_browser_is_in_the_consoles_of_those_shops_alone_whose_passwords_it_has_shown(site: Client) -> None:
    statuses = []
    for name in OPEN:
        enter(site, name)
        statuses.append([site.get(f"/{each}{CONSOLE}/chat").status_code for each in OPEN])
    assert statuses == [[200] * (place + 1) + [303] * (len(OPEN) - place - 1) for place in range(len(OPEN))]


def test_an_app_that_sends_nothing_by_itself_needs_no_worker(recipe: Any, tmp_path: Path) -> None:
    furnish(tmp_path / "toko", "toko", API_KEY=None)
    app = recipe.create_shop("toko", tmp_path)
    with pytest.raises(ChatbotError, match="None of these apps sends anything by itself"):
        run_workers([app])


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    made = Vendor()
    yield made
    made.end()


@pytest.fixture
def folder(vendor: Vendor, tmp_path: Path) -> Path:
    """The recipe with ten shops that send by a gateway."""
    for name in NAMES:
        hosted = {"TRANSPORT": "hosted", "HOSTED_URL": vendor.url, "HOSTED_KEY": GATEWAY_KEY, "PUBLIC_URL": f"http://127.0.0.1/{name}"}
        furnish(tmp_path / "shops" / name, name, **hosted)
    shutil.copy(EXAMPLES / "shops" / "shops.py", tmp_path)
    return tmp_path


@pytest.mark.process
def test_commands_find_a_shop_by_its_name(folder: Path) -> None:
    found = [flask("--app", f"shops:create_shop({name!r})", "chatbot", "check", folder=folder) for name in (OPEN[0], BROKEN)]
    assert [each.returncode for each in found] == [0, 1]
    assert found[0].stdout.endswith(", no problems\n")
    assert "unknown key 'repply'" in found[1].stdout + found[1].stderr


@pytest.mark.process
def test_one_process_works_for_all_shops_and_ends_in_order(folder: Path, vendor: Vendor) -> None:
    port = free_port()
    gunicorn = [sys.executable, "-m", "gunicorn", f"--bind=127.0.0.1:{port}", "shops:create_site()"]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(gunicorn, cwd=folder) as web,
        subprocess.Popen([sys.executable, "shops.py"], cwd=folder, stderr=log) as worker,
    ):
        try:
            wait_until("the shops are open", lambda: status_of(port, f"/{NAMES[-1]}/chatbot/healthz/ready") == 200)
            for name in OPEN:
                body = {"nohp": "6281234567890", "pesan": f"Dari {name}."}
                assert ask(port, f"/{name}/chatbot/api/sendwa", body, SecretKey=api_key(name)).status == 200
            wait_until("all messages are at the phone", lambda: len(vendor.arrived) == len(OPEN))
            assert (end(worker), end(web)) == (0, 0)
        finally:
            worker.kill()
            web.kill()
    assert sorted(str(body["pesan"]) for _, body in vendor.arrived) == [f"Dari {name}." for name in OPEN]
    told = (folder / "log").read_text("utf-8")
    assert f"the shop {BROKEN} does not start" in told
    assert f"sent {len(OPEN)} (given up 0), called back 0 (given up 0), under way 0; finished" in told.splitlines()[-1]
    assert sorted(re.findall(r"(toko-\d) flask_chatbot\.transports\.hosted message \S+ is \S+ at the gateway", told)) == OPEN
