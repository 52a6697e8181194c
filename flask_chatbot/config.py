"""What an operator can set, read once: from `app.config`, or from environment variables of the same names."""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from flask_chatbot.errors import BadPayload, ConfigError
from flask_chatbot.strictjson import Number, read_json

MAKE_A_KEY = 'python3 -c "import secrets; print(secrets.token_urlsafe(24))"'
_SWITCH = {**dict.fromkeys(("1", "true", "yes", "on"), True), **dict.fromkeys(("0", "false", "no", "off"), False)}
_START = "CHATBOT_"
_PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]+)*")
# Kubernetes and Docker set the first in every container beside a service called "chatbot"; the last are for test suites.
_FOREIGN = re.compile(r"CHATBOT_(?:(?:\w+_)?(?:SERVICE_HOST|SERVICE_PORT\w*|PORT|PORT_\d+_(?:TCP|UDP)\w*|NAME)|TEST_\w*)")


@dataclass(frozen=True, slots=True)
class WebhookKey:
    """One key a webhook call may carry, as UTF-8 bytes; `name` says by which line the message came."""

    name: str | None
    key: bytes = field(repr=False)


def _read_keys(value: object) -> tuple[WebhookKey, ...]:
    """One key, several, or several by name; `ValueError` with one argument for each problem, never showing a key."""
    if isinstance(value, str):
        named: list[tuple[Any, str, object]] = [(None, "the key", value)]
    elif isinstance(value, list | tuple):
        named = [(None, f"key {place}", key) for place, key in enumerate(value, 1)]
    elif isinstance(value, dict):
        named = [(name, f"the key of {name!r}", key) for name, key in value.items()]
    else:
        raise ValueError(f"it is {_kind(value)}. Write a string, a list of strings, or a map of name to key.")
    if not named:
        raise ValueError(f"it holds no key. Make one with: {MAKE_A_KEY}")
    problems = [problem for name, label, key in named for problem in (*_name_problems(name), *_key_problems(label, key))]
    keys = [key for _, _, key in named]
    problems += [f"{label} stands here twice. Write each key once." for place, (_, label, key) in enumerate(named) if key in keys[:place]]
    if problems:
        raise ValueError(*problems)
    return tuple(WebhookKey(name, str(key).encode()) for name, _, key in named)


def _name_problems(name: object) -> Iterator[str]:
    if name is not None and (type(name) is not str or not name.strip()):
        yield f"{name!r} is no name for a key. Write a word, in quotes."


def _key_problems(label: str, key: object) -> Iterator[str]:
    if type(key) is not str:
        yield f"{label} is {_kind(key)}. Write it as a string, in quotes."
    elif not key.strip():
        yield f"{label} is empty. Make one with: {MAKE_A_KEY}"
    elif key != key.strip():
        yield f"{label} has white space around it. Remove it."
    elif any("\ud800" <= character <= "\udfff" for character in key):
        yield f"{label} is not UTF-8. Make one with: {MAKE_A_KEY}"


def _read_path(value: object) -> Path:
    if not isinstance(value, str | os.PathLike):
        raise ValueError(f"it is {_kind(value)}. Write the path of the rule file as a string.")
    return Path(value)


def _read_switch(value: object) -> bool:
    """True or False, as Python or people write it in environment variables."""
    if value in (True, False) and not isinstance(value, float):
        return bool(value)
    answer = _SWITCH.get(value.strip().lower()) if isinstance(value, str) else None
    if answer is None:
        raise ValueError(f"it is {repr(value) if isinstance(value, str) else _kind(value)}. Write True or False.")
    return answer


def _read_prefix(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"it is {_kind(value)}. Write a path as a string, such as '/chatbot'.")
    if value == "/":
        return ""
    if not _PREFIX.fullmatch(value):
        raise ValueError(f"{value!r} is no path that can stand before '/webhook'. Write it like '/chatbot', or '/' for none.")
    return value


def _read_database(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"it is {_kind(value)}. Write a URL as a string, such as 'sqlite:///chatbot.sqlite'.")
    # Imported where it is used: a bot that sets no database starts without SQLAlchemy.
    from flask_chatbot.store.urls import read_url

    read_url(value)
    return value


def _kind(value: object) -> str:
    """What a value is, for a message that must not show it.

    >>> _kind(5)
    'a value of type int'
    """
    return f"a value of type {'int' if isinstance(value, Number) else type(value).__name__}"


def _about(key: str, read: Callable[[object], object], doc: str, **more: bool) -> dict[str, Any]:
    """The metadata of a setting: `read` returns the value or raises ValueError with a sentence for each problem.

    `json=True`: the environment may hold a JSON list or map. `blank=True`: an empty string in app.config is a value.
    """
    return {"key": key, "read": read, "doc": doc, "json": False, "blank": False, **more}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The configuration of one app. Each field's metadata holds its key, its reader and its description."""

    webhook_keys: tuple[WebhookKey, ...] = field(
        default=(),
        metadata=_about(
            "CHATBOT_WEBHOOK_KEY",
            _read_keys,
            "The key a webhook call must carry: a string. Several at once, for a change of keys: a list. With names, which say by "
            "which line a message came: a map of name to key. In the environment, lists and maps are written as JSON.",
            json=True,
        ),
    )
    rules: Path | None = field(default=None, metadata=_about("CHATBOT_RULES", _read_path, "The rule file, relative to the current folder."))
    prefix: str = field(
        default="/chatbot",
        metadata=_about("CHATBOT_PREFIX", _read_prefix, "What stands before /webhook in its URL; / for nothing.", blank=True),
    )
    reload: bool = field(
        default=True,
        metadata=_about("CHATBOT_RELOAD", _read_switch, "Whether changed rule files are taken while the app serves, within a second."),
    )
    database_url: str | None = field(
        default=None,
        repr=False,  # it may hold a password
        metadata=_about(
            "CHATBOT_DATABASE_URL",
            _read_database,
            "Where people are remembered: sqlite:///FILE, relative to the instance folder, or postgresql://USER:PASSWORD@HOST/NAME. "
            "Without it, the file chatbot.sqlite in the instance folder, opened when first needed.",
        ),
    )

    @classmethod
    def from_mapping(cls, config: Mapping[str, object], environ: Mapping[str, str]) -> "Settings":
        """The settings of an app's configuration and, where it says nothing, of the environment; `ConfigError` with every mistake."""
        settings, problems = cls.read(config, environ)
        if problems:
            raise ConfigError(problems)
        return settings

    @classmethod
    def read(cls, config: Mapping[str, object], environ: Mapping[str, str]) -> tuple["Settings", tuple[str, ...]]:
        """The settings, a default standing in for what is wrong, and every mistake: for callers who have more mistakes to tell."""
        values: dict[str, Any] = {}
        problems: list[str] = []
        for each in fields(cls):
            try:
                values |= _read(each, config, environ)
            except ValueError as error:
                problems += error.args
        problems += _unknown(config, "app.config")
        problems += _unknown((key for key in environ if not _FOREIGN.fullmatch(key)), "the environment")
        return cls(**values), tuple(problems)


def _read(each: "Field[Any]", config: Mapping[str, object], environ: Mapping[str, str]) -> dict[str, object]:
    """The field's value by its name; nothing where it is not set."""
    about = each.metadata
    value, place = config.get(about["key"]), "app.config"
    if value is None or (value == "" and not about["blank"]):
        # An empty variable is a slip more often than a wish: deployment files write it for whatever is not set.
        value, place = environ.get(about["key"]) or None, "the environment"
    if value is None:
        return {}
    try:
        if about["json"] and place == "the environment":
            value = _from_json(str(value))
        return {each.name: about["read"](value)}
    except ValueError as error:
        raise ValueError(*(f"{about['key']} in {place}: {problem}" for problem in error.args)) from None


def _from_json(text: str) -> object:
    """What a variable holds: JSON where it begins like a list or a map, else the text itself."""
    if not text.lstrip().startswith(("[", "{")):
        return text
    try:
        return read_json(text.encode("utf-8", "surrogateescape"))
    except BadPayload as error:
        raise ValueError(f"it begins like JSON, but cannot be read. {error.message}") from None


def _unknown(keys: Iterable[object], place: str) -> Iterator[str]:
    """A sentence for each key that looks like ours and is not; in the environment, only for those that one of ours was surely meant by.

    Other programs read the environment too: a CHATBOT_TOKEN of theirs must not stop the app.
    """
    ours = place == "app.config"
    known = [each.metadata["key"] for each in fields(Settings)]
    for key in keys:
        if isinstance(key, str) and key.startswith(_START) and key not in known:
            near = _nearest(key, known, 0.6 if ours else 0.8)
            if near is not None or ours:
                way_out = f"Did you mean {near!r}?" if near else f"Known keys: {', '.join(known)}."
                yield f"{key} in {place}: unknown key. {way_out}"


def _nearest(key: str, known: Iterable[str], likeness: float) -> str | None:
    """The known key most like this one, by what follows the start they share; None where none is as like as that, from 0 to 1.

    >>> _nearest("CHATBOT_RULE", ["CHATBOT_RULES", "CHATBOT_PREFIX"], 0.8)
    'CHATBOT_RULES'
    >>> _nearest("CHATBOT_TOKEN", ["CHATBOT_RULES", "CHATBOT_PREFIX"], 0.6)
    """
    by_stem = {each.removeprefix(_START): each for each in known}
    near = get_close_matches(key.removeprefix(_START), by_stem, n=1, cutoff=likeness)
    return by_stem[near[0]] if near else None
