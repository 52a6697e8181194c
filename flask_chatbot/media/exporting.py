"""Copies the kept files of saved rows into a folder, under names that say whose they are: ``7-bukti.jpg`` for the field of row 7."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Any

from flask_chatbot.core.media.file_types import clean_name, with_ending
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.errors import ChatbotError
from flask_chatbot.media.folder import MediaFolder
from flask_chatbot.store.saved import SavedRow

HASH = re.compile(r"[0-9a-f]{64}")
Place = tuple[int, str]  # a row's number, and a field of it


@dataclass(slots=True)
class Exported:
    """The outcome of an export: `names` are those of the files that are in the folder now, `problems` sentences about the others."""

    names: dict[Place, str] = field(default_factory=dict)
    written: int = 0
    present: int = 0
    problems: list[str] = field(default_factory=list)


def export(rows: Sequence[SavedRow], kept: MediaFolder, target: Path) -> Exported:
    """Copy the files of rows into the folder `target`, which is made. A file that is there already is never overwritten.

    The same rows get the same names each time. Raises `ChatbotError` if the folder cannot be written to.
    """
    outcome, taken = Exported(), set[str]()
    try:
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
        for row in rows:
            for name, value in _files(row):
                file = _free_name(row.number, name, str(value.get("mime", "")), taken)
                _export_one((row.number, name), str(value.get("file", "")), kept, target / file, outcome)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ChatbotError(tr("the folder {folder} cannot be written to: {reason}. Name another.", folder=target, reason=reason)) from None
    return outcome


def named(row: SavedRow, names: Mapping[Place, str]) -> dict[str, Any]:
    """The fields of a row, with the name of each exported file in its value.

    >>> row = SavedRow(name="bayar", number=7, fields={"bukti": {"kind": "image"}, "nama": "Ani"}, sender="628111", sender_name="", at=0.0)
    >>> named(row, {(7, "bukti"): "7-bukti.jpg"})
    {'bukti': {'kind': 'image', 'exported': '7-bukti.jpg'}, 'nama': 'Ani'}
    """
    return {
        name: {**value, "exported": names[row.number, name]} if (row.number, name) in names else value for name, value in row.fields.items()
    }


def _files(row: SavedRow) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The fields of a row that hold a file, and their values."""
    for name, value in row.fields.items():
        if isinstance(value, Mapping) and ("file" in value or "handle" in value) and "kind" in value:
            yield name, value


def _free_name(number: int, name: str, mime: str, taken: set[str]) -> str:
    """A name that no other file of the export has, on systems that take A and a for the same letter too."""
    stem, count = clean_name(f"{number}-{name}"), 1
    while (file := with_ending(stem if count == 1 else f"{stem}-{count}", mime)).casefold() in taken:
        count += 1
    taken.add(file.casefold())
    return file


def _export_one(place: Place, hashed: str, kept: MediaFolder, path: Path, outcome: Exported) -> None:
    number, name = place
    if not HASH.fullmatch(hashed):
        outcome.problems.append(tr("row {number}, {field}: the file itself was never kept.", number=number, field=name))
        return
    if path.exists():
        if sha256(path.read_bytes()).hexdigest() == hashed:
            outcome.names[place] = path.name
            outcome.present += 1
        else:
            said = tr("row {number}, {field}: there is another {path}. Move it away, or name another folder.", **_said(place, path))
            outcome.problems.append(said)
        return
    content = kept.read(hashed)
    if content is None:
        told = tr(
            "row {number}, {field}: its file is not in {path}. Run this where it was kept, or set CHATBOT_MEDIA.", **_said(place, kept.path)
        )
        outcome.problems.append(told)
        return
    _write(path, content)
    outcome.names[place] = path.name
    outcome.written += 1


def _said(place: Place, path: Path) -> dict[str, object]:
    return {"number": place[0], "field": place[1], "path": path}


def _write(path: Path, content: bytes) -> None:
    """Write a file as a whole, so that an export that was stopped leaves no half of one under its name."""
    beside = path.with_name(f".{token_hex(8)}")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
