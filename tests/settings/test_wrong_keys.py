"""Warnings of calls without a good key."""

import pytest

from flask_chatbot.settings.wrong_keys import ADDRESSES_LIMIT, WrongKeys

NOON = 1_700_000_000.0
REASON = "The header SecretKey is missing."


def told(count: int, address: str = "203.0.113.9") -> str:
    return f"refused a call to api/sendwa from {address}: {REASON} This was call {count} from there within an hour."


def call(keys: WrongKeys, times: int = 1, address: str | None = "203.0.113.9", at: float = NOON) -> None:
    for _ in range(times):
        keys.warn("a call to api/sendwa", address, REASON, at)


def test_of_many_calls_from_one_address_each_doubling_is_told(caplog: pytest.LogCaptureFixture) -> None:
    call(WrongKeys(), times=1000)
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [("WARNING", told(2**n)) for n in range(10)]


def test_each_address_is_counted_for_itself_and_anew_after_an_hour(caplog: pytest.LogCaptureFixture) -> None:
    keys = WrongKeys()
    call(keys, times=2)
    call(keys, address="2001:db8::7", at=NOON + 3599)
    call(keys, at=NOON + 3600)
    call(keys, at=NOON)  # the clock was set back
    assert caplog.messages == [told(1), told(2), told(1, "2001:db8::7"), told(1), told(1)]


def test_a_flood_from_many_addresses_fills_neither_memory_nor_log(caplog: pytest.LogCaptureFixture) -> None:
    keys = WrongKeys()
    for number in range(5 * ADDRESSES_LIMIT):
        call(keys, address=f"2001:db8::{number:x}")
    assert (len(caplog.messages), caplog.messages[-1]) == (ADDRESSES_LIMIT + 12, told(2048, "other addresses"))


@pytest.mark.parametrize(
    ("address", "shown"),
    [(None, "an unknown address"), ("", "an unknown address"), ("1\x1b[2J\n", r"'1\x1b[2J\n'"), ("9" * 99, "9" * 57 + "...")],
)
def test_an_address_stays_on_its_line_whatever_a_proxy_hands_on(address: str | None, shown: str, caplog: pytest.LogCaptureFixture) -> None:
    call(WrongKeys(), address=address)
    assert caplog.messages == [told(1, shown)]
