"""One callback's try: a change of ack told to whoever asked for it, and what came of that."""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from flask_chatbot.bot.tracebacks import told
from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.delivery.retry import Clock, next_callback
from flask_chatbot.errors import FetchLater, FetchRefused
from flask_chatbot.store.callbacks import CallbackClaim
from flask_chatbot.webclient.client import Answer, HttpClient
from flask_chatbot.webclient.deadlines import read_retry_after
from flask_chatbot.webclient.signing import headers

DEADLINE = 15.0  # seconds, from connecting to the last byte
ANSWER_LIMIT = 256 * 1024  # bytes
GONE = 410

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a try: told where there is no error, else tried again at `due_at`, and given up where that is None.

    `is_answered`: whether the receiver said anything at all; `is_refused`: whether the address is none that is called.
    """

    error: str | None = None
    due_at: float | None = None
    is_answered: bool = True
    is_refused: bool = False


DONE = Tried()


class Caller:
    """Makes callbacks, from any thread and with no transaction open.

    Those without a URL are the app's own: `on_ack` is called for them, with the message's id and its ack. `clock` is that of this machine,
    as the receivers of signatures know no other; `due_at` of what comes of a try is by it.
    """

    def __init__(
        self, client: HttpClient, secrets: Sequence[bytes], on_ack: Callable[[str, Ack], object], clock: Clock, random: Random
    ) -> None:
        self._client = client
        self._secrets = secrets
        self._on_ack = on_ack
        self.clock = clock
        self._random = random

    def attempt(self, claim: CallbackClaim) -> Tried:
        """Make one callback; whatever goes wrong, something comes of it."""
        try:
            if claim.url:
                return self._read(claim, self._post(claim))
            self._on_ack(claim.message, Ack(claim.ack))
            return DONE
        except FetchRefused as error:
            return Tried(str(error), is_answered=False, is_refused=True)
        except FetchLater as error:
            return self._again(claim, str(error), error.after, is_answered=False)
        except Exception as error:  # noqa: BLE001  an app's own handler may raise anything, and is called again
            log.error("callback %s of message %s failed\n%s", claim.id, claim.message, told(error, [claim.url]))
            return self._again(claim, f"It raised {type(error).__name__}.", is_answered=not claim.url)

    def _post(self, claim: CallbackClaim) -> Answer:
        body = json.dumps({"msgid": claim.message, "ack": claim.ack}).encode()
        signed = headers(self._secrets, claim.id, int(self.clock()), body)
        told_as = {"Content-Type": "application/json", **signed}
        return self._client.post(claim.url, body, told_as, deadline=DEADLINE, limit=ANSWER_LIMIT, cuts=True)

    def _read(self, claim: CallbackClaim, answer: Answer) -> Tried:
        """2xx is success, and nothing else is: a redirect would be followed by some and not by others."""
        if 200 <= answer.status < 300:
            return DONE
        said = f"It answered {answer.status}."
        if answer.status == GONE:
            return Tried(said)
        return self._again(claim, said, read_retry_after(answer.headers.get("retry-after"), self.clock()))

    def _again(self, claim: CallbackClaim, error: str, after: float = 0.0, *, is_answered: bool = True) -> Tried:
        return Tried(error, next_callback(claim.tries, self.clock(), self._random.random(), after), is_answered)
