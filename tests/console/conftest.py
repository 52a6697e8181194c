"""A console that is served, and a browser to look at it."""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from werkzeug.serving import make_server

from flask_chatbot.testing import working
from flask_chatbot.transports.simulator import Simulator
from tests.console.browsers import PASSWORD, console_app

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium
    from playwright.sync_api import Page

CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
# Nothing that a browser does by itself: it is to talk to this machine alone.
ALONE = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"
).split()


@pytest.fixture(scope="session")
def chromium() -> "Iterator[Chromium]":
    """Chromium, as the machine has it."""
    if CHROMIUM is None:
        pytest.skip("There is no Chromium on this machine: apt-get install chromium")
    if find_spec("playwright") is None:
        pytest.skip("Playwright is not installed: pip install -e '.[browser]'")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ALONE)
        yield browser
        browser.close()


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The address of the console of an app that is served while this lasts."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}/chatbot/console"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[str]:
    """The console of a shop whose messages go to simulated phones."""
    app = console_app(tmp_path, CHATBOT_API_KEY="kunci-api-toko", CHATBOT_TRANSPORT=Simulator(), CHATBOT_WORKER="off")
    with working(app), served(app) as address:
        yield address


@pytest.fixture
def look(chromium: "Chromium") -> "Iterator[Callable[..., Page]]":
    """Opens a page in a new browser, in a language and at a width; at the end, the browser must have had nothing to complain of."""
    complaints: list[str] = []
    contexts: list[Any] = []

    def look(address: str, *, language: str = "en", width: int = 1280, dark: bool = False) -> "Page":
        context = chromium.new_context(locale=language, viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light")
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        page.set_default_timeout(15_000)
        page.goto(address)
        return page

    yield look
    for context in contexts:
        context.close()
    assert complaints == []


def log_in(page: "Page") -> "Page":
    """Log in with the keyboard alone."""
    page.locator("#password:focus").wait_for()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/chat")
    return page
