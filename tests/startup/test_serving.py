"""A rule that needs a handler which is nowhere: the moments at which that is an error, and what still works."""

import logging
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.cli import ScriptInfo

from flask_chatbot import Chatbot, HandlerError
from flask_chatbot.bot.reloading import take
from flask_chatbot.cli.main import chatbot
from flask_chatbot.core.loading.loader import read_rules
from flask_chatbot.testing import Chat, working
from flask_chatbot.transports.simulator import Simulator
from tests.apps import KEY, halo

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
    assert [(each.status_code, each.get_json()) for each in answers] == [
        (200, {"status": "degraded"}),
        (200, {"status": "degraded", "problems": [told]}),
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
