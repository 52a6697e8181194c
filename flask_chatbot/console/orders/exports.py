"""Exports of saved rows: a table as CSV, and the files that customers sent."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from flask import Response

from flask_chatbot.console.downloads import csv_response, named
from flask_chatbot.console.orders.cells import is_kept
from flask_chatbot.console.orders.pages import find, wanted_rows
from flask_chatbot.console.routing import route
from flask_chatbot.console.visits import Visit
from flask_chatbot.core.lookups.spreadsheets import cell_text, csv_line
from flask_chatbot.core.translation.translatable import tr

if TYPE_CHECKING:
    from flask_chatbot.core.values.contents import File
    from flask_chatbot.store.saved import SavedRow

HEADS = ("number", "at", "sender", "sender_name", "state")
SHOWN = ("image/png", "image/jpeg", "image/gif", "image/webp", "audio/", "video/")  # by a browser, as they are; all else is only saved


@route("orders/csv", role="look")
def export(visit: Visit) -> Response:
    """The rows of a table that are asked for, as CSV; read and sent a part at a time."""
    return csv_response(visit, "rows exported", csv_lines(visit), f"{wanted_rows(visit).name}.csv")


def csv_lines(visit: Visit) -> Iterator[str]:
    """The lines of the CSV file. What depends on the request is read at once: the rest is asked for when that has ended."""
    from flask_chatbot.store.rows.listing import every

    wanted, database = wanted_rows(visit), visit.console.database()

    def lines() -> Iterator[str]:
        fields = list(dict.fromkeys(name for row in every(database, wanted) for name in row.fields))
        yield csv_line((*HEADS, *fields))
        for row in every(database, wanted):
            known = (row.shown, visit.iso(row.at), visit.number(row.sender), visit.masked(row.sender_name), row.state)
            yield csv_line((*known, *(visit.masked(cell_text(row.fields.get(name))) for name in fields)))

    return lines()


@route("orders/file/*", role="look")
def file(visit: Visit) -> Response:
    """A file that a customer sent, as a row refers to it: shown if it is a picture, a sound or a film, else only to be saved."""
    row, _ = find(visit, visit.asked("table"))
    kept = None if row is None else find_file(visit, row, visit.asked("field"))
    if kept is None:
        reason = tr("This file is not here: it was never kept, was deleted, or lies in the folder of another host.")
        return visit.page("refused.html", 404, reason=visit.translated(reason))
    is_shown = kept.mime.startswith(SHOWN)
    if not is_shown:
        visit.record("file saved", f"{visit.asked('table')} {visit.about}")
    response = Response(kept.content, content_type=kept.mime if is_shown else "application/octet-stream")
    named(response, "inline" if is_shown else "attachment", kept.name)
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


def find_file(visit: Visit, row: "SavedRow", field: str) -> "File | None":
    """The file in a field of a row; None if there is none, or it is gone."""
    from flask_chatbot.answering.media_urls import kept_file
    from flask_chatbot.media.exporting import HASH
    from flask_chatbot.media.folder import MediaFolder

    value = row.fields.get(field)
    if not isinstance(value, Mapping) or not is_kept(value) or not HASH.fullmatch(str(value["file"])):
        return None
    return kept_file(MediaFolder(visit.console.bots.own.settings.media), str(value["file"]), str(value.get("name", "")))
