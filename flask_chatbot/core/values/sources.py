"""The source files of a rule book, so that changes to them can be detected."""

import hashlib
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from flask_chatbot.core.values.globs import Search, TooWide


@dataclass(frozen=True, slots=True)
class Sources:
    """The files of a load: the `globs` of the root file's includes, and a digest of each file, None if it is unreadable.

    `named` are the files that the root file names beside its includes.
    """

    globs: tuple[str, ...] = ()
    digests: Mapping[Path, bytes | None] = field(default_factory=dict)
    named: tuple[Path, ...] = ()


def files_now(root: Path, globs: tuple[str, ...], named: tuple[Path, ...] = ()) -> list[Path]:
    """The files that a load would read now: the root file and those it names, even if missing, and all files of the globs, each once."""
    found = {os.path.realpath(path): path for path in (root, *named)}
    for pattern in globs:
        with suppress(TooWide):  # the files are others than before, then, and the load tells why
            for path in matching(root, pattern):
                found.setdefault(os.path.realpath(path), path)
    return list(found.values())


def matching(root: Path, pattern: str) -> list[Path]:
    """The files that a glob of the root file stands for, in order of name; raises `TooWide` if they cannot be searched."""
    return [path for name in Search(root.parent).names(pattern) if (path := root.parent / name).is_file()]


def digest(source: bytes) -> bytes:
    """A digest of a file's content.

    >>> digest(b"a") == digest(b"b")
    False
    """
    return hashlib.blake2b(source, digest_size=16).digest()


def digest_of(path: Path) -> bytes | None:
    """The digest of a file's current content; None if it cannot be read."""
    try:
        if not path.is_file():  # nobody may ever write into a pipe
            return None
        with path.open("rb") as file:
            return hashlib.file_digest(file, partial(hashlib.blake2b, digest_size=16)).digest()
    except OSError:
        return None
