from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lines.two_lines import TwoLines


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[TwoLines]:
    shop = TwoLines(tmp_path)
    yield shop
    shop.close()
