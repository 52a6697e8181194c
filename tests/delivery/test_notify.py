"""One try of a callback, and its result."""

import json
from random import Random

import pytest

from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.delivery.notify import CallbackResult, CallbackSender
from flask_chatbot.errors import FetchLater, FetchRefused
from flask_chatbot.settings.keys import read_secret
from flask_chatbot.store.callbacks import CallbackClaim
from flask_chatbot.webclient.client import Fetched
from flask_chatbot.webclient.signing import verify_signature
from tests.delivery.rig import START, Client, Clock

URL = "https://crm.example.com/acks"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
DAY = 86_400.0


def claimed(url: str = URL, tries: int = 1) -> CallbackClaim:
    return CallbackClaim(
        seq=1,
        fence=1,
        id="msg_1",
        message="3EB020B4DBA916EB3379",
        ack=Ack.READ,
        at=START,
        url=url,
        host="crm.example.com",
        tries=tries,
        created_at=START,
        leased_until=START + 60,
    )


def sender(client: Client, *secrets: bytes, on_ack: object = None) -> CallbackSender:
    """One whose jitter is none."""

    class Middle(Random):
        def random(self) -> float:
            return 0.5

    def fail(message: str, ack: Ack) -> None:
        raise AssertionError("nobody asked for this")

    return CallbackSender(client, secrets=secrets, on_ack=on_ack or fail, clock=Clock(), random=Middle())  # type: ignore[arg-type]


def answered(status: int, **headers: str) -> Fetched:
    return Fetched(status=status, headers={name.replace("_", "-"): value for name, value in headers.items()}, body=b"")


def test_a_callback_has_the_contracts_form_and_the_standard_headers() -> None:
    client = Client()
    assert sender(client, read_secret(SECRET)).attempt(claimed()) == CallbackResult(status=200)
    ((url, body, headers),) = client.posts
    assert (url, json.loads(body)) == (URL, {"msgid": "3EB020B4DBA916EB3379", "ack": 3})
    assert headers["Content-Type"] == "application/json"
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("msg_1", str(int(START)))
    verify_signature(SECRET, headers, body, now=START)


def test_without_a_secret_there_is_no_signature() -> None:
    client = Client()
    sender(client).attempt(claimed())
    assert "webhook-signature" not in client.posts[0][2]


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_2xx_is_success(status: int) -> None:
    client = Client()
    client.script.append(answered(status))
    assert sender(client).attempt(claimed()) == CallbackResult(status=status)


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 401, 404, 500, 503])
def test_anything_else_is_tried_again_and_a_redirect_too(status: int) -> None:
    client = Client()
    client.script.append(answered(status, location="https://elsewhere.example"))
    assert sender(client).attempt(claimed()) == CallbackResult(f"It answered {status}.", START + 5.0, status=status)
    assert len(client.posts) == 1


def test_410_ends_it() -> None:
    client = Client()
    client.script.append(answered(410))
    assert sender(client).attempt(claimed()) == CallbackResult("It answered 410.", status=410)


@pytest.mark.parametrize(("asked", "waits"), [("120", 120.0), ("1", 5.0), ("999999", DAY), ("never", 5.0)])
def test_retry_after_is_kept_to_within_a_day(asked: str, waits: float) -> None:
    client = Client()
    client.script.append(answered(429, retry_after=asked))
    assert sender(client).attempt(claimed()) == CallbackResult("It answered 429.", START + waits, status=429)


def test_the_tenth_try_is_the_last() -> None:
    client = Client()
    client.script.extend([answered(500), answered(500)])
    assert sender(client).attempt(claimed(tries=9)) == CallbackResult("It answered 500.", START + DAY, status=500)
    assert sender(client).attempt(claimed(tries=10)) == CallbackResult("It answered 500.", status=500)


def test_an_address_that_is_not_called_is_given_up() -> None:
    client = Client()
    client.script.append(FetchRefused("crm.example.com is not public."))
    assert sender(client).attempt(claimed()) == CallbackResult("crm.example.com is not public.", is_answered=False, is_refused=True)


def test_a_receiver_that_does_not_answer_is_tried_again() -> None:
    client = Client()
    client.script.append(FetchLater("crm.example.com did not answer in 15 seconds."))
    result = CallbackResult("crm.example.com did not answer in 15 seconds.", START + 5.0, is_answered=False)
    assert sender(client).attempt(claimed()) == result


def test_a_callback_without_url_is_for_the_app() -> None:
    heard: list[tuple[str, Ack]] = []
    client = Client()
    result = sender(client, on_ack=lambda message, ack: heard.append((message, ack))).attempt(claimed(""))
    assert (result, heard, client.posts) == (CallbackResult(), [("3EB020B4DBA916EB3379", Ack.READ)], [])


def test_a_function_of_the_app_that_fails_is_called_again(caplog: pytest.LogCaptureFixture) -> None:
    def fail(message: str, ack: Ack) -> None:
        raise LookupError("no such order")

    assert sender(Client(), on_ack=fail).attempt(claimed("")) == CallbackResult("It raised LookupError.", START + 5.0)
    assert "callback msg_1 of message 3EB020B4DBA916EB3379 failed" in caplog.text
