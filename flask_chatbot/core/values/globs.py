"""Glob search with a limit: a glob that climbs to the disk's root must not be walked through."""

import os
import re
import time
from collections.abc import Callable, Iterator
from fnmatch import translate
from glob import has_magic
from pathlib import Path
from stat import S_ISDIR

ENTRIES_LIMIT = 10_000  # files and folders looked at for one glob
SECONDS_LIMIT = 5.0


class TooWide(Exception):
    """The search was given up: there are too many files to look at."""


class Search:
    """The search for one glob below a folder; raises `TooWide` if it has no end in sight. `**` stands for folders at any depth.

    Hidden files and folders are found by name only, as with `glob.glob`. A folder that links lead to again is entered once.
    """

    def __init__(self, folder: Path, limit: int = ENTRIES_LIMIT, timer: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._left = limit
        self._timer = timer
        self._ends_at = timer() + SECONDS_LIMIT

    def names(self, pattern: str) -> list[str]:
        """The files that the glob stands for, as paths relative to the folder, sorted."""
        steps = [step for step in re.split(r"[/\\]" if os.sep == "\\" else "/", pattern) if step not in ("", ".")]
        return sorted(set(self._below("", steps)))

    def _below(self, path: str, steps: list[str]) -> Iterator[str]:
        """Yield the paths that the steps lead to from a path."""
        if not steps:
            yield path
            return
        step, *rest = steps
        if step == "**":
            for folder in self._folders(path):
                yield from self._below(folder, rest) if rest else self._entries(folder, "*")
        elif has_magic(step):
            for found in self._entries(path, step):
                yield from self._below(found, rest)
        elif os.path.lexists(self._folder / path / step):
            yield from self._below(_joined(path, step), rest)

    def _folders(self, path: str) -> Iterator[str]:
        """The folder and all below it, each once, whatever links lead to it."""
        entered: set[tuple[int, int]] = set()
        waiting = [path]
        while waiting:
            folder = waiting.pop()
            try:
                found = (self._folder / folder).stat()
            except OSError:  # a link to nowhere, or to itself
                continue
            if S_ISDIR(found.st_mode) and (found.st_dev, found.st_ino) not in entered:
                entered.add((found.st_dev, found.st_ino))
                yield folder
                waiting += reversed(self._entries(folder, "*"))

    def _entries(self, path: str, step: str) -> list[str]:
        """The entries of a folder that one step of the glob stands for."""
        fits = re.compile(translate(os.path.normcase(step))).match
        found = []
        try:
            with os.scandir(self._folder / path) as entries:
                for entry in entries:
                    self._count()
                    if fits(os.path.normcase(entry.name)) and (step.startswith(".") or not entry.name.startswith(".")):
                        found.append(_joined(path, entry.name))
        except OSError:  # a file, or a folder that is not ours to read
            return []
        return sorted(found)

    def _count(self) -> None:
        self._left -= 1
        if self._left < 0 or self._timer() > self._ends_at:
            raise TooWide


def _joined(path: str, name: str) -> str:
    return f"{path}/{name}" if path else name
