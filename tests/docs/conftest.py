"""Examples imported as a server started in their folder would, and forgotten after the test."""

import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.docs.pages import EXAMPLES
from tests.docs.sessions import KEY


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[[str, str], Any]]:
    """A module of an example by the names of its folder and its own; others of that folder can then be imported too."""
    known = set(sys.modules)
    monkeypatch.setenv("CHATBOT_WEBHOOK_KEY", KEY)
    monkeypatch.setenv("CHATBOT_DATABASE_URL", f"sqlite:///{tmp_path / 'chatbot.sqlite'}")  # no files among the examples

    def import_from(folder: str, name: str) -> Any:
        monkeypatch.syspath_prepend(EXAMPLES / folder)
        return import_module(name)

    yield import_from
    for name in set(sys.modules) - known:
        if str(EXAMPLES) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]
