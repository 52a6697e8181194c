"""``GET /healthz``: what it tells, whom, and in which kinds of apps."""

import json
from pathlib import Path
from time import time

import pytest
from flask import Flask
from flask_wtf.csrf import CSRFProtect

from flask_chatbot.core.translation.translatable import untranslated
from flask_chatbot.core.values.problems import Mark, Problem
from flask_chatbot.store.strangers import restrictions
from flask_chatbot.transports.base import Capabilities, Session
from flask_chatbot.transports.simulator import Simulator
from tests.apps import KEY, add_bot, make_app

OK = (200, {"status": "ok"})
DEGRADED = (200, {"status": "degraded"})
PROBLEM = {"file": "rules.yaml", "line": 4, "column": 5, "message": "unknown key 'repply'."}
WHY = (200, {"status": "degraded", "problems": [PROBLEM]})
URL = "/chatbot/healthz"


def told(app: Flask, url: str = URL, base_url: str | None = None, **headers: str) -> tuple[int, object]:
    """The status and the JSON of an answer."""
    answer = app.test_client().get(url, headers=headers, base_url=base_url)
    assert (answer.content_type, answer.headers["Cache-Control"]) == ("application/json", "no-store")
    return answer.status_code, answer.json


def degraded(folder: Path, **config: object) -> Flask:
    """An app whose rule files are broken since it read them."""
    app = make_app(folder, **config)
    app.extensions["chatbot"].bot.refuse((Problem(Mark("rules.yaml", 4, 5), untranslated("unknown key 'repply'.")),))
    return app


def test_all_is_well_while_the_files_are_those_in_use(tmp_path: Path) -> None:
    assert told(make_app(tmp_path)) == OK


def test_a_file_that_broke_is_seen_at_the_first_call(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    (tmp_path / "rules.yaml").write_text("version: 1\nrules:\n  - keyword: halo\n    repply: Hai\n")
    message = "unknown key 'repply'. Did you mean 'reply'?"
    problem = {"file": str(tmp_path / "rules.yaml"), "line": 4, "column": 5, "message": message}
    assert told(app, SecretKey=KEY) == (200, {"status": "degraded", "problems": [problem]})


@pytest.mark.parametrize("key", ["", "wrong", KEY[:-1], f"{KEY}x", f"{KEY};;", "\xe4\xf6", KEY.upper()])
def test_what_is_wrong_is_no_business_of_strangers(tmp_path: Path, key: str) -> None:
    assert told(degraded(tmp_path), SecretKey=key) == DEGRADED
    assert told(degraded(tmp_path)) == DEGRADED


@pytest.mark.parametrize("header", ["SecretKey", "secretkey", "secretKey"])
@pytest.mark.parametrize("key", [KEY, f" {KEY} ", f"{KEY};", f"{KEY} ; "])
def test_what_is_wrong_is_told_to_who_has_a_key(tmp_path: Path, header: str, key: str) -> None:
    assert told(degraded(tmp_path), **{header: key}) == WHY


def test_each_of_several_keys_will_do_and_a_key_may_end_in_a_semicolon(tmp_path: Path) -> None:
    app = degraded(tmp_path, CHATBOT_WEBHOOK_KEY={"toko": "kunci-satu;", "dumai": "kunci-dü-dumai"})
    as_sent = "kunci-dü-dumai".encode().decode("latin-1")  # as WSGI hands headers on
    assert (told(app, SecretKey="kunci-satu;"), told(app, SecretKey=as_sent)) == (WHY, WHY)
    assert told(app, SecretKey="kunci-satu") == DEGRADED


def test_it_speaks_json_whatever_is_asked_for(tmp_path: Path) -> None:
    assert told(make_app(tmp_path), Accept="text/html") == OK


def test_head_gets_the_headers_alone(tmp_path: Path) -> None:
    answer = make_app(tmp_path).test_client().head(URL)
    assert (answer.status_code, answer.content_type, answer.get_data()) == (200, "application/json", b"")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
def test_other_methods_are_refused_in_json_by_hosts_with_error_pages_and_csrf_tokens_too(tmp_path: Path, method: str) -> None:
    app = Flask(__name__, root_path=str(tmp_path))
    app.config["SECRET_KEY"] = "not for production"
    CSRFProtect(app)
    app.register_error_handler(405, lambda error: ("<h1>No</h1>", 405))
    answer = add_bot(app).test_client().open(URL, method=method)
    refusal = {"success": False, "message": "This address takes GET only."}
    assert (answer.status_code, json.loads(answer.get_data()), answer.headers["Allow"]) == (405, refusal, "GET, HEAD")
    assert answer.content_type == "application/json"


def test_it_stands_wherever_the_webhook_does(tmp_path: Path) -> None:
    app = make_app(tmp_path, CHATBOT_PREFIX="/")
    assert (told(app, "/healthz"), told(app, "/healthz/")) == (OK, OK)
    assert app.test_client().get(URL).status_code == 404


def test_it_answers_on_every_host_where_hosts_are_matched(tmp_path: Path) -> None:
    app = add_bot(Flask(__name__, root_path=str(tmp_path), host_matching=True, static_folder=None))
    assert told(app, base_url="http://bot.example.com") == OK


def test_with_reloading_off_there_is_nothing_to_tell(tmp_path: Path) -> None:
    app = make_app(tmp_path, CHATBOT_RELOAD=False)
    (tmp_path / "rules.yaml").unlink()
    assert told(app) == OK


def test_a_fault_of_ours_is_a_503_in_json(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = make_app(tmp_path)
    del app.extensions["chatbot"]
    answer = app.test_client().get(URL)
    refusal = {"success": False, "message": "The bot had an internal error. Try again later."}
    assert (answer.status_code, answer.json, answer.headers["Retry-After"]) == (503, refusal, "30")
    assert [record.getMessage() for record in caplog.records] == ["a health check failed with an internal error"]


class Selfhosted(Simulator):
    """A simulator by which strangers cannot be written to at will."""

    def __init__(self, *, name: str = "simulator", scanned: bool = True) -> None:
        super().__init__(name=name, capabilities=Capabilities(strangers_limited=True), runs_anywhere=True, scanned=scanned)


class Broken(Selfhosted):
    """One with a mistake of its own."""

    def session(self) -> Session:
        raise LookupError("a mistake")


@pytest.mark.parametrize("scanned", [True, False])
def test_each_line_is_told_to_who_has_a_key_with_whether_it_is_connected(tmp_path: Path, scanned: bool) -> None:
    app = make_app(
        tmp_path,
        CHATBOT_TRANSPORT=Selfhosted(scanned=scanned),
        CHATBOT_WORKER="off",
        CHATBOT_DATABASE_URL=f"sqlite:///{tmp_path}/shop.sqlite",
    )
    assert told(app) == OK
    status, answer = told(app, SecretKey=KEY)
    assert isinstance(answer, dict)
    assert abs(answer["lines"][0].pop("seen") - time()) < 60
    whole: dict[str, object] = {"status": "ok", "lines": [{"line": "simulator", "connected": scanned}]}
    if not scanned:
        message = "Line 'simulator' is not connected. See: flask chatbot lines"
        whole |= {"status": "degraded", "problems": [{"file": None, "line": None, "column": None, "message": message}]}
    assert (status, answer) == (200, whole)


def two_lines(folder: Path) -> Flask:
    """An app with two lines, whose keys are those of one line and of nobody's."""
    lines = {name: Selfhosted(name=name) for name in ("toko", "grosir")}
    keys = {"grosir": "kunci-grosir-saja", "semua": "kunci-semua-jalur"}
    app = make_app(
        folder, CHATBOT_LINES=lines, CHATBOT_API_KEY=keys, CHATBOT_WORKER="off", CHATBOT_DATABASE_URL=f"sqlite:///{folder}/s.sqlite"
    )
    gateway = app.extensions["chatbot"].lines.first
    with gateway.database.writing() as connection:
        restrictions.hear(connection, "toko", gateway.clock(), gateway.clock(), 4_102_444_800.0, "Error 463.")
    return app


@pytest.mark.parametrize(("key", "lines", "problems"), [("kunci-grosir-saja", ["grosir"], 0), ("kunci-semua-jalur", ["toko", "grosir"], 1)])
def test_a_key_of_one_line_hears_of_that_line_alone(tmp_path: Path, key: str, lines: list[str], problems: int) -> None:
    status, answer = told(two_lines(tmp_path), SecretKey=key)
    assert isinstance(answer, dict)
    assert (status, answer["status"], [each["line"] for each in answer["lines"]]) == (200, "degraded", lines)
    assert len(answer.get("problems", ())) == problems


def test_a_phone_that_was_logged_out_is_told_within_seconds_and_when_it_was_seen(tmp_path: Path) -> None:
    app = two_lines(tmp_path)
    gateway = app.extensions["chatbot"].lines.named("toko")
    clock = [1_800_000_000.0]
    gateway.proxy.timer = gateway.proxy.clock = lambda: clock[0]
    seen = []
    for seconds in (0, 3, 3):
        clock[0] += seconds
        answer = told(app, SecretKey="kunci-semua-jalur")[1]
        assert isinstance(answer, dict)
        seen.append(answer["lines"][0])
        gateway.transport.log_out()
    at = 1_800_000_000
    assert seen == [
        {"line": "toko", "connected": True, "seen": at},
        {"line": "toko", "connected": True, "seen": at},
        {"line": "toko", "connected": False, "seen": at + 6},
    ]


def test_a_line_that_fails_in_any_way_counts_as_not_connected(tmp_path: Path) -> None:
    app = two_lines(tmp_path)
    gateway = app.extensions["chatbot"].lines.named("toko")
    gateway.proxy.transport = Broken(name="toko")
    answer = told(app, SecretKey="kunci-semua-jalur")[1]
    assert isinstance(answer, dict)
    assert [(each["connected"], each.get("reason")) for each in answer["lines"]] == [
        (False, "It failed with an internal error: LookupError."),
        (True, None),
    ]
    assert "Line 'toko' is not connected. It failed with an internal error: LookupError." in [
        each["message"] for each in answer["problems"]
    ]


RULES = "version: 1\nrules: [{keyword: halo, reply: Hai}]\n"


@pytest.mark.parametrize(("key", "files"), [("kunci-grosir-saja", ["grosir.yaml"]), ("kunci-semua-jalur", ["rules.yaml", "grosir.yaml"])])
def test_a_key_of_one_line_hears_of_the_rules_of_that_line_alone(tmp_path: Path, key: str, files: list[str]) -> None:
    (tmp_path / "grosir.yaml").write_text(RULES)
    lines = {"toko": Selfhosted(name="toko"), "grosir": {"transport": Selfhosted(name="grosir"), "rules": str(tmp_path / "grosir.yaml")}}
    keys = {"grosir": "kunci-grosir-saja", "semua": "kunci-semua-jalur"}
    database = f"sqlite:///{tmp_path}/s.sqlite"
    app = make_app(tmp_path, CHATBOT_LINES=lines, CHATBOT_API_KEY=keys, CHATBOT_WORKER="off", CHATBOT_DATABASE_URL=database)
    for bot in app.extensions["chatbot"].bots:
        bot.refuse((Problem(Mark(bot.path.name, 4, 5), untranslated("unknown key 'repply'.")),))
    status, answer = told(app, SecretKey=key)
    assert isinstance(answer, dict)
    assert (status, answer["status"], [each["file"] for each in answer["problems"]]) == (200, "degraded", files)


def test_a_line_that_writes_to_no_strangers_is_told_until_it_does(tmp_path: Path) -> None:
    app = make_app(tmp_path, CHATBOT_TRANSPORT=Selfhosted(), CHATBOT_WORKER="off", CHATBOT_DATABASE_URL=f"sqlite:///{tmp_path}/shop.sqlite")
    gateway = app.extensions["chatbot"].lines.first
    with gateway.database.writing() as connection:
        restrictions.hear(connection, "simulator", gateway.clock(), gateway.clock() - 1.0, 4_102_444_800.0, "Error 463.")
    message = "Line 'simulator' writes to no strangers until 2100-01-01 00:00 UTC; answers go out. Error 463."
    assert told(app) == DEGRADED
    status, answer = told(app, SecretKey=KEY)
    assert isinstance(answer, dict)
    assert (status, answer["status"], [each["message"] for each in answer["problems"]]) == (200, "degraded", [message])
    with gateway.database.writing() as connection:
        restrictions.hear(connection, "simulator", gateway.clock(), gateway.clock(), 0.0, "Error 463.")
    assert told(app) == OK
