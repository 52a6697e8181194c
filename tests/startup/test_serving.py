"""The start of serving: missing handlers are an error where a message may need them, and the worker goes from a call to a phone."""

import json
import logging
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, FunctionType

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.cli import ScriptInfo
from werkzeug.serving import make_server

from flask_chatbot import Chatbot, HandlerError, Message, Text
from flask_chatbot.bot.reloading import take
from flask_chatbot.cli.main import chatbot
from flask_chatbot.core.loading.loader import read_rules
from flask_chatbot.delivery.gateway import do_nothing
from flask_chatbot.startup.serving import make_if_serving, work_while_serving
from flask_chatbot.testing import Chat, working
from flask_chatbot.transports.faults import AT_ONCE
from flask_chatbot.transports.simulator import Simulator
from tests.apps import KEY, halo
from tests.delivery.apps import API_KEY, BUDI, gateway_app, gateway_of, lines_of

PATIENCE = 30.0  # seconds

RULES = """\
version: 1
rules:
  - {keyword: halo, reply: Halo}
  - {name: harga, keyword: harga, needs: [harga], reply: "{{ harga }}"}
  - {name: dikirim, needs: [resi], reply: "{{ resi }}"}
"""
FACT = "rule 'harga' needs harga, and no handler supplies it. Write one: @bot.rule('harga')"
APOLOGY = "Maaf, sistem kami sedang ada gangguan. Mohon dicoba lagi nanti ya."


@pytest.fixture
def bot() -> Chatbot:
    return Chatbot()


@pytest.fixture
def app(tmp_path: Path, bot: Chatbot) -> Flask:
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    app = Flask("toko", root_path=str(tmp_path), instance_path=str(tmp_path))
    app.add_url_rule("/", "home", lambda: "Toko Maju")
    app.config.update(CHATBOT_WEBHOOK_KEY=KEY, CHATBOT_TRANSPORT=Simulator(), CHATBOT_WORKER="off")
    bot.init_app(app)
    return app


def fact(folder: Path) -> str:
    return f"{folder / 'rules.yaml'}:4:5: {FACT}"


def test_a_handler_may_come_after_init_app(app: Flask, bot: Chatbot) -> None:
    bot.rule("harga")(lambda: {"harga": "Rp1"})
    assert app.test_client().post("/chatbot/webhook", json=halo()).status_code == 200
    assert Chat(app).says("harga") == "Rp1"


def test_the_first_request_of_any_kind_logs_what_is_missing_and_pages_of_the_host_are_answered(
    app: Flask, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert caplog.messages == []
    client = app.test_client()
    assert [client.get("/").get_data(), client.get("/").get_data()] == [b"Toko Maju"] * 2
    said = f"handlers are missing, and customers get an apology instead: {fact(tmp_path)}"
    assert [(each.levelno, each.getMessage()) for each in caplog.records] == [(logging.ERROR, said)]


def test_until_the_handler_is_there_its_rule_apologises_and_all_others_answer(app: Flask, bot: Chatbot) -> None:
    client = app.test_client()

    def replies() -> list[object]:
        answers = [client.post("/chatbot/webhook", json=halo(keyword=keyword)).get_json() for keyword in ("halo", "harga")]
        return [reply["content"] for answer in answers for reply in answer["message"]["reply"]]

    assert replies() == ["Halo", APOLOGY]
    bot.rule("harga")(lambda: {"harga": "Rp1"})
    assert replies() == ["Halo", "Rp1"]


def test_a_health_check_says_what_is_missing(app: Flask, bot: Chatbot, tmp_path: Path) -> None:
    client = app.test_client()
    told = {"file": str(tmp_path / "rules.yaml"), "line": 4, "column": 5, "message": FACT}
    answers = [client.get("/chatbot/healthz", headers={"SecretKey": key}) for key in ("", KEY)]
    line = {
        "line": "simulator",
        "connected": False,
        "seen": answers[1].get_json()["lines"][0]["seen"],
        "reason": (why := "No process that is connected to WhatsApp answered. Is the worker running?"),
    }
    down = {"file": None, "line": None, "column": None, "message": f"Line 'simulator' is not connected. {why}"}
    assert [(each.status_code, each.get_json()) for each in answers] == [
        (200, {"status": "degraded"}),
        (200, {"status": "degraded", "problems": [told, down], "lines": [line]}),
    ]
    bot.rule("harga")(lambda: {"harga": "Rp1"})
    assert client.get("/chatbot/healthz").get_json() == {"status": "ok"}


def test_in_tests_it_is_raised(app: Flask, tmp_path: Path) -> None:
    with pytest.raises(HandlerError) as chat:
        Chat(app).says("halo")
    with pytest.raises(HandlerError) as work, working(app):
        pass
    assert (str(chat.value), str(work.value)) == (fact(tmp_path), fact(tmp_path))


@pytest.mark.parametrize(
    ("command", "output"),
    [
        (["worker"], "Error: {fact}\n"),
        (["try", "--run", "halo"], "Error: {fact}\n"),
        (["chat", "--phone", "6281234567890"], "Error: {fact}\n"),
        (["check"], "{fact}\n{file}: 1 error\n"),
    ],
    ids=lambda each: each[0] if isinstance(each, list) else "",
)
def test_commands_that_answer_messages_say_so_and_exit_with_1(app: Flask, tmp_path: Path, command: list[str], output: str) -> None:
    done = CliRunner().invoke(chatbot, command, obj=ScriptInfo(create_app=lambda: app))
    assert (done.exit_code, done.output) == (1, output.format(fact=fact(tmp_path), file=tmp_path / "rules.yaml"))


def test_a_test_may_ask_for_the_apology(app: Flask) -> None:
    chat = Chat(app, raises=False)
    assert [chat.says("halo"), chat.says("harga")] == ["Halo", APOLOGY]


def test_a_changed_file_is_taken_that_lacks_no_other_handler_than_the_one_in_use(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(RULES.replace("reply: Halo", "reply: Hai"), encoding="utf-8")
    ours = app.extensions["chatbot"].bot
    take(ours, read_rules(tmp_path / "rules.yaml", ours.handlers.additions))
    assert ours.problems == ()
    assert Chat(app, raises=False).says("halo") == "Hai"


def test_a_changed_file_whose_rule_needs_a_missing_handler_is_not_taken(app: Flask, bot: Chatbot, tmp_path: Path) -> None:
    bot.rule("harga")(lambda: {"harga": "Rp1"})
    ours = app.extensions["chatbot"].bot
    (tmp_path / "rules.yaml").write_text(RULES.replace("reply: Halo", "needs: [x], reply: '{{ x }}'"), encoding="utf-8")
    take(ours, read_rules(tmp_path / "rules.yaml", ours.handlers.additions))
    (problem,) = ours.problems
    assert problem.message == "rule 'halo' needs x, and no handler supplies it. Write one: @bot.rule('halo')"
    assert Chat(app).says("halo") == "Halo"


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The address of a server with the app, whose worker ends with it."""
    embedded = work_while_serving(app, app.extensions["chatbot"].bots, lambda: lines_of(app))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}/chatbot"
    finally:
        server.shutdown()
        thread.join(PATIENCE)
        server.server_close()
        assert embedded.end(PATIENCE)


def post(url: str, body: object) -> dict[str, object]:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"SecretKey": API_KEY})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=PATIENCE) as answer:
        told: dict[str, object] = json.load(answer)
        return told


def test_the_first_call_starts_the_worker_which_sends_and_answers(tmp_path: Path) -> None:
    phones = Simulator(receipts=AT_ONCE)
    app = gateway_app(tmp_path, CHATBOT_TRANSPORT=phones)
    gateway_of(app).clock = time.time
    budi = phones.phone(BUDI, name="Budi")
    with served(app) as url:
        post(f"{url}/api/sendwa", {"nohp": BUDI, "pesan": "Pesanan Anda dikirim."})
        budi.waits_for(1, seconds=PATIENCE)
        budi.writes("halo")
        budi.waits_for(2, seconds=PATIENCE)
        assert post(f"{url}/api/getqr", {})["success"] is True
    assert budi.replies == (Text("Pesanan Anda dikirim."), Text("Halo Budi."))


def test_without_a_request_and_for_a_test_client_no_worker_starts(tmp_path: Path) -> None:
    app = gateway_app(tmp_path, CHATBOT_WORKER="thread")
    client = app.test_client()
    client.post("/chatbot/api/sendwa", json={"nohp": BUDI, "pesan": "a"}, headers={"SecretKey": API_KEY})
    assert (gateway_of(app).wake, gateway_of(app).proxy.is_open) == (do_nothing, False)
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("chatbot-worker")] == []


def test_where_the_worker_is_off_no_page_of_the_host_is_asked_first(tmp_path: Path) -> None:
    apps = [gateway_app(tmp_path / worker, CHATBOT_WORKER=worker) for worker in ("off", "thread")]
    assert [len(app.before_request_funcs.get(None, [])) for app in apps] == [0, 1]


def frame_in(module: str, function: str) -> FrameType:
    """A frame of a function of that name in a module of that name, as a server has on its stack while it loads an app."""

    def look() -> FrameType:
        return sys._getframe()

    found: FrameType = FunctionType(look.__code__.replace(co_name=function), {"__name__": module, "sys": sys})()
    return found


@pytest.mark.parametrize(
    ("module", "function", "made"),
    [
        ("gunicorn.workers.base", "load_wsgi", ["made"]),
        ("gunicorn.arbiter", "setup", ["made"]),
        ("flask.cli", "load_app", []),  # for a command that serves nothing
        ("shop", "create_app", []),
    ],
)
def test_the_gateway_is_made_at_once_where_a_server_loads_the_app(module: str, function: str, made: list[str]) -> None:
    calls: list[str] = []
    make_if_serving(lambda: calls.append("made"), frame_in(module, function))  # type: ignore[arg-type,return-value]
    assert calls == made


def test_functions_that_the_webhook_never_calls_are_named_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "rules.yaml").write_text("version: 1\nrules: [{keyword: halo, reply: Halo}]\n", encoding="utf-8")
    app = Flask("toko", root_path=str(tmp_path), instance_path=str(tmp_path))
    app.config.update(CHATBOT_WEBHOOK_KEY=KEY)
    bot = Chatbot(app)

    @bot.on_reaction
    def thanked(message: Message) -> None:
        """Hear of it."""

    for _ in range(2):
        app.test_client().post("/chatbot/webhook", json=halo())
    (told,) = [each for each in caplog.messages if "only texts come by the webhook" in each]
    assert told.endswith("<locals>.thanked")
