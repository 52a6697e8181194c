"""The files that `include` names."""

from pathlib import Path, PureWindowsPath

from flask_chatbot.core.loading.places import Place
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.globs import ENTRIES_LIMIT, SECONDS_LIMIT, TooWide
from flask_chatbot.core.values.sources import matching


def is_absolute(entry: Place, root: Path, key: str) -> bool:
    """True, and reported, if a path is absolute on any system; below `key`, paths count from the folder of the root file."""
    path = str(entry.data)
    if not (Path(path).is_absolute() or PureWindowsPath(path).is_absolute()):
        return False
    entry.report(
        tr(
            "{path!r} is an absolute path, and `{key}` counts from the folder of {file}. Write the path from there.",
            path=path,
            key=key,
            file=root.name,
        )
    )
    return True


def included(entry: Place, root: Path) -> list[Path] | None:
    """The files that a glob stands for, relative to the root file's folder; None if it may not be looked for, which is reported."""
    path = entry.data
    if is_absolute(entry, root, "include"):
        return None
    try:
        found = matching(root, path)
    except TooWide:
        entry.report(
            tr(
                "{path!r} takes more than {entries:,} files and folders, or {seconds:g} seconds of looking. "
                "Begin it with the folder that holds the rules, such as rules/**/*.yaml.",
                path=path,
                entries=ENTRIES_LIMIT,
                seconds=SECONDS_LIMIT,
            )
        )
        return None
    if not found:
        entry.report(tr("no file matches {path!r} beside {file}. Correct the path, or remove it.", path=path, file=root.name))
    return found
