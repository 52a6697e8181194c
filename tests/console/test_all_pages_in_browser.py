"""All pages in a real browser, in both languages and at three widths, in a shop whose customers write what breaks pages."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from flask_chatbot.broadcasting import preparing
from flask_chatbot.broadcasting.content import BroadcastContent
from flask_chatbot.broadcasting.preparing import Audience
from flask_chatbot.console.blueprint import ROUTES
from flask_chatbot.store import people, saved
from flask_chatbot.testing import working
from flask_chatbot.transports.simulator import Simulator
from tests.console.browsers import BY_DAY_AND_NIGHT as BASIC
from tests.console.browsers import console_app
from tests.console.conftest import log_in, served
from tests.console.test_in_browser import violations

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.process]
Look = Callable[..., "Page"]
BUDI = "6281200000001"
HOSTILE = "<script>document.title='x'</script><img src=x onerror=\"document.title='x'\"> javascript:alert(1) {{ 7*7 }} gratis\u202egpj.exe "
LONG = "a" * 400 + "e" + "\u0301" * 400
NAME = "<i>Budi</i> \u202eidub {{ 7*7 }}"
ORDERS = "  - {name: cuci, keyword: cuci#, fields: [catatan], save: {to: cucian, states: [baru, siap]}, reply: Ya.}\n"
RULES = BASIC.replace("  - fallback:", f"{ORDERS}  - fallback:")
WIDTHS = (390, 820, 1280)  # of a phone, a tablet and a desktop
PARTS = {"chat/phone", "inbox/messages/*", "connection/state/*", "broadcasts/state/*", "edit/keys"}  # of other pages
FILES = {"chat/media/*", "orders/csv", "orders/file/*", "deliveries/csv"}
LEADING_ON = {"", "enter"}


class Shop:
    """A shop with something hostile on each page: its console, and the addresses of the pages by their routes."""

    def __init__(self, app: Flask, phones: Simulator) -> None:
        phones.phone(BUDI, name=NAME).writes(HOSTILE + LONG)
        phones.phone(BUDI).waits_for(1)
        phones.phone(BUDI).writes(f"cuci#{HOSTILE}{LONG}")
        (answer,) = phones.phone(BUDI).waits_for(2)[1:]
        lines = app.extensions["chatbot"].lines
        database = lines.database
        file = f'nomor;nama\n{BUDI};"{NAME}"\n6281200000002;{LONG}\n'.encode()
        content = BroadcastContent(text="{{ nama }}: " + HOSTILE.replace("{{ 7*7 }}", "{{ '{{ 7*7 }}' }}"))
        draft = preparing.prepare(lines, "", content, Audience(file=file, name=f"{NAME}.csv"))
        versions = app.extensions["chatbot_console"].versions
        rules = Path(app.root_path) / "rules.yaml"
        versions.keep(rules, f"# {HOSTILE}\n".encode(), 1_780_000_000.0, NAME)
        version = versions.listed(rules)[0].id
        with database.reading() as connection:
            person = people.find(connection, BUDI)
            assert len(saved.rows(connection, "cucian")) == 1
        self.paths = {
            "login": "login",
            "inbox/*": f"inbox/{person}",
            "orders": "orders?table=cucian",
            "orders/*": "orders/1?table=cucian",
            "deliveries": "deliveries?way=in",
            "deliveries/*": f"deliveries/{answer.id}",
            "edit": "edit?file=rules.yaml",
            "edit/versions": f"edit/versions?file=rules.yaml&version={version}",
            "broadcasts/*": f"broadcasts/{draft}",
        }


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[tuple[str, Shop]]:
    phones = Simulator()
    app = console_app(
        tmp_path,
        rules=RULES,
        CHATBOT_API_KEY="kunci-api-toko",
        CHATBOT_TRANSPORT=phones,
        CHATBOT_WORKER="off",
        CHATBOT_CONSOLE_EDIT=True,
    )
    with working(app), served(app) as address:
        yield address, Shop(app, phones)


@pytest.mark.parametrize(("language", "dark"), [("id", True), ("en", False)])
def test_each_page_is_for_everybody_at_each_width_whatever_customers_write(
    shop: tuple[str, Shop], look: Look, language: str, dark: bool
) -> None:
    address, made = shop
    page = look(f"{address}/login", language=language, dark=dark)
    flaws = [*flaws_of(page, "login")]
    log_in(page)
    pages = sorted(path for path, method in ROUTES.by_path if method == "GET" and path not in PARTS | FILES | LEADING_ON | {"login"})
    for path in pages:
        page.goto(f"{address}/{made.paths.get(path, path)}")
        assert page.evaluate("document.documentElement.lang") == language
        flaws += flaws_of(page, path)
        assert page.locator("main script, main [onerror], main a[href^='javascript:']").count() == 0
        assert (page.title() == "x", "\u202e" in page.content()) == (False, False)
    assert flaws == []


def flaws_of(page: "Page", path: str) -> Iterator[str]:
    """Yield what is wrong for those who cannot see, and at which width something sticks out."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            yield f"{path} is wider than {width} pixels"
        yield from (f"{path} at {width} pixels: {flaw}" for flaw in violations(page))


def test_a_preview_and_an_order_show_what_customers_write_as_text(shop: tuple[str, Shop], look: Look) -> None:
    address, made = shop
    page = log_in(look(address))
    page.goto(f"{address}/{made.paths['broadcasts/*']}")
    assert "{{ 7*7 }} gratis\\u202egpj.exe" in page.locator(".sample .words").first.inner_text()
    page.goto(f"{address}/{made.paths['orders/*']}")
    page.get_by_text("<script>document.title='x'</script>").first.wait_for()
    assert "javascript:alert(1) {{ 7*7 }} gratis" in page.locator("main").inner_text()
