"""Values as cells of a spreadsheet or of a table on a screen."""

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress

from flask_chatbot.core.language.controls import visible
from flask_chatbot.core.values.sent import read_sent

# What a spreadsheet takes for the beginning of a formula, in the wide letters of East Asia too: at the beginning of a cell, or of what it
# makes a cell of, which is whatever stands behind the sign that its language or its user splits at, quotes or not.
_BEGINS = re.compile("[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_BEGINS_INSIDE = re.compile('([;,|\t\r\n][ "]*)(?=[=+\\-@\uff1d\uff0b\uff0d\uff20])(?![+-]?[0-9]+(?:\\.[0-9]+)?[ "]*(?:[;,|\t\r\n]|$))')
_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,] ?[+-]?[0-9]+)*")  # or several, such as degrees


def cell_text(value: object) -> str:
    """A field's value as the text of a cell; empty for None.

    >>> cell_text("Jhon"), cell_text(3), cell_text(None), cell_text(["a"]), cell_text({"kind": "image", "name": "bukti.jpg"})
    ('Jhon', '3', '', '["a"]', 'image bukti.jpg')
    """
    if value is None:
        return ""
    if isinstance(value, Mapping):
        if "kind" in value and "exported" in value:
            return str(value["exported"])
        with suppress(KeyError, TypeError, ValueError):  # of a handler's own
            return str(read_sent(value))
    return json.dumps(value, ensure_ascii=False) if isinstance(value, bool | list | Mapping) else str(value)


def csv_line(cells: Sequence[object]) -> str:
    r"""One CSV line, ended as RFC 4180 requires.

    >>> csv_line(["=1+1", "a,b", -5, None])
    '"\'=1+1","a,b","-5",""\r\n'
    """
    line = io.StringIO()
    csv.writer(line, quoting=csv.QUOTE_ALL).writerow([harmless(cell_text(cell)) for cell in cells])
    return line.getvalue()


def harmless(text: str) -> str:
    r"""A text that no spreadsheet takes for a formula and no terminal obeys; numbers stay unchanged.

    >>> harmless("=HYPERLINK(A1)"), harmless("-5"), harmless("+62 812"), harmless("bagus;=cmd|x"), harmless("-6.2,-106.8")
    ("'=HYPERLINK(A1)", '-5', "'+62 812", "bagus;'=cmd|x", '-6.2,-106.8')
    """
    printable = visible(text.replace("\r\n", "\n"))
    inside = _BEGINS_INSIDE.sub(r"\1'", printable)
    return f"'{inside}" if _BEGINS.match(printable) and not _NUMBER.fullmatch(printable) else inside
