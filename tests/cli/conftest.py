"""Shops whose databases are of each kind in turn."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.shops import Shop, open_shop


@pytest.fixture
def shop(url: str, tmp_path: Path) -> Iterator[Shop]:
    """A shop with an empty database."""
    opened = open_shop(tmp_path, url)
    yield opened
    opened.database.close()
