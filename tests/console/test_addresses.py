"""Addresses of pages: whatever stands in one, it is answered in words."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask, Response

from flask_chatbot.console.blueprint import ROUTES
from flask_chatbot.console.downloads import named
from tests.console.browsers import Browser, console_app

PAGES = sorted(path for path, method in ROUTES.by_path if method == "GET")
NAMES = (
    "about after before by day direction field file from label line list name number of page path q rule show state status table text time "
    "token until version what wrong"
).split()
HOSTILE = ["zz\r\nX:1", '\x00\n"', "\ud83d".encode("utf-8", "surrogatepass"), "\u202e\u0301" * 300, "9" * 400, "-1", "nan", "1e999"]
Asks = Callable[[str], int]


@pytest.fixture(scope="module")
def asks(tmp_path_factory: pytest.TempPathFactory) -> Asks:
    """The status of the answer to an address, for somebody who is logged in."""
    app: Flask = console_app(Path(tmp_path_factory.mktemp("shop")))
    browser = Browser(app)
    browser.log_in()
    return lambda path: browser.get(path).status_code


@pytest.mark.parametrize("path", PAGES)
def test_nothing_in_an_address_is_an_internal_error(asks: Asks, path: str) -> None:
    queries = [urlencode(dict.fromkeys(NAMES, value)) for value in HOSTILE]
    found = {query: asks(f"/{path.replace('*', place)}?{query}") for query in queries for place in ("x", "%0d%0aX:1%00")}
    assert {query: status for query, status in found.items() if status >= 500} == {}


@pytest.mark.parametrize("name", ["a\r\nX: 1.csv", '\x00".csv', "\u202egpj.exe", "", "\ud83d"])
def test_a_file_has_one_name_and_brings_no_header_of_its_own(name: str) -> None:
    headers = named(Response("x"), "attachment", name).headers
    assert [key for key, _ in headers] == ["Content-Type", "Content-Length", "Content-Disposition"]
    assert headers["Content-Disposition"].isprintable()
