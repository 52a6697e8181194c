"""The CSV files that a rule file names under `tables:`."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from flask_chatbot.core.loading.includes import is_absolute
from flask_chatbot.core.loading.places import Place
from flask_chatbot.core.lookups.cells import Marks
from flask_chatbot.core.lookups.csv_table import CsvTable, read_table
from flask_chatbot.core.translation.translatable import Translatable, system_reason, tr
from flask_chatbot.core.values.problems import Mark, Problem, did_you_mean
from flask_chatbot.core.values.sources import digest

KEY = "tables"
SIZE_LIMIT = 64 * 1024 * 1024  # bytes
ENDING = ".csv"


@dataclass(slots=True, eq=False)
class CsvFiles:
    """The tables read so far by their names, None for one that cannot be used; the names of their files, and a digest of each."""

    root: Path
    tables: dict[str, CsvTable | None] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    digests: dict[Path, bytes | None] = field(default_factory=dict)

    @property
    def readable(self) -> Mapping[str, CsvTable]:
        """The tables that can be used."""
        return {name: table for name, table in self.tables.items() if table is not None}

    def read(self, place: Place, name: str, file: str, marks: Marks) -> None:
        """Read the file that stands at a place, as the table of a name; what is wrong with it is reported at its line.

        `file` is how problems name it.
        """
        self.tables[name], self.files[name] = None, file
        if not isinstance(place.data, str) or is_absolute(place, self.root, KEY):
            return
        source = self.content(place, self.root.parent / place.data)
        if source is None:
            return
        table, troubles = read_table(source, marks)
        self.tables[name] = table
        for trouble in troubles:
            severity = "warning" if trouble.is_warning else "error"
            place.problems.append(Problem(Mark(file, trouble.line, 1), trouble.message, severity))  # type: ignore[arg-type]

    def content(self, place: Place, path: Path) -> bytes | None:
        """The content of a file, None if it cannot be had whole, which is reported."""
        self.digests[path] = None
        try:
            before = path.stat()
            if not path.is_file() or before.st_size > SIZE_LIMIT:
                place.report(unfit(place.data, before.st_size))
                return None
            source = path.read_bytes()
            after = path.stat()
        except FileNotFoundError:
            place.report(missing(place.data, path, self.root))
            return None
        except (OSError, ValueError) as error:
            place.report(tr("the file {name!r} cannot be read: {reason}.", name=place.data, reason=system_reason(error)))
            return None
        if stamp(before) != stamp(after) or len(source) != after.st_size:
            place.report(tr("the file {name!r} was changed while it was read. Check again once it is saved.", name=place.data))
            return None
        self.digests[path] = digest(source)
        return source


def stamp(found: os.stat_result) -> tuple[int, int]:
    """A value that changes when a file is written."""
    return found.st_mtime_ns, found.st_size


def unfit(name: str, size: int) -> Translatable:
    """The sentence about what is no file, or too large a one."""
    if size > SIZE_LIMIT:
        return tr("the file {name!r} is larger than {limit} MB. Export only what the rules use.", name=name, limit=SIZE_LIMIT // 1024**2)
    return tr("{name!r} is no file. Name a CSV file beside {file}.", name=name, file="rules.yaml")


def missing(name: str, path: Path, root: Path) -> Translatable:
    """The sentence about a file that is not there, with the one that was meant."""
    try:
        others = sorted(each.name for each in path.parent.iterdir() if each.suffix.lower() == ENDING and each.name != path.name)
    except OSError:
        others = []
    listed = tr(" That folder has {files}.", files=", ".join(others[:3])) if others else tr(" Export the sheet as CSV, and save it there.")
    return tr(
        "there is no file {name!r} beside {file}.{way_out}", name=name, file=root.name, way_out=did_you_mean(path.name, others) or listed
    )
