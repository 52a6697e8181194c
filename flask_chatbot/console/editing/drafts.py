"""Drafts: a rule file with a text that is not saved, and what the bot would say of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from flask_chatbot.bot.bot import Bot
from flask_chatbot.bot.checking import check_rules
from flask_chatbot.bot.reloading import refusals
from flask_chatbot.console.editing.files import EditableFile
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.loading.documents import SourceFile, Step, read_document
from flask_chatbot.core.loading.loader import Loaded, read_rules
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.problems import Problem

# The keys of a root file that name others, each with the endings of their names.
_NAMING = {"include": (".yaml", ".yml"), "sentences": (".yaml", ".yml"), "tables": (".csv", ".tsv", ".txt")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A rule file with other content than it has now."""

    file: EditableFile
    source: bytes

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The problems and warnings that `flask chatbot check` would report, for each bot that reads the file."""
        found = dict.fromkeys(problem for bot in self.file.bots for problem in self._problems(bot))
        return tuple(sorted(found, key=lambda problem: problem.mark))

    def books(self) -> list[tuple[Bot, RuleBook]] | None:
        """The rules of each bot that reads the file, with this draft; None if one of them cannot be loaded."""
        found = [(bot, None if any(self._astray(bot)) else self._read(bot).book) for bot in self.file.bots]
        books = [(bot, book) for bot, book in found if book is not None]
        return books if len(books) == len(found) else None

    def refusals(self) -> tuple[int, tuple[Problem, ...]]:
        """Run the tests of each bot; return their number, and the problems for which the draft may not be saved."""
        found = [self._refusals(bot) for bot in self.file.bots]
        return sum(tests for tests, _ in found), tuple(dict.fromkeys(problem for _, problems in found for problem in problems))

    def _problems(self, bot: Bot) -> tuple[Problem, ...]:
        return tuple(self._astray(bot)) or check_rules(bot.path, bot, {self.file.path: self.source}).problems

    def _refusals(self, bot: Bot) -> tuple[int, tuple[Problem, ...]]:
        known = {problem.message for problem in bot.missing}  # of the rules in use: a draft need not remove them
        errors = tuple(each for each in self._problems(bot) if each.severity == "error" and each.message not in known)
        if any(self._astray(bot)):
            return 0, errors
        tests, refused = refusals(bot, self._read(bot))
        return tests, (*errors, *refused)

    def _read(self, bot: Bot) -> Loaded:
        return read_rules(bot.path, bot.additions, {self.file.path: self.source})

    def _astray(self, bot: Bot) -> Iterator[Problem]:
        """Yield the names of files that the console does not let anybody add: elsewhere, or of another kind, whose lines it would show."""
        if not self.file.is_root_of(bot):
            return
        document, _, _ = read_document(self.source, self.file.shown_as)
        saved, _, _ = read_document(self.file.path.read_bytes(), self.file.shown_as)
        known = {name for _, _, name in _named(saved)}
        for path, endings, name in _named(document):
            if document is not None and name not in known and (_leads_out(name) or not name.lower().endswith(endings)):
                message = tr(
                    "the console adds only files in the folder of {file} or below, with names that end in {endings}, and {name!r} is not "
                    "one. Add it to the file on the server.",
                    file=self.file.name,
                    endings=", ".join(endings),
                    name=name,
                )
                yield Problem(document.mark(path), message)


def _named(document: SourceFile | None) -> Iterator[tuple[tuple[Step, ...], tuple[str, ...], str]]:
    """Yield the files that a root file names: the place in it, the endings that their names may have, and the name."""
    data: Any = document.data if document is not None and isinstance(document.data, dict) else {}
    for key, endings in _NAMING.items():
        value = data.get(key)
        below: list[tuple[tuple[Step, ...], Any]] = [((key,), value)]
        if isinstance(value, list):
            below = [((key, place), name) for place, name in enumerate(value)]
        elif isinstance(value, dict) and key == "tables":
            below = [((key, table), name) for table, name in value.items()]
        yield from ((path, endings, name) for path, name in below if isinstance(name, str))


def _leads_out(name: str) -> bool:
    r"""True if a path leads out of the folder it counts from.

    >>> _leads_out("rules/*.yaml"), _leads_out("../a.yaml"), _leads_out("C:\\a.yaml")
    (False, True, True)
    """
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in name
