"""Files that a viewer saves: tables as CSV, sent a part at a time, and what customers sent."""

from collections.abc import Iterable, Iterator

from flask import Response, request

from flask_chatbot.console.visits import Visit
from flask_chatbot.core.language.masking import mask_numbers

BOM = "\ufeff"  # Excel takes a file without it for another encoding


def csv_response(visit: Visit, action: str, lines: Iterable[str], name: str) -> Response:
    """A CSV file of these lines, to be saved under a name. The audit log gets the action with what was asked for, before a line is made."""
    asked = " ".join(f"{key}={value}" for key, value in request.args.items() if value)
    visit.record(action, " ".join(filter(None, (mask_numbers(asked), "with whole numbers" if visit.session.shows_numbers else ""))))
    visit.has_shown_numbers = visit.session.shows_numbers
    return named(Response(_marked(lines), content_type="text/csv; charset=utf-8"), "attachment", name)


def _marked(lines: Iterable[str]) -> Iterator[str]:
    yield BOM
    yield from lines


def named(response: Response, disposition: str, name: str) -> Response:
    """The response under a name, wherever that comes from: what no header can hold is left out."""
    response.headers.set("Content-Disposition", disposition, filename="".join(filter(str.isprintable, name)))
    return response
