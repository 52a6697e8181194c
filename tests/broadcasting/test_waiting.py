"""Broadcasts wait in the night of the rules, and leave out those who are being talked to."""

import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from flask_chatbot.answering.operations import pause, resume
from flask_chatbot.broadcasting import running
from flask_chatbot.broadcasting.feed import BroadcastQueue
from flask_chatbot.broadcasting.preparing import Audience
from flask_chatbot.errors import NotAccepted
from flask_chatbot.store.console import remarks
from flask_chatbot.transports.base import Capabilities
from flask_chatbot.transports.simulator import Simulator
from tests.broadcasting.shops import BUDI, RULES, SARI, TONO, BroadcastShop

JAKARTA = ZoneInfo("Asia/Jakarta")


def at(day: int, hour: int) -> float:
    """A time of a year to come, in epoch seconds."""
    return datetime(2040, 1, day, hour, tzinfo=JAKARTA).timestamp()


@pytest.fixture
def shop(tmp_path: Path) -> BroadcastShop:
    return BroadcastShop(tmp_path, rules=RULES.replace(", quiet: never", ""))


def test_nothing_goes_out_in_the_night_and_all_of_it_in_the_morning(shop: BroadcastShop) -> None:
    number = shop.started()
    queue = BroadcastQueue(shop.lines.first, tempo=None, is_open=lambda: True)
    fed = []
    for now in (at(1, 21), at(2, 6), at(2, 7)):
        with shop.database.writing() as connection:
            is_due = queue.is_due(connection, now)
            queue.write(connection, now)
            fed.append((is_due, shop_waiting(shop, number)))
    assert fed == [(False, 3), (False, 3), (True, 3)]
    assert len(shop_messages(shop)) == 3


def test_a_broadcast_of_which_nobody_waits_any_more_does_not_wait_for_the_morning(shop: BroadcastShop) -> None:
    number, book = shop.started(), shop.lines.first.bot.book
    assert (shop.progress(number).waits_until(book, at(1, 20)), shop.progress(number).waits_until(book, at(1, 21))) == (0.0, at(2, 7))
    with shop.database.writing() as connection:
        BroadcastQueue(shop.lines.first, tempo=None, is_open=lambda: True).write(connection, at(1, 20))
        connection.exec_driver_sql("UPDATE chatbot_messages SET state = 'sent'")
    found = shop.progress(number)
    assert (found.counts["sent"], found.broadcast.is_open, found.waits_until(book, at(1, 21))) == (3, True, 0.0)


def shop_waiting(shop: BroadcastShop, number: int) -> int:
    return shop.progress(number).counts["waiting"]


def shop_messages(shop: BroadcastShop) -> list[str]:
    with shop.database.reading() as connection:
        return list(connection.exec_driver_sql("SELECT id FROM chatbot_messages").scalars())


@pytest.mark.parametrize(("asked", "begins"), [("2040-01-01 22:00", at(2, 7)), ("2040-01-01 09:00", at(1, 9))])
def test_the_preview_says_when_it_begins_and_at_which_time_of_the_day_it_waits(shop: BroadcastShop, asked: str, begins: float) -> None:
    shown = running.preview(shop.lines, shop.draft(at=asked))
    assert (shown.begins_at, str(shown.quiet)) == (begins, "21.00-07.00")


def test_rules_that_know_no_night_send_at_any_time(tmp_path: Path) -> None:
    shop = BroadcastShop(tmp_path)
    shown = running.preview(shop.lines, shop.draft(at="2040-01-01 22:00"))
    assert (shown.begins_at, shown.quiet) == (at(1, 22), None)


def test_whoever_the_bot_is_silent_for_is_skipped_and_counted_and_gets_the_next_one(tmp_path: Path) -> None:
    shop = BroadcastShop(tmp_path)
    now = time.time()
    pause(shop.database, BUDI, now + 3600, now)
    shown = running.preview(shop.lines, shop.draft())
    assert [(str(reason)[:27], people) for reason, people in shown.skipped] == [("The bot is silent for them:", 1)]
    found = shop.finish(shop.started())
    assert (sorted(number for number, _ in shop.texts()), found.counts["skipped"]) == ([SARI, TONO], 1)
    resume(shop.database, BUDI, now)
    assert shop.finish(shop.started()).counts["skipped"] == 0


def test_a_line_that_knows_nobody_by_number_takes_no_file_of_numbers(tmp_path: Path) -> None:
    shop = BroadcastShop(tmp_path, Simulator(capabilities=Capabilities(by_number=False)))
    with pytest.raises(NotAccepted, match="only to people who wrote to it, and not to telephone numbers"):
        shop.draft()
    (budi,) = shop.know(BUDI)
    mixed = f"id;nama\n{budi};Budi\n{SARI};Sari\n".encode()
    with pytest.raises(NotAccepted, match=r"^line 3: This connection writes only to people who wrote to it"):
        shop.draft(file=mixed)
    with shop.database.writing() as connection:
        remarks.add_label(connection, budi, "langganan")
    assert shop.draft(audience=Audience(label="langganan"))
    with shop.database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM chatbot_broadcasts").scalar_one() == 1
