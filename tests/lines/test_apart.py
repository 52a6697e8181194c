"""No line waits for another: one that opens slowly, is down, hangs or keeps a pace delays its own messages only."""

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from flask_chatbot.errors import Refused, TryLater
from flask_chatbot.transports.base import Listener
from flask_chatbot.transports.faults import Slow
from flask_chatbot.transports.simulator import Simulator
from tests.delivery.rig import PATIENCE
from tests.lines.two_lines import TwoLines, until

MANY = 30


class Stuck(Simulator):
    """A simulator whose opening takes until it is let go."""

    def __init__(self) -> None:
        super().__init__(name="grosir")
        self.is_let_go = threading.Event()
        self.is_asked = threading.Event()

    def open(self, listener: Listener) -> None:
        self.is_asked.set()
        assert self.is_let_go.wait(PATIENCE)
        super().open(listener)


@pytest.fixture
def stuck() -> Iterator[Stuck]:
    stuck = Stuck()
    yield stuck
    stuck.is_let_go.set()


def sends(shop: TwoLines, line: str, count: int = 1) -> None:
    with shop.app.app_context():
        for number in range(count):
            shop.bot.send(f"6281200{number:05}", "Halo", line=line)


def test_a_line_that_does_not_open_holds_up_no_other(tmp_path: Path, stuck: Stuck) -> None:
    toko = Simulator(name="toko")
    shop = TwoLines(tmp_path, CHATBOT_LINES={"grosir": stuck, "toko": toko})
    sends(shop, "grosir")
    with shop.working("toko"):
        assert stuck.is_asked.wait(PATIENCE)
        assert shop.writes(toko, "harga") == ["Harga satuan."]
        assert not stuck.arrived
        stuck.is_let_go.set()
        until(lambda: len(stuck.arrived) == 1)
    shop.close()


def test_a_line_that_opens_after_its_worker_ended_is_closed_again(tmp_path: Path, stuck: Stuck) -> None:
    shop = TwoLines(tmp_path, CHATBOT_LINES={"grosir": stuck, "toko": Simulator(name="toko")})
    with shop.working("toko"):
        assert stuck.is_asked.wait(PATIENCE)
    stuck.is_let_go.set()
    until(lambda: stuck._closed == 1)
    assert not shop.line("grosir").proxy.is_open
    shop.close()


def test_a_line_that_is_down_holds_up_no_other_and_says_why_its_messages_wait(shop: TwoLines) -> None:
    shop.grosir.fails(TryLater("The gateway is down."), times=None, on="open")
    sends(shop, "grosir")
    with shop.working("toko"):
        assert shop.writes(shop.toko, "harga") == ["Harga satuan."]
        until(lambda: bool(shop.line("grosir").proxy.open_error))
        assert shop.line("grosir").proxy.open_error == "The gateway is down."
        assert shop.line("toko").proxy.open_error == ""


def test_sends_that_hang_take_threads_of_their_own_line_only(shop: TwoLines) -> None:
    shop.grosir.fails(Slow(PATIENCE), times=None)
    sends(shop, "grosir", MANY)
    with shop.working():
        until(lambda: len(shop.grosir.attempts) == 8)
        assert shop.writes(shop.toko, "harga") == ["Harga satuan."]
        shop.grosir.works()
        shop.grosir.close()


def test_a_line_with_a_pace_holds_up_no_other(tmp_path: Path) -> None:
    toko, grosir = Simulator(name="toko"), Simulator(name="grosir")
    shop = TwoLines(tmp_path, CHATBOT_LINES={"grosir": {"transport": grosir, "pace": "1/minute"}, "toko": toko})
    sends(shop, "grosir", 5)
    sends(shop, "toko", MANY)
    with shop.working():
        until(lambda: len(toko.arrived) == MANY)
    assert len(grosir.arrived) == 1
    shop.close()


def test_the_log_names_the_line_of_a_message_that_is_tried_again_or_given_up(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "flask_chatbot.delivery.send_queue")
    shop = TwoLines(tmp_path)
    shop.toko.fails(TryLater("The gateway is down."))
    shop.grosir.fails(Refused("No."))
    sends(shop, "toko")
    sends(shop, "grosir")
    with shop.working():
        until(lambda: sum(" of line " in each for each in caplog.messages) >= 2)
    said = sorted(each.partition(" of line ")[2] for each in caplog.messages if " of line " in each)
    assert said == ["grosir is given up at try 1: No.", "toko will be retried after try 1: The gateway is down."]
    shop.close()
