"""The package's loggers: what their sentences name are fields of the records, as the request they belong to is."""

import logging
from collections.abc import Mapping
from types import MappingProxyType

from flask_chatbot.core.origins import current_origin

# Ids, names out of the rule files and counts: nothing that customers wrote, no number and no key.
FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "request_id": "The request it belongs to: its `X-Request-ID`, or an id that was made for it.",
        "trace_id": "The trace it belongs to, where OpenTelemetry is at work.",
        "message_id": "Our id of an outgoing message.",
        "message_ids": "Our ids of outgoing messages that were accepted together.",
        "incoming_id": "A hash of the id of a message that came in.",
        "callback_id": "The `webhook-id` of a callback.",
        "event": "The number of something that came in and is decided by a worker.",
        "rule": "The name of a rule.",
        "place": "Its file, line and column.",
        "line": "The name of a line.",
        "person": "Our id of a person.",
        "kind": "The kind of a message.",
        "ack": "The state of a message, from -1 to 4.",
        "attempt": "How many times it was tried.",
        "replies": "How many messages an answer has.",
        "status": "The HTTP status of an answer.",
        "endpoint": "What was called below `/api/`.",
    }
)


def get_logger(name: str) -> logging.Logger:
    """The logger of a module.

    What a sentence names is a field of the record, by its name in `FIELDS`: `log.info("message %(message_id)s waits", {"message_id": id})`.
    What is None is no field, and what is neither text nor number becomes its text.
    """
    log = logging.getLogger(name)
    log.addFilter(_with_fields)
    return log


def _with_fields(record: logging.LogRecord) -> bool:
    """Set the fields of a record, once it is sure to be logged."""
    given = record.args if isinstance(record.args, Mapping) else {}
    found = {**current_origin().fields, **given}
    for name in FIELDS:
        if (value := found.get(name)) not in (None, ""):
            setattr(record, name, value if isinstance(value, str | int) else str(value))
    return True
