"""`failed` and `resend`."""

import time
from pathlib import Path

import pytest

from tests.cli.shops import Shop, open_shop

LATER = 4_000_000_000.0
NOON = 1_764_043_200.0  # 2025-11-25 11:00:00 in Jakarta


def test_failed_lists_messages_and_callbacks_with_the_reason(shop: Shop) -> None:
    shop.lose("3EB0A", NOON)
    shop.lose_callback("msg_1", NOON + 60)
    assert shop.printed("failed") == [
        "ID     KIND      TO               GIVEN UP             TRIES  WHY",
        "3EB0A  text      628111@c.us      2025-11-25 11:00:00  1      WhatsApp refused it.",
        "msg_1  callback  crm.example.com  2025-11-25 11:01:00  1      It answered 404.",
    ]


def test_failed_as_json_names_the_message_of_a_callback(shop: Shop) -> None:
    shop.lose("3EB0A", NOON)
    shop.lose_callback("msg_1", NOON)
    at = "2025-11-25T11:00:00+07:00"
    assert shop.data("failed") == [
        {"id": "3EB0A", "kind": "text", "to": "628111@c.us", "at": at, "tries": 1, "error": "WhatsApp refused it."},
        {"id": "msg_1", "kind": "callback", "to": "crm.example.com", "at": at, "tries": 1, "error": "It answered 404.", "message": "3EB0A"},
    ]


def test_failed_lists_what_waits_after_a_failure_with_the_time_of_its_next_try_and_what_is_behind_it(shop: Shop) -> None:
    shop.lose("3EB0L", NOON)
    shop.put_off("3EB0A", NOON, LATER)
    shop.queue("3EB0B")
    shop.put_callback_off("msg_1", NOON, LATER)
    assert shop.printed("failed", "--since", "1 hour") == [
        "nothing was given up",
        "ID     KIND      TO               WAITS UNTIL          TRIES  WHY",
        "3EB0A  image     628111@c.us      2096-10-02 14:06:40  1      cdn.example.com answered 503.",
        "3EB0B  text      628111@c.us      2096-10-02 14:06:40  0      It waits behind message 3EB0A: cdn.example.com answered 503.",
        "msg_1  callback  crm.example.com  2096-10-02 14:06:40  1      It answered 503.",
    ]


def test_failed_as_json_tells_what_waits_from_what_was_given_up(shop: Shop) -> None:
    shop.put_off("3EB0A", NOON, LATER)
    shop.queue("3EB0B")
    until = "2096-10-02T14:06:40+07:00"
    told = {"to": "628111@c.us", "at": None, "waits_until": until}
    error = "cdn.example.com answered 503."
    assert shop.data("failed") == [
        {"id": "3EB0A", "kind": "image", "tries": 1, "error": error, **told},
        {"id": "3EB0B", "kind": "text", "tries": 0, "error": f"It waits behind message 3EB0A: {error}", "behind": "3EB0A", **told},
    ]
    assert shop.data("failed", "--refused") == []


def test_what_waits_is_not_sent_again_by_resend(shop: Shop) -> None:
    shop.put_off("3EB0A", time.time(), LATER)
    assert shop.printed("resend", "--since", "1 hour") == ["0 messages and 0 callbacks queued again"]
    assert shop.states(["3EB0A"]) == ["queued"]


def test_failed_says_that_messages_are_due_and_nobody_takes_them(shop: Shop) -> None:
    shop.put_off("3EB0A", NOON, NOON + 1)
    told = "1 message due for more than a minute. Is a worker running, and connected? Its log says more.\n"
    assert shop.run("failed").stderr == told


def test_failed_says_so_where_nothing_was_given_up(shop: Shop) -> None:
    assert shop.printed("failed") == ["nothing was given up"]


def test_looking_for_what_failed_makes_no_database(tmp_path: Path) -> None:
    shop = open_shop(tmp_path, None)
    assert shop.printed("failed") == ["nothing was given up"]
    assert not (tmp_path / "instance").exists()


def test_failed_since_leaves_out_what_is_older(shop: Shop) -> None:
    now = time.time()
    shop.lose("3EB0A", now - 7300)
    shop.lose("3EB0B", now - 7000)
    assert [each["id"] for each in shop.data("failed", "--since", "2 hours")] == ["3EB0B"]


def test_failed_lists_no_more_than_its_limit_the_oldest_first(shop: Shop) -> None:
    for place in range(4):
        shop.lose(f"3EB0{place}", NOON + place)
    assert [each["id"] for each in shop.data("failed", "--limit", "2")] == ["3EB00", "3EB01"]


def test_callbacks_that_were_refused_are_listed_apart(shop: Shop) -> None:
    shop.lose_callback("msg_1", NOON, "It is a private address.", refused=True)
    outcome = shop.run("failed")
    assert outcome.stdout == "nothing was given up\n"
    assert outcome.stderr == "Callbacks to addresses that are not allowed are listed separately: flask chatbot failed --refused\n"
    assert [(each["id"], each["error"]) for each in shop.data("failed", "--refused")] == [("msg_1", "It is a private address.")]


def test_no_control_character_reaches_the_terminal(shop: Shop) -> None:
    shop.lose("3EB0A", NOON, "gone\x1b[31m\nfor good")
    assert shop.printed("failed")[1].endswith(r"gone\x1b[31m\nfor good")


def test_a_length_of_time_that_is_none_is_a_wrong_option(shop: Shop) -> None:
    outcome = shop.run("failed", "--since", "2 moons")
    assert outcome.exit_code == 2
    assert "Invalid value for '--since': '2 moons' has no unit of time that is known." in outcome.stderr


def test_resend_queues_messages_and_callbacks_by_their_ids(shop: Shop) -> None:
    shop.lose("3EB0A", NOON)
    shop.lose("3EB0B", NOON)
    shop.lose_callback("msg_1", NOON)
    assert shop.printed("resend", "3EB0A", "msg_1", "3EB0A") == ["1 message and 1 callback queued again"]
    assert shop.states(["3EB0A", "3EB0B"]) == ["queued", "failed"]
    assert [each["id"] for each in shop.data("failed")] == ["3EB0B"]


def test_resend_queues_nothing_where_one_of_the_ids_was_not_given_up(shop: Shop) -> None:
    shop.lose("3EB0A", NOON)
    said = shop.refused("resend", "3EB0A", "3EB0X")
    assert said == "Error: nothing was given up under 3EB0X, so nothing is queued. See: flask chatbot failed\n"
    assert shop.states(["3EB0A"]) == ["failed"]


def test_a_dry_run_queues_nothing(shop: Shop) -> None:
    now = time.time()
    shop.lose("3EB0A", now)
    shop.lose_callback("msg_1", now)
    assert shop.printed("resend", "3EB0A", "--dry-run") == ["1 message and 0 callbacks would be sent again"]
    assert shop.printed("resend", "--since", "1 hour", "--dry-run") == ["1 message and 1 callback would be sent again"]
    assert len(shop.data("failed")) == 2


def test_resend_since_queues_what_was_given_up_in_that_time(shop: Shop) -> None:
    now = time.time()
    shop.lose("3EB0A", now - 7300)
    shop.lose("3EB0B", now - 60)
    shop.lose_callback("msg_1", now - 60)
    assert shop.printed("resend", "--since", "2 hours") == ["1 message and 1 callback queued again"]
    assert shop.states(["3EB0A", "3EB0B"]) == ["failed", "queued"]


@pytest.mark.parametrize("arguments", [["resend"], ["resend", "3EB0A", "--since", "1 hour"]])
def test_resend_wants_ids_or_a_time_and_not_both(tmp_path: Path, arguments: list[str]) -> None:
    outcome = open_shop(tmp_path, None).run(*arguments)
    assert outcome.exit_code == 2
    assert 'Name what to send again: one or more IDs, or --since "2 hours".' in outcome.stderr
