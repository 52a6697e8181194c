"""An app that serves the API."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.delivery.apps import gateway_app, gateway_of


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """An app whose API is open."""
    app = gateway_app(tmp_path)
    yield app
    gateway_of(app).database.close()
