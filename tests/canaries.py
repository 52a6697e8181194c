"""What must never reach a log: keys, secrets and texts that the tests use, and telephone numbers in full."""

import logging
import re
import traceback

from flask_chatbot.core.logs import FIELDS

KEYS = ("kunci-toko-maju", "kunci-api-toko", "rahasia-toko", "rahasia-crm", "whsec_")
TEXT = "kenari-kuning"  # tests that look at logs for texts write this one
_NUMBER = re.compile(r"(?<![\dA-Fa-f])(?:62|\+62|0)8\d{8,}(?![\dA-Fa-f])")
_SHORT_ID = re.compile(r"[0-9a-f]{12}")  # one in 25,000 looks like a telephone number


def found_in(text: str) -> list[str]:
    """The canaries in a text of a log.

    >>> found_in("sent to 6281234567890 with kunci-toko-maju"), found_in("sent to 6281******890")
    (['kunci-toko-maju', '6281234567890'], [])
    """
    return [each for each in (*KEYS, TEXT) if each in text] + _NUMBER.findall(text)


class Watch(logging.Handler):
    """Hears all that the package logs, at every level, and keeps what should not have been."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = " ".join([record.getMessage(), *(str(value) for name, value in vars(record).items() if name in FIELDS)])
        if record.exc_info and record.exc_info[1] is not None:
            text += "".join(traceback.format_exception(record.exc_info[1]))
        incoming_id = str(vars(record).get("incoming_id", ""))
        if _SHORT_ID.fullmatch(incoming_id):
            text = text.replace(incoming_id, "")
        if canaries := found_in(text):
            self.told.append(f"{record.name}:{record.lineno} logs {', '.join(canaries)}: {record.msg}")
