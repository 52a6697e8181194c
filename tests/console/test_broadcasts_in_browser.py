"""A broadcast to three simulated phones in a real browser."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from flask_chatbot.testing import working
from flask_chatbot.transports.simulator import Simulator
from tests.console.browsers import BY_DAY_AND_NIGHT, console_app
from tests.console.conftest import log_in, served
from tests.console.test_in_browser import violations

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.process]
Look = Callable[..., "Page"]
NUMBERS = ("6281234567890", "6281234567891", "6281234567892")
FILE = "nomor;nama\n" + "".join(f"{number};{name}\n" for number, name in zip(NUMBERS, ("Budi", "<i>Sari</i>", "T" * 80), strict=True))


@pytest.fixture
def phones() -> Simulator:
    return Simulator()


@pytest.fixture
def shop(tmp_path: Path, phones: Simulator) -> Iterator[str]:
    """The console of a shop whose messages go to these phones."""
    app = console_app(tmp_path, rules=BY_DAY_AND_NIGHT, CHATBOT_API_KEY="kunci-api-toko", CHATBOT_TRANSPORT=phones, CHATBOT_WORKER="off")
    with working(app), served(app) as address:
        yield address


@pytest.mark.parametrize(
    ("width", "language", "dark", "said"),
    [
        (390, "id", True, ("Siaran", "Teks", "Berkas", "Pratinjau", "Mulai", "Keadaan selesai")),
        (1280, "en", False, ("Broadcasts", "Text", "File", "Preview", "Start it", "State over")),
    ],
)
def test_a_broadcast_goes_to_three_phones(
    shop: str, phones: Simulator, look: Look, width: int, language: str, dark: bool, said: tuple[str, ...]
) -> None:
    menu, text, file, preview, start, over = said
    page = log_in(look(shop, language=language, width=width, dark=dark))
    page.get_by_role("link", name=menu).click()
    fits(page)
    page.get_by_label(text, exact=True).last.fill("Halo {{ nama }}!")
    page.get_by_label(file, exact=True).set_input_files({"name": "daftar.csv", "mimeType": "text/csv", "buffer": FILE.encode()})
    page.get_by_role("button", name=preview).click()
    page.get_by_text("Halo <i>Sari</i>!").wait_for()
    fits(page)
    page.get_by_role("button", name=start).click()
    page.get_by_text(over.split()[-1], exact=True).wait_for()  # the page looks again by itself
    assert page.locator("#stop").count() == 0
    fits(page)
    assert sorted(each.chat for each in phones.arrived) == [f"{number}@c.us" for number in NUMBERS]
    page.get_by_role("link", name=menu).click()
    page.get_by_role("cell", name="daftar.csv").wait_for()
    fits(page)


def fits(page: "Page") -> None:
    """Nothing is wrong for those who cannot see, and nothing is wider than the window."""
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth") is True
