"""One call of the API with a valid key, and the JSON it is answered with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import request

from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.delivery.accepted import Accepted
from flask_chatbot.errors import BadPayload
from flask_chatbot.wire.calls import EXAMPLES
from flask_chatbot.wire.webhook import kind_in_json, read_object

# Only for their types: they load SQLAlchemy, which is slow, so an app starts without them.
if TYPE_CHECKING:
    from flask_chatbot.bot.bot import Bot
    from flask_chatbot.bot.bots import Bots
    from flask_chatbot.core.deciding.rulebook import RuleBook
    from flask_chatbot.delivery.lines import Lines
    from flask_chatbot.delivery.waits import Wait
    from flask_chatbot.store.callbacks import StoredCallback
    from flask_chatbot.store.stored import Stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One call with a valid key. `caller` is the key's name, `body` is unchanged, `id` names the message or table, `number` a row."""

    lines: "Lines"
    bots: "Bots"
    caller: str
    body: bytes
    id: str
    number: str = ""

    @property
    def bot(self) -> "Bot":
        """The bot of the line that the key is bound to, else of the first."""
        return (self.lines.of(self.own_line) or self.lines.first).bot

    @property
    def books(self) -> "list[RuleBook]":
        """The rules of all files of the app, those of the key's own line first."""
        return self.bots.books(self.own_line)

    @property
    def own_line(self) -> str:
        """The line that the key is bound to by its name; empty if it is good for all."""
        return self.caller if self.lines.of(self.caller) is not None else ""

    def line_of(self, body: Mapping[str, object]) -> str:
        """The line that a call is for: that of its key, or the one that its `body` names; empty if neither says.

        With one line only, what a body says of it does not count. Raises `BadPayload` if the key is for another one, `NotAccepted` if
        there is no such line.
        """
        own, written = self.own_line, body.get("line") if len(self.lines) > 1 else None
        if written is None or written == "":
            return own
        if type(written) is not str:
            raise BadPayload(tr("'line' is {kind}. Send the name of a line as a string.", kind=kind_in_json(written)))
        line = self.lines.named(written).transport.name
        if own and own != line:
            raise BadPayload(tr("This key is for the line {own!r} only. Leave 'line' out, or use another key.", own=own))
        return line


def body_of(asked: Asked, endpoint: str) -> dict[str, object]:
    """The JSON object in the body; raises `BadPayload` with an example for anything else."""
    return read_object(asked.body, content_type=request.content_type or "", example=EXAMPLES[endpoint])


def country_of(asked: Asked, line: str = "") -> str:
    """The country of local numbers, in the rules of a line."""
    return (asked.lines.of(line) or asked).bot.book.locale.country


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
