"""The editor in a real browser, by the keyboard alone."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from flask_chatbot.testing import working
from flask_chatbot.transports.simulator import Simulator
from tests.console.browsers import RULES, console_app
from tests.console.conftest import log_in, served
from tests.console.test_in_browser import violations

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.process]
Look = Callable[..., "Page"]


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[str]:
    """The console of a shop whose rules are edited in it."""
    app = console_app(
        tmp_path, CHATBOT_API_KEY="kunci-api-toko", CHATBOT_TRANSPORT=Simulator(), CHATBOT_WORKER="off", CHATBOT_CONSOLE_EDIT=True
    )
    with working(app), served(app) as address:
        yield address


def test_a_rule_is_edited_wrongly_and_rightly_by_the_keyboard(workshop: str, look: Look, tmp_path: Path) -> None:
    page = log_in(look(workshop))
    page.goto(f"{workshop}/edit?line=5")
    page.get_by_role("textbox", name="The text of rules.yaml").wait_for()
    assert violations(page) == []
    page.keyboard.press("End")  # of the line that was asked for, where the cursor is
    page.keyboard.type("\nrepply: Hai")
    page.locator(".cm-lint-marker-error").wait_for()
    assert violations(page) == []
    press(page, "Save")
    page.get_by_text("Not saved: the rules would not be used with this text.").wait_for()
    assert (tmp_path / "rules.yaml").read_text("utf-8") == RULES
    page.locator("#results a").first.focus()
    page.keyboard.press("Enter")  # back to the line with the problem
    page.keyboard.press("Shift+Control+k")  # which goes
    page.keyboard.press("ArrowUp")
    page.keyboard.press("End")
    page.keyboard.type(" Ada apa?")
    page.locator(".cm-lint-marker-error").wait_for(state="hidden")
    press(page, "Save")
    page.get_by_text("Saved. The rules are in use.").wait_for()
    assert violations(page) == []
    assert (tmp_path / "rules.yaml").read_text("utf-8") == RULES.replace("}}*!", "}}*! Ada apa?")
    page.goto(f"{workshop}/chat")
    page.keyboard.type("halo")
    page.keyboard.press("Enter")
    page.locator("#phone .ours .words", has_text="Halo Kak! Ada apa?").wait_for()


def press(page: "Page", name: str) -> None:
    """Reach a button with the keyboard, and press it."""
    page.get_by_role("button", name=name, exact=True).focus()
    page.keyboard.press("Enter")


def test_keys_complete_themselves_and_texts_are_tried(workshop: str, look: Look) -> None:
    page = log_in(look(workshop, width=390))
    page.goto(f"{workshop}/edit?line=5")
    page.get_by_role("textbox", name="The text of rules.yaml").wait_for()
    page.keyboard.press("End")
    page.keyboard.press("End")  # of the line that is broken into two
    page.keyboard.type("\nprior")
    page.get_by_role("option", name="priority").wait_for()
    page.keyboard.press("Enter")
    page.keyboard.type("3")
    page.locator("#texts").fill("halo\nxyz")
    press(page, "Try")
    page.get_by_text("2 texts were answered. 0 answers change.").wait_for()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth") is True
    press(page, "Save")
    page.get_by_text("Saved. The rules are in use.").wait_for()


def test_a_text_that_fell_through_becomes_a_phrase_by_the_keyboard(workshop: str, look: Look, tmp_path: Path) -> None:
    near = RULES.replace("    keyword: halo\n", "    keyword: halo\n    similar: [apakah toko sudah buka]\n")
    page = log_in(look(workshop))
    page.goto(f"{workshop}/edit?line=4")
    page.get_by_role("textbox", name="The text of rules.yaml").wait_for()
    page.keyboard.press("End")
    page.keyboard.type("\nsimilar: [apakah toko sudah buka]")
    press(page, "Save")
    page.get_by_text("Saved. The rules are in use.").wait_for()
    assert (tmp_path / "rules.yaml").read_text("utf-8") == near
    ask(page, workshop, "toko apa sudah pada buka", "belum paham")
    page.goto(f"{workshop}/unmatched")
    assert violations(page) == []
    page.get_by_role("button", name="Add toko apa sudah pada buka to the phrases of salam").focus()
    page.keyboard.press("Enter")
    page.get_by_text("is answered by the rule salam").wait_for()
    assert violations(page) == []
    ask(page, workshop, "toko apa sudah pada buka", "Halo Kak!")


def ask(page: "Page", shop: str, text: str, answer: str) -> None:
    """Write as a customer, and wait for the answer."""
    page.goto(f"{shop}/chat")
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.locator("#phone .ours .words", has_text=answer).last.wait_for()


@pytest.mark.parametrize(("language", "dark", "width"), [("en", False, 390), ("id", True, 1280)])
def test_the_pages_about_rules_are_for_everybody(workshop: str, look: Look, language: str, dark: bool, width: int) -> None:
    page = log_in(look(workshop, language=language, width=width, dark=dark))
    page.goto(f"{workshop}/edit?line=1")
    page.locator(".cm-content").press("Control+End")
    page.keyboard.type("#" + "\n#" * 40 + "x" * 400)  # as long and as wide that it scrolls
    page.locator("button[value=save]").click()
    page.locator("#results .good").wait_for()
    page.goto(f"{workshop}/edit")
    version = str(page.locator("section[aria-labelledby=versions-title] a").last.get_attribute("href"))
    for path in ("rules", "edit", version.removeprefix(urlsplit(workshop).path + "/")):
        page.goto(f"{workshop}/{path}")
        page.locator("#content").wait_for()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth") is True
