"""`billable`: the messages that a platform charges for."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flask_chatbot.core.values.outbound import Ack, Pricing
from flask_chatbot.core.values.replies import Text
from flask_chatbot.store.outgoing import charges, new_messages
from flask_chatbot.store.outgoing.new_messages import NewMessage
from tests.cli.shops import Shop, open_shop

OCTOBER_31 = datetime(2026, 10, 31, 16, 59, tzinfo=UTC).timestamp()  # a minute before midnight in Jakarta
NOVEMBER_1 = OCTOBER_31 + 60.0
UTILITY = Pricing(category="utility", is_billable=True, model="PMP")
SERVICE = Pricing(category="service", is_billable=False, model="PMP")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A shop in November 2026."""
    opened = open_shop(tmp_path, None)
    opened.app.extensions["chatbot"].bot.clock = lambda: datetime(2026, 11, 27, tzinfo=UTC)
    yield opened
    opened.database.close()


def charge(shop: Shop, name: str, pricing: Pricing, at: float, ack: Ack = Ack.DELIVERED, *, rule: str = "", caller: str = "") -> None:
    """Let a receipt of a message say what it costs."""
    new = NewMessage(
        id=name, session="simulator", chat=name, type="text", reply=Text("a"), created_at=at, expires_at=at + 1, rule=rule, caller=caller
    )
    with shop.database.writing() as connection:
        new_messages.add(connection, [new])
        charges.keep(connection, "simulator", name, ack, at, pricing)


def fill(shop: Shop) -> None:
    for place, at in enumerate((OCTOBER_31, NOVEMBER_1, NOVEMBER_1 + 5)):
        charge(shop, f"R{place}", SERVICE, at, rule="harga")
    charge(shop, "A", UTILITY, NOVEMBER_1, caller="kasir")
    charge(shop, "B", UTILITY, NOVEMBER_1, caller="API")
    charge(shop, "C", UTILITY, NOVEMBER_1)
    charge(shop, "D", UTILITY, NOVEMBER_1, Ack.SENT, rule="harga")
    with shop.database.writing() as connection:  # it is not delivered twice
        charges.keep(connection, "simulator", "A", Ack.SENT, NOVEMBER_1 + 9, SERVICE)


def test_messages_are_counted_by_month_and_rule_in_the_time_zone_of_the_rules(shop: Shop) -> None:
    fill(shop)
    result = shop.run("billable")
    assert [" ".join(line.split()) for line in result.stdout.splitlines()] == [
        "MONTH LINE RULE CATEGORY BILLABLE MESSAGES",
        "2026-10 simulator harga service no 1",
        "2026-11 simulator - utility yes 1",
        "2026-11 simulator API utility yes 1",
        "2026-11 simulator API: kasir utility yes 1",
        "2026-11 simulator harga service no 2",
        "6 messages, 3 of them billable",
    ]
    assert (result.exit_code, result.stderr) == (0, "1 message not delivered yet: charged only once delivered.\n")


def test_one_month_may_be_asked_for_and_counts_read_by_programs(shop: Shop) -> None:
    fill(shop)
    row = {
        "month": "2026-10",
        "line": "simulator",
        "rule": "harga",
        "caller": None,
        "category": "service",
        "billable": False,
        "messages": 1,
    }
    assert shop.data("billable", "--month", "2026-10") == [row]
    lines = shop.run("billable", "--month", "2026-10", "--csv").stdout_bytes.decode("utf-8-sig").splitlines()
    assert lines[0] == ",".join(f'"{name}"' for name in row)
    assert lines[1:] == ['"2026-10","simulator","harga","","service","false","1"']
    assert json.loads(shop.run("billable", "--month", "2025-01", "--format", "json").stdout) == []


def test_without_prices_it_says_so(shop: Shop) -> None:
    assert shop.printed("billable") == ["no message has a price"]


def test_a_month_that_is_none_is_refused(shop: Shop) -> None:
    result = shop.run("billable", "--month", "November")
    assert (result.exit_code, "'November' is no month. Write it like 2026-11." in result.stderr) == (2, True)
