"""The examples of the pages, run as their readers would."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from importlib.metadata import version
from pathlib import Path
from time import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from werkzeug.serving import make_server
from werkzeug.test import Client

from flask_chatbot import Chatbot, Document, Image, Text
from flask_chatbot.settings.keys import read_secret
from flask_chatbot.startup.carrying import TASK
from flask_chatbot.testing import Chat
from flask_chatbot.transports.simulator import Simulator
from flask_chatbot.webclient.signing import sign
from tests.docs.pages import EXAMPLES, all_blocks
from tests.docs.sessions import KEY, calls, run
from tests.servers.running import gunicorn

HALO = {"keyword": "halo", "data": [], "webhookkey": KEY, "from": "628111"}
ANSWER = {"success": True, "message": {"reply": [{"type": "message", "content": "Halo Kak!"}]}}
CONFIG = {"CHATBOT_WEBHOOK_KEY": KEY, "SECRET_KEY": "for-sessions-of-this-test"}
Load = Callable[[str, str], Any]


def posted(app: Any, path: str = "/chatbot/webhook") -> Any:
    """What the webhook of an app says to `HALO`."""
    answer = Client(app).post(path, json=HALO)
    return answer.json


def told(command: str, folder: Path) -> str:
    """What a command says of the rules in a folder; of those in a package, it is told the app."""
    is_package = (folder / "__init__.py").is_file()
    return run(f"flask --app {folder.name} chatbot {command}", folder.parent) if is_package else run(f"flask chatbot {command}", folder)


@pytest.mark.process
@pytest.mark.parametrize("folder", sorted({path.parent for path in EXAMPLES.rglob("rules.yaml")}), ids=lambda folder: folder.name)
def test_the_rules_of_an_example_hold_no_mistake(folder: Path) -> None:
    *problems, total = told("check", folder).splitlines()
    assert ([each for each in problems if " is past. " not in each], " rule" in total) == ([], True)  # its holidays pass


@pytest.mark.process
@pytest.mark.parametrize(
    "folder",
    sorted({path.parent for path in EXAMPLES.rglob("rules.yaml") if "tests:" in path.read_text("utf-8")}),
    ids=lambda folder: folder.name,
)
def test_the_tests_in_the_rules_of_an_example_pass(folder: Path) -> None:
    assert re.search(r"^\d+ tests?, none failed$", told("test", folder))


@pytest.mark.process
@pytest.mark.parametrize("folder", ["quickstart", "testing", "factory", "tutorial/step3", "recipes", "databases", "transactions"])
def test_the_tests_that_a_page_shows_pass(folder: str, tmp_path: Path) -> None:
    there = shutil.copytree(EXAMPLES / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    outcome = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=there,
        env={**os.environ, "CHATBOT_WEBHOOK_KEY": KEY},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert (outcome.returncode, outcome.stderr) == (0, ""), outcome.stdout


@pytest.mark.process
def test_the_transport_that_a_page_shows_passes_the_suite(tmp_path: Path) -> None:
    there = shutil.copytree(EXAMPLES / "transport", tmp_path / "transport", ignore=shutil.ignore_patterns("__pycache__"))
    outcome = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", "."],
        cwd=there,
        env={**os.environ, "PYTHONPATH": "."},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stdout  # its server may tell on stderr that a client has hung up, as some tests make one do


@pytest.mark.parametrize(
    ("text", "replies"),
    [
        ("penawaran#Jhon Doe#3", ["Jhon Doe: 3 kaos, Rp195.000."]),
        ("jam buka", ["Kami buka 08.00 sampai 17.00."]),
        (
            "katalog",
            ["Dua berkas:", Image("https://example.com/katalog.png"), Document("https://example.com/katalog.pdf", "", "Katalog.pdf")],
        ),
        ("stok#A1", ["Stok A1: 12"]),
        ("gudang", ["Gudang sedang tutup."]),
        ("rusak", ["Maaf, sistem kami sedang ada gangguan. Mohon dicoba lagi nanti ya."]),
        ("Terima kasih ya", ["Sama-sama!"]),
        ("entah", ["Kata kunci tidak terdaftar."]),
        ("status#1471010101900001", ["Data ************0001 sedang kami periksa."]),
    ],
)
def test_the_handlers_of_the_page_answer_as_it_says(load: Load, text: str, replies: list[object]) -> None:
    assert Chat(load("handlers", "app").app).says(text) == replies


def test_a_handler_of_the_page_knows_who_writes_and_by_which_line(load: Load) -> None:
    app = load("handlers", "app").app
    assert Chat(app, from_="628111").says("jam buka") == "Untuk Anda selalu buka."
    assert Chat(app, from_="628999").says("jam buka") == []
    assert Chat(app).says("stok#A1", line="gudang") == ["Stok A1: 12", Text("- Gudang Toko Maju")]


def test_wrong_values_of_the_page_are_explained(load: Load) -> None:
    app = load("handlers", "app").app
    assert "- Kode: Kode barang tidak dikenal." in Chat(app).says("stok#Z9").text
    assert "- NIK: NIK terdiri dari 16 angka." in Chat(app).says("status#12").text


def test_goods_out_of_stock_are_refused_in_the_shop_s_own_words(load: Load) -> None:
    assert "- Jumlah: Stok gula tinggal 0." in Chat(load("toko", "app").app).says("pesan#Budi#gula#1").text


def test_the_factory_makes_apps_with_a_bot_each(load: Load) -> None:
    create_app = load("mounting", "factory").create_app
    one, two = create_app(), create_app({"CHATBOT_PREFIX": "/wa"})
    assert (posted(one), posted(two, "/wa/webhook"), posted(one, "/chatbot/webhook/")) == (ANSWER, ANSWER, ANSWER)
    assert one.test_client().get("/").text == "Toko Maju"


def test_celery_carries_for_an_app_that_has_it_and_for_one_that_has_none(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATBOT_TRANSPORT", "simulator")
    monkeypatch.setenv("CHATBOT_DATABASE_URL", "postgresql://127.0.0.1:1/nowhere")  # never connected to
    host = load("celery", "host").create_app().extensions["celery"]
    monkeypatch.setenv("CHATBOT_CELERY", "redis://127.0.0.1:1")
    small = load("celery", "small").app.extensions["celery"]
    assert [TASK in each.tasks for each in (host, small)] == [True, True]
    assert (host.amqp.router.route({}, TASK)["queue"].name, small.conf.task_default_queue) == ("chatbot-wakeups", "chatbot")


PLACE = {"SERVER_NAME": "toko.example.com", "PREFERRED_URL_SCHEME": "https"}
ITEM = {"keyword": "katalog#", "data": ["a1"], "webhookkey": KEY, "from": "628111"}


@pytest.mark.skipif(version("flask") < "3.1", reason="Flask 3.0 serves nothing under another name than SERVER_NAME")
def test_a_handler_makes_addresses_by_the_request_or_by_the_configuration(load: Load) -> None:
    create_app = load("factory", "flaskr").create_app
    plain, placed = create_app(), create_app(PLACE)
    called = [app.test_client().post("/chatbot/webhook", json=ITEM, base_url="https://bot.example.org").text for app in (plain, placed)]
    assert ["https://bot.example.org/katalog/A1" in called[0], "https://toko.example.com/katalog/A1" in called[1]] == [True, True]
    assert Chat(placed).says("katalog#a1") == "Lihat https://toko.example.com/katalog/A1"
    assert placed.test_client().get("/katalog/A1").text == "Barang A1"


def test_without_a_request_and_a_server_name_there_is_no_address(load: Load, caplog: pytest.LogCaptureFixture) -> None:
    assert "gangguan" in Chat(load("factory", "flaskr").create_app()).says("katalog#a1").text
    assert "RuntimeError: Unable to build URLs outside an active request" in caplog.text


@pytest.mark.process
def test_the_rules_are_in_the_wheel_of_the_factory(tmp_path: Path) -> None:
    source = shutil.copytree(EXAMPLES / "factory", tmp_path / "source", ignore=shutil.ignore_patterns("__pycache__"))
    command = [
        sys.executable,
        "-m",
        "pip",
        "--no-input",
        "wheel",
        "-q",
        "--no-build-isolation",
        "--no-deps",
        "--no-index",
        "-w",
        str(tmp_path),
    ]
    subprocess.run([*command, str(source)], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    assert sorted(name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info" not in name) == [
        "flaskr/__init__.py",
        "flaskr/bot.py",
        "flaskr/rules.yaml",
    ]


def test_two_branches_answer_at_their_own_addresses(load: Load) -> None:
    bots = load("mounting", "two_bots")
    first, second = (bots.create_branch(name, str(EXAMPLES / "mounting" / "rules.yaml"), KEY) for name in ("pekanbaru", "dumai"))
    site = bots.create_branches(first, second)
    assert (posted(site, "/pekanbaru/chatbot/webhook"), posted(site, "/dumai/chatbot/webhook")) == (ANSWER, ANSWER)


def test_the_webhook_needs_no_csrf_token_and_forms_still_do(load: Load) -> None:
    pytest.importorskip("flask_wtf")
    app = load("mounting", "csrf").create_app(CONFIG)
    assert (posted(app), app.test_client().post("/order").status_code) == (ANSWER, 400)


def test_the_webhook_needs_no_token_of_seasurf_and_forms_still_do(load: Load) -> None:
    pytest.importorskip("flask_seasurf")
    app = load("mounting", "seasurf").create_app(CONFIG)
    assert (posted(app), app.test_client().post("/order").status_code) == (ANSWER, 403)


def test_an_address_that_a_meta_limit_bans_still_reaches_the_webhook(load: Load) -> None:
    client = load("mounting", "meta_limits").create_app(CONFIG).test_client()
    assert [client.get("/").status_code for _ in range(3)] == [200, 429, 429]
    assert client.get("/static/missing.css").status_code == 429  # banned from all pages
    assert [client.post("/chatbot/webhook", json=HALO).json for _ in range(3)] == [ANSWER] * 3


def test_a_browser_may_ask_whether_it_may_call_the_api(load: Load, tmp_path: Path) -> None:
    pytest.importorskip("flask_cors")
    database = f"sqlite:///{tmp_path}/chatbot.sqlite"
    config = {**CONFIG, "CHATBOT_API_KEY": "a-key-for-tests", "CHATBOT_TRANSPORT": Simulator(), "CHATBOT_DATABASE_URL": database}
    client = load("mounting", "cors").create_app(config).test_client()
    asked = {"Origin": "https://office.example.com", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "SecretKey"}
    answers = [client.options(f"/chatbot/{path}", headers=asked) for path in ("api/sendwa", "webhook")]
    allowed = [(each.status_code, each.headers.get("Access-Control-Allow-Origin")) for each in answers]
    assert allowed == [(204, "https://office.example.com"), (405, None)]
    assert answers[0].headers["Access-Control-Allow-Headers"] == "SecretKey"
    called = client.post("/chatbot/api/groups", headers={"Origin": "https://office.example.com"})
    assert (called.status_code, called.headers["Access-Control-Allow-Origin"]) == (400, "https://office.example.com")


@pytest.mark.usefixtures("logging_restored")
@pytest.mark.filterwarnings("ignore:'get_engine' is deprecated:DeprecationWarning")
def test_the_migrations_of_the_app_leave_the_tables_of_the_bot_alone(load: Load, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    flask_migrate = pytest.importorskip("flask_migrate")
    from flask_chatbot.database.tables import metadata

    database = f"sqlite:///{tmp_path}/toko.sqlite"
    example = load("mounting", "migrate")
    app = example.create_app({**CONFIG, "CHATBOT_DATABASE_URL": database, "SQLALCHEMY_DATABASE_URI": database})
    with app.app_context():
        metadata.create_all(example.db.engine)
        flask_migrate.init(str(tmp_path / "migrations"))
        flask_migrate.migrate(str(tmp_path / "migrations"))
        example.db.engine.dispose()
    (script,) = (tmp_path / "migrations" / "versions").glob("*.py")
    assert re.findall(r"op\.\w+_table\('(\w+)'", script.read_text("utf-8")) == ["order", "order"]
    assert "Flask-Migrate" not in caplog.text
    assert posted(app) == ANSWER


def test_the_webhook_passes_the_login_and_nobody_else_does(load: Load) -> None:
    app = load("mounting", "login").create_app(CONFIG)
    assert (posted(app), app.test_client().get("/").location) == (ANSWER, "/login")
    assert app.test_client().get("/chatbot/healthz").json == {"status": "ok"}


def test_refusals_are_json_beside_html_error_pages(load: Load) -> None:
    client = load("mounting", "error_pages").create_app(CONFIG).test_client()
    answers = [
        client.post("/chatbot/webhook", json={**HALO, "webhookkey": "no"}, headers={"Accept": "text/html"}),
        client.get("/chatbot/webhook"),
        client.get("/chatbot/other"),
    ]
    assert [(answer.status_code, answer.mimetype) for answer in answers] == [
        (401, "application/json"),
        (405, "application/json"),
        (404, "text/html"),
    ]


def test_the_webhook_answers_below_a_prefix(load: Load) -> None:
    proxied = load("mounting", "proxied")
    assert posted(proxied.create_site(proxied.create_app(CONFIG)), "/toko/chatbot/webhook") == ANSWER


def test_the_wsgi_app_answers(load: Load) -> None:
    answer = posted(load("deploy", "wsgi").app)
    assert answer == {"success": True, "message": {"reply": [{"type": "message", "content": "Halo!"}]}}


def test_a_health_check_says_what_the_page_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rules = tmp_path / "rules.yaml"
    rules.write_text((EXAMPLES / "deploy" / "rules.yaml").read_text("utf-8"), "utf-8")
    app = Flask("shop", root_path=str(tmp_path))
    app.config.update(CONFIG)
    Chatbot(app)
    rules.write_text(rules.read_text("utf-8").replace("reply:", "repply:"), "utf-8")
    known = app.test_client().get("/chatbot/healthz", headers={"SecretKey": KEY}).json
    rules.write_text(rules.read_text("utf-8").replace("repply:", "reply:"), "utf-8")
    mended = Flask("mended", root_path=str(tmp_path))
    mended.config.update(CONFIG)
    Chatbot(mended)
    shown = [json.loads(block.text) for block in all_blocks("json") if block.page == "deploying.md"]
    assert [mended.test_client().get("/chatbot/healthz").json, known] == shown


@pytest.mark.process
@pytest.mark.skipif(sys.platform == "win32", reason="gunicorn does not run there")
def test_gunicorn_takes_its_configuration() -> None:
    pytest.importorskip("gunicorn")
    outcome = subprocess.run(
        [sys.executable, "-m", "gunicorn", "--check-config", "wsgi:app"],
        cwd=EXAMPLES / "deploy",
        env={**os.environ, "CHATBOT_WEBHOOK_KEY": KEY, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert (outcome.returncode, outcome.stderr) == (0, "")


@pytest.mark.process
def test_the_laundry_of_the_tutorial_is_served_as_its_last_page_says(tmp_path: Path) -> None:
    pytest.importorskip("gunicorn")
    here = EXAMPLES / "tutorial" / "step3"
    body = json.dumps({"keyword": "status#", "data": ["7"], "webhookkey": KEY, "from": "6281234567890"})
    with gunicorn("app:app", tmp_path, f"--chdir={here}", CHATBOT_WEBHOOK_KEY=KEY, PYTHONDONTWRITEBYTECODE="1") as server:
        connection = HTTPConnection("127.0.0.1", server.port)
        connection.request("POST", "/chatbot/webhook", body)
        answer = connection.getresponse().read().decode()
        connection.close()
    (shown,) = [block.text.strip() for block in all_blocks("json") if block.page == "tutorial/python.md"]
    assert answer == shown


def contract_app() -> Flask:
    """An app with the rules of the contract page."""
    app = Flask("contract", root_path=str(EXAMPLES / "contract"))
    app.config["CHATBOT_WEBHOOK_KEY"] = KEY
    Chatbot(app)
    return app


@pytest.fixture
def address() -> Iterator[str]:
    """The webhook of that app, at a real server on loopback."""
    server = make_server("127.0.0.1", 0, contract_app())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/chatbot/webhook"
    server.shutdown()
    thread.join()
    server.server_close()


def expected() -> Any:
    """The answer that the contract page shows."""
    return json.loads((EXAMPLES / "contract" / "answer.json").read_text("utf-8"))


def test_the_python_client_gets_the_answer_of_the_page(load: Load, address: str) -> None:
    ask = load("contract", "client").ask
    assert ask(address, KEY, "penawaran#", ["Jhon Doe", "jhon@example.com"], "6282386000000") == expected()["message"]["reply"]
    with pytest.raises(ValueError, match=r"^Unauthorized$"):
        ask(address, "no", "halo", [], "628111")


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/chatbot/webhook", (200, None)),
        ("/chatbot/webhook/", (200, None)),
        ("//chatbot/webhook", (200, None)),
        ("/chatbot//webhook", (308, "/chatbot/webhook")),
        ("/chatbot/webhook//", (308, "/chatbot/webhook/")),
    ],
)
def test_slashes_too_many_get_what_the_page_says(address: str, path: str, answer: tuple[int, str | None]) -> None:
    server = urlsplit(address)
    connection = HTTPConnection(str(server.hostname), server.port)
    connection.request("POST", path, json.dumps(HALO), {"Content-Type": "application/json"})
    got = connection.getresponse()
    location = got.headers["Location"]
    connection.close()
    assert (got.status, location and urlsplit(location).path) == answer


@pytest.mark.process
@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
def test_the_curl_command_of_the_page_prints_its_answer(address: str) -> None:
    (block,) = [block for block in all_blocks("console") if "$ curl" in block.text]
    (call,) = calls(block.text)
    command = call.command.replace("http://127.0.0.1:5000/chatbot/webhook", address)
    assert shlex.split(command) != shlex.split(call.command)
    assert run(command, block.folder) == call.printed.rstrip("\n")


def test_the_messages_of_the_page_get_the_answers_of_the_page() -> None:
    client = contract_app().test_client()
    sent = {name: (EXAMPLES / "contract" / f"{name}.json").read_text("utf-8") for name in ("with_fields", "plain")}
    answers = {name: client.post("/chatbot/webhook", data=body).json for name, body in sent.items()}
    greeting = {"success": True, "message": {"reply": [{"type": "message", "content": "Halo Jhon Doe!"}]}}
    assert answers == {"with_fields": expected(), "plain": greeting}


@pytest.mark.parametrize("page", ["quickstart.md", "id/mulai-cepat.md"])
def test_the_call_of_a_first_page_gets_the_answer_below_it(load: Load, page: str) -> None:
    shown = [block for block in all_blocks("sh", "json") if block.page == page]
    (call,) = [block for block in shown if "curl " in block.text]
    answer = shown[shown.index(call) + 1]
    command = shlex.split(call.text.replace("'$CHATBOT_WEBHOOK_KEY'", KEY))
    app = load(call.folder.name, "app").app
    said = app.test_client().post("/chatbot/webhook", data=command[command.index("-d") + 1])
    assert said.text == answer.text.rstrip("\n")


def test_the_receiver_of_the_page_believes_what_is_signed_and_nothing_else(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATBOT_SIGNING_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    client = load("gateway", "receiver").app.test_client()
    body, now = b'{"msgid": "3EB0E634D91BA94E84B8", "ack": 3}', int(time())
    headers = {"Webhook-Id": "msg_1", "Webhook-Timestamp": str(now), "Content-Type": "application/json"}
    secrets = [b"another", read_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    answers = [
        client.post("/acks", data=body, headers={**headers, "Webhook-Signature": sign(known, "msg_1", now, body)})
        for known in (secrets, secrets[:1])
    ]
    assert [answer.status_code for answer in answers] == [204, 401]


def test_the_answer_of_the_gateway_page_has_the_form_of_one(load: Load, tmp_path: Path) -> None:
    config = {"CHATBOT_API_KEY": "a-key-for-tests", "CHATBOT_TRANSPORT": Simulator(runs_anywhere=True)}
    app = load("gateway", "app").create_app({**config, "CHATBOT_DATABASE_URL": f"sqlite:///{tmp_path}/page.sqlite"})
    sent = {"nohp": "0812-3456-7890", "pesan": "Halo Budi, pesanan Anda sudah dikirim."}
    answer = app.test_client().post("/chatbot/api/sendwa", json=sent, headers={"SecretKey": "a-key-for-tests"}).json
    shown = json.loads((EXAMPLES / "gateway" / "accepted.json").read_text("utf-8"))
    changing = {name: shown["message"][name] for name in ("id", "timestamp")}
    assert {**answer, "message": {**answer["message"], **changing}} == shown


@pytest.mark.process
@pytest.mark.parametrize("name", ["contract/client.php", "contract/webhook.php", "gateway/acks.php", "gateway/send.php"])
def test_the_php_of_the_pages_is_well_formed(name: str) -> None:
    path = EXAMPLES / name
    if php := shutil.which("php"):
        subprocess.run([php, "-l", str(path)], check=True, capture_output=True)
    code = re.sub(r"'(?:[^'\\]|\\.)*'|//.*", "''", path.read_text("utf-8"))
    assert code.startswith("<?php\n")
    assert [code.count(opening) - code.count(closing) for opening, closing in ("()", "[]", "{}")] == [0, 0, 0]


def check_jsonschema(*files: Path) -> tuple[int, str]:
    """What an independent validator says of rule files."""
    pytest.importorskip("check_jsonschema")
    schema = EXAMPLES.parents[1] / "flask_chatbot" / "core" / "schema" / "rules.schema.json"
    command = [sys.executable, "-m", "check_jsonschema", "--schemafile", str(schema), *map(str, files)]
    outcome = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, check=False)
    return outcome.returncode, outcome.stdout + outcome.stderr


@pytest.mark.process
def test_editors_find_no_mistake_in_our_rule_files() -> None:
    code, told = check_jsonschema(EXAMPLES.parents[1] / "rules.yaml", *EXAMPLES.rglob("rules.yaml"))
    assert code == 0, told


@pytest.mark.process
@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("{keyword: halo, repply: x}", "repply"),
        ("{keyword: halo, fallback: perhaps}", "'perhaps' is not of type 'boolean'"),
        ("{keyword: 'a#', fields: [{nama: {typ: email}}]}", "typ"),
        ("{keyword: halo, reply: {location: {lat: 100, lng: 0}}}", "100 is greater than the maximum of 90"),
        ("{keyword: halo, reply: {image: {caption: x}}}", "'url' is a required property"),
        ("{keyword: halo, on_invalid: shout}", "'shout' is not one of"),
    ],
)
def test_editors_find_what_the_schema_forbids(rule: str, told: str, tmp_path: Path) -> None:
    broken = tmp_path / "rules.yaml"
    broken.write_text(f"version: 1\nrules:\n  - {rule}\n", "utf-8")
    code, output = check_jsonschema(broken)
    assert code == 1
    assert told in output


@pytest.mark.process
def test_editors_take_words_that_yaml_reads_as_something_else(tmp_path: Path) -> None:
    odd = tmp_path / "rules.yaml"
    odd.write_text("version: 1\nrules:\n  - {keyword: [no, on, 1, 010, 08:00, 1.10], reply: 6281234567890}\n", "utf-8")
    assert check_jsonschema(odd)[0] == 0


def test_the_settings_for_vs_code_name_the_schema_as_the_page_writes_it() -> None:
    settings = json.loads((EXAMPLES / "editors" / "settings.json").read_text("utf-8"))
    modeline = (EXAMPLES / "editors" / "rules.yaml").read_text("utf-8").splitlines()[0]
    assert list(settings["yaml.schemas"]) == ["./rules.schema.json"]
    assert modeline == "# yaml-language-server: $schema=rules.schema.json"


def test_the_apps_own_login_opens_the_console(load: Load) -> None:
    app = load("console", "guarded").create_app(CONFIG)
    client = app.test_client()
    assert client.get("/chatbot/console/chat").location == "/login"
    with client.session_transaction() as session:
        session["name"] = "ani"
    assert client.get("/chatbot/console/chat").status_code == 200
