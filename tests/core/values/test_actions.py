"""What rules name beside their replies, as the engine and the templates see it."""

from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import pytest

from flask_chatbot.core.deciding.decision import ForwardFailed, Notes, Outcome
from flask_chatbot.core.deciding.explain import explain
from flask_chatbot.core.matching.match import Match
from flask_chatbot.core.values.actions import Forward, Pause, Save
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.replies import Text
from tests.core.books import BUDI, load, problems
from tests.core.conversation.talks import Talk

APOLOGY = "Maaf, sistem kami sedang ada gangguan. Mohon dicoba lagi nanti ya."
ADMIN = """
version: 1
rules:
  - {keyword: admin, pause: 2 jam, reply: Sebentar ya.}
  - {keyword: halo, reply: Halo!}
"""
SURVEY = """
version: 1
rules:
  - {name: survei, keyword: "survei#", fields: [nilai], save: survei, reply: "Nomor {{ saved.number }}."}
"""
TICKET = """
version: 1
rules:
  - {name: tiket, keyword: "tiket#", save: tiket, forward: {url: "https://crm.example.com/hook"}, failed: "Maaf {{ data | join }}."}
"""


def test_a_pause_keeps_the_bot_quiet_for_that_person_until_it_is_over(tmp_path: Path) -> None:
    talk = Talk(load(tmp_path, ADMIN))
    assert talk.hears("admin", "halo", "admin") == ["Sebentar ya.", None, None]
    assert talk.says("halo", "628222") == "Halo!"
    talk.wait(hours=2)
    assert talk.says("halo") == "Halo!"


def test_a_pause_is_named_in_the_decision_and_begins_with_its_message(tmp_path: Path) -> None:
    decision = Talk(load(tmp_path, ADMIN)).decision("admin")
    assert decision.actions == (Pause(timedelta(hours=2)),)
    assert decision.remember is not None
    assert decision.remember.paused_until == Talk(load(tmp_path, ADMIN)).now.timestamp() + 7200


def test_explain_says_that_the_bot_is_paused_and_for_how_long(tmp_path: Path) -> None:
    book, talk = load(tmp_path, ADMIN), Talk(load(tmp_path, ADMIN))
    talk.says("admin")
    talk.wait(minutes=30)
    state = talk.memory.recall(BUDI.number, talk.now.timestamp())
    (explanation,) = explain(book, Message(text="halo", sender=Sender(number=BUDI.number)), state, talk.now)
    assert explanation.why == "the bot is paused for this person: 1 hour 30 minutes left"


def test_the_reply_tells_the_number_of_the_saved_row(tmp_path: Path) -> None:
    def number(match: Match, message: Message, notes: Notes) -> Outcome:
        return {"saved": {"number": 41}}

    assert Talk(load(tmp_path, SURVEY), number).says("survei#5") == "Nomor 41."


@pytest.mark.parametrize(
    "reply", ["'{{ harga | rupiah }}'", "[ok, {image: '{{ harga.url }}'}]", "{text: '{{ 1 / (harga | length - 4) }}'}"]
)
def test_a_reply_that_cannot_be_made_has_the_rest_done_all_the_same(tmp_path: Path, reply: str) -> None:
    rule = f"{{keyword: 'a#', fields: [isi], needs: [harga], save: a, pause: 2 jam, once_per: 1 hari, reply: {reply}}}"
    talk = Talk(load(tmp_path, f"rules: [{rule}]"), lambda match, message, notes: {"harga": "dua!"})
    decision = talk.decision("a#x")
    assert (decision.replies, decision.actions) == ((Text(APOLOGY),), (Save("a"), Pause(timedelta(hours=2))))
    assert decision.match is not None
    assert decision.match.fields == {"isi": "x"}
    assert decision.remember is not None
    assert (decision.remember.paused_until, decision.remember.answered) == (talk.now.timestamp() + 7200, {})


@pytest.mark.parametrize(
    ("reply", "harga", "way_out"),
    [
        (
            "{{ harga | rupiah }}",
            "rahasia",
            (
                "the filter rupiah needs a number, not text. The filter 'rupiah' needs a number, and harga is text. "
                "Give its field `type: integer`, or return a number from the handler."
            ),
        ),
        (
            "{{ nama }} {{ 2 * harga }}",
            None,
            (
                "TypeError in the template '{{ nama }} {{ 2 * harga }}'. harga is nothing, and '*' needs a value. "
                "Write `harga | default(0)`, or ask `{% if harga is not none %}` first."
            ),
        ),
        (
            "{% if harga < 3 %}murah{% endif %}",
            "rahasia",
            (
                "TypeError in the template '{% if harga < 3 %}murah{% endif %}'. '<' compares values of one type, and harga is text and "
                "3 is a number. Give its field `type: integer`, or return a number from the handler, or write '3' in quotes."
            ),
        ),
        (
            "{{ harga.kopi }}",
            {"teh": 5},
            (
                "harga.kopi in its template: there is no 'kopi' in a value of type dict. "
                "Write `harga.kopi | default('')` where it may be missing."
            ),
        ),
        ("{{ 1 / (harga - 3) }}", 3, "ZeroDivisionError in the template '{{ 1 / (harga - 3) }}'"),
    ],
)
def test_the_log_names_what_could_not_be_worked_with_and_the_way_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, reply: str, harga: object, way_out: str
) -> None:
    text = f'\nrules:\n  - {{name: beli, keyword: a, needs: [harga], reply: "{reply}"}}\n'
    assert Talk(load(tmp_path, text), lambda match, message, notes: {"harga": harga}).says("a") == APOLOGY
    assert [record.getMessage() for record in caplog.records] == [f"rule 'beli' at {tmp_path}/rules.yaml:3:5 cannot answer: {way_out}"]


def test_a_menu_below_a_reply_that_cannot_be_made_is_not_shown_and_does_not_count(tmp_path: Path) -> None:
    rules = "[{keyword: a, needs: [x], save: a, reply: '{{ x.y }}', menu: [Halo: halo]}, {keyword: halo, reply: Halo!}]"
    talk = Talk(load(tmp_path, f"rules: {rules}"), lambda match, message, notes: {"x": 1})
    assert talk.hears("a", "1") == [APOLOGY, None]


def test_where_forwarding_fails_and_what_is_said_of_it_too_the_row_is_kept(tmp_path: Path) -> None:
    def fails(match: Match, message: Message, notes: Notes) -> Outcome:
        raise ForwardFailed

    decision = Talk(load(tmp_path, TICKET.replace("data | join", "1 / 0")), fails).decision("tiket#x")
    assert (decision.replies, [type(action) for action in decision.actions]) == ((Text(APOLOGY),), [Save, Forward])


def test_where_no_rows_are_kept_the_number_is_that_of_a_first_row(tmp_path: Path) -> None:
    talk = Talk(load(tmp_path, SURVEY))
    decision = talk.decision("survei#5")
    assert (decision.replies, decision.actions) == ((Text("Nomor 1."),), (Save("survei"),))


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("{keyword: a, reply: '{{ saved.number }}'}", "unknown name 'saved'. A rule that has 'save' knows it, in its reply and 'notify'."),
        ("{keyword: a, save: a, reply: '{{ saved.nomor }}'}", "'saved' has no 'nomor'. It has number."),
        ("{keyword: a, save: a, reply: '{{ saved.numbr }}'}", "'saved' has no 'numbr'. Did you mean 'number'?"),
    ],
)
def test_what_was_saved_is_known_only_where_something_is(tmp_path: Path, rule: str, message: str) -> None:
    (told,) = problems(tmp_path, f"version: 1\nrules:\n  - {rule}\n")
    assert told.endswith(f": {message}")


def test_a_rule_that_nobody_answered_for_says_its_failed_and_keeps_its_actions(tmp_path: Path) -> None:
    def fail(match: Match, message: Message, notes: Notes) -> NoReturn:
        raise ForwardFailed

    decision = Talk(load(tmp_path, TICKET), fail).decision("tiket#Kak")
    assert decision.replies == (Text("Maaf Kak."),)
    assert [type(action) for action in decision.actions] == [Save, Forward]


def test_a_pause_holds_though_nobody_answered_in_our_place(tmp_path: Path) -> None:
    def fail(match: Match, message: Message, notes: Notes) -> NoReturn:
        raise ForwardFailed

    rules = 'version: 1\nrules:\n  - {keyword: cs, pause: 1 hour, forward: {url: "https://crm.example.com/hook"}, failed: Maaf.}\n'
    assert Talk(load(tmp_path, rules), fail).hears("cs", "cs") == ["Maaf.", None]


def test_without_a_failed_the_customer_gets_an_apology(tmp_path: Path) -> None:
    def fail(match: Match, message: Message, notes: Notes) -> NoReturn:
        raise ForwardFailed

    rules = 'version: 1\nrules:\n  - {name: tiket, keyword: "tiket#", forward: {url: "https://crm.example.com/hook"}}\n'
    said = Talk(load(tmp_path, rules), fail).says("tiket#Kak")
    assert said == "Maaf, sistem kami sedang ada gangguan. Mohon dicoba lagi nanti ya."
