"""`pair`: a code to type, and a passkey if WhatsApp asks for one."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from flask_chatbot.transports.simulator import Simulator
from tests.cli.lines.test_send import run
from tests.lines.two_lines import ONE_LINE, TwoLines, until

NUMBER = "628110000001"


class Watched(Simulator):
    """A simulator that tells when it was asked for a code."""

    def __init__(self) -> None:
        super().__init__(name="toko", number=NUMBER, runs_anywhere=True)
        self.code = ""

    def pair(self, number: str) -> str:
        self.code = super().pair(number)
        return self.code


@pytest.fixture
def phone() -> Watched:
    phone = Watched()
    phone.log_out()
    return phone


@pytest.fixture
def shop(tmp_path: Path, phone: Watched) -> Iterator[TwoLines]:
    shop = TwoLines(tmp_path, rules=ONE_LINE, CHATBOT_LINES={"toko": phone})
    yield shop
    shop.close()


@contextmanager
def meanwhile(act: Callable[[], object]) -> Iterator[None]:
    """Do something in a thread of its own during the block."""
    thread = threading.Thread(target=act)
    thread.start()
    yield
    thread.join()


def typed_on(phone: Watched) -> None:
    until(lambda: bool(phone.code))
    phone.type_code(phone.code)


def test_a_phone_is_linked_once_the_code_was_typed(shop: TwoLines, phone: Watched) -> None:
    with meanwhile(lambda: typed_on(phone)):
        result = run(shop, "pair", "0811-0000-001")
    assert result.exit_code == 0, result.output
    first, last = result.stdout.splitlines()
    assert (first.endswith(f"and type: {phone.code}"), last) == (True, f"linked {NUMBER} Simulator")


def test_the_passkey_is_asked_for_until_it_fits_and_its_code_is_compared(shop: TwoLines, phone: Watched) -> None:
    phone.asks_passkey()
    with meanwhile(lambda: typed_on(phone)):
        result = run(shop, "pair", NUMBER, typed='nonsense\n{"id": "abc"}\ny\n')
    assert result.exit_code == 0, result.output
    assert 'parseRequestOptionsFromJSON({"challenge": "c2ltdWxhdG9y", "rpId": "whatsapp.com"})' in result.stdout
    assert "This is no answer of a passkey: JSON with an 'id'. Copy it again, all of it." in result.stdout
    assert "Does the phone show WXYZ-1234?" in result.stdout
    assert result.stdout.endswith(f"linked {NUMBER} Simulator\n")


def test_another_code_on_the_phone_confirms_nothing(shop: TwoLines, phone: Watched) -> None:
    phone.asks_passkey()
    with meanwhile(lambda: typed_on(phone)):
        result = run(shop, "pair", NUMBER, typed='{"id": "abc"}\nn\n')
    assert result.exit_code == 1
    assert "then somebody else may be linking it. Nothing was confirmed; begin again." in result.stderr
    assert not phone.session().is_authenticated


def test_a_number_that_cannot_be_linked_is_told(shop: TwoLines) -> None:
    other, wrong = run(shop, "pair", "628110000009"), run(shop, "pair", "12")
    assert (other.exit_code, "This is not the number of the bot's phone." in other.stderr) == (1, True)
    assert (wrong.exit_code, "'12' is not a possible phone number" in wrong.stderr) == (2, True)


def test_a_phone_that_is_linked_is_left_alone(tmp_path: Path) -> None:
    linked = Watched()
    shop = TwoLines(tmp_path, rules=ONE_LINE, CHATBOT_LINES={"toko": linked})
    same, other = run(shop, "pair", NUMBER), run(shop, "pair", "628110000009")
    assert (same.exit_code, same.stdout) == (0, f"{NUMBER} is linked already\n")
    said = f"Error: this line is linked already, as {NUMBER} Simulator. To link another phone, log this one out first: on the phone under "
    assert (other.exit_code, other.stderr) == (1, f"{said}Linked devices, or on the console's page about the connection.\n")
    assert not linked.code
    shop.close()
