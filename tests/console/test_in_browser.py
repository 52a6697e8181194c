"""The console in a real browser."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.console.conftest import log_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.process]
Look = Callable[..., "Page"]


def violations(page: "Page") -> list[str]:
    """What axe finds wrong with a page."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {each['help']} {[node['html'] for node in each['nodes']][:3]}" for each in found]


def test_a_customers_text_is_answered_and_its_ticks_change(shop: str, look: Look) -> None:
    page = log_in(look(shop))
    page.keyboard.type("halo")
    page.keyboard.press("Enter")
    page.get_by_text("found by its keyword").wait_for()
    page.locator("#phone .ours .words", has_text="Halo Kak!").wait_for()
    page.locator("#phone .ours .ticks.read").wait_for()
    assert page.locator("#text").input_value() == ""
    assert page.locator("#phone .theirs .words").all_inner_texts() == ["halo"]


def test_a_conversation_is_taken_over_answered_by_hand_and_given_back(shop: str, look: Look) -> None:
    page = log_in(look(shop))
    page.keyboard.type("apa ini")
    page.keyboard.press("Enter")
    page.locator("#phone .ours").wait_for()
    page.get_by_role("link", name="Inbox").click()
    page.get_by_role("link", name="apa ini").click()
    page.get_by_role("button", name="Take over").click()
    page.get_by_text("the bot is silent").wait_for()
    page.get_by_placeholder("Answer by hand").fill("Halo, ini *Ani*.")
    page.get_by_role("button", name="Send").click()
    page.locator("#phone .ours .words", has_text="Halo, ini Ani.").wait_for()
    page.locator("#phone .ours .ticks.read").nth(1).wait_for()
    assert violations(page) == []
    page.get_by_role("button", name="Give back to the bot").click()
    page.get_by_role("button", name="Take over").wait_for()
    page.get_by_role("link", name="Deliveries").click()
    page.locator("tbody a").first.click()
    page.get_by_text("What became of it").wait_for()
    assert violations(page) == []


def test_an_open_conversation_changes_live_and_what_is_being_typed_stays(shop: str, look: Look) -> None:
    page = log_in(look(shop))
    page.keyboard.type("apa ini")
    page.keyboard.press("Enter")
    page.locator("#phone .ours").wait_for()
    page.get_by_role("link", name="Inbox").click()
    page.get_by_role("link", name="apa ini").click()
    page.get_by_placeholder("Answer by hand").fill("Halo, ini")
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_role("button", name="Take over").click()
    page.bring_to_front()
    page.get_by_text("the bot is silent").wait_for()
    page.get_by_role("button", name="Give back to the bot").wait_for()
    assert page.locator("#text:focus").input_value() == "Halo, ini"
    assert violations(page) == []
    other.close()


# Of a group of radio buttons, the one that is chosen.
STOPS = 'a[href], button, input:not([type=hidden], [type=radio]:not(:checked)), select, textarea, summary, [tabindex="0"]'
# Where the keyboard is: its place among all that can be reached, and if that shows. A date has several stops of its own.
HERE = """stops => {
  const here = document.activeElement;
  const all = [...document.querySelectorAll(stops)];
  const ring = getComputedStyle(here), box = here.getBoundingClientRect();
  const isPicker = ["date", "time", "datetime-local"].includes(here.type);
  return [all.filter(each => each.checkVisibility({contentVisibilityAuto: true})).indexOf(here),
    isPicker || (ring.outlineStyle !== "none" && parseFloat(ring.outlineWidth) > 1 && box.right > 0 && box.left < innerWidth)];
}"""
COUNT = "stops => [...document.querySelectorAll(stops)].filter(each => each.checkVisibility({contentVisibilityAuto: true})).length"


@pytest.mark.parametrize("path", ["inbox", "rules", "unmatched", "deliveries", "broadcasts", "connection", "charts", "activity"])
def test_the_keyboard_reaches_everything_in_order_and_shows_where_it_is(shop: str, look: Look, path: str) -> None:
    page = log_in(look(f"{shop}/login"))
    page.goto(f"{shop}/{path}")
    stops: list[tuple[int, bool]] = []
    while not stops or stops[-1][0] >= 0:
        page.keyboard.press("Tab")
        stops.append(page.evaluate(HERE, STOPS))
    places = list(dict.fromkeys(place for place, _ in stops[:-1]))
    assert places == list(range(page.evaluate(COUNT, STOPS)))
    assert [place for place, is_shown in stops[:-1] if not is_shown] == []


def test_the_first_stop_leads_past_the_menu(shop: str, look: Look) -> None:
    page = log_in(look(shop))
    page.goto(f"{shop}/inbox")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "q"


def test_what_a_customer_writes_stays_text_in_the_browser(shop: str, look: Look) -> None:
    page = log_in(look(shop))
    hostile = "<script>document.title='x'</script><img src=x onerror=\"document.title='x'\"> {{ 7*7 }} gratis\u202egpj.exe"
    for text in (hostile, "\u0301" * 4096):
        page.locator("#text").fill(text)
        page.keyboard.press("Enter")
        page.locator("#phone .theirs", has_text=text[:6]).wait_for()
    assert page.title() == "Chat - Console"
    assert page.locator("#phone img, #phone script").count() == 0
    page.goto(f"{shop}/unmatched")
    assert page.locator("h2[dir=auto]").count() == 2
    assert page.evaluate("[...document.querySelectorAll('[dir=auto]')].map(each => getComputedStyle(each).contain)") == ["paint", "paint"]
    for path in ("inbox", "deliveries", "deliveries?way=in", "chat"):
        page.goto(f"{shop}/{path}")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth") is True
        assert "Console" in page.title()
