"""Checking: rule files with every problem and warning that `flask chatbot check` reports."""

from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path

from flask_chatbot.bot.bot import Bot
from flask_chatbot.bot.handlers import check_needs
from flask_chatbot.bot.notices import check_lines, check_names, numbers_unknown, warned_of_numbers
from flask_chatbot.core.checks.lint import lint
from flask_chatbot.core.checks.texts_only import unheard, warned_of
from flask_chatbot.core.loading.additions import UNKNOWN_ADDITIONS
from flask_chatbot.core.loading.loader import SAVED, Loaded, read_rules


def check_rules(path: Path, bot: Bot | None, drafts: Mapping[Path, bytes] = SAVED) -> Loaded:
    """Load a rule file with its problems and warnings, including those of lines, and of handlers if it is the bot's own.

    `drafts` holds the content of files that are not saved yet, by their resolved paths.
    """
    if bot is None:
        return linted(read_rules(path, UNKNOWN_ADDITIONS, drafts))
    loaded = read_rules(path, bot.additions, drafts)
    if loaded.book is None:
        return linted(loaded)
    if path.resolve() != bot.path.resolve():
        unknown = tuple(check_names(bot.settings, loaded.book))
        return linted(loaded._replace(book=None if unknown else loaded.book, problems=(*loaded.problems, *unknown)))
    needs = (*check_needs(bot.handlers, loaded.book), *check_lines(bot.settings, loaded.book, bot.lines))
    texts_alone = warned_of(unheard(loaded.book, bot.file_lines), has_transport=bot.settings.has_transport)
    untold = warned_of_numbers(numbers_unknown(bot.settings, loaded.book, bot.lines))
    problems = tuple(sorted((*loaded.problems, *needs, *texts_alone, *untold), key=lambda problem: problem.mark))
    return linted(loaded._replace(book=None if needs else loaded.book, problems=problems), bot.handlers.rules)


def linted(loaded: Loaded, handled: Collection[str] | None = None) -> Loaded:
    """Add the warnings about suspicious rules, unless there are errors already."""
    if loaded.book is None:
        return loaded
    today = datetime.now(loaded.book.locale.timezone).date()
    problems = sorted([*loaded.problems, *lint(loaded.book, handled, today)], key=lambda problem: problem.mark)
    return loaded._replace(problems=tuple(problems))
