"""An app that serves the API."""

from tests.delivery.conftest import app

__all__ = ["app"]
