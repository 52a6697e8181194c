"""The inbox, the phone's linking and the buttons of the chat in a real browser; and the pictures of the documentation."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from flask_chatbot.testing import working
from flask_chatbot.transports.simulator import Simulator
from tests.console.browsers import console_app
from tests.console.conftest import log_in, served
from tests.console.test_in_browser import violations

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.process]
Look = Callable[..., "Page"]
BUDI, SITI = "6281200000001", "6281200000002"
HOSTILE = "<script>document.title='x'</script> javascript:alert(1) {{ 7*7 }} gratis\u202egpj.exe " + "e" + "\u0301" * 3900
PICTURES = Path(__file__).parents[2] / "docs/_static/console"
TAKE = "TAKE_CONSOLE_PICTURES"  # set it to take the pictures of the documentation anew
RULES = """\
version: 1
rules:
  - name: menu
    keyword: [halo, menu]
    reply: "Halo *{{ nama or 'Kak' }}*! Ada yang bisa kami bantu?"
    menu: [{Daftar harga: harga}, {Bicara dengan admin: admin}]
  - name: harga
    keyword: harga
    reply: "Kopi susu *Rp18.000*, teh tarik _Rp12.000_."
  - name: admin
    keyword: admin
    pause: 2 jam
    reply: Sebentar, admin kami segera menjawab.
  - fallback: true
    reply: Maaf, kami belum paham.
"""


@pytest.fixture
def phones() -> Simulator:
    return Simulator()


@pytest.fixture
def inbox(tmp_path: Path, phones: Simulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The console of a shop to which two customers wrote: one waits for staff, the other is hostile."""
    monkeypatch.chdir(tmp_path)  # places in files are shown from there
    app = console_app(tmp_path, CHATBOT_API_KEY="kunci-api-toko", CHATBOT_TRANSPORT=phones, CHATBOT_WORKER="off")
    (tmp_path / "rules.yaml").write_text(RULES, "utf-8")
    app.extensions["chatbot"].bot.reload()
    with working(app), served(app) as address:
        phones.phone(BUDI, name="Budi").writes("admin")
        phones.phone(BUDI).waits_for(1)
        phones.phone(SITI, name="Siti").writes(HOSTILE)
        phones.phone(SITI).waits_for(1)
        yield address


@pytest.mark.parametrize("width", [390, 1280])
def test_the_inbox_and_a_conversation_are_for_everybody_whatever_customers_write(inbox: str, look: Look, width: int) -> None:
    page = log_in(look(inbox, width=width))
    page.goto(f"{inbox}/inbox")
    page.get_by_role("heading", name="Waiting for staff").wait_for()
    assert violations(page) == []
    page.get_by_role("link", name="6281******002").click()
    page.locator("#phone .theirs").wait_for()
    page.get_by_label("Label", exact=True).fill(HOSTILE[:36])
    page.keyboard.press("Enter")
    page.locator("li.label").wait_for()
    page.get_by_label("Note", exact=True).fill(HOSTILE[:400])
    page.get_by_role("button", name="Keep this note").press("Enter")
    page.locator("article.note").wait_for()
    assert violations(page) == []
    assert page.locator("main script, main [onerror], main a[href^='javascript:']").count() == 0
    assert "\u202e" not in page.content()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth") is True
    page.goto(f"{inbox}/inbox?q=javascript")
    page.get_by_role("link", name="6281******002").wait_for()
    assert (violations(page), page.title()) == ([], "Inbox - Console")


def test_the_phone_is_linked_by_the_code_that_is_drawn(inbox: str, look: Look, phones: Simulator) -> None:
    phones.log_out()
    page = log_in(look(inbox, width=390))
    page.goto(f"{inbox}/connection")
    code = page.locator("img.qr")
    code.wait_for()
    assert violations(page) == []
    assert page.evaluate("document.querySelector('img.qr').naturalWidth > 100") is True
    phones.scan()
    page.get_by_text("connected", exact=True).wait_for()
    page.get_by_role("button", name="Log the bot out of WhatsApp").click()
    page.get_by_text("Log the bot out of WhatsApp?").wait_for()
    assert violations(page) == []
    page.get_by_role("button", name="Log it out").click()
    code.wait_for()


def test_a_button_is_tapped_as_on_the_phone(inbox: str, look: Look) -> None:
    page = log_in(look(inbox))
    page.locator("#text").fill("menu")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Daftar harga").click()
    page.locator("#phone .ours .words", has_text="Kopi susu").wait_for()
    assert violations(page) == []


def take(page: "Page", name: str, folder: Path) -> None:
    """Take a picture of what is seen, and put it among the documentation's if that is asked for."""
    picture = folder / f"{name}.png"
    page.evaluate("window.scrollTo(0, 0)")
    page.screenshot(path=str(picture))
    kept = PICTURES / picture.name
    if os.environ.get(TAKE):
        kept.parent.mkdir(exist_ok=True)
        kept.write_bytes(picture.read_bytes())
    size = slice(16, 24)  # of a PNG: its width and height
    assert kept.read_bytes()[size] == picture.read_bytes()[size]


def test_the_pictures_of_the_documentation_are_of_these_pages(inbox: str, look: Look, tmp_path: Path, phones: Simulator) -> None:
    page = log_in(look(f"{inbox}/login"))
    page.goto(f"{inbox}/chat?name=Rina&number=081200000009")
    page.locator("#text").fill("menu kak")
    page.keyboard.press("Enter")
    page.locator("#phone .ours .ticks.read").wait_for()
    take(page, "chat", tmp_path)
    phones.phone(SITI).writes("Apakah buka hari Minggu?")
    phones.phone(SITI).waits_for(2)
    page.goto(f"{inbox}/inbox")
    take(page, "inbox", tmp_path)
    page.get_by_role("link", name="6281******001").click()
    page.locator("#phone .ours").wait_for()
    take(page, "conversation", tmp_path)
    phones.log_out()
    page.goto(f"{inbox}/connection")
    page.locator("img.qr").wait_for()
    take(page, "connection", tmp_path)
