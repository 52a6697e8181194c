"""Rule files that change while the bot answers: what is taken, what is not, and who looks."""

import gc
import logging
import os
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask, current_app
from flask.cli import ScriptInfo

from flask_chatbot import Chatbot, Message, Text
from flask_chatbot.bot.bot import Bot
from flask_chatbot.bot.reloading import POLLER, UNENDED_LOOKS, Poller, Watch, keep_fresh
from flask_chatbot.cli.main import chatbot
from flask_chatbot.core.language.sentences import say
from tests.apps import HALO, KEY, halo

PATIENCE = 30.0  # seconds until something that does not happen is given up
RULES = """\
version: 1
include: rules/*.yaml
rules:
  - name: halo
    keyword: halo
    reply: Halo!
"""
MORE = "rules: [{name: more, keyword: more, reply: Lagi!}]\n"
BROKEN = RULES.replace("reply: Halo!", "repply: Halo!")
FAILING = RULES.replace("Halo!", "Hai!\n    tests: [{send: halo, reply: Halo!}, {send: halo}, {send: x}]")


def write(folder: Path, text: str, name: str = "rules.yaml") -> None:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def make(folder: Path, bot: Chatbot | None = None, **config: object) -> Flask:
    """An app whose rules are those above, with one file included."""
    write(folder, RULES)
    write(folder, MORE, "rules/more.yaml")
    app = Flask(__name__, root_path=str(folder))
    app.config.update({"CHATBOT_WEBHOOK_KEY": KEY, **config})
    (bot or Chatbot()).init_app(app)
    return app


def bot_of(app: Flask) -> Bot:
    bot: Bot = app.extensions["chatbot"].bot
    return bot


def said(app: Flask, text: str = "halo") -> list[str]:
    with app.app_context():
        return [reply.text for reply in bot_of(app).answer(Message(text=text)).replies if isinstance(reply, Text)]


def looked(app: Flask) -> Watch:
    """A watch that has seen the files as they were loaded."""
    watch = Watch(app, app.extensions["chatbot"].bot)
    watch.look()
    watch.look()
    return watch


def told(app: Flask, folder: Path) -> list[str]:
    """What is wrong with the files as they are now."""
    return [str(problem).replace(f"{folder}/", "") for problem in bot_of(app).problems]


def logged(caplog: pytest.LogCaptureFixture, folder: Path) -> list[tuple[str, str]]:
    """The lines of the log, and an empty log."""
    lines = [(record.levelname, record.getMessage().replace(f"{folder}/", "")) for record in caplog.records]
    caplog.clear()
    return lines


@pytest.fixture(autouse=True)
def every_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "flask_chatbot.bot.reloading")


# ---- What is taken -------------------------------------------------------------------------------


def test_a_change_is_taken_at_the_second_look(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = make(tmp_path)
    watch = looked(app)
    write(tmp_path, RULES.replace("Halo!", "Hai!"))
    watch.look()
    assert said(app) == ["Halo!"]
    watch.look()
    assert said(app) == ["Hai!"]
    assert logged(caplog, tmp_path) == [("INFO", "rules.yaml: the changed rules are in use (rules: 2, tests passed: 0)")]


def test_files_that_did_not_change_are_not_read_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = make(tmp_path)
    before = bot_of(app).book
    watch = looked(app)
    watch.look()
    os.utime(tmp_path / "rules.yaml")
    write(tmp_path, MORE, "rules/more.yaml")
    watch.look()
    watch.look()
    assert (bot_of(app).book is before, logged(caplog, tmp_path)) == (True, [])


def test_an_included_file_is_taken_when_it_changes_comes_and_goes(tmp_path: Path) -> None:
    app = make(tmp_path)
    watch = looked(app)

    def after(change: Callable[[], object]) -> list[list[str]]:
        change()
        watch.look()
        watch.look()
        return [said(app, "more"), said(app, "new"), told(app, tmp_path)]

    assert after(lambda: write(tmp_path, MORE.replace("Lagi!", "Lain!"), "rules/more.yaml")) == [["Lain!"], [], []]
    assert after(lambda: write(tmp_path, MORE.replace("more", "new"), "rules/new.yaml")) == [["Lain!"], ["Lagi!"], []]
    assert after((tmp_path / "rules" / "more.yaml").unlink) == [[], ["Lagi!"], []]
    problem = ["rules.yaml:2:10: no file matches 'rules/*.yaml' beside rules.yaml. Correct the path, or remove it."]
    assert after((tmp_path / "rules" / "new.yaml").unlink) == [[], ["Lagi!"], problem]
    assert after(lambda: write(tmp_path, MORE, "rules/more.yaml")) == [["Lagi!"], [], []]


def test_a_file_of_sentences_is_taken_when_it_changes(tmp_path: Path) -> None:
    write(tmp_path, "form_cancelled: Ya sudah.", "kalimat.yaml")
    app = make(tmp_path)
    write(tmp_path, RULES + "sentences: kalimat.yaml\n")
    watch = looked(app)
    write(tmp_path, "form_cancelled: Oke.\n", "kalimat.yaml")
    watch.look()
    watch.look()
    assert say(bot_of(app).book.locale.language, "form_cancelled") == "Oke."


def test_a_file_that_is_replaced_is_taken(tmp_path: Path) -> None:
    app = make(tmp_path)
    watch = looked(app)
    write(tmp_path, RULES.replace("Halo!", "Hai!!"), "new.yaml")
    (tmp_path / "new.yaml").replace(tmp_path / "rules.yaml")
    watch.look()
    watch.look()
    assert said(app) == ["Hai!!"]


def test_a_file_that_is_still_being_written_is_left_until_it_is_whole(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = make(tmp_path)
    watch = looked(app)
    for size in range(0, len(RULES), 10):
        write(tmp_path, RULES.replace("Halo!", "Hai!!")[:size])
        watch.look()
    write(tmp_path, RULES.replace("Halo!", "Hai!!"))
    watch.look()
    assert (said(app), told(app, tmp_path), logged(caplog, tmp_path)) == (["Halo!"], [], [])
    watch.look()
    assert said(app) == ["Hai!!"]


def test_tests_run_first_within_the_app(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    bot = Chatbot()

    @bot.field_type("nik")
    def nik(text: str) -> str:
        return f"{current_app.name} {text}"

    app = make(tmp_path, bot)
    watch = looked(app)
    rule = "  - {name: nik, keyword: nik#, fields: [{nik: {type: nik}}], reply: '{{ nik }}', tests: [{send: nik#1, count: 1, fields: X}]}\n"
    rule = rule.replace("X", "{nik: tests.bot.test_reloading 1}")
    write(tmp_path, RULES + rule)
    watch.look()
    watch.look()
    assert (told(app, tmp_path), said(app, "nik#2")) == ([], ["tests.bot.test_reloading 2"])
    assert logged(caplog, tmp_path) == [("INFO", "rules.yaml: the changed rules are in use (rules: 3, tests passed: 1)")]


# ---- What is not taken ---------------------------------------------------------------------------


def test_broken_rules_are_told_in_one_line_and_those_from_before_stay(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = make(tmp_path)
    watch = looked(app)
    write(tmp_path, BROKEN)
    write(tmp_path, MORE.replace("keyword", "keywrd"), "rules/more.yaml")
    for _ in range(4):
        watch.look()
    problems = [
        "rules.yaml:6:5: unknown key 'repply'. Did you mean 'reply'?",
        "rules/more.yaml:1:22: unknown key 'keywrd'. Did you mean 'keyword'?",
    ]
    assert (said(app), said(app, "more"), told(app, tmp_path)) == (["Halo!"], ["Lagi!"], problems)
    line = f"rules.yaml: the changed rules are not used, the previous ones stay: {' | '.join(problems)}"
    assert logged(caplog, tmp_path) == [("ERROR", line)]


def test_rules_that_fail_their_tests_are_not_taken(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = make(tmp_path)
    watch = looked(app)
    write(tmp_path, FAILING)
    watch.look()
    watch.look()
    problems = [
        'rules.yaml:7:33: test halo::1 on "halo": expected reply "Halo!", got "Hai!".',
        'rules.yaml:7:62: test halo::3 on "x": expected rule "halo", got "no rule".',
    ]
    assert (said(app), told(app, tmp_path)) == (["Halo!"], problems)
    assert logged(caplog, tmp_path) == [
        ("ERROR", f"rules.yaml: the changed rules are not used, the previous ones stay: {' | '.join(problems)}")
    ]


def test_a_line_of_the_log_has_room_for_twenty_problems(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = make(tmp_path)
    watch = looked(app)
    write(tmp_path, RULES + "  - {keyword: a, repply: b}\n" * 22)
    watch.look()
    watch.look()
    ((_, line),) = logged(caplog, tmp_path)
    assert (line.count("unknown key"), line.endswith(" | and 2 more"), len(bot_of(app).problems)) == (20, True, 22)


@pytest.mark.parametrize("broken", [BROKEN, FAILING, "", "\0\n", "x: [" * 100 + "\n", RULES.encode("utf-16").decode("latin-1") + "\n"])
def test_once_mended_the_rules_are_taken(tmp_path: Path, broken: str) -> None:
    app = make(tmp_path)
    watch = looked(app)
    for text, good in [(broken, False), (RULES.replace("Halo!", "Hai!!"), True), (broken, False), (RULES, True)]:
        write(tmp_path, text)
        watch.look()
        watch.look()
        assert (told(app, tmp_path) == []) is good
    assert said(app) == ["Halo!"]


def test_a_root_file_that_is_gone_is_told_and_taken_when_it_is_back(tmp_path: Path) -> None:
    app = make(tmp_path)
    watch = looked(app)
    (tmp_path / "rules.yaml").unlink()
    watch.look()
    watch.look()
    assert (said(app), told(app, tmp_path)) == (
        ["Halo!"],
        ["rules.yaml:1:1: there is no such file. Write the first rules with `flask chatbot init`, or name another file."],
    )
    (tmp_path / "rules.yaml").mkdir()
    watch.look()
    watch.look()
    assert told(app, tmp_path) == [
        "rules.yaml:1:1: there is no such file. Write the first rules with `flask chatbot init`, or name another file."
    ]  # it is none as before
    (tmp_path / "rules.yaml").rmdir()
    write(tmp_path, RULES)
    watch.look()
    watch.look()
    assert told(app, tmp_path) == []


def test_a_rule_that_a_handler_answers_for_may_not_go(tmp_path: Path) -> None:
    bot = Chatbot()

    @bot.rule("more")
    def more() -> str:
        return "Dari Python"

    app = make(tmp_path, bot)
    watch = looked(app)
    write(tmp_path, MORE.replace("name: more", "name: mere"), "rules/more.yaml")
    watch.look()
    watch.look()
    (problem,) = told(app, tmp_path)
    assert "answers for rule 'more', but there is no such rule. Did you mean 'mere'?" in problem
    assert said(app, "more") == ["Dari Python"]


def test_a_field_that_a_handler_takes_may_not_go(tmp_path: Path) -> None:
    bot = Chatbot()

    @bot.rule("pesan")
    def order(barang: str) -> str:
        return f"{barang} dipesan"

    write(tmp_path, "version: 1\nrules: [{name: pesan, keyword: pesan#, fields: [barang], reply: x}]\n")
    app = Flask(__name__, root_path=str(tmp_path))
    app.config["CHATBOT_WEBHOOK_KEY"] = KEY
    bot.init_app(app)
    watch = looked(app)
    write(tmp_path, "version: 1\nrules: [{name: pesan, keyword: pesan#, fields: [benda], reply: x}]\n")
    watch.look()
    watch.look()
    (problem,) = told(app, tmp_path)
    assert "wants 'barang', which is not a field of rule 'pesan'" in problem
    assert said(app, "pesan#topi") == ["topi dipesan"]


def test_a_fault_of_ours_is_logged_once_and_the_next_change_is_taken(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = make(tmp_path)
    watch = looked(app)
    bot = bot_of(app)
    handlers, bot.handlers = bot.handlers, None  # type: ignore[assignment]
    write(tmp_path, RULES.replace("Halo!", "Hai!"))
    for _ in range(4):
        watch.look()
    assert told(app, tmp_path) == ["rules.yaml:1:1: reading the rules failed; see the log."]
    assert logged(caplog, tmp_path) == [
        ("ERROR", "rules.yaml: the changed rules could not be read because of an internal error; the previous ones stay")
    ]
    bot.handlers = handlers
    write(tmp_path, RULES)
    watch.look()
    watch.look()
    assert (said(app), told(app, tmp_path)) == (["Halo!"], [])


# ---- Under traffic -------------------------------------------------------------------------------


def test_eight_threads_see_one_whole_set_in_each_message(tmp_path: Path) -> None:
    def rules(number: int) -> str:
        return f"version: 1\nvars: {{n: {number}}}\nrules: [{{keyword: halo, reply: ['{{{{ n }}}}', '{{{{ n }}}}', '{number}']}}]\n"

    write(tmp_path, rules(0))
    app = Flask(__name__, root_path=str(tmp_path))
    app.config["CHATBOT_WEBHOOK_KEY"] = KEY
    Chatbot(app)
    watch = Watch(app, app.extensions["chatbot"].bot)
    seen: list[list[int]] = [[] for _ in range(8)]
    torn: list[list[str]] = []
    is_over = threading.Event()

    def customer(numbers: list[int]) -> None:
        while not is_over.is_set():
            texts = said(app)
            if len(set(texts)) != 1 or len(texts) != 3:
                torn.append(texts)
            numbers.append(int(texts[0]))

    customers = [threading.Thread(target=customer, args=(numbers,)) for numbers in seen]
    for each in customers:
        each.start()
    for number in range(1, 21):
        write(tmp_path, rules(number) if number % 5 else "version: [")
        watch.look(at_once=True)
    is_over.set()
    for each in customers:
        each.join(PATIENCE)
    assert torn == []
    assert all(numbers == sorted(numbers) for numbers in seen)
    assert (said(app), len(bot_of(app).problems)) == (["19"] * 3, 1)


# ---- Who looks -----------------------------------------------------------------------------------


class Steps:
    """A wait that a test lets end: each `step` is one look of the thread."""

    def __init__(self) -> None:
        self.waiting = threading.Semaphore(0)
        self.may_go = threading.Semaphore(0)

    def __call__(self, seconds: float) -> None:
        self.waiting.release()
        self.may_go.acquire(timeout=PATIENCE)

    def step(self) -> None:
        assert self.waiting.acquire(timeout=PATIENCE)
        self.may_go.release()


def test_one_thread_looks_after_all_apps_and_ends_with_the_last(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    one, two = make(tmp_path / "one"), make(tmp_path / "two")
    wait = Steps()
    poller = Poller(wait=wait)
    poller.add(one)
    thread = poller.thread
    poller.add(two)
    poller.add(two)
    assert thread is not None
    assert (poller.thread is thread, thread.daemon, thread.name) == (True, True, "chatbot-reload")
    for name in ("one", "two"):
        write(tmp_path / name, RULES.replace("Halo!", name))
    for _ in range(2):
        wait.step()
    assert wait.waiting.acquire(timeout=PATIENCE)  # the second look is over
    assert (said(one), said(two)) == (["one"], ["two"])
    is_gone = weakref.ref(one)
    del one
    gc.collect()
    assert is_gone() is None
    wait.may_go.release()
    assert wait.waiting.acquire(timeout=PATIENCE)
    assert thread.is_alive()
    del two
    gc.collect()
    wait.may_go.release()
    thread.join(PATIENCE)
    assert (thread.is_alive(), poller.thread) == (False, None)


def test_a_look_that_fails_by_our_fault_does_not_end_the_others(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    one, two = make(tmp_path / "one"), make(tmp_path / "two")
    poller = Poller(wait=Steps())
    poller.add(one)
    poller.add(two)
    del one.extensions["chatbot"]
    write(tmp_path / "one", "rules: broken\n")
    write(tmp_path / "two", RULES.replace("Halo!", "two"))
    poller.look()
    poller.look()
    assert said(two) == ["two"]
    assert ("ERROR", "checking rule files failed with an internal error") in logged(caplog, tmp_path)


def test_the_first_message_of_a_process_finds_what_changed_since_the_app_was_made(tmp_path: Path) -> None:
    app = make(tmp_path)
    write(tmp_path, RULES.replace("Halo!", "Halo Kak, nomor 628111."))
    assert app.test_client().post("/chatbot/webhook", json=halo()).get_data() == HALO
    assert bot_of(app).watched_by == os.getpid()
    assert POLLER.thread is not None
    assert POLLER.thread.is_alive()


def test_the_thread_takes_a_change_by_itself(tmp_path: Path) -> None:
    app = make(tmp_path)
    keep_fresh(app)
    write(tmp_path, RULES.replace("Halo!", "Hai!"))
    pause = threading.Event()
    for _ in range(int(PATIENCE / 0.05)):
        if said(app) == ["Hai!"] or pause.wait(0.05):
            break
    assert said(app) == ["Hai!"]


def test_a_message_nobody_may_send_starts_nothing(tmp_path: Path) -> None:
    app = make(tmp_path)
    app.test_client().post("/chatbot/webhook", json=halo(webhookkey="wrong"))
    assert bot_of(app).watched_by == 0


@pytest.mark.parametrize("value", [False, 0, "0", "false", "no", "OFF"])
def test_it_can_be_turned_off(tmp_path: Path, value: object) -> None:
    app = make(tmp_path, CHATBOT_RELOAD=value)
    write(tmp_path, BROKEN)
    keep_fresh(app)
    assert (bot_of(app).watched_by, bot_of(app).problems) == (0, ())


def test_other_commands_look_after_nothing(tmp_path: Path) -> None:
    app = make(tmp_path)
    for command in (["check"], ["try", "halo"], ["test"], ["rules"]):
        outcome = CliRunner().invoke(chatbot, command, obj=ScriptInfo(create_app=lambda: app), catch_exceptions=False)
        assert (outcome.exit_code, outcome.output != "") == (0, True)
    assert bot_of(app).watched_by == 0


FORKED = """\
import os, sys, threading
from pathlib import Path
from flask import Flask
from flask_chatbot import Chatbot
from flask_chatbot.bot.reloading import POLLER, keep_fresh

folder = Path(sys.argv[1])
app = Flask(__name__, root_path=str(folder))
app.config["CHATBOT_WEBHOOK_KEY"] = "a-key-of-this-test"
Chatbot(app)
bot = app.extensions["chatbot"].bot
keep_fresh(app)
if os.fork():
    sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))
before = POLLER.thread
keep_fresh(app)
after = POLLER.thread
(folder / "rules.yaml").write_text("version: 1\\nrules: [{name: anak, keyword: anak}]\\n")
pause = threading.Event()
for _ in range(600):
    if "anak" in bot.book.by_name or pause.wait(0.05):
        break
print(before, after.is_alive(), bot.watched_by == os.getpid(), *bot.book.by_name, flush=True)
os._exit(0)
"""


@pytest.mark.process
@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
def test_a_forked_process_looks_for_itself(tmp_path: Path) -> None:
    make(tmp_path)
    command = [sys.executable, "-W", "ignore", "-c", FORKED, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=Path(__file__).parent.parent)
    assert (done.returncode, done.stdout, done.stderr) == (0, "None True True anak\n", "")


# ---- CSV files -----------------------------------------------------------------------------------

PRICES = """\
version: 1
tables: {harga: harga.csv}
rules:
  - {name: halo, keyword: halo, fields: [kode], find: {in: harga, by: kode}, reply: "{{ found.harga }}"}
"""

HALF_RULES = "version: 1\ntables: {harga: harga.csv}\nrules:\n  - keyword: halo#\n    fields: [kode]\n    reply: "


def shop(folder: Path, sheet: str) -> Flask:
    """An app whose rules look prices up in a file."""
    write(folder, PRICES.replace("keyword: halo", 'keyword: "halo#"'))
    write(folder, sheet, "harga.csv")
    app = Flask(__name__, root_path=str(folder))
    app.config["CHATBOT_WEBHOOK_KEY"] = KEY
    Chatbot().init_app(app)
    return app


def test_a_changed_csv_file_is_taken_with_the_rules(tmp_path: Path) -> None:
    app = shop(tmp_path, "kode,harga\nA,5\n")
    watch = looked(app)
    write(tmp_path, "kode,harga\nA,7000\n", "harga.csv")
    before = said(app, "halo#a")
    watch.look()
    watch.look()
    assert (before, said(app, "halo#a")) == (["5"], ["7000"])


def test_a_csv_file_that_is_half_written_leaves_the_last_good_one_until_it_is_whole(tmp_path: Path) -> None:
    app = shop(tmp_path, "kode,harga\nA,5\n")
    watch = looked(app)
    write(tmp_path, 'kode,harga\nA,"70\n', "harga.csv")
    watch.look()
    watch.look()
    assert said(app, "halo#a") == ["5"]
    assert told(app, tmp_path) == [
        "harga.csv:2:1: the quotes that begin here never close. Write a quote inside a cell twice, or remove it."
    ]
    write(tmp_path, 'kode,harga\nA,"7000"\n', "harga.csv")
    watch.look()
    watch.look()
    assert (said(app, "halo#a"), told(app, tmp_path)) == (["7000"], [])


@pytest.mark.parametrize(
    ("name", "half", "whole", "answer"),
    [
        ("harga.csv", "kode,harga\nA,70", "kode,harga\nA,7000\n", "7000"),
        ("rules.yaml", HALF_RULES + "Harga 70", HALF_RULES + "Harga 7000.\n", "Harga 7000."),
    ],
)
def test_a_file_whose_last_line_has_no_end_is_taken_once_nobody_has_written_it_for_a_while(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str, half: str, whole: str, answer: str
) -> None:
    app = shop(tmp_path, "kode,harga\nA,5\n")
    watch = looked(app)
    write(tmp_path, half, name)
    for _ in range(UNENDED_LOOKS):
        watch.look()
    waiting = f"{name}: its last line has no end, and may be half written; the previous rules stay until it has not changed for 3 seconds"
    assert (said(app, "halo#a"), logged(caplog, tmp_path)) == (["5"], [("WARNING", waiting)])
    write(tmp_path, whole, name)
    watch.look()
    watch.look()
    assert said(app, "halo#a") == [answer]


def test_a_file_that_never_gets_a_last_line_end_is_taken_all_the_same(tmp_path: Path) -> None:
    app = shop(tmp_path, "kode,harga\nA,5\n")
    watch = looked(app)
    write(tmp_path, "kode,harga\nA,70", "harga.csv")
    for _ in range(UNENDED_LOOKS + 1):
        watch.look()
    assert said(app, "halo#a") == ["70"]
