"""Accounts of the console: a name, a role and the hash of a password."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from flask_chatbot.core.language.sentences import clip
from flask_chatbot.core.late import late_pattern
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.problems import listed

Role = Literal["look", "answer", "edit"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)  # each may do what those before it may
COMMAND = "flask chatbot console-password"
_HASH = late_pattern(r"(?:scrypt:\d+:\d+:\d+|pbkdf2:\w+:\d+)\$[^$\s]+\$[0-9a-f]+")
_NAME = re.compile(r"[^\s\x00-\x1f]{1,60}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody who may enter the console. The `name` is empty where there is one password for all; `hashed` is werkzeug.security's.

    >>> Account(name="ani", role="answer", hashed="scrypt:32768:8:1$salt$00ff")
    Account(name='ani', role='answer')
    """

    name: str = ""
    role: Role = "edit"
    hashed: str = field(repr=False)


def read_accounts(value: object) -> tuple[Account, ...]:
    """The accounts of CHATBOT_CONSOLE_PASSWORD; ValueError with a sentence for each mistake, which shows no password.

    >>> read_accounts({"ani": {"role": "look", "password": "scrypt:32768:8:1$salt$00ff"}})
    (Account(name='ani', role='look'),)
    """
    if isinstance(value, Mapping) and value:
        problems = [problem for name, each in value.items() for problem in _entry_problems(name, each)]
        if problems:
            raise ValueError(*problems)
        return tuple(Account(name=name, role=each["role"], hashed=each["password"]) for name, each in value.items())
    if not isinstance(value, str):
        raise ValueError(
            tr(
                "it is neither the hash of a password nor a map from names to {example}. Make a hash with: {command}",
                example='{"role": "answer", "password": "scrypt:..."}',
                command=COMMAND,
            )
        )
    if not _HASH.fullmatch(value):
        raise ValueError(tr("it is not the hash of a password. Make one with: {command}", command=COMMAND))
    return (Account(hashed=value),)


def _entry_problems(name: object, entry: object) -> Iterator[str]:
    """The mistakes in one entry of the map."""
    label = clip(str(name), 40)
    if not (isinstance(name, str) and _NAME.fullmatch(name)):
        yield tr("the name {label!r}: a name has 1 to 60 characters and no white space.", label=label)
    if not (isinstance(entry, Mapping) and set(entry) == {"role", "password"}):
        yield tr("{label!r}: write {example}.", label=label, example='{"role": "answer", "password": "scrypt:..."}')
        return
    if entry["role"] not in ROLES:
        yield tr("{label!r}: the role is one of {roles}.", label=label, roles=listed(ROLES, ", "))
    if not (isinstance(entry["password"], str) and _HASH.fullmatch(entry["password"])):
        yield tr("{label!r}: the password is not the hash of one. Make one with: {command}", label=label, command=COMMAND)
