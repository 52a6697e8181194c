"""Rules that notify staff need a template where the connection takes nothing else after 24 hours."""

import logging
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from flask_chatbot import Chatbot, RulesError
from flask_chatbot.bot.checking import check_rules
from flask_chatbot.bot.reloading import keep_fresh
from flask_chatbot.core.translation.catalogue import translate
from flask_chatbot.transports.base import Capabilities
from flask_chatbot.transports.registry import TRANSPORTS
from flask_chatbot.transports.simulator import EVERYTHING, Simulator

QUIET = "version: 1\nrules:\n  - {name: a, keyword: a, reply: x}\n"
NOTIFYING = QUIET + "".join(f"  - {{name: {name}, keyword: {name}, notify: '628117601234', reply: x}}\n" for name in "bc")
SAID = (
    "notifies staff, and this connection to WhatsApp takes only templates for people who have not written in the last 24 hours. "
    "Set CHATBOT_TEMPLATE to the name of a template with a single place, into which the notice goes."
)
WINDOW = replace(EVERYTHING, window_24h=True)


def start(folder: Path, rules: str, capabilities: Capabilities = WINDOW, **config: object) -> Flask:
    (folder / "rules.yaml").write_text(rules, encoding="utf-8")
    app = Flask("shop", root_path=str(folder), instance_path=str(folder / "instance"))
    app.config.update({"CHATBOT_TRANSPORT": Simulator(capabilities=capabilities), "CHATBOT_WORKER": "off", **config})
    Chatbot(app)
    return app


def test_each_such_rule_is_an_error_at_its_place(tmp_path: Path) -> None:
    with pytest.raises(RulesError) as error:
        start(tmp_path, NOTIFYING)
    assert [(problem.mark.line, problem.message) for problem in error.value.problems] == [(4, f"rule 'b' {SAID}"), (5, f"rule 'c' {SAID}")]
    assert translate(error.value.problems[0].message, "id").startswith("aturan 'b' memberi tahu staf, ")


@pytest.mark.parametrize(
    ("rules", "capabilities", "config"),
    [
        (NOTIFYING, WINDOW, {"CHATBOT_TEMPLATE": "pemberitahuan"}),
        (NOTIFYING, EVERYTHING, {}),
        (QUIET, WINDOW, {}),
        (NOTIFYING, WINDOW, {"CHATBOT_TRANSPORT": "simulator"}),
        (NOTIFYING, WINDOW, {"CHATBOT_TRANSPORT": None, "CHATBOT_WEBHOOK_KEY": "kunci-toko"}),
    ],
    ids=["template", "no window", "no notice", "by name", "webhook"],
)
def test_no_others_are(tmp_path: Path, rules: str, capabilities: Capabilities, config: dict[str, object]) -> None:
    start(tmp_path, rules, capabilities, **config)


BOUND = QUIET + "  - {name: b, keyword: b, notify: '628117601234', when: {line: grosir}, reply: x}\n"


@pytest.mark.parametrize(
    ("rules", "template", "is_refused"),
    [(NOTIFYING, None, True), (NOTIFYING, "pemberitahuan", False), (BOUND, None, False)],
    ids=["any line", "template of the line", "another line"],
)
def test_of_several_lines_those_count_by_which_the_rule_answers(tmp_path: Path, rules: str, template: str | None, is_refused: bool) -> None:
    lines = {
        "toko": {"transport": Simulator(name="toko", capabilities=WINDOW), "template": template},
        "grosir": {"transport": Simulator(name="grosir")},
    }
    refusing: AbstractContextManager[object] = pytest.raises(RulesError) if is_refused else nullcontext()
    with refusing:
        start(tmp_path, rules, CHATBOT_TRANSPORT=None, CHATBOT_LINES=lines)


def test_the_abilities_of_a_bundled_transport_are_known_before_it_is_made() -> None:
    assert TRANSPORTS["hosted"].capabilities == Capabilities(fetches_files=True)


def test_changed_rules_that_notify_are_not_taken_either(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = start(tmp_path, QUIET)
    (tmp_path / "rules.yaml").write_text(NOTIFYING, encoding="utf-8")
    with caplog.at_level(logging.ERROR):
        keep_fresh(app)
    assert f"rule 'b' {SAID}" in caplog.text
    assert [rule.name for rule in app.extensions["chatbot"].bot.book.rules] == ["a"]


LINES = {"toko": Simulator(name="toko", capabilities=WINDOW), "grosir": Simulator(name="grosir")}
BY_ANOTHER = QUIET + "  - {name: b, keyword: b, notify: {to: '628117601234', line: grosir}, reply: x}\n"


def test_a_notice_by_another_line_needs_no_template_of_the_messages_own(tmp_path: Path) -> None:
    start(tmp_path, BY_ANOTHER, CHATBOT_TRANSPORT=None, CHATBOT_LINES=LINES)


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("when: {line: gros}", "'when' of rule 'b' names the line 'gros', which this app does not have. Did you mean 'grosir'?"),
        (
            "when: {line: [toko, kasir]}",
            "'when' of rule 'b' names the line 'kasir', which this app does not have. Write one of these: toko, grosir, web.",
        ),
        (
            "notify: {to: '628117601234', line: web}",
            "'notify' of rule 'b' names the line 'web', which this app does not have. Write one of these: toko, grosir.",
        ),
    ],
)
def test_a_line_that_the_app_does_not_have_is_an_error_at_its_rule(tmp_path: Path, rule: str, told: str) -> None:
    lines = {"toko": Simulator(name="toko"), "grosir": Simulator(name="grosir")}
    with pytest.raises(RulesError) as error:
        start(
            tmp_path,
            QUIET + f"  - {{name: b, keyword: b, {rule}, reply: x}}\n",
            CHATBOT_WEBHOOK_KEY={"web": "kunci-toko"},
            CHATBOT_TRANSPORT=None,
            CHATBOT_LINES=lines,
        )
    assert [problem.message for problem in error.value.problems] == [told]


NUMBERLESS = Capabilities(by_number=False)
BY_ID = (
    "Write `notify: {to: ..., line: ...}` with another line, or the id of staff who have written to the bot by this one, such as "
    "77001234@telegram."
)
GIVEN_UP = (
    "rule 'b' notifies a telephone number, and goes by a line that knows nobody by number, as Telegram: the notice is given up. " + BY_ID
)


@pytest.mark.parametrize(
    ("rule", "is_told"),
    [
        ("notify: '628117601234'", True),
        ("notify: [77001234@telegram, '628117601234']", True),
        ("notify: {to: '628117601234', line: grosir}", False),
        ("notify: 77001234@telegram", False),
        ("notify: '628117601234', when: {line: grosir}", False),
    ],
)
def test_a_notice_to_a_number_on_a_line_that_knows_none_is_warned_of_at_start_and_by_check(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, rule: str, is_told: bool
) -> None:
    lines = {"toko": Simulator(name="toko", capabilities=NUMBERLESS), "grosir": Simulator(name="grosir")}
    rules = QUIET + f"  - {{name: b, keyword: b, {rule}, reply: x}}\n"
    app = start(tmp_path, rules, CHATBOT_TRANSPORT=None, CHATBOT_LINES=lines)
    logged = f"a line such as Telegram knows nobody by number, so these notices are given up. {BY_ID} For: 'b' at {tmp_path}/rules.yaml:4:5"
    assert [each for each in caplog.messages if each.startswith("a line such as")] == ([logged] if is_told else [])
    bot = app.extensions["chatbot"].bot
    found = [(each.mark.line, each.severity, str(each.message)) for each in check_rules(bot.path, bot).problems]
    assert found == ([(4, "warning", GIVEN_UP)] if is_told else [])


def test_telegram_is_such_a_line() -> None:
    assert [name for name, each in TRANSPORTS.items() if not each.capabilities.by_number] == ["telegram"]
