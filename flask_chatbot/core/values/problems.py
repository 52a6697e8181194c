"""Mistakes in a rule file, and their places."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from flask_chatbot.core.translation.translatable import NO_MESSAGE, Translatable, linked, tr

LISTED = 20  # things in one line of the log
LIKENESS = 0.65  # from 0 to 1, how near a guess must be: what is further off misleads


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in a file; line and column count from 1, as editors do. `NOWHERE` is false.

    >>> str(Mark("rules.yaml", 12, 5)), bool(NOWHERE)
    ('rules.yaml:12:5', False)
    """

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    def __bool__(self) -> bool:
        return self.file != ""

    def in_json(self) -> dict[str, str | int | None]:
        """Its parts by their names, as JSON may hold them; each None for `NOWHERE`."""
        return {name: getattr(self, name) if self else None for name in ("file", "line", "column")}


NOWHERE = Mark("", 0, 0)  # the place of what is in no file


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: its place, and one sentence with the fact and the way out.

    `NOWHERE` is the place of a mistake in the configuration, whose keys the message names. `may_be_python` if the application's Python code
    may resolve it.
    """

    mark: Mark
    message: Translatable
    severity: Literal["error", "warning"] = "error"
    may_be_python: bool = False

    def __str__(self) -> str:
        return str(self.sentence)

    @property
    def sentence(self) -> Translatable:
        """The place, if it has one, and the message, which of a warning says so."""
        said = self.message if self.severity == "error" else tr("warning: {message}", message=self.message)
        return linked(": ", (str(self.mark), said)) if self.mark else said


def listed(things: Sequence[object], separator: str) -> str:
    """The first of many things in one line of the log, and the number of the others.

    >>> listed([1, 2], " | "), listed(range(22), ", ")[-14:]
    ('1 | 2', '19, and 2 more')
    """
    more = [f"and {len(things) - LISTED} more"] if len(things) > LISTED else []
    return separator.join([*map(str, things[:LISTED]), *more])


def did_you_mean(word: str, known: Iterable[str]) -> Translatable:
    """A guess at the intended word, ready to follow a sentence; empty if none is similar.

    >>> did_you_mean("repply", ["reply", "name"])
    " Did you mean 'reply'?"
    >>> did_you_mean("Asia", ["Asia/Oral", "name"])
    ''
    """
    near = nearest(word, known)
    return suggestion(near) if near else NO_MESSAGE


def suggestion(word: str) -> Translatable:
    """The question about a likely word, ready to follow a sentence."""
    return tr(" Did you mean {word!r}?", word=word)


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that is most like another; empty if none is near.

    >>> nearest("repply", ["reply", "name"]), nearest("xyz", ["reply"])
    ('reply', '')
    """
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=LIKENESS)
    return near[0] if near else ""
