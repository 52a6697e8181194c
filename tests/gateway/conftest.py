"""The databases of the store's tests serve here too."""

from tests.store.conftest import database, postgresql, server, sqlite, url

__all__ = ["database", "postgresql", "server", "sqlite", "url"]
