"""`send`: it follows its message, and ends by itself where nobody sends."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from flask.cli import ScriptInfo

from flask_chatbot.cli.lines import send
from flask_chatbot.cli.lines.choosing import ProgressLine
from flask_chatbot.cli.main import chatbot
from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.core.values.replies import Text
from flask_chatbot.errors import Refused, Restricted, TryLater
from flask_chatbot.transports.base import Capabilities
from flask_chatbot.transports.simulator import Simulator
from tests.cli.shops import runner
from tests.delivery.apps import BUDI
from tests.lines.two_lines import ONE_LINE, TwoLines, until
from tests.transports.telegram.bot_api import BotApi


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[TwoLines]:
    shop = TwoLines(tmp_path)
    yield shop
    shop.close()


def run(shop: TwoLines, *arguments: str, typed: str = "") -> Result:
    """The outcome of ``flask chatbot`` with these arguments."""
    info = ScriptInfo(create_app=lambda: shop.app, set_debug_flag=False)
    return runner().invoke(chatbot, arguments, input=typed, obj=info, catch_exceptions=False)


def test_a_text_goes_out_by_the_line_that_is_named_and_each_state_is_printed(shop: TwoLines) -> None:
    with shop.working():
        result = run(shop, "send", BUDI, "Halo", "--line", "grosir", "--until", "read")
    *_, last = result.stdout.splitlines()
    assert (result.exit_code, last.split(": ")[1], last.split()[2]) == (0, "read", "grosir:")
    assert [each.chat for each in shop.grosir.arrived] == [f"{BUDI}@c.us"]


def test_a_text_that_whatsapp_refuses_ends_with_its_words(shop: TwoLines) -> None:
    shop.toko.fails(Refused("This number does not use WhatsApp."))
    with shop.working():
        result = run(shop, "send", BUDI, "Halo", "--line", "toko")
    assert result.exit_code == 1
    assert result.stdout.endswith("was given up: This number does not use WhatsApp.\n")


def test_a_text_that_is_tried_again_is_kept_and_its_reason_told(shop: TwoLines) -> None:
    shop.toko.fails(TryLater("The gateway is down."), times=None)
    with shop.working():
        result = run(shop, "send", BUDI, "Halo", "--line", "toko", "--wait", "2 seconds")
    assert result.exit_code == 3
    assert re.search(r"is kept after 2 seconds: The gateway is down\.( \([-0-9]+ [:0-9]+\))?\n$", result.stdout), result.stdout


def test_without_a_worker_it_ends_and_says_so(shop: TwoLines, capsys: pytest.CaptureFixture[str]) -> None:
    gateway, id_ = send.accepted(shop.lines, BUDI, "Halo", "toko")
    assert send.follow(gateway, id_, Ack.SENT, 30.0, ProgressLine(), untaken_for=0.3) == send.STAYS
    assert capsys.readouterr().out.endswith(
        "is kept, and does not go out now. No process has the connection to WhatsApp open. Is the worker running? Its log says why it "
        "cannot open it. Start the server, or: flask chatbot worker\n"
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("12", "Halo", "--line", "toko"), "'12' is not a possible phone number."),
        ((BUDI, "Halo"), "This app has several lines. Name one with --line: toko, grosir."),
        ((BUDI, "Halo", "--line", "gudang"), "There is no line 'gudang'. The lines are: toko, grosir."),
        ((BUDI, "Halo", "--line", "toko", "--wait", "long"), "'long'"),
    ],
)
def test_a_wrong_number_or_option_is_told(shop: TwoLines, arguments: tuple[str, ...], told: str) -> None:
    result = run(shop, "send", *arguments)
    assert (result.exit_code, told in result.stderr) == (2, True), result.stderr


def test_what_is_seen_is_what_the_receipts_say(shop: TwoLines) -> None:
    with shop.working():
        gateway, id_ = send.accepted(shop.lines, BUDI, "Halo", "toko")
        assert send.follow(gateway, id_, Ack.DELIVERED, 30.0, ProgressLine()) == 0
    found = gateway.message(id_)
    assert found is not None
    assert found.ack >= Ack.DELIVERED


def test_one_line_needs_no_name(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    shop = TwoLines(tmp_path / "one", rules=ONE_LINE, CHATBOT_LINES={"toko": Simulator(name="toko")})
    with shop.working():
        assert run(shop, "send", BUDI, "Halo").exit_code == 0
    shop.close()


def test_a_paced_message_is_not_taken_for_one_that_nobody_sends(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shop = TwoLines(tmp_path, rules=ONE_LINE, CHATBOT_LINES={"toko": {"transport": Simulator(name="toko"), "pace": "1/minute"}})
    with shop.working():
        assert run(shop, "send", BUDI, "Satu").exit_code == 0
        gateway, id_ = send.accepted(shop.lines, "6281299990000", "Dua", "")
        assert send.follow(gateway, id_, Ack.SENT, 1.0, ProgressLine(), untaken_for=0.9) == send.STAYS
    said = capsys.readouterr().out
    told = r"is kept after 1 seconds: The rate limit allows the next message then\. \(20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\)\n$"
    assert (re.search(told, said) is not None, "No worker has taken it" in said) == (True, False)
    shop.close()


@pytest.fixture
def bot_api() -> Iterator[BotApi]:
    api = BotApi()
    yield api
    api.end()


def test_a_wrong_token_is_told_in_place_of_a_worker_that_does_not_run(
    tmp_path: Path, bot_api: BotApi, capsys: pytest.CaptureFixture[str]
) -> None:
    line = {"transport": "telegram", "token": "110201543:" + "A" * 35, "url": bot_api.url}
    shop = TwoLines(tmp_path, rules=ONE_LINE, CHATBOT_LINES={"tele": line})
    (id_,) = shop.line("tele").send_all("77001@telegram", [Text("Halo")])
    assert send.follow(shop.line("tele"), id_, Ack.SENT, 30.0, ProgressLine(), untaken_for=0.1) == send.STAYS
    told = (
        "Telegram refuses the token. Correct 'token' of the line 'tele' in CHATBOT_LINES: @BotFather shows it under /mybots, 'API Token'."
    )
    assert capsys.readouterr().out.splitlines()[-1] == f"{id_} is kept, and does not go out now. {told}"
    assert f"unknown: {told}" in run(shop, "lines").stdout
    shop.lines.client.close()
    shop.close()


def test_what_waits_for_whatsapp_to_take_strangers_again_is_not_taken_for_one_that_nobody_sends(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    limited = Simulator(name="toko", runs_anywhere=True, capabilities=Capabilities(strangers_limited=True))
    shop = TwoLines(tmp_path, rules=ONE_LINE, CHATBOT_LINES={"toko": limited})
    limited.fails(Restricted("Error 463."), times=None)
    gateway, id_ = send.accepted(shop.lines, BUDI, "Halo", "")
    with shop.working():
        until(lambda: (found := gateway.message(id_)) is not None and bool(found.error))
        assert send.follow(gateway, id_, Ack.SENT, 0.5, ProgressLine(), untaken_for=0.1) == send.STAYS
    last = capsys.readouterr().out.splitlines()[-1]
    assert re.fullmatch(rf"{id_} is kept after 0\.5 seconds: Error 463\. \([-0-9]+ [:0-9]+\)", last), last
    shop.close()
