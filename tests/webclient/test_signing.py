"""Signatures made and checked."""

from collections.abc import Mapping

import pytest

from flask_chatbot.errors import BadSignature
from flask_chatbot.settings.keys import read_secret
from flask_chatbot.webclient.signing import headers, sign, verify_signature

# The known answer of the contract.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
AT = 1614265330
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
SIGNED = {"webhook-id": ID, "webhook-timestamp": str(AT), "webhook-signature": SIGNATURE}
NO_FIT = "No signature fits. Check that both sides use the same secret, and that the body is unchanged."
TOO_OLD = "It was signed more than 300 seconds ago, or ahead. Check both clocks; old calls are refused."


def refusal(signed: Mapping[str, str], body: bytes = BODY, secret: str | bytes | list[str | bytes] = SECRET, now: float = AT) -> str:
    with pytest.raises(BadSignature) as caught:
        verify_signature(secret, signed, body, now=now)
    return str(caught.value)


def test_the_known_answer_is_signed() -> None:
    assert headers([read_secret(SECRET)], ID, AT, BODY) == SIGNED


def test_the_known_answer_is_accepted() -> None:
    verify_signature(SECRET, SIGNED, BODY, now=AT)


def test_without_a_secret_there_are_an_id_and_a_time_and_no_signature() -> None:
    assert headers([], ID, AT, BODY) == {"webhook-id": ID, "webhook-timestamp": str(AT)}


def test_headers_are_found_whatever_their_case() -> None:
    verify_signature(SECRET, {name.title(): value for name, value in SIGNED.items()}, BODY, now=AT)


def test_while_secrets_change_both_sides_may_use_the_old_and_the_new() -> None:
    old, new = read_secret(SECRET), b"baru"
    both = headers([new, old], ID, AT, BODY)
    assert len(both["webhook-signature"].split()) == 2
    verify_signature(SECRET, both, BODY, now=AT)
    verify_signature("baru", both, BODY, now=AT)
    verify_signature(["lain", SECRET], SIGNED, BODY, now=AT)


def test_signatures_of_other_versions_are_passed_over() -> None:
    verify_signature(SECRET, {**SIGNED, "webhook-signature": f"v1a,xyz {SIGNATURE} v2,abc"}, BODY, now=AT)


@pytest.mark.parametrize("now", [AT - 300, AT, AT + 300])
def test_within_five_minutes_a_signature_is_good(now: float) -> None:
    verify_signature(SECRET, SIGNED, BODY, now=now)


@pytest.mark.parametrize("now", [AT - 301, AT + 301, None])
def test_an_old_call_is_not_taken_again(now: float | None) -> None:
    with pytest.raises(BadSignature) as caught:
        verify_signature(SECRET, SIGNED, BODY, now=now)
    assert str(caught.value) == TOO_OLD


def test_the_tolerance_is_the_callers_to_choose() -> None:
    verify_signature(SECRET, SIGNED, BODY, now=AT + 3600, tolerance=3600)


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook-id": "msg_other"},
        {"webhook-timestamp": str(AT + 1)},
        {"webhook-signature": SIGNATURE.replace("v1,", "v2,")},
        {"webhook-signature": SIGNATURE.removeprefix("v1,")},
        {"webhook-signature": "v1,"},
        {"webhook-signature": SIGNATURE[:-2]},
        {"webhook-signature": "v1,\udcff\u00e9"},
        {"webhook-id": "\udcff"},
    ],
)
def test_a_change_of_any_header_is_noticed(changed: dict[str, str]) -> None:
    assert refusal({**SIGNED, **changed}) == NO_FIT


@pytest.mark.parametrize("body", [b"", BODY + b" ", BODY.replace(b" ", b"")])
def test_a_change_of_the_body_is_noticed(body: bytes) -> None:
    assert refusal(SIGNED, body) == NO_FIT


@pytest.mark.parametrize("secret", ["another", b"another", ["another", "third"], []])
def test_another_secret_does_not_fit(secret: str | bytes | list[str | bytes]) -> None:
    assert refusal(SIGNED, secret=secret) == NO_FIT


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
@pytest.mark.parametrize("value", [None, "", " "])
def test_a_missing_header_is_named(name: str, value: str | None) -> None:
    signed = {key: each for key, each in SIGNED.items() if key != name} | ({} if value is None else {name: value})
    assert refusal(signed) == f"The header {name} is missing. The caller must sign: see https://www.standardwebhooks.com."


@pytest.mark.parametrize("timestamp", ["soon", "-1", "1.5", "٣", "9" * 16])
def test_a_timestamp_that_is_no_number_is_refused(timestamp: str) -> None:
    assert refusal({**SIGNED, "webhook-timestamp": timestamp}) == "The header webhook-timestamp is not a number of seconds."


def test_a_signature_among_too_many_is_not_looked_for() -> None:
    assert refusal({**SIGNED, "webhook-signature": "v1,x " * 32 + SIGNATURE}) == NO_FIT


def test_an_empty_secret_is_an_error_of_whoever_configured_it() -> None:
    for secret in ("", " ", b"", [SECRET, ""]):
        with pytest.raises(ValueError, match="empty"):
            verify_signature(secret, SIGNED, BODY, now=AT)


def test_a_secret_that_was_copied_in_part_is_told_and_not_shown() -> None:
    with pytest.raises(ValueError, match="is not base64") as caught:
        verify_signature("whsec_MfKQ9r8GK", SIGNED, BODY, now=AT)
    assert "MfKQ9r8GK" not in str(caught.value)


def test_a_signature_is_made_for_each_secret() -> None:
    assert sign([read_secret(SECRET), read_secret(SECRET)], ID, AT, BODY) == f"{SIGNATURE} {SIGNATURE}"
