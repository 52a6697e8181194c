"""Fields with an `if`: asked for where it holds, and nothing given is lost without a word where it does not."""

import logging
from pathlib import Path

import pytest

from flask_chatbot.core.fields.field import WAY_OUT
from tests.core.books import load
from tests.core.conversation.talks import Talk

RULES = """\
rules:
  - name: pesan
    keyword: [pesan, "pesan#"]
    on_invalid: {mode}
    fields:
      - bayar: {{question: Tunai atau transfer?, options: [tunai, transfer]}}
      - bank: {{question: BCA atau BRI?, options: [BCA, BRI], if: bayar == 'transfer'}}
      - jumlah: {{question: Berapa?, type: integer}}
      - diskon: {{question: Diskon?, optional: true, if: 100 / jumlah > 5}}
{confirm}    reply: "{{{{ bayar }}}}, {{{{ bank or '-' }}}}, {{{{ jumlah }}}}, {{{{ diskon or '-' }}}}."
"""
CONFIRM = "    confirm: \"{{ bayar }}, {{ bank or '-' }}, {{ jumlah }}?\"\n"
SKIP = "Diskon?\n(Kalau tidak ada, ketik *-*.)"
UNUSED = "Tidak perlu diisi, jadi tidak kami catat: Bank: BRI"


def talk_of(folder: Path, mode: str = "ask", confirm: str = "") -> Talk:
    return Talk(load(folder, RULES.format(mode=mode, confirm=confirm)))


def test_a_value_behind_the_mark_for_a_field_that_is_not_needed_is_told(tmp_path: Path) -> None:
    assert talk_of(tmp_path).says("pesan#tunai#BRI#3") == f"{UNUSED}\ntunai, -, 3, -."
    assert talk_of(tmp_path, "explain").says("pesan#tunai#2#3") == f"{UNUSED}\ntunai, -, 3, -."


@pytest.mark.parametrize("text", ["pesan#tunai##3", "pesan#tunai#-#3", "pesan#tunai# #3", "pesan#tunai#tidak ada#3"])
def test_a_part_left_empty_for_it_is_not_told(tmp_path: Path, text: str) -> None:
    assert talk_of(tmp_path).says(text) == "tunai, -, 3, -."


def test_at_the_confirmation_it_is_told_once(tmp_path: Path) -> None:
    talk = talk_of(tmp_path, confirm=CONFIRM)
    assert talk.hears("pesan#tunai#BRI#3", "jumlahnya 4", "ya") == [f"{UNUSED}\ntunai, -, 3?", "tunai, -, 4?", "tunai, -, 4, -."]


def test_a_correction_asks_for_what_it_makes_needed_and_tells_what_it_makes_useless(tmp_path: Path) -> None:
    talk = talk_of(tmp_path, confirm=CONFIRM)
    assert talk.hears("pesan#tunai##3", "bayarnya transfer", "2", "bayarnya tunai", "ya") == [
        "tunai, -, 3?",
        "BCA atau BRI?",
        "transfer, BRI, 3?",
        f"{UNUSED}\ntunai, -, 3?",
        "tunai, -, 3, -.",
    ]


def test_what_depends_on_a_missing_value_is_asked_for_in_the_order_of_the_fields(tmp_path: Path) -> None:
    asked = ["Tunai atau transfer?", "BCA atau BRI?", "Berapa?", SKIP]
    assert talk_of(tmp_path).hears("pesan", "transfer", "bri", "3", "-") == [*asked, "transfer, BRI, 3, -."]
    assert talk_of(tmp_path).hears("pesan", "tunai", "30") == [asked[0], asked[2], "tunai, -, 30, -."]


@pytest.mark.parametrize("mode", ["ask", "explain"])
def test_an_if_that_cannot_be_evaluated_holds_and_the_log_says_why(tmp_path: Path, mode: str, caplog: pytest.LogCaptureFixture) -> None:
    assert talk_of(tmp_path, mode).says("pesan#tunai##0#banyak") == "tunai, -, 0, banyak."
    failed = "ZeroDivisionError in the template '{% if 100 / jumlah > 5 %}1{% endif %}'"
    told = f"the 'if' of the field 'diskon' cannot be evaluated, so it is taken to hold: {failed}. {WAY_OUT}"
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR] == [told]


def test_an_if_is_not_evaluated_before_what_it_is_about_is_known(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    talk_of(tmp_path, confirm=CONFIRM).hears("pesan", "transfer", "besok", "BCA", "banyak", "5", "-", "jumlahnya 6", "ya")
    assert caplog.records == []


def test_a_form_whose_if_cannot_be_evaluated_goes_on_and_asks(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    rules = RULES.format(mode="ask", confirm="").replace(', "pesan#"', "").replace("    on_invalid: ask\n", "").replace("fields:", "ask:")
    talk = Talk(load(tmp_path, rules))
    assert talk.hears("pesan", "tunai", "0", "sedikit") == [
        "Tunai atau transfer?",
        "Berapa?",
        SKIP,
        "tunai, -, 0, sedikit.",
    ]
    assert {record.levelname for record in caplog.records} == {"ERROR"}
