"""Steps of linking the bot's phone, between the process that asks for them and the one that has the transport open: as JSON."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.errors import Refused
from flask_chatbot.transports.base import Passkey, Transport

_WITH_ARGUMENT = frozenset({"pair", "answer_passkey"})
LINKING = frozenset({"passkey", "confirm_passkey", "log_out"}) | _WITH_ARGUMENT
NO_PAIRING = tr("This connection to WhatsApp links no phone by a code to type. Scan its QR code, if it has one.")
NO_PASSKEY = tr("This connection to WhatsApp has no step for a passkey. If the phone asks for one, link it in the gateway's own pages.")

NO_LOG_OUT = tr("This connection to WhatsApp cannot log its phone out. Do it on the phone: WhatsApp > Linked devices.")
_LACKING = {"pair": NO_PAIRING, "log_out": NO_LOG_OUT}


def check_step(transport: Transport, step: str) -> None:
    """Raise `Refused` if a transport has no such step."""
    if not callable(getattr(transport, step, None)):
        raise Refused(_LACKING.get(step, NO_PASSKEY))


def take_step(transport: Transport, step: str, argument: str) -> Any:
    """Take a step, and return what the transport does."""
    ask: Callable[..., object] = getattr(transport, step)
    return ask(argument) if step in _WITH_ARGUMENT else ask()


def linked(transport: Transport, step: str, argument: str) -> str:
    """The answer to a step: what the transport returns, or why it is refused for good. Raises `TryLater` if it cannot be asked now."""
    try:
        said = take_step(transport, step, argument)
    except Refused as error:
        return json.dumps({"refused": str(error)})
    return json.dumps({"answer": asdict(said) if isinstance(said, Passkey) else said})


def read_linked(answer: Mapping[str, Any]) -> Any:
    """Read the answer to a step; raise `Refused` if it says so.

    >>> read_linked({"answer": "ABCD-1234"})
    'ABCD-1234'
    """
    if "refused" in answer:
        raise Refused(str(answer["refused"]))
    found = answer["answer"]
    return Passkey(**found) if isinstance(found, dict) else found
