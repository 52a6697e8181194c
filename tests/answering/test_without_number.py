"""People who hide their number: what each part of a rule has of them, case by case."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from flask_chatbot import Chatbot
from flask_chatbot.answering.forwarding import payload
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.people import Alias
from flask_chatbot.store import people, saved
from tests.answering.test_transport import STAFF, Shop
from tests.delivery.apps import BUDI, gateway_app

BSUID, LID, PARENT = Alias("bsuid", "ID.1349", "toko"), Alias("lid", "251500"), Alias("parent_bsuid", "ID.ENT.77")
RULES = f"""\
version: 1
settings: {{call: Kak}}
rules:
  - {{keyword: pesan, save: pesanan, notify: "{STAFF[:-5]}", reply: "[{{{{ nohp }}}}] {{{{ sapaan }}}}, nomor {{{{ saved.number }}}}"}}
  - {{keyword: khusus, when: {{from: "62812*"}}, reply: untuk Anda}}
  - {{keyword: umum, when: {{not_from: "62812*"}}, reply: untuk semua}}
"""


class Case(NamedTuple):
    """A sender, and what the rule `pesan` makes of them: the reply, the sender of the row, who staff read; and if `from` holds."""

    sender: Sender
    nohp: str
    sapaan: str
    row: str
    notice: str
    is_from: bool


CASES = {
    "a number": Case(Sender(number=BUDI, name="Budi"), BUDI, "Kak Budi", BUDI, "Budi +62 812-3456-7890", True),
    "an id": Case(Sender(name="Budi", aliases=(BSUID,)), "", "Kak Budi", "ID.1349", "Budi ID.1349", False),
    "an id and a username": Case(
        Sender(name="Budi", username="budi.id", aliases=(PARENT, BSUID)), "", "Kak Budi", "ID.1349", "Budi @budi.id ID.1349", False
    ),
    "an id and no name": Case(Sender(aliases=(LID,)), "", "Kak", "251500@lid", "251500@lid", False),
}


@pytest.fixture
def shop(url: str, tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(gateway_app(tmp_path, Chatbot(), RULES, CHATBOT_DATABASE_URL=url))
    yield shop
    shop.gateway.database.close()


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_rule_says_saves_and_notifies_what_is_known_of_the_sender(shop: Shop, case: Case) -> None:
    shop.receives_from(case.sender, "pesan")
    chat = f"{BUDI}@c.us" if case.sender.number else case.row
    assert shop.posted == [
        (STAFF, f"Pesan dari {case.notice} (pesan, nomor 1):\npesan"),
        (chat, f"[{case.nohp}] {case.sapaan}, nomor 1"),
    ]
    with shop.gateway.database.reading() as connection:
        (row,) = saved.rows(connection, "pesanan")
        assert (row.sender, row.sender_name, row.person) == (
            case.row,
            case.sender.name,
            shop.gateway.person_with(case.row) or people.find(connection, BUDI),
        )


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_conditions_on_numbers_hold_for_numbers_alone(shop: Shop, case: Case) -> None:
    shop.receives_from(case.sender, "khusus")
    shop.receives_from(case.sender, "umum")
    assert [text for _, text in shop.posted] == ["untuk Anda" if case.is_from else "untuk semua"]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_another_program_hears_of_a_number_or_of_the_id_to_answer_to(case: Case) -> None:
    sender = Sender(**{name: getattr(case.sender, name) for name in ("number", "name", "username", "aliases")}, person="P01")
    username = {"username": sender.username} if sender.username else {}
    assert json.loads(payload(Message(text="pesan", sender=sender), None, "k")) == {
        "keyword": "pesan",
        "data": {"nama": sender.name, "nohp": case.row},
        "webhookkey": "k",
        "from": case.row,
        "text": "pesan",
        "person": "P01",
        **username,
    }


def test_a_number_that_is_hidden_again_is_still_known(shop: Shop) -> None:
    shop.receives_from(Sender(number=BUDI, aliases=(BSUID,)), "pesan")
    shop.receives_from(Sender(aliases=(BSUID,)), "khusus")
    shop.receives_from(Sender(aliases=(BSUID,)), "pesan")
    answers = [text for chat, text in shop.posted if chat == f"{BUDI}@c.us"]
    assert answers == [f"[{BUDI}] Kak, nomor 1", "untuk Anda", f"[{BUDI}] Kak, nomor 2"]
    assert {kept.chat for kept in shop.kept()} == {f"{BUDI}@c.us"}


def test_a_number_that_belongs_to_somebody_else_now_is_not_known_any_more(shop: Shop) -> None:
    shop.receives_from(Sender(number=BUDI, aliases=(BSUID,)), "pesan")
    shop.receives_from(Sender(number=BUDI, aliases=(Alias("bsuid", "ID.2222", "toko"),)), "khusus")
    shop.receives_from(Sender(aliases=(BSUID,)), "khusus")
    assert [text for _, text in shop.posted].count("untuk Anda") == 1
