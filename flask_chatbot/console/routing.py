"""The routes of the console: each page says which role it takes, and is entered through one door."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple

from flask import Response

from flask_chatbot.core.translation.translatable import Translatable
from flask_chatbot.settings.accounts import Role
from flask_chatbot.views.entrance import BODY_LIMIT

if TYPE_CHECKING:
    from flask_chatbot.console.access.viewers import Viewer
    from flask_chatbot.console.visits import Visit

Page = Callable[["Visit"], Response]


class PageEntry(NamedTuple):
    """An entry of the menu at the top: its place among the others, and its words."""

    place: int
    words: Translatable


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A page, by path and method. Without a `role` it is there before the login. A path that ends in ``/*`` has a last part of any text.

    One with an `entry` stands in the menu.
    """

    path: str
    method: str
    role: Role | None
    page: Page
    entry: PageEntry | None = None
    body: int = BODY_LIMIT  # bytes that a form of it may send


def route(
    path: str, *, role: Role | None, method: str = "GET", entry: PageEntry | None = None, body: int = BODY_LIMIT
) -> Callable[[Page], Route]:
    """Make a page of a function, below the console's address. One that takes POST is only called with the session's token."""
    return lambda page: Route(path=path, method=method, role=role, page=page, entry=entry, body=body)


class Routes:
    """The pages of these modules, by path and method."""

    def __init__(self, modules: Iterable[ModuleType]) -> None:
        routes = [each for module in modules for each in vars(module).values() if isinstance(each, Route)]
        self.by_path: Mapping[tuple[str, str], Route] = {(each.path, each.method): each for each in routes}
        self._entries = sorted((each.entry, each.path, each.role) for each in routes if each.entry and each.role)

    def find(self, path: str, method: str) -> tuple[Route | None, str]:
        """The page at a path, and the last part of the path where that is open."""
        if found := self.by_path.get((path, method)):
            return found, ""
        parent, _, last = path.rpartition("/")
        return self.by_path.get((f"{parent}/*", method)), last

    def menu(self, viewer: "Viewer") -> list[tuple[str, Translatable]]:
        """The pages that a viewer finds in the menu, with their words, in order."""
        return [(path, entry.words) for entry, path, role in self._entries if viewer.may(role)]
