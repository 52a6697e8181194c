"""Lines with rules of their own: who answers what, reloads, handlers, commands, and what is told of mistakes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from flask.cli import ScriptInfo

from flask_chatbot import Chatbot, Text
from flask_chatbot.bot.reloading import POLLER
from flask_chatbot.cli.main import chatbot
from flask_chatbot.errors import ConfigError, HandlerError, RulesError
from flask_chatbot.testing import Chat, Replies
from flask_chatbot.transports.simulator import Simulator
from tests.cli.shops import runner
from tests.delivery.apps import BUDI
from tests.lines.two_lines import TwoLines, texts

TOKO = """\
version: 1
rules:
  - {name: harga, keyword: harga, reply: Harga satuan.}
  - name: pesan
    keyword: pesan
    ask: [barang: Barang apa?]
    save: {to: pesanan, states: [baru, dikirim]}
    reply: "Tercatat: {{ barang }}."
tests: [{send: harga, reply: Harga satuan.}]
"""
GROSIR = """\
version: 1
rules:
  - {name: partai, keyword: harga, reply: Harga partai.}
  - {name: karton, keyword: karton, reply: Satu karton 24.}
  - name: tawar
    keyword: tawar
    menu: [Setuju: partai, Batal: karton]
    reply: "Pilih:"
tests: [{send: harga, reply: Harga partai.}]
"""
KEYS = {"toko": "kunci-api-toko", "grosir": "kunci-api-grosir"}
HOOKS = {"grosir": "kunci-webhook-grosir", "lain": "kunci-webhook-lain"}


class Shop(TwoLines):
    """Two lines, of which `grosir` has rules of its own."""

    def __init__(self, folder: Path, bot: Chatbot | None = None, rules: str = TOKO, grosir: str = GROSIR, **config: object) -> None:
        self.folder = folder
        self.file = folder / "grosir.yaml"
        self.file.write_text(grosir, encoding="utf-8")
        lines = {
            "toko": Simulator(name="toko", number="628110000001"),
            "grosir": {"transport": Simulator(name="grosir", number="628110000002"), "rules": str(self.file)},
        }
        super().__init__(folder, bot, rules, **{"CHATBOT_LINES": lines, "CHATBOT_WEBHOOK_KEY": HOOKS, "CHATBOT_API_KEY": KEYS, **config})
        self.toko, self.grosir = (self.simulator(name) for name in ("toko", "grosir"))

    def simulator(self, name: str) -> Simulator:
        found = self.line(name).transport
        assert isinstance(found, Simulator)
        return found

    def run(self, *arguments: str, typed: str = "") -> Result:
        info = ScriptInfo(create_app=lambda: self.app, set_debug_flag=False)
        return runner().invoke(chatbot, arguments, input=typed, obj=info, catch_exceptions=False)


@pytest.fixture
def make(tmp_path: Path) -> Any:
    made: list[Shop] = []

    def shop(*given: Any, **config: Any) -> Shop:
        made.append(Shop(tmp_path, *given, **config))
        return made[-1]

    yield shop
    for each in made:
        each.close()


Make = Callable[..., Shop]


def says(app: Flask, key: str, text: str) -> object:
    body = {"keyword": text, "data": [], "webhookkey": key, "from": BUDI}
    answer: Any = app.test_client().post("/chatbot/webhook", json=body).json
    return [reply["content"] for reply in answer["message"]["reply"]]


def said(replies: Replies) -> list[str]:
    return [reply.text for reply in replies if isinstance(reply, Text)]


def test_each_line_is_answered_by_its_own_rules_and_menus_and_forms_stay_there(make: Make) -> None:
    shop = make()
    with shop.working():
        assert shop.writes(shop.toko, "harga") == ["Harga satuan."]
        assert shop.writes(shop.grosir, "harga") == ["Harga partai."]
        assert "barang" in shop.writes(shop.toko, "pesan")[0].lower()
        assert shop.writes(shop.grosir, "tawar") == []  # buttons, which are no text
        assert texts(shop.budi(shop.grosir), 2) == ["Harga partai."]
        shop.budi(shop.grosir).writes("2")
        assert texts(shop.budi(shop.grosir), 3) == ["Harga partai.", "Satu karton 24."]
        assert shop.writes(shop.toko, "kopi") == ["Tercatat: kopi."]


def test_a_webhook_key_with_the_name_of_a_line_is_answered_by_its_rules_and_any_other_by_the_apps(make: Make) -> None:
    shop = make()
    assert says(shop.app, HOOKS["grosir"], "karton") == ["Satu karton 24."]
    assert [says(shop.app, key, "harga") for key in HOOKS.values()] == [["Harga partai."], ["Harga satuan."]]


def test_calls_that_are_kept_are_answered_by_the_same_rules(make: Make) -> None:
    shop = make(CHATBOT_KEEP_MESSAGES="30 days")
    assert says(shop.app, HOOKS["grosir"], "harga") == ["Harga partai."]
    why = shop.run("why", BUDI).stdout
    assert ("partai" in why, "changed" in why) == (True, False)
    shop.app.extensions["chatbot"].bots.of("grosir").use(shop.app.extensions["chatbot"].bot.book)
    assert "the rules have changed since then" in shop.run("why", BUDI).stdout


def test_a_changed_file_is_taken_by_its_line_and_a_broken_one_leaves_the_other_line_alone(make: Make) -> None:
    shop = make()
    assert says(shop.app, HOOKS["grosir"], "harga") == ["Harga partai."]
    shop.file.write_text(GROSIR.replace("partai.", "partai baru."), encoding="utf-8")
    (shop.folder / "rules.yaml").write_text("version: 1\nrules: [{keyword: harga, repply: x}]\n", encoding="utf-8")
    for _ in range(2):
        POLLER.look()
    assert [says(shop.app, key, "harga") for key in HOOKS.values()] == [["Harga partai baru."], ["Harga satuan."]]
    health: Any = shop.app.test_client().get("/chatbot/healthz", headers={"SecretKey": HOOKS["lain"]}).json
    assert [Path(each["file"]).name for each in health["problems"] if each["file"]] == ["rules.yaml"]


def test_a_rule_with_a_handler_may_move_from_one_file_to_another_while_the_app_runs(make: Make) -> None:
    bot = Chatbot()

    @bot.rule("karton")
    def pack() -> str:
        return "Satu karton 48."

    shop = make(bot)
    line = "  - {name: karton, keyword: karton, reply: Satu karton 24.}\n"
    says(shop.app, HOOKS["lain"], "karton")
    (shop.folder / "rules.yaml").write_text(TOKO.replace("tests:", f"{line}tests:"), encoding="utf-8")
    shop.file.write_text(GROSIR.replace(line, "").replace(", Batal: karton", ""), encoding="utf-8")
    for _ in range(3):
        POLLER.look()
    assert [says(shop.app, key, "karton") for key in HOOKS.values()] == [[], ["Satu karton 48."]]
    assert shop.app.extensions["chatbot"].bots.problems == ()


def test_handlers_answer_for_rules_of_any_file_and_a_keyword_of_python_counts_on_each_line(make: Make) -> None:
    bot = Chatbot()

    @bot.keyword("stok#", fields=["kode"])
    def stock(kode: str) -> str:
        return f"Stok {kode}."

    shop = make(bot)

    @bot.rule("karton")
    def pack() -> str:
        return "Satu karton 48."

    @bot.fallback
    def unknown() -> str:
        return "Maaf?"

    client = Chat(shop.app, line="grosir")
    assert [said(client.says(text)) for text in ("karton", "stok#K1", "apa ini")] == [["Satu karton 48."], ["Stok K1."], ["Maaf?"]]
    assert [said(client.says(text, line="toko")) for text in ("karton", "stok#K1")] == [["Maaf?"], ["Stok K1."]]


def test_a_handler_without_a_rule_in_any_file_is_told_with_all_files(make: Make) -> None:
    bot = Chatbot()

    @bot.rule("kartn")
    def pack() -> str:
        return ""

    with pytest.raises(RulesError, match=r"there is no such rule\. Did you mean 'karton'\?"):
        make(bot)
    shop = make(Chatbot())
    with pytest.raises(HandlerError, match=r"The rules are in .*rules\.yaml, .*grosir\.yaml\."):
        shop.bot.rule("xyz")(lambda: "")


def test_what_a_keyword_of_python_breaks_in_one_file_changes_none(make: Make) -> None:
    shop = make()
    with pytest.raises(HandlerError, match="karton"):
        shop.bot.keyword("karton")(lambda: "Dari Python.")
    assert said(Chat(shop.app, line="toko").says("karton")) == []


def test_send_takes_a_rule_of_the_line_by_which_it_goes_else_of_another(make: Make) -> None:
    shop = make()
    with shop.working(), shop.app.app_context():
        shop.bot.send(BUDI, rule="karton", line="grosir")
        shop.bot.send(BUDI, rule="karton", line="toko")
        assert texts(shop.budi(shop.grosir), 1) == texts(shop.budi(shop.toko), 1) == ["Satu karton 24."]


def test_rows_of_all_files_are_listed_and_moved_by_any_key(make: Make) -> None:
    shop = make()
    with shop.working():
        shop.writes(shop.toko, "pesan")
        shop.writes(shop.toko, "kopi")
    client, headers = shop.app.test_client(), {"SecretKey": KEYS["grosir"]}
    listed: Any = client.get("/chatbot/api/saved/pesanan", headers=headers).json
    moved: Any = client.post("/chatbot/api/saved/pesanan/1", json={"state": "dikirim"}, headers=headers).json
    assert ([row["fields"] for row in listed["message"]["rows"]], moved["message"]["state"]) == ([{"barang": "kopi"}], "dikirim")
    assert "kopi" in shop.run("saved", "pesanan").stdout


def test_check_and_test_are_for_all_files_or_for_those_of_one_line(make: Make) -> None:
    shop = make()
    assert [shop.run("check", *more).stdout.splitlines() for more in ([], ["--line", "grosir"])] == [
        [f"{shop.folder / 'rules.yaml'}: 2 rules, no problems", f"{shop.file}: 3 rules, no problems"],
        [f"{shop.file}: 3 rules, no problems"],
    ]
    assert [shop.run("test", *more).stdout.splitlines()[-1] for more in ([], ["--line", "toko"])] == [
        "2 tests, none failed",
        "1 test, none failed",
    ]
    shop.file.write_text(GROSIR.replace("send: harga, reply: Harga partai.", "send: harga, reply: Lain."), encoding="utf-8")
    assert [shop.run("test", *more).exit_code for more in ([], ["--line", "toko"], ["--line", "grosir"])] == [1, 0, 1]


def test_try_chat_and_rules_are_for_the_line_that_is_named(make: Make) -> None:
    shop = make(rules=TOKO + "settings: {groups: never}\n")
    tried = [
        json.loads(shop.run("try", "harga", "--format", "json", *more).stdout) for more in ([], ["--line", "grosir"], ["--line", "toko"])
    ]
    assert [each["rule"] for each in tried] == ["harga", "partai", "harga"]
    assert "Satu karton 24." in shop.run("chat", "--line", "grosir", typed="karton\n\n").stdout
    assert "karton" in shop.run("rules", "--line", "grosir").stdout


def test_a_conversation_through_the_whole_app_has_the_rules_and_the_name_of_the_line(make: Make) -> None:
    shop = make(grosir=GROSIR.replace("keyword: karton,", "keyword: karton, when: {line: grosir},"))
    assert "Satu karton 24." in shop.run("chat", "--phone", BUDI, "--line", "grosir", typed="karton\n\n").stdout


@pytest.mark.parametrize("command", [["try", "harga"], ["chat"], ["check"], ["test"], ["rules"], ["chat", "--phone", BUDI]])
def test_a_line_that_is_not_there_is_told_with_a_guess(make: Make, command: list[str]) -> None:
    result = make().run(*command, "--line", "grosr")
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (2, "Error: There is no line 'grosr'. Did you mean 'grosir'?")


def test_a_line_and_files_together_are_refused(make: Make) -> None:
    result = make().run("check", "rules.yaml", "--line", "grosir")
    told = "Error: --line chooses among the rule files of an app. Name the app, and no FILES: flask --app shop ..."
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (2, told)


def test_mistakes_of_all_files_come_together_each_once(make: Make) -> None:
    with pytest.raises(RulesError) as caught:
        make(rules="version: 1\nrules: [{keyword: a, repply: b}]\n", grosir="version: 1\nrules: [{keyword: a, replly: b}]\n")
    assert [Path(each.mark.file).name for each in caught.value.problems] == ["rules.yaml", "grosir.yaml"]


def test_a_file_that_is_not_there_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(TOKO, encoding="utf-8")
    app = Flask("shop", root_path=str(tmp_path), instance_path=str(tmp_path))
    app.config["CHATBOT_LINES"] = {name: {"transport": "simulator", "rules": str(tmp_path / f"{name}.yml")} for name in ("toko", "grosir")}
    with pytest.raises(ConfigError) as caught:
        Chatbot(app)
    assert [each.message.partition(".yml")[2].partition(" Correct ")[2] for each in caught.value.problems] == [
        f"'rules' of the line '{name}' in CHATBOT_LINES: its path is relative to the current folder." for name in ("toko", "grosir")
    ]


@pytest.mark.parametrize(("keys", "is_enough"), [(None, True), ({"toko": "kunci-panjang"}, True), ("kunci-panjang", False)])
def test_lines_that_all_have_rules_need_no_further_file_unless_somebody_else_is_answered(
    tmp_path: Path, keys: object, is_enough: bool
) -> None:
    (tmp_path / "satu.yaml").write_text(TOKO, encoding="utf-8")
    app = Flask("shop", root_path=str(tmp_path), instance_path=str(tmp_path))
    rules = {"rules": str(tmp_path / "satu.yaml")}
    app.config["CHATBOT_LINES"] = {name: {"transport": "simulator", **rules} for name in ("toko", "grosir")}
    app.config["CHATBOT_WEBHOOK_KEY"] = keys
    if not is_enough:
        with pytest.raises(ConfigError, match="There is no rule file"):
            Chatbot(app)
        return
    Chatbot(app)
    assert [bot.path.name for bot in app.extensions["chatbot"].bots] == ["satu.yaml"]
    assert said(Chat(app, line="grosir").says("harga")) == ["Harga satuan."]
