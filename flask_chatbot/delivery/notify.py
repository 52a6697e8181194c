"""One try of a callback: reports a change of ack to the URL or function that asked for it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

from flask_chatbot.bot.tracebacks import redacted
from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.origins import belonging_to
from flask_chatbot.core.tracing import Ids, fail_span, span, traceparent_in
from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.delivery.retry import Clock, next_callback
from flask_chatbot.errors import FetchLater, FetchRefused
from flask_chatbot.store.callbacks import CallbackClaim
from flask_chatbot.webclient.client import Fetched, HttpClient
from flask_chatbot.webclient.deadlines import read_retry_after
from flask_chatbot.webclient.signing import headers

DEADLINE = 15.0  # seconds, from connecting to the last byte
GONE = 410

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CallbackResult:
    """The result of a try: delivered if there is no error, else tried again at `due_at`, or given up if that is None.

    `is_answered` is True if the receiver answered anything at all; `is_refused` if the address may never be called. `status` is that of
    the HTTP answer; 0 if there was none.
    """

    error: str | None = None
    due_at: float | None = None
    is_answered: bool = True
    is_refused: bool = False
    status: int = 0


DONE = CallbackResult()


class CallbackSender:
    """Sends callbacks, from any thread and with no transaction open.

    Callbacks without a URL are the app's own: `on_ack` is called with the message's id and its ack. `clock` is that of this machine, as the
    receivers of signatures know no other; `due_at` of a result is by it.
    """

    def __init__(
        self, client: HttpClient, *, secrets: Sequence[bytes], on_ack: Callable[[str, Ack], object], clock: Clock, random: Random
    ) -> None:
        self._client = client
        self._secrets = secrets
        self._on_ack = on_ack
        self.clock = clock
        self._random = random

    def attempt(self, claim: CallbackClaim) -> CallbackResult:
        """Try one callback; every failure becomes a result, too."""
        ids: Ids = {
            "callback_id": claim.id,
            "message_id": claim.message,
            "ack": int(claim.ack),
            "attempt": claim.tries,
        }
        with belonging_to(claim.origin), span("chatbot.callback", claim.origin, **ids):
            result = self._attempt(claim)
            if result.error is not None:
                fail_span()
            return result

    def _attempt(self, claim: CallbackClaim) -> CallbackResult:
        try:
            if claim.url:
                return self._read(claim, self._post(claim))
            self._on_ack(claim.message, Ack(claim.ack))
            return DONE
        except FetchRefused as error:
            return CallbackResult(str(error), is_answered=False, is_refused=True)
        except FetchLater as error:
            return self._again(claim, str(error), error.after, is_answered=False)
        except Exception as error:  # noqa: BLE001  an app's own handler may raise anything, and is called again
            facts = {"callback_id": claim.id, "message_id": claim.message, "attempt": claim.tries, "trace": redacted(error, [claim.url])}
            log.error("callback %(callback_id)s of message %(message_id)s failed\n%(trace)s", facts)
            return self._again(claim, f"It raised {type(error).__name__}.", is_answered=not claim.url)

    def _post(self, claim: CallbackClaim) -> Fetched:
        body = json.dumps({"msgid": claim.message, "ack": claim.ack}).encode()
        signed = headers(self._secrets, claim.id, int(self.clock()), body)
        trace = {"traceparent": traceparent} if (traceparent := traceparent_in("")) else {}
        all_headers = {"Content-Type": "application/json", **signed, **trace}
        return self._client.post(claim.url, body, all_headers, deadline=DEADLINE, cuts=True)

    def _read(self, claim: CallbackClaim, answer: Fetched) -> CallbackResult:
        """The result of an answer: only 2xx is success, as a redirect would be followed by some and not by others."""
        if 200 <= answer.status < 300:
            return CallbackResult(status=answer.status)
        said = f"It answered {answer.status}."
        if answer.status == GONE:
            return CallbackResult(said, status=GONE)
        again = self._again(claim, said, read_retry_after(answer.headers.get("retry-after"), self.clock()))
        return replace(again, status=answer.status)

    def _again(self, claim: CallbackClaim, error: str, after: float = 0.0, *, is_answered: bool = True) -> CallbackResult:
        return CallbackResult(error, next_callback(claim.tries, self.clock(), self._random.random(), after), is_answered)
