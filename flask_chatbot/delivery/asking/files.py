"""Requests for a file that came with a message, between the process that wants it and the one that has the transport open: as JSON."""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask_chatbot.core.values.contents import Attachment, File
from flask_chatbot.errors import Refused
from flask_chatbot.transports.base import Transport


def write_attachment(attachment: Attachment) -> str:
    """An attachment as the argument of a request."""
    return json.dumps(asdict(attachment))


def fetched(transport: Transport, argument: str) -> str:
    """The answer to a request: the file, or why it can never be fetched. Raises `TryLater` if it cannot be fetched now."""
    try:
        file = transport.download(Attachment(**json.loads(argument)))
    except Refused as error:
        return json.dumps({"refused": str(error)})
    return json.dumps({**asdict(file), "content": b64encode(file.content).decode()})


def read_file(answer: Mapping[str, Any]) -> File:
    """Read the answer to a request; raise `Refused` if it says that there is no file."""
    if "refused" in answer:
        raise Refused(str(answer["refused"]))
    return File(content=b64decode(answer["content"]), kind=answer["kind"], mime=answer["mime"], name=answer["name"])
