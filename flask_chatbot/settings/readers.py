"""Readers of settings: each returns a value, or raises `ValueError` with a sentence for each problem."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from flask_chatbot.core.language.durations import LONGEST, UNITS, read_duration
from flask_chatbot.core.late import late_pattern
from flask_chatbot.core.translation.translatable import Translatable, any_of, reason_of, tr
from flask_chatbot.core.values.problems import did_you_mean
from flask_chatbot.settings.keys import Key, read_secret
from flask_chatbot.settings.private_hosts import read_private_host
from flask_chatbot.transports.base import OPTIONAL, Transport
from flask_chatbot.transports.registry import TRANSPORTS
from flask_chatbot.wire.strict_json import Number

MAKE_A_KEY = 'python3 -c "import secrets; print(secrets.token_urlsafe(24))"'
WORKERS = ("thread", "celery", "off")
_SWITCH = {**dict.fromkeys(("1", "true", "yes", "on"), True), **dict.fromkeys(("0", "false", "no", "off"), False)}
_PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]+)*")
_PUBLIC_URL = late_pattern(r"https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~%/-]*)?", re.IGNORECASE)
_PACE = late_pattern(r"([0-9]{1,6}) */ *([^\W\d_]+)")
_PACE_UNITS = (timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """A rate limit: at most `count` messages per `seconds`. With a `spread`, from 0 to 1, the pauses between them vary by that share."""

    count: int
    seconds: float
    spread: float = 0.0


def read_keys(value: object) -> tuple[Key, ...]:
    """Read one key, several, or several by name; no problem reveals a key."""
    if isinstance(value, str):
        named: list[tuple[Any, str, object]] = [(None, tr("the key"), value)]
    elif isinstance(value, list | tuple):
        named = [(None, tr("key {number}", number=place), key) for place, key in enumerate(value, 1)]
    elif isinstance(value, dict):
        named = [(name, tr("the key of {name!r}", name=name), key) for name, key in value.items()]
    else:
        raise ValueError(tr("it is {value}. Write a string, a list of strings, or a map of name to key.", value=kind_of(value)))
    if not named:
        raise ValueError(tr("it holds no key. Make one with: {command}", command=MAKE_A_KEY))
    problems = [problem for name, label, key in named for problem in (*_name_problems(name), *_key_problems(label, key))]
    keys = [key for _, _, key in named]
    problems += [
        tr("{label} appears twice. Write each key once.", label=label) for place, (_, label, key) in enumerate(named) if key in keys[:place]
    ]
    if problems:
        raise ValueError(*problems)
    return tuple(Key(name, str(key).encode()) for name, _, key in named)


def _name_problems(name: object) -> Iterator[str]:
    if name is not None and (type(name) is not str or not name.strip()):
        yield tr("{name!r} is not a name for a key. Write a word, in quotes.", name=name)


def _key_problems(label: str, key: object) -> Iterator[str]:
    if type(key) is not str:
        yield tr("{label} is {value}. Write it as a string, in quotes.", label=label, value=kind_of(key))
    elif not key.strip():
        yield tr("{label} is empty. Make one with: {command}", label=label, command=MAKE_A_KEY)
    elif key != key.strip():
        yield tr("{label} has white space around it. Remove it.", label=label)
    elif len(key.splitlines()) > 1:
        yield tr("{label} has a line break in it. Write several keys as a list, in a file as JSON.", label=label)
    elif any("\ud800" <= character <= "\udfff" for character in key):
        yield tr("{label} is not UTF-8. Make one with: {command}", label=label, command=MAKE_A_KEY)


def read_secrets(value: object) -> tuple[bytes, ...]:
    """Read one signing secret, or several during a rotation; no problem reveals a secret."""
    if isinstance(value, dict):
        raise ValueError(tr("it is a map. Write a string, or a list of strings: secrets have no names."))
    secrets = read_keys(value)
    problems: list[str] = []
    found: list[bytes] = []
    for place, secret in enumerate(secrets, 1):
        try:
            found.append(read_secret(secret.key.decode()))
        except ValueError as error:
            problems.append(
                reason_of(error) if len(secrets) == 1 else tr("secret {number}: {problem}", number=place, problem=reason_of(error))
            )
    if problems:
        raise ValueError(*problems)
    return tuple(found)


def read_path(value: object) -> Path:
    if not isinstance(value, str | os.PathLike):
        raise ValueError(tr("it is {value}. Write the path of the rule file as a string.", value=kind_of(value)))
    return Path(value)


def read_folder(value: object) -> Path:
    if not isinstance(value, str | os.PathLike):
        raise ValueError(tr("it is {value}. Write the path of a folder as a string.", value=kind_of(value)))
    return Path(value)


def read_switch(value: object) -> bool:
    """Read True or False, as Python has it or as people write it in environment variables."""
    if value in (True, False) and not isinstance(value, float):
        return bool(value)
    answer = _SWITCH.get(value.strip().lower()) if isinstance(value, str) else None
    if answer is None:
        raise ValueError(tr("it is {value}. Write True or False.", value=repr(value) if isinstance(value, str) else kind_of(value)))
    return answer


def read_prefix(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(tr("it is {value}. Write a path as a string, such as '/chatbot'.", value=kind_of(value)))
    if value == "/":
        return ""
    if not _PREFIX.fullmatch(value):
        raise ValueError(tr("{value!r} cannot be a path before '/webhook'. Write it like '/chatbot', or '/' for none.", value=value))
    return value


def read_public_url(value: object) -> str:
    """Read the address of the app, without a slash at its end.

    >>> read_public_url("https://toko.example.com/bot/")
    'https://toko.example.com/bot'
    """
    if not isinstance(value, str):
        raise ValueError(tr("it is {value}. Write a URL as a string, such as 'https://toko.example.com'.", value=kind_of(value)))
    if not _PUBLIC_URL.fullmatch(value.strip()):
        raise ValueError(
            tr("it is no address of an app. Write it like 'https://toko.example.com', without a user, a question mark or a #.")
        )
    return value.strip().rstrip("/")


def read_database(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(tr("it is {value}. Write a URL as a string, such as 'sqlite:///chatbot.sqlite'.", value=kind_of(value)))
    # Imported where it is used: a bot that sets no database starts without SQLAlchemy.
    from flask_chatbot.database.urls import read_url

    read_url(value)
    return value


def read_transport(value: object) -> str | Transport:
    """Read the name of a bundled transport, or take a `Transport` of the app's own."""
    if isinstance(value, str):
        if value not in TRANSPORTS:
            raise ValueError(
                tr(
                    "{value!r} is not a known transport.{guess}",
                    value=value,
                    guess=did_you_mean(value, TRANSPORTS) or tr(" Write {choices}.", choices=any_of(TRANSPORTS)),
                )
            )
        return value
    wanting = [name for name in ("name", "runs_anywhere", *_asked_of(Transport)) if not hasattr(value, name)]
    if wanting or isinstance(value, type):
        raise ValueError(
            tr("it is {value}. Write 'simulator', or put an object with the methods of a Transport into app.config.", value=kind_of(value))
        )
    return cast("Transport", value)


def _asked_of(protocol: type) -> list[str]:
    return [name for name in vars(protocol) if not name.startswith("_") and name not in OPTIONAL]


def read_choice(*choices: str) -> Callable[[object], str]:
    """Make a reader that accepts one of a few words."""

    def read(value: object) -> str:
        written = value.strip().lower() if isinstance(value, str) else ""
        if written not in choices:
            written = repr(value) if isinstance(value, str) else kind_of(value)
            raise ValueError(tr("it is {written}. Write {choices}.", written=written, choices=any_of(choices)))
        return written

    return read


def read_count(most: int) -> Callable[[object], int]:
    """Make a reader of a whole number from 1 to `most`."""

    def read(value: object) -> int:
        written = value.strip() if isinstance(value, str) else value
        count = int(written) if isinstance(written, str) and written.isascii() and written.isdigit() else written
        if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= most:
            shown = repr(value) if isinstance(value, str | int | float) else kind_of(value)
            raise ValueError(tr("it is {written}. Write a whole number from 1 to {most}.", written=shown, most=most))
        return count

    return read


def read_language(value: object) -> str:
    """Read the name of a language; one that has no catalogue is as good as English."""
    if not isinstance(value, str):
        raise ValueError(tr("it is {value}. Write the name of a language as a string: 'id' or 'en'.", value=kind_of(value)))
    return value.strip().lower()


def read_hosts(value: object) -> tuple[str, ...]:
    """Read hosts and networks from a list or a comma-separated text."""
    hosts = value.split(",") if isinstance(value, str) else value
    if not isinstance(hosts, list | tuple) or not all(isinstance(host, str) for host in hosts):
        raise ValueError(
            tr("it is {value}. Write a list of hosts, or a text with commas, such as 'crm.local, 10.0.0.0/24'.", value=kind_of(value))
        )
    hosts = tuple(host.strip() for host in hosts if host.strip())
    problems: list[str] = []
    for host in hosts:
        try:
            read_private_host(host)
        except ValueError as error:
            problems.append(reason_of(error))
    if problems:
        raise ValueError(*problems)
    return hosts


def read_time(value: object) -> timedelta:
    """Read a length of time as rule files write it, or take a timedelta."""
    if isinstance(value, timedelta):
        if not timedelta(seconds=1) <= value <= LONGEST:
            raise ValueError(tr("{value} is not a time to keep messages for. Write from 1 second to 366 days.", value=value))
        return value
    if not isinstance(value, str):
        raise ValueError(tr("it is {value}. Write a length of time as a string, such as '30 days'.", value=kind_of(value)))
    return read_duration(value)


def read_pace(value: object) -> Pace:
    """Read a number of messages per second, minute or hour.

    >>> read_pace("5/minute"), read_pace("100 / jam")
    (Pace(count=5, seconds=60.0, spread=0.0), Pace(count=100, seconds=3600.0, spread=0.0))
    """
    found = _PACE.fullmatch(value.strip().casefold()) if isinstance(value, str) else None
    unit = UNITS.get(found[2]) if found else None
    if not found or unit not in _PACE_UNITS or not int(found[1]):
        written = repr(value) if isinstance(value, str) else kind_of(value)
        raise ValueError(
            tr("it is {written}. Write a number per second, minute or hour, such as '5/minute' or '100/jam'.", written=written)
        )
    return Pace(count=int(found[1]), seconds=unit.total_seconds())


def kind_of(value: object) -> Translatable:
    """The kind of a value, for a message that must not show the value itself.

    >>> kind_of(5)
    'a value of type int'
    """
    return tr("a value of type {type}", type="int" if isinstance(value, Number) else type(value).__name__)
