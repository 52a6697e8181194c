"""Values of settings, looked up in `app.config` and then in environment variables of the same names."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from flask_chatbot.core.translation.translatable import Translatable, tr
from flask_chatbot.errors import BadPayload
from flask_chatbot.wire.strict_json import read_json

FILE = "_FILE"  # at the end of a key: the path of a file with the value, as Docker and systemd hand over secrets
FILE_LIMIT = 1024 * 1024  # bytes
APP_CONFIG: str = "app.config"
ENVIRONMENT = tr("the environment")
JSON_IN_CONFIG = tr("it is a string that holds JSON. Write the list or map itself: JSON is read only from the environment, or from a file.")


def about(key: str, read: Callable[[object], object], doc: str, **more: bool) -> dict[str, Any]:
    """The metadata of a setting: `read` returns the value or raises ValueError with a sentence for each problem.

    `json=True`: the environment may hold a JSON list or map. `blank=True`: an empty string in app.config is a value. `per_line=True`: a
    line of CHATBOT_LINES may have a value of its own.
    """
    return {"key": key, "read": read, "doc": doc, "json": False, "blank": False, "per_line": False, **more}


@dataclass(frozen=True, slots=True)
class Source:
    """The configuration of an app, and the environment, which counts where that says nothing."""

    config: Mapping[str, object]
    environ: Mapping[str, str]

    def has(self, key: str) -> bool:
        """True if a key is set, whatever its value is."""
        return any(where.get(name) for where in (self.config, self.environ) for name in (key, key + FILE))

    def place(self, key: str) -> str:
        """The place where a key is set."""
        return APP_CONFIG if self.config.get(key) or self.config.get(key + FILE) else ENVIRONMENT

    def value(self, name: str, about: Mapping[str, Any]) -> dict[str, object]:
        """The value of a setting by this name; empty if it is not set. Raises ValueError with a sentence for each problem."""
        value, place = self._written(about["key"], APP_CONFIG, self.config, blank=about["blank"]), APP_CONFIG
        if value is None:
            value, place = self._written(about["key"], ENVIRONMENT, self.environ), ENVIRONMENT
        if value is None:
            return {}
        is_text = place == ENVIRONMENT or not self.config.get(about["key"])
        try:
            return {name: about["read"](from_json(str(value)) if about["json"] and is_text else value)}
        except ValueError as error:
            if about["json"] and not is_text and isinstance(value, str) and is_like_json(value):
                raise ValueError(placed(about["key"], place, JSON_IN_CONFIG)) from None
            raise ValueError(*(placed(about["key"], place, problem) for problem in error.args)) from None

    def _written(self, key: str, place: str, values: Mapping[str, object], *, blank: bool = False) -> object:
        """The value in one place, or the text of the file that is named there; None if neither is set."""
        value, path = values.get(key), values.get(key + FILE) or None
        if value == "" and not (blank and path is None):
            # An empty variable is a slip more often than a wish: deployment files write it for whatever is not set.
            value = None
        if path is None:
            return value
        if value is not None:
            raise ValueError(placed(key, place, tr("{other} is set, too. Remove one of the two.", other=key + FILE)))
        try:
            return text_of(path)
        except ValueError as error:
            raise ValueError(*(placed(key + FILE, place, problem) for problem in error.args)) from None


def text_of(path: object) -> str:
    """The text of a file without the line break at its end. Raises ValueError with a sentence that shows nothing of it."""
    if not isinstance(path, str | PathLike):
        raise ValueError(tr("it is not a path. Write the path of a file that holds the value."))
    try:
        with Path(path).open("rb") as file:
            content = file.read(FILE_LIMIT + 1)
        text = content.decode("utf-8-sig").rstrip("\r\n")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ValueError(tr("the file {path} cannot be read: {reason}.", path=str(path), reason=reason)) from None
    except ValueError:
        raise ValueError(tr("the file {path} is not UTF-8 text.", path=str(path))) from None
    if not text or len(content) > FILE_LIMIT:
        raise ValueError(tr("the file {path} is empty, or has more than {limit} bytes.", path=str(path), limit=FILE_LIMIT))
    return text


def placed(key: str, place: str, problem: str) -> Translatable:
    """A problem of a key, with the place where that is set."""
    return tr("{key} in {place}: {problem}", key=key, place=place, problem=problem)


def is_like_json(text: str) -> bool:
    """True if a text starts like a list or a map in JSON.

    >>> is_like_json(' {"ani": 1}'), is_like_json("ani")
    (True, False)
    """
    return text.lstrip().startswith(("[", "{"))


def from_json(text: str) -> object:
    """The value of an environment variable: JSON if it starts like a list or a map, else the text itself."""
    if not is_like_json(text):
        return text
    try:
        return read_json(text.encode("utf-8", "surrogateescape"))
    except BadPayload as error:
        raise ValueError(tr("it begins like JSON, but cannot be read. {message}", message=error.message)) from None
