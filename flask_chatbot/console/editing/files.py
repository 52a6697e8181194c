"""The rule files that the console may show and change: the root file of each bot and those that it includes, in its folder or below."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from flask_chatbot.bot.bot import Bot
from flask_chatbot.bot.bots import Bots
from flask_chatbot.console.editing.texts import SIZE_LIMIT, text_in
from flask_chatbot.core.loading.loader import short_path
from flask_chatbot.core.values.sources import files_now


@dataclass(frozen=True, slots=True, kw_only=True)
class EditableFile:
    """A rule file: its path from the folder of the root file, which is its name, its real path, and how problems name it.

    `bots` are those that read it: lines with rules of their own may include a file that others include, too.
    """

    name: str
    path: Path
    shown_as: str
    bots: tuple[Bot, ...]

    def is_root_of(self, bot: Bot) -> bool:
        """True if a bot has no rules but those that begin here."""
        return self.path == bot.path.resolve()

    def read(self) -> bytes | None:
        """Its content, if it is small enough to be changed in a browser and UTF-8 text. Raises OSError if it is gone."""
        source = self.path.read_bytes() if self.path.stat().st_size <= SIZE_LIMIT else None
        return None if source is None or text_in(source) is None else source


def rule_files(bots: Bots) -> tuple[EditableFile, ...]:
    """The files of an app, the root file first, each once. One that a link or an include leads to elsewhere is left alone."""
    found: dict[Path, EditableFile] = {}
    for bot in bots:
        for file in _inside(bot, files_now(bot.path, bot.book.sources.globs)):
            known = found.get(file.path)
            found[file.path] = file if known is None else replace(known, bots=(*known.bots, bot))
    return tuple(_named_apart(found.values()))


def files_of(bots: Bots, bot: Bot) -> tuple[EditableFile, ...]:
    """The files that one bot reads, its root file first."""
    return tuple(sorted((file for file in rule_files(bots) if bot in file.bots), key=lambda file: not file.is_root_of(bot)))


def find_file(bots: Bots, name: str) -> EditableFile | None:
    """The file of a name, or the root file without one; None for anything else."""
    files = rule_files(bots)
    return next((file for file in files if file.name == name), None) if name else next(iter(files), None)


def find_bot(bots: Bots, name: str) -> Bot:
    """The bot whose rules begin in the file of a name; that of the app for any other name."""
    file = find_file(bots, name) if name else None
    return (bots.reading(file.path) if file is not None else None) or bots.own


def root_name(bots: Bots, bot: Bot) -> str:
    """The name of the file in which the rules of a bot begin; empty if it is gone."""
    return next((file.name for file in rule_files(bots) if file.is_root_of(bot)), "")


def _inside(bot: Bot, paths: list[Path]) -> Iterator[EditableFile]:
    folder, given = bot.path.resolve().parent, bot.path.parent.resolve()
    for path in paths:
        real = path.resolve()
        for above in (given, folder):  # the root file itself may be a link
            if path.is_file() and real.is_relative_to(above):
                yield EditableFile(name=real.relative_to(above).as_posix(), path=real, shown_as=short_path(path), bots=(bot,))
                break


def _named_apart(files: Iterable[EditableFile]) -> Iterator[EditableFile]:
    """Yield the files, of two with one name the second by the name that problems have for it."""
    taken: set[str] = set()
    for file in files:
        yield replace(file, name=file.shown_as) if file.name in taken else file
        taken.add(file.name)
