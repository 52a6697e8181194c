"""Versions: what rule files held before and after each change in the console, in files of their own beside the database."""

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import mkstemp

FOLDER = "chatbot-rules"  # in the instance folder
KEPT = 10  # of each file
NAME_LIMIT = 40  # characters
_FILE = re.compile(r"(\d{15})\.([^.]*)\.yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version that is kept: its id, when it was saved in epoch seconds, and by whom, empty for what was changed elsewhere."""

    id: str
    at: float
    name: str


class Versions:
    """The versions of the rule files of one app, below a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER

    def listed(self, path: Path) -> tuple[Version, ...]:
        """The versions of a file, the newest first."""
        folder = self._of(path)
        found = [match for entry in (folder.iterdir() if folder.is_dir() else ()) if (match := _FILE.fullmatch(entry.name))]
        return tuple(Version(id=each[0], at=int(each[1]) / 1000, name=each[2]) for each in sorted(found, key=lambda each: each[0])[::-1])

    def read(self, path: Path, id_: str) -> bytes | None:
        """The content of a version; None if there is none of this id."""
        if id_ not in {version.id for version in self.listed(path)}:
            return None
        return (self._of(path) / id_).read_bytes()

    def keep(self, path: Path, source: bytes, at: float, name: str) -> None:
        """Keep the content of a file, unless the newest version is the same; older ones than ten go."""
        known = self.listed(path)
        if known and self.read(path, known[0].id) == source:
            return
        folder = self._of(path)
        folder.mkdir(parents=True, exist_ok=True)
        newest = int(known[0].at * 1000) + 1 if known else 0
        written = re.sub(r"[^\w@-]", "-", name)[:NAME_LIMIT]
        write_whole(folder / f"{max(int(at * 1000), newest):015d}.{written}.yaml", source)
        for version in self.listed(path)[KEPT:]:
            (folder / version.id).unlink(missing_ok=True)

    def _of(self, path: Path) -> Path:
        return self._folder / sha256(str(path).encode()).hexdigest()[:16]


def write_whole(path: Path, source: bytes) -> None:
    """Write a file at once: whoever reads it gets all of the old content, or all of the new. After an OSError nothing is changed."""
    descriptor, draft = mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(descriptor, "wb") as file:
            if path.exists():
                _keep_owner(path, descriptor)
            file.write(source)
            file.flush()
            os.fsync(descriptor)
        Path(draft).replace(path)
    finally:
        Path(draft).unlink(missing_ok=True)


def _keep_owner(path: Path, descriptor: int) -> None:
    """Give a new file the mode of the old one, and its owner where that is allowed."""
    found = path.stat()
    if hasattr(os, "fchmod"):  # not on Windows
        with suppress(PermissionError):
            os.fchown(descriptor, found.st_uid, found.st_gid)
        os.fchmod(descriptor, found.st_mode & 0o7777)
