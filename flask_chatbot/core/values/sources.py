"""Which files a rule book comes from, so that whoever watches them can tell when they change."""

import hashlib
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from flask_chatbot.core.values.globs import Search, TooWide


@dataclass(frozen=True, slots=True)
class Sources:
    """What a load looked at: the `globs` by which the root file includes others, and a digest of each file, None where it is unreadable."""

    globs: tuple[str, ...] = ()
    digests: Mapping[Path, bytes | None] = field(default_factory=dict)


def files_now(root: Path, globs: tuple[str, ...]) -> list[Path]:
    """The files a load would read now: the root file, be it there or not, and each that the globs stand for, once."""
    found = {os.path.realpath(root): root}
    for pattern in globs:
        with suppress(TooWide):  # the files are others than before, then, and the load tells why
            for path in matching(root, pattern):
                found.setdefault(os.path.realpath(path), path)
    return list(found.values())


def matching(root: Path, pattern: str) -> list[Path]:
    """The files a glob of the root file stands for, in the order of their names; `TooWide` where these cannot be looked for."""
    return [path for name in Search(root.parent).names(pattern) if (path := root.parent / name).is_file()]


def digest(source: bytes) -> bytes:
    """What tells two contents apart.

    >>> digest(b"a") == digest(b"b")
    False
    """
    return hashlib.blake2b(source, digest_size=16).digest()


def digest_of(path: Path) -> bytes | None:
    """The digest of what a file holds now; None where it cannot be read."""
    try:
        return digest(path.read_bytes())
    except OSError:
        return None
