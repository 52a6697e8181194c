"""The commands, as typed: through ``flask chatbot`` itself where the app matters, else the group alone."""

import json
import os
import subprocess
import sys
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import ScriptInfo

from flask_chatbot import Chatbot
from flask_chatbot.cli.main import chatbot
from flask_chatbot.core.schema.shape import SCHEMA
from flask_chatbot.core.schema.translated import rewritten
from tests.cli.shops import runner
from tests.forked import flask

pytestmark = pytest.mark.usefixtures("folder")

GOOD = """\
version: 1
rules:
  - name: salam
    keyword: [halo, hai]
    reply: Halo {{ nama or 'Kak' }}!
  - keyword: pesan#
    priority: 2
    fields: [barang, {jumlah: {type: integer, min: 1}}, {kapan: {type: date, default: besok}}]
    reply:
      - "{{ barang }}: {{ jumlah }}, {{ kapan | date }}"
      - image: {url: https://example.com/a.png, caption: Ini}
      - contact: {name: Admin, numbers: ["628111111111"]}
  - name: diam
    keyword: diam
    reply: []
"""
BAD = "version: 1\nrules:\n  - keyword: halo\n    repply: x\n  - keyword: hai\n    reply: '{{ namaa }}'\n"
BAD_LINES = [
    "rules.yaml:4:5: unknown key 'repply'. Did you mean 'reply'?",
    "rules.yaml:6:16: unknown name 'namaa'. Did you mean 'nama'?",
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with GOOD rules in it, and the current one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules.yaml").write_text(GOOD, "utf-8")
    return tmp_path


def run(*arguments: str, typed: str = "", color: bool = False, **environ: str) -> Result:
    """The outcome of ``flask chatbot`` with these arguments, in a folder without an app."""
    return CliRunner().invoke(chatbot, arguments, input=typed, obj=ScriptInfo(), catch_exceptions=False, color=color, env=environ)


def test_the_version_is_printed() -> None:
    outcome = run("--version")
    assert (outcome.exit_code, outcome.output) == (0, f"flask_chatbot, version {version('flask-chatbot')}\n")


@pytest.mark.parametrize("command", [[], ["check"], ["db", "upgrade"], ["run"]], ids=" ".join)
def test_each_command_explains_itself_by_a_short_option_as_well(command: list[str]) -> None:
    short, long = run(*command, "-h"), run(*command, "--help")
    assert (short.exit_code, short.output) == (0, long.output)


def test_check_passes_good_rules() -> None:
    outcome = run("check")
    assert (outcome.exit_code, outcome.output) == (0, "rules.yaml: 3 rules, no problems\n")


def test_check_tells_every_problem_with_its_place(folder: Path) -> None:
    (folder / "rules.yaml").write_text(BAD, "utf-8")
    outcome = run("check")
    assert (outcome.exit_code, outcome.output.splitlines()) == (1, [*BAD_LINES, "rules.yaml: 2 errors"])


def test_check_takes_several_files_and_fails_for_one_of_them(folder: Path) -> None:
    (folder / "bad.yaml").write_text(BAD, "utf-8")
    outcome = run("check", "rules.yaml", "bad.yaml")
    assert outcome.exit_code == 1
    assert outcome.output.splitlines()[-2:] == ["rules.yaml: 3 rules, no problems", "bad.yaml: 2 errors"]


def test_check_tells_of_a_file_that_is_not_there() -> None:
    outcome = run("check", "none.yaml")
    assert (outcome.exit_code, outcome.output.splitlines()[0]) == (
        1,
        "none.yaml:1:1: there is no such file. That folder has rules.yaml.",
    )


def test_check_speaks_json(folder: Path) -> None:
    (folder / "rules.yaml").write_text(BAD, "utf-8")
    outcome = run("check", "--format", "json")
    assert json.loads(outcome.output) == [
        {"file": "rules.yaml", "line": 4, "column": 5, "severity": "error", "message": "unknown key 'repply'. Did you mean 'reply'?"},
        {"file": "rules.yaml", "line": 6, "column": 16, "severity": "error", "message": "unknown name 'namaa'. Did you mean 'nama'?"},
    ]


def test_check_without_problems_is_an_empty_json_list() -> None:
    assert json.loads(run("check", "--format", "json").output) == []


def test_check_marks_lines_for_github_and_escapes_what_its_commands_mean(folder: Path) -> None:
    (folder / "a,b.yaml").write_text("version: 1\nrules:\n  - keyword: '50%: x'\n    reply: {50%: a}\n", "utf-8")
    outcome = run("check", "a,b.yaml", "--format", "github")
    assert outcome.output.splitlines() == [
        "::error file=a%2Cb.yaml,line=4,col=13::'50%25: a' was read as a key and its value. Put quotes around this text: \"50%25: a\""
    ]


@pytest.mark.process
def test_check_works_when_the_app_does_not_start(folder: Path) -> None:
    (folder / "app.py").write_text("from flask import Flask\nfrom flask_chatbot import Chatbot\napp = Flask(__name__)\nChatbot(app)\n")
    (folder / "rules.yaml").write_text(BAD, "utf-8")
    outcome = flask("--app", "app.py", "chatbot", "check")
    assert (outcome.returncode, outcome.stdout.splitlines()) == (1, [*BAD_LINES, "rules.yaml: 2 errors"])
    said = outcome.stderr.splitlines()
    assert said[0] == "The app does not start, so the rules are read without it. It says:"
    assert said[1].startswith("CHATBOT_WEBHOOK_KEY is not set")


LINES_WRONG = """\
CHATBOT_LINES in the environment: it begins like JSON, but cannot be read. This is not valid JSON: Expecting value at line 1, column 10.
rules.yaml: 1 rule, no problems
the app: 1 error
"""


@pytest.mark.parametrize("is_app", [True, False])
def test_lines_that_cannot_be_read_are_an_error_of_the_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_app: bool) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules.yaml").write_text("version: 1\nrules: [{keyword: toko, reply: Toko!}]\n")

    def create_app() -> Flask:
        app = Flask("shop", root_path=str(tmp_path))
        Chatbot(app)
        return app

    environ = {"CHATBOT_LINES": '{"toko": ', "CHATBOT_WEBHOOK_KEY": "a-key-of-this-test"}
    host = ScriptInfo(create_app=create_app) if is_app else ScriptInfo()
    outcome = runner().invoke(chatbot, ["check"], obj=host, env=environ)
    assert (outcome.exit_code, outcome.stdout) == (1, LINES_WRONG)
    annotated = runner().invoke(chatbot, ["check", "--format", "github"], obj=host, env=environ)
    assert annotated.stdout == f"::error::{LINES_WRONG.splitlines()[0]}\n"


@pytest.mark.process
def test_the_rules_of_the_app_are_used_where_there_is_one(folder: Path) -> None:
    (folder / "shop.yaml").write_text("version: 1\nrules: [{keyword: toko, reply: Toko!}]\n")
    app = "from flask import Flask\nfrom flask_chatbot import Chatbot\napp = Flask(__name__)\n"
    app += "app.config['CHATBOT_WEBHOOK_KEY'] = 'a-key-of-this-test'\nChatbot(app, rules='shop.yaml')\n"
    (folder / "app.py").write_text(app)
    outcome = flask("--app", "app.py", "chatbot", "try", "toko")
    assert (outcome.stdout.splitlines(), outcome.stderr) == (["rule   toko  (shop.yaml:2:9, by its keyword)", "reply  Toko!"], "")


def test_try_shows_rule_place_fields_and_replies() -> None:
    outcome = run("try", "pesan#kopi#3", "--at", "2026-11-22 23:30")
    assert outcome.output.splitlines() == [
        "rule   pesan#  (rules.yaml:6:5, by its keyword with #)",
        "field  barang: kopi",
        "field  jumlah: 3",
        "field  kapan: 2026-11-23",
        "reply  kopi: 3, 23 November 2026",
        "reply  [image] https://example.com/a.png, Ini",
        "reply  [contact] Admin, 628111111111",
    ]


def test_try_speaks_json() -> None:
    assert json.loads(run("try", "pesan#kopi#0#2026-11-23", "--format", "json").output) == {
        "rule": "pesan#",
        "place": "rules.yaml:6:5",
        "kind": "keyword with #",
        "fields": {"barang": "kopi", "jumlah": None, "kapan": "2026-11-23"},
        "invalid": {"jumlah": "Minimal 1."},
        "replies": [
            {
                "text": "Maaf, masih ada yang perlu diperbaiki:\n- Jumlah: Minimal 1.\n\nSilakan kirim ulang dengan format:\n"
                "*pesan#Barang#Jumlah#[Kapan]*\nBagian dalam [ ] boleh dikosongkan."
            }
        ],
        "actions": [],
    }


def test_try_shows_what_is_to_be_done(tmp_path: Path) -> None:
    rules = """version: 1
rules:
  - keyword: a
    save: survei
    notify: "628117601234"
    pause: 2 hours
    subscribe: false
    forward: {url: "https://crm.example.com/hook", webhookkey: rahasia}
    reply: Baik.
"""
    (tmp_path / "actions.yaml").write_text(rules, encoding="utf-8")
    path = str(tmp_path / "actions.yaml")
    assert run("try", "a", "--rules", path).output.splitlines()[1:] == [
        "reply  Baik.",
        "action save: survei",
        "action notify: 628117601234",
        "action pause: 7200 seconds",
        "action subscribe: false",
        "action forward: https://crm.example.com/hook, 10 seconds",
    ]
    assert json.loads(run("try", "a", "--rules", path, "--format", "json").output)["actions"] == [
        {"save": "survei"},
        {"notify": "628117601234"},
        {"pause": "7200 seconds"},
        {"subscribe": False},
        {"forward": {"url": "https://crm.example.com/hook", "timeout": "10 seconds"}},
    ]


def test_try_shows_what_is_wrong_with_a_field() -> None:
    assert "field  jumlah: invalid. Minimal 1." in run("try", "pesan#kopi#0").output.splitlines()


def test_try_says_when_no_rule_answers() -> None:
    assert run("try", "entah").output == "no rule answers this\n"


def test_try_says_when_a_rule_is_silent() -> None:
    assert run("try", "diam").output == "rule   diam  (rules.yaml:13:5, by its keyword)\nreply  none\n"


def test_try_knows_the_senders_name() -> None:
    assert run("try", "halo", "--nama", "Budi").output.splitlines()[-1] == "reply  Halo Budi!"


def test_try_refuses_bad_rules_with_their_problems(folder: Path) -> None:
    (folder / "bad.yaml").write_text(BAD, "utf-8")
    outcome = run("try", "halo", "--rules", "bad.yaml")
    lines = [line.replace("rules.yaml", "bad.yaml") for line in BAD_LINES]
    assert (outcome.exit_code, outcome.output.splitlines()) == (1, ["Error: these rules cannot be used.", *lines])


def test_rules_prints_a_table() -> None:
    assert run("rules").output.splitlines() == [
        "NAME    ANSWERS TO  FIELDS                 PRIORITY  PLACE",
        "salam   halo, hai                                    rules.yaml:3:5",
        "pesan#  pesan#      barang, jumlah, kapan  2         rules.yaml:6:5",
        "diam    diam                                         rules.yaml:13:5",
    ]


def test_schema_prints_the_schema_that_ships() -> None:
    assert run("schema").output == files("flask_chatbot.core.schema").joinpath("rules.schema.json").read_text("utf-8")


def test_schema_in_indonesian_differs_in_its_descriptions_alone() -> None:
    printed = json.loads(run("schema", "--language", "id").output)
    assert printed["description"] == "Kalau pelanggan menulis ini, balas itu."
    assert rewritten(printed, lambda _: "") == rewritten(SCHEMA, lambda _: "")


def test_schema_in_a_language_without_a_catalogue_is_the_one_that_ships() -> None:
    assert run("schema", "--language", "fr").output == run("schema").output


def test_schema_speaks_the_language_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    indonesian = run("schema", "--language", "id").output
    monkeypatch.setenv("CHATBOT_LANGUAGE", "id")
    assert run("schema").output == indonesian
    assert run("schema", "--language", "en").output != indonesian


SHOP = """\
from flask import Flask, current_app
from flask_chatbot import Chatbot

bot = Chatbot()


@bot.field_type("nik")
def nik(text):
    if len(text) != 16:
        raise ValueError("NIK terdiri dari 16 angka.")
    return text


@bot.template_filter("teriak")
def shout(value):
    return f"{value}!"


@bot.rule("daftar")
def register(nik):
    return {"antrean": len(current_app.name)}


def create_app():
    app = Flask("warung")
    app.config["CHATBOT_WEBHOOK_KEY"] = "a-key-of-this-test"
    bot.init_app(app)
    return app
"""
SHOP_RULES = """\
version: 1
rules:
  - name: daftar
    keyword: daftar#
    fields: [{nik: {type: nik}}]
    needs: [antrean]
    reply: "{{ nik | teriak }} nomor {{ antrean }}"
"""
SHOP_WARNINGS = [
    "rules.yaml:3:5: warning: rule 'daftar' needs antrean from a Python handler. Check it together with the app: flask --app ...",
    (
        "rules.yaml:5:27: warning: unknown field type 'nik'. "
        "Known types: text, integer, number, money, email, phone, date, time, choice, yesno, image, document, media, location."
    ),
    "rules.yaml:7:22: warning: unknown filter 'teriak'.",
]


@pytest.fixture
def shop(folder: Path) -> Path:
    """An app with a field type, a filter and a handler of its own."""
    (folder / "shop.py").write_text(SHOP, "utf-8")
    (folder / "rules.yaml").write_text(SHOP_RULES, "utf-8")
    return folder


@pytest.mark.usefixtures("shop")
def test_without_the_app_what_it_may_supply_is_a_warning() -> None:
    outcome = run("check")
    assert (outcome.exit_code, outcome.output.splitlines()) == (0, [*SHOP_WARNINGS, "rules.yaml: 1 rule, 3 warnings"])


@pytest.mark.usefixtures("shop")
def test_warnings_reach_github_as_warnings() -> None:
    assert run("check", "--format", "github").output.startswith("::warning file=rules.yaml,line=3,col=5::rule 'daftar' needs")


@pytest.mark.process
@pytest.mark.usefixtures("shop")
def test_with_the_app_its_types_filters_and_handlers_are_known() -> None:
    outcome = flask("--app", "shop", "chatbot", "check", "rules.yaml")
    assert (outcome.returncode, outcome.stdout, outcome.stderr) == (0, "rules.yaml: 1 rule, no problems\n", "")


@pytest.mark.process
def test_with_the_app_a_need_without_a_handler_is_an_error(shop: Path) -> None:
    (shop / "shop.py").write_text(SHOP.replace('@bot.rule("daftar")\n', ""), "utf-8")
    outcome = flask("--app", "shop", "chatbot", "check")
    problem = "rules.yaml:3:5: rule 'daftar' needs antrean, and no handler supplies it. Write one: @bot.rule('daftar')"
    assert (outcome.returncode, outcome.stdout.splitlines()) == (1, [problem, "rules.yaml: 1 error"])


@pytest.mark.process
def test_a_rule_that_only_python_sends_needs_no_handler(shop: Path) -> None:
    sent = "  - {name: dikirim, needs: [resi], reply: 'Resi {{ resi }}'}\n"
    (shop / "rules.yaml").write_text((shop / "rules.yaml").read_text("utf-8") + sent, "utf-8")
    outcome = flask("--app", "shop", "chatbot", "check", "--strict")
    assert (outcome.returncode, outcome.stdout) == (0, "rules.yaml: 2 rules, no problems\n")


@pytest.mark.process
def test_a_handler_that_fits_no_rule_fails_the_check(shop: Path) -> None:
    (shop / "shop.py").write_text(SHOP.replace('@bot.rule("daftar")', '@bot.rule("dafar")'), "utf-8")
    outcome = flask("--app", "shop", "chatbot", "check")
    problem = "shop.py:19:1: shop.register answers for rule 'dafar', but there is no such rule. Did you mean 'daftar'?"
    assert (outcome.returncode, outcome.stdout.splitlines()) == (1, [problem, "rules.yaml: 1 rule, no problems", "the app: 1 error"])
    assert outcome.stderr == "The app does not start, so the rules are read without it.\n"


@pytest.mark.process
def test_an_error_of_the_app_is_part_of_the_report_in_every_format(shop: Path) -> None:
    (shop / "shop.py").write_text(SHOP.replace("def register(nik)", "def register(*nik)"), "utf-8")
    message = "shop.register has the parameter '*nik', but values come by name. Name each parameter."
    assert flask("--app", "shop", "chatbot", "check", "--format", "github").stdout == f"::error file=shop.py,line=19,col=1::{message}\n"
    outcome = flask("--app", "shop", "chatbot", "check", "--format", "json")
    assert outcome.returncode == 1
    assert json.loads(outcome.stdout) == [{"file": "shop.py", "line": 19, "column": 1, "severity": "error", "message": message}]


@pytest.mark.process
def test_what_only_the_app_knows_to_be_wrong_stands_with_its_file(shop: Path) -> None:
    (shop / "rules.yaml").write_text(SHOP_RULES.replace("teriak", "triak").replace("needs:", "neds:"), "utf-8")
    (shop / "shop.py").write_text(SHOP.replace('"a-key-of-this-test"', '""'), "utf-8")
    outcome = flask("--app", "shop", "chatbot", "check")
    assert outcome.stdout.splitlines() == ["rules.yaml:6:5: unknown key 'neds'. Did you mean 'needs'?", "rules.yaml: 1 error"]
    (shop / "rules.yaml").write_text(SHOP_RULES.replace("teriak", "triak"), "utf-8")
    outcome = flask("--app", "shop", "chatbot", "check")
    unknown = "rules.yaml:7:22: unknown filter 'triak'. Did you mean 'teriak'?"
    assert (outcome.returncode, outcome.stdout.splitlines()) == (1, [unknown, "rules.yaml: 1 error"])
    assert "CHATBOT_WEBHOOK_KEY" in outcome.stderr
    assert unknown not in outcome.stderr


@pytest.mark.process
def test_an_app_that_does_not_start_makes_no_warnings_of_what_it_would_have_supplied(shop: Path) -> None:
    (shop / "shop.py").write_text(SHOP + 'raise LookupError("kas")\n', "utf-8")
    outcome = flask("--app", "shop", "chatbot", "check")
    assert (outcome.returncode, outcome.stdout) == (0, "rules.yaml: 1 rule, no problems\n")
    assert outcome.stderr.splitlines() == [
        "The app does not start, so the rules are read without it. It says:",
        "LookupError: kas (shop.py:29)",
        "",
    ]


@pytest.mark.process
@pytest.mark.parametrize("command", [["try", "--run", "halo"], ["chat", "--run"]])
def test_run_says_why_the_app_does_not_start(shop: Path, command: list[str]) -> None:
    (shop / "shop.py").write_text(SHOP.replace('@bot.rule("daftar")', '@bot.rule("dafar")'), "utf-8")
    outcome = flask("--app", "shop", "chatbot", *command)
    assert (outcome.returncode, outcome.stderr.splitlines()) == (
        1,
        [
            "Error: the app does not start, so no handler can be run. It says:",
            "shop.py:19:1: shop.register answers for rule 'dafar', but there is no such rule. Did you mean 'daftar'?",
        ],
    )


@pytest.mark.process
@pytest.mark.parametrize(
    ("arguments", "code"), [(["check"], 0), (["try", "halo"], 0), (["chat"], 0), (["rules"], 0), (["try", "--run", "x"], 1)]
)
def test_an_app_without_a_chatbot_is_told_what_to_call(folder: Path, arguments: list[str], code: int) -> None:
    (folder / "flaskr.py").write_text("from flask import Flask\napp = Flask('flaskr')\n", "utf-8")
    outcome = flask("--app", "flaskr", "chatbot", *arguments)
    said = "app 'flaskr' has no Chatbot: call Chatbot(app) or bot.init_app(app)"
    assert (outcome.returncode, outcome.stderr.splitlines()[0]) == (
        code,
        f"Error: {said}" if code else f"{said}. The rules are read without it.",
    )


TABLE_APP = SHOP.replace(
    "    if len(text) != 16:",
    "    if (g.get('known') or current_app.config.get('KNOWN')) is None:\n        g.known = current_app.name\n    if len(text) != 16:",
).replace("import Flask, ", "import Flask, g, ")


@pytest.mark.process
@pytest.mark.parametrize("command", [["try", "daftar#1"], ["try", "--run", "daftar#1"], ["chat"], ["chat", "--run"]])
def test_field_types_are_asked_in_the_apps_context(shop: Path, command: list[str]) -> None:
    (shop / "shop.py").write_text(TABLE_APP, "utf-8")
    outcome = flask("--app", "shop", "chatbot", *command, typed="daftar#1\n")
    assert "- NIK: NIK terdiri dari 16 angka." in outcome.stdout
    assert outcome.returncode == 0


@pytest.mark.process
def test_a_default_of_a_type_of_the_app_is_not_read_by_check(shop: Path) -> None:
    (shop / "rules.yaml").write_text(SHOP_RULES.replace("{type: nik}", "{type: nik, default: x}"), "utf-8")
    outcome = flask("--app", "shop", "chatbot", "check")
    assert (outcome.returncode, outcome.stdout, outcome.stderr) == (0, "rules.yaml: 1 rule, no problems\n", "")


@pytest.mark.process
@pytest.mark.usefixtures("shop")
def test_try_run_runs_the_handlers_in_the_apps_context() -> None:
    outcome = flask("--app", "shop", "chatbot", "try", "--run", "daftar#1234567890123456")
    assert outcome.stdout.splitlines()[-1] == "reply  1234567890123456! nomor 6"


@pytest.mark.process
@pytest.mark.usefixtures("shop")
def test_try_without_run_leaves_handlers_alone_and_names_the_one_that_answers() -> None:
    outcome = flask("--app", "shop", "chatbot", "try", "daftar#1234567890123456")
    assert outcome.stdout.splitlines() == [
        "rule   daftar  (rules.yaml:3:5, by its keyword with #)",
        "field  nik: 1234567890123456",
        "note   shop.register at shop.py:19:1 answers here, but is not run; add --run",
    ]
    assert outcome.stderr == ""


@pytest.mark.process
@pytest.mark.usefixtures("shop")
def test_try_without_run_has_the_note_in_its_json() -> None:
    outcome = json.loads(flask("--app", "shop", "chatbot", "try", "daftar#1234567890123456", "--format", "json").stdout)
    assert (outcome["replies"], outcome["note"]) == ([], "shop.register at shop.py:19:1 answers here, but is not run; add --run")


@pytest.mark.usefixtures("shop")
def test_try_without_the_app_says_that_a_handler_is_wanted() -> None:
    (Path("rules.yaml")).write_text("version: 1\nrules: [{keyword: a, needs: b, reply: '{{ b }}'}]\n", "utf-8")
    note = "the reply needs b of a Python handler. Name the app, and add --run: flask --app ..."
    assert run("try", "a").output.splitlines()[1:] == [f"note   {note}"]
    assert run("chat", typed="a\n").output.endswith(f"> ({note})\n> \n")


@pytest.mark.usefixtures("shop")
def test_chat_says_below_the_answer_that_a_table_of_the_app_was_not_asked() -> None:
    rules = "version: 1\nrules: [{keyword: 'stok#', fields: [kode], find: {in: stok, by: kode}, not_found: Tidak ada., reply: Ada.}]\n"
    (Path("rules.yaml")).write_text(rules, "utf-8")
    note = "the table 'stok' would come from the app, and was not asked. Name the app, and add --run: flask --app ..."
    assert run("try", "stok#a1").output.splitlines()[-2:] == ["reply  Tidak ada.", f"note   {note}"]
    assert run("chat", typed="stok#a1\n").output.endswith(f"> Tidak ada.\n({note})\n> \n")


@pytest.mark.process
def test_try_with_the_app_says_that_a_handler_is_lacking(shop: Path) -> None:
    (shop / "shop.py").write_text(SHOP.replace('@bot.rule("daftar")\n', ""), "utf-8")
    outcome = flask("--app", "shop", "chatbot", "try", "daftar#1234567890123456")
    said = "note   the reply needs antrean, and no handler supplies it. Write one: @bot.rule('daftar')"
    assert outcome.stdout.splitlines()[-1] == said


@pytest.mark.process
@pytest.mark.parametrize(("decorator", "text"), [('keyword("stok")', "stok"), ("fallback", "entah")])
def test_a_rule_that_only_python_answers_is_told_and_not_silent(shop: Path, decorator: str, text: str) -> None:
    (shop / "shop.py").write_text(f"{SHOP}\n\n@bot.{decorator}\ndef more():\n    return 'Habis.'\n", "utf-8")
    noted = "shop.more at shop.py:31:1 answers here, but is not run; add --run"
    assert flask("--app", "shop", "chatbot", "try", text).stdout.splitlines()[-1] == f"note   {noted}"
    assert flask("--app", "shop", "chatbot", "chat", typed=f"{text}\n").stdout == f"> ({noted})\n> \n"
    assert flask("--app", "shop", "chatbot", "try", "--run", text).stdout.splitlines()[-1] == "reply  Habis."


@pytest.mark.parametrize("command", [["try", "halo"], ["chat"], ["rules"]])
def test_a_folder_without_rules_is_told_of_the_app_and_of_files_of_a_like_name(folder: Path, command: list[str]) -> None:
    (folder / "rules.yaml").rename(folder / "rules.yml")
    outcome = run(*command)
    like = "There is rules.yml beside it: rename it to rules.yaml, or name it instead."
    way_out = "Name the app that has them (flask --app shop ...) or a file (--rules FILE), or write a first one: flask chatbot init"
    assert (outcome.exit_code, outcome.output) == (1, f"Error: there is no rules.yaml in this folder. {like} {way_out}\n")


def test_run_needs_an_app() -> None:
    outcome = run("try", "--run", "halo")
    assert (outcome.exit_code, outcome.output.splitlines()[-1]) == (
        2,
        "Error: --run runs the handlers of an app, with its own rules. Name the app, and no --rules: flask --app shop ...",
    )


def test_colours_are_for_terminals_that_want_them(folder: Path) -> None:
    (folder / "rules.yaml").write_text(BAD, "utf-8")
    assert "\x1b[31m" in run("check", color=True).output
    assert "\x1b[" not in run("check").output
    assert "\x1b[" not in run("check", color=True, NO_COLOR="1").output


@pytest.mark.process
@pytest.mark.parametrize(("typed", "offered"), [("flask chatbot ", "check"), ("flask chatbot check --format ", "github")])
def test_the_shell_completes_commands_and_options(typed: str, offered: str) -> None:
    words = {"_FLASK_COMPLETE": "bash_complete", "COMP_WORDS": typed, "COMP_CWORD": str(typed.count(" "))}
    code = "import sys; sys.argv = ['flask']; from flask.cli import main; main()"
    command = [sys.executable, "-c", code]
    outcome = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env={**os.environ, **words})
    assert f"plain,{offered}" in outcome.stdout.splitlines()


@pytest.mark.parametrize("command", ["check", "try"])
def test_the_help_says_what_the_exit_codes_mean(command: str) -> None:
    assert "Exit codes: 0 " in run(command, "--help").output
