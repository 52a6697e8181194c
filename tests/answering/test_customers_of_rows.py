"""Rows that staff write for a customer: whose they are, who hears of them, and who may name another."""

from pathlib import Path

import pytest

from flask_chatbot import Chatbot
from flask_chatbot.cli.main import chatbot
from flask_chatbot.testing import Chat
from tests.answering.test_moving import says, shop, steps, waiting
from tests.bots import app_of
from tests.core.books import problems

STAFF, BUDI, ANI = "628117601234", "6281234567890", "6285550000001"
RULES = f"""\
version: 1
settings: {{staff: {{kasir: "{STAFF}"}}}}
rules:
  - keyword: cuci#
    fields: [{{berat: {{type: number}}}}, {{hp: {{type: phone, optional: true}}}}]
    save:
      to: cucian
      customer: hp
      states: [diterima, siap, diambil]
      on_state: {{diterima: "Kami terima nomor {{{{ saved.number }}}}, {{{{ sapaan }}}}.", siap: "Siap."}}
      remind: {{after: 3 days, while: {{state: siap}}, reply: Masih di sini.}}
    reply: Nomor {{{{ saved.number }}}}.
  - {{keyword: cucian, find: {{in: cucian}}, reply: "Nomor {{{{ found.number }}}}.", not_found: Tidak ada.}}
"""


def test_a_row_that_staff_write_is_the_customers_who_hears_of_it(tmp_path: Path) -> None:
    app = shop(tmp_path, RULES)
    assert says(app, "cuci#3#0812-3456-7890", STAFF) == "Nomor 1."
    assert [says(app, "cucian", number) for number in (BUDI, STAFF, ANI)] == ["Nomor 1.", "Tidak ada.", "Tidak ada."]
    assert waiting(app) == [(f"{BUDI}@c.us", "Kami terima nomor 1, Kak.")]
    assert steps(app) == [("diterima", STAFF)]
    assert says(app, "1 siap", STAFF) == "cucian 1 (+62 812-3456-7890): *siap*."
    assert waiting(app)[0] == (f"{BUDI}@c.us", "Siap.")
    assert "+62 812-3456-7890" in app.test_cli_runner().invoke(chatbot, ["row", "cucian", "1"]).output


def test_a_row_that_staff_write_has_the_name_of_the_customers_last_row(tmp_path: Path) -> None:
    app = shop(tmp_path, RULES + "  - {keyword: cuci 2, save: {to: cucian, states: [diterima, siap, diambil]}, reply: ok}\n")
    body = {"webhookkey": "kunci-rahasia", "from": BUDI, "keyword": "cuci 2", "data": {"nama": "Budi", "nohp": BUDI}}
    app.test_client().post("/chatbot/webhook", json=body)
    says(app, "cuci#3#0812-3456-7890", STAFF)
    says(app, f"cuci#3#{ANI}", STAFF)
    assert [says(app, f"{number} siap", STAFF) for number in (2, 3)] == [
        "cucian 2 (Budi): *siap*.",
        "cucian 3 (+62 855-5000-0001): *siap*.",
    ]


@pytest.mark.parametrize(("text", "number"), [("cuci#3#0812-3456-7890", ANI), ("cuci#3", STAFF), ("cuci#3#0812-3456-7890", BUDI)])
def test_nobody_else_may_name_another_customer_and_a_row_of_ones_own_is_answered_only(tmp_path: Path, text: str, number: str) -> None:
    app = shop(tmp_path, RULES)
    says(app, text, number)
    assert [says(app, "cucian", each) == "Nomor 1." for each in (BUDI, STAFF, ANI)] == [each == number for each in (BUDI, STAFF, ANI)]
    assert (waiting(app), steps(app)) == ([], [("diterima", "")])


def test_rows_of_a_trial_are_the_customers_too(tmp_path: Path) -> None:
    chat = Chat(app_of(tmp_path, RULES, Chatbot()), from_=BUDI, nama="Budi")
    chat.person(STAFF).says("cuci#3#0812-3456-7890")
    assert chat.says("cucian") == "Nomor 1."
    assert chat.moves("cucian", 1, "siap") == "Siap."
    assert chat.person(STAFF).says("cucian") == "Tidak ada."


@pytest.mark.parametrize(
    ("customer", "told"),
    [
        ("hpp", "this rule has no field 'hpp'. Did you mean 'hp'?"),
        ("berat", "'berat' is of type number, and a customer is known by a field of type phone."),
    ],
)
def test_a_field_that_says_no_customer_is_told_at_load(tmp_path: Path, customer: str, told: str) -> None:
    assert told in problems(tmp_path, RULES.replace("customer: hp", f"customer: {customer}"))[0]


def test_a_turn_of_a_test_may_be_written_by_somebody_else(tmp_path: Path) -> None:
    staff = f'{{send: "cuci#3#0812-3456-7890", from: "{STAFF}"}}'
    tests = f"""\
tests:
  - {{talk: [{staff}, cucian], from: "{BUDI}", reply: Nomor 1.}}
  - {{talk: [{staff}, cucian], reply: Tidak ada.}}
"""
    app = shop(tmp_path, RULES + tests)
    assert app.test_cli_runner().invoke(chatbot, ["test"]).output.startswith("2 ")
