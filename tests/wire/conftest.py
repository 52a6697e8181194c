"""An app that serves the API."""

from tests.gateway.conftest import app

__all__ = ["app"]
