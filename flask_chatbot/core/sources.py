"""Which files a rule book comes from, so that whoever watches them can tell when they change."""

import glob
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Sources:
    """What a load looked at: the `globs` by which the root file includes others, and a digest of each file, None where it is unreadable."""

    globs: tuple[str, ...] = ()
    digests: Mapping[Path, bytes | None] = field(default_factory=dict)


def files_now(root: Path, globs: tuple[str, ...]) -> list[Path]:
    """The files a load would read now: the root file, be it there or not, and each that the globs stand for, once."""
    found = {os.path.realpath(root): root}
    for pattern in globs:
        for path in matching(root, pattern):
            found.setdefault(os.path.realpath(path), path)
    return list(found.values())


def matching(root: Path, pattern: str) -> list[Path]:
    """The files a glob of the root file stands for, in the order of their names."""
    names = sorted(glob.glob(pattern, root_dir=root.parent, recursive=True))
    return [path for name in names if (path := root.parent / name).is_file()]


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
