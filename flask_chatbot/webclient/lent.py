"""The HTTP client as transports are lent it: what goes wrong is an error of a transport."""

from collections.abc import Mapping

from flask_chatbot.errors import FetchLater, FetchRefused, Refused, TryLater
from flask_chatbot.transports.webhooks import ANSWER_LIMIT, DEADLINE, TooLong
from flask_chatbot.webclient.bodies import AnswerTooLarge
from flask_chatbot.webclient.client import Fetched, HttpClient


class LentClient:
    """A `Client` for transports, which share the guarded client of their process."""

    def __init__(self, client: HttpClient) -> None:
        self._client = client

    def call(
        self,
        method: str,
        url: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        deadline: float = DEADLINE,
        limit: int = ANSWER_LIMIT,
        own: bool = False,
    ) -> Fetched:
        """Make a call, as `HttpClient.call` does.

        An address of the operator's own that cannot be called, since its name is mistyped or its certificate out of date, is one to try
        later: once it is corrected, what waits goes out.
        """
        try:
            return self._client.call(method, url, body, headers or {}, deadline=deadline, limit=limit, own=own)
        except FetchLater as error:
            raise TryLater(str(error), error.after) from None
        except AnswerTooLarge as error:
            raise (TooLong if own else Refused)(str(error)) from None
        except FetchRefused as error:
            raise (TryLater if own else Refused)(str(error)) from None
