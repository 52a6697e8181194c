"""The pages with tables of orders and deliveries in a real browser."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from flask_chatbot.errors import Refused
from flask_chatbot.testing import working
from flask_chatbot.transports.simulator import Simulator
from tests.console.browsers import console_app
from tests.console.conftest import log_in, served
from tests.console.test_in_browser import violations
from tests.console.test_orders import BUDI, RULES, keep

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.process]
SITI = "6281200000002"
Look = Callable[..., "Page"]


@pytest.fixture
def phones() -> Simulator:
    return Simulator()


@pytest.fixture
def laundry(tmp_path: Path, phones: Simulator) -> Iterator[str]:
    """The console of a laundry with two orders."""
    app = console_app(tmp_path, rules=RULES, CHATBOT_TRANSPORT=phones, CHATBOT_WORKER="off", CHATBOT_API_KEY="kunci-api-toko")
    keep(app, berat=2, catatan="<script>document.title='x'</script>" + "a" * 300)
    keep(app, berat=3)
    with working(app), served(app) as address:
        yield address


def test_an_order_is_moved_on_by_the_keyboard_and_its_customer_hears_of_it(laundry: str, look: Look, phones: Simulator) -> None:
    page = log_in(look(laundry))
    page.get_by_role("link", name="Orders").click()
    for state in ("dicuci", "siap diambil"):
        page.get_by_role("button", name=f"Move row 2 on to {state}").focus()
        page.keyboard.press("Enter")
        page.locator("#row-2 [role=status]", has_text=f"It is {state} now").wait_for()
    assert page.locator("#row-1").get_by_role("button").inner_text() == "dicuci"
    page.locator("#row-1 th a").focus()
    phones.phone("6281200000003").writes("cuci#4")
    page.locator("#row-3").wait_for()  # the list looks again, while the note and the place of the keyboard stay
    assert "It is siap diambil now" in page.locator("#row-2 [role=status]").inner_text()
    assert page.locator("#row-1 th a:focus").count() == 1
    page.locator("#row-2 th a").click()
    page.get_by_role("heading", name="History").wait_for()
    assert page.locator("tbody tr td:first-child").all_inner_texts() == ["baru", "dicuci", "siap diambil"]
    page.goto(f"{laundry}/deliveries?number={BUDI}")
    assert page.locator("tbody tr").count() == 1


def test_a_message_that_was_given_up_is_sent_again(laundry: str, look: Look, phones: Simulator) -> None:
    phones.fails(Refused("Nomor ini diblokir."))
    phones.phone(SITI).writes("cuci#4")
    page = log_in(look(laundry))
    page.goto(f"{laundry}/deliveries?state=failed")
    page.get_by_text("Nomor ini diblokir.").wait_for()
    page.locator("tbody tr a").first.click()
    page.get_by_role("button", name="Send again").click()
    (arrived,) = phones.phone(SITI).waits_for(1)
    page.locator(".moments li", has_text="read").wait_for()
    assert arrived.id in page.title()
    assert page.get_by_role("button", name="Send again").count() == 0
    assert violations(page) == []


@pytest.mark.parametrize(("width", "language", "dark"), [(390, "id", True), (1280, "en", False)])
def test_the_pages_are_for_everybody(laundry: str, look: Look, width: int, language: str, dark: bool) -> None:
    page = log_in(look(laundry, language=language, width=width, dark=dark))
    for path in (
        "orders?table=cucian",
        "orders?table=cucian&state=hilang",
        "orders/1?table=cucian",
        "deliveries",
        "deliveries?way=in",
        "charts",
    ):
        page.goto(f"{laundry}/{path}")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth") is True
        assert page.title() != "x"
