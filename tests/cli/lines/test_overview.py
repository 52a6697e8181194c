"""`lines`: each connection in a row, whether a worker runs or not."""

import json
from datetime import datetime
from pathlib import Path
from time import time

from flask_chatbot.errors import Refused
from flask_chatbot.store import paces
from flask_chatbot.transports.simulator import Simulator
from tests.cli.lines.test_send import run
from tests.delivery.apps import BUDI
from tests.lines.two_lines import ONE_LINE, TwoLines, until


def rows(shop: TwoLines) -> list[dict[str, object]]:
    result = run(shop, "lines", "--format", "json")
    assert result.exit_code == 0, result.output
    found: list[dict[str, object]] = json.loads(result.stdout)
    return found


def test_each_line_is_listed_with_its_state_phone_queue_and_last_failure(tmp_path: Path) -> None:
    shop = TwoLines(tmp_path)
    shop.grosir.log_out()
    shop.toko.fails(Refused("This number does not use WhatsApp."))
    with shop.app.app_context():
        (lost,) = shop.bot.send(BUDI, "Halo", line="toko")
        shop.bot.send(BUDI, "Halo", line="grosir")
    with shop.working():
        until(lambda: (found := shop.lines.first.message(lost)) is not None and found.state == "failed")
        until(lambda: bool(shop.grosir.attempts))
        toko, grosir = rows(shop)
    assert toko == {
        "name": "toko",
        "transport": "Simulator",
        "state": "connected",
        "phone": "628110000001 Simulator",
        "waiting": 0,
        "oldest": None,
        "note": "",
        "error": "This number does not use WhatsApp.",
    }
    assert (grosir["state"], grosir["waiting"], bool(grosir["oldest"])) == ("not linked: flask chatbot qr", 1, True)
    shop.close()


def test_without_a_worker_a_line_is_closed_and_nobody_is_waited_for(tmp_path: Path) -> None:
    shop = TwoLines(tmp_path)
    assert [each["state"] for each in rows(shop)] == ["closed: no process has it open; is the worker running?"] * 2
    shop.close()


def test_a_line_that_runs_anywhere_is_asked_here_and_what_waits_for_a_line_that_is_gone_is_told(tmp_path: Path) -> None:
    before = TwoLines(tmp_path)
    with before.app.app_context():
        before.bot.send(BUDI, "Halo", line="grosir")
    before.close()
    shop = TwoLines(
        tmp_path, rules=ONE_LINE, CHATBOT_LINES={"toko": {"transport": Simulator(name="toko", runs_anywhere=True), "pace": "5/minute"}}
    )
    result = run(shop, "lines")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[1].split() == ["toko", "Simulator", "connected", "6283111111111", "Simulator", "0", "-", "-"]
    assert result.stderr == "1 message of 'grosir', which is no line of this app now. Give a line this name, and they go out.\n"
    shop.close()


def test_what_waits_for_the_pace_is_told_with_the_time_of_the_next_message_and_only_if_any_waits(tmp_path: Path) -> None:
    line = {"transport": Simulator(name="toko", runs_anywhere=True), "pace": "5/minute"}
    shop = TwoLines(tmp_path, rules=ONE_LINE, CHATBOT_LINES={"toko": line})
    now = time()
    with shop.lines.database.writing() as connection:
        paces.take_tokens(connection, "toko", now, 1 / 12, 1.0, 1)
        paces.hold_until(connection, "toko", now + 1)
    assert [each["note"] for each in rows(shop)] == [""]
    with shop.app.app_context():
        shop.bot.send(BUDI, "Halo")
    at = datetime.fromtimestamp(now + 12, shop.lines.bot.book.locale.timezone)
    assert [each["note"] for each in rows(shop)] == [f"pace: next at {at:%Y-%m-%d %H:%M:%S}"]
    shop.close()
