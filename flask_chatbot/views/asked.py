"""One call of the API with a valid key, and the JSON it is answered with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import request

from flask_chatbot.delivery.accepted import Accepted
from flask_chatbot.wire.calls import EXAMPLES
from flask_chatbot.wire.webhook import read_object

# Only for their types: they load SQLAlchemy, which is slow, so an app starts without them.
if TYPE_CHECKING:
    from flask_chatbot.delivery.gateway import Gateway
    from flask_chatbot.delivery.waits import Wait
    from flask_chatbot.store.callbacks import StoredCallback
    from flask_chatbot.store.stored import Stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One call with a valid key. `caller` is the key's name, `body` is unchanged, `id` names the message or table."""

    gateway: "Gateway"
    caller: str
    body: bytes
    id: str


def body_of(asked: Asked, endpoint: str) -> dict[str, object]:
    """The JSON object in the body; raises `BadPayload` with an example for anything else."""
    return read_object(asked.body, content_type=request.content_type or "", example=EXAMPLES[endpoint])


def country_of(asked: Asked) -> str:
    """The country of local numbers."""
    return asked.gateway.bot.book.locale.country


def success(value: object) -> dict[str, object]:
    """A successful answer in the contract's envelope."""
    return {"success": True, "message": value}


def written(accepted: Accepted) -> dict[str, object]:
    """An accepted message as the contract writes it."""
    return {
        "id": accepted.id,
        "status": int(accepted.ack),
        "type": accepted.type,
        "timestamp": accepted.timestamp,
        "from": accepted.from_,
        "to": accepted.to,
    }


def message_json(found: "Stored", wait: "Wait | None" = None, calls: "Sequence[tuple[StoredCallback, Wait]]" = ()) -> dict[str, object]:
    """The status of a message; times are integer epoch seconds, or null. Only a message that waits has a `wait`."""
    times = {
        "sent": found.sent_at,
        "delivered": found.delivered_at,
        "read": found.read_at,
        "played": found.played_at,
        "failed": found.failed_at,
    }
    return {
        "id": found.id,
        "ack": int(found.ack),
        "name": found.ack.name.lower(),
        "type": found.type,
        "timestamp": int(found.created_at),
        "to": found.chat,
        "times": {name: None if at is None else int(at) for name, at in times.items()},
        "error": wait.why if wait and wait.is_failure else found.error,
        **({"waits": wait_json(wait)} if wait else {}),
        **({"callbacks": [callback_json(call, each) for call, each in calls]} if calls else {}),
    }


def wait_json(wait: "Wait") -> dict[str, object]:
    """A wait: its reason, its end, and the message or callback ahead."""
    return {"why": wait.why, "until": None if wait.until is None else int(wait.until), "behind": wait.behind or None}


def callback_json(call: "StoredCallback", wait: "Wait") -> dict[str, object]:
    """A callback that is still waiting to be sent."""
    return {"id": call.id, "ack": int(call.ack), "tries": call.tries, "error": wait.why, "waits": wait_json(wait)}
