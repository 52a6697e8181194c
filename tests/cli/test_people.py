"""`why`, `people` and `resume`."""

import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from flask_chatbot.answering.history import hash_of
from flask_chatbot.core.conversation.memory import State
from flask_chatbot.core.values.people import Alias
from flask_chatbot.store import inbox, optouts
from flask_chatbot.store.inbox import Kept
from flask_chatbot.store.memory import StoreMemory
from flask_chatbot.store.merging import identify
from tests.cli.shops import Shop, open_shop

NOON = 1_764_043_200.0  # 2025-11-25 11:00:00 in Jakarta
BUDI = "6281234567890"
HALO = Kept(
    session="simulator",
    message_id="false_1",
    chat=f"{BUDI}@c.us",
    sender=BUDI,
    at=NOON,
    expires_at=NOON + 86_400,
    replies=2,
    text="halo kak",
    rule="halo",
    place="rules.yaml:4:5",
    rules_hash="0" * 64,
    explanations=("halo (keyword 'halo', rules.yaml:4:5): answers", "survei: another keyword"),
)


def keep(shop: Shop, *messages: Kept) -> None:
    with shop.database.writing() as connection:
        for message in messages:
            assert inbox.add(connection, message)


def test_why_shows_the_rule_and_what_became_of_the_others(shop: Shop) -> None:
    keep(shop, HALO)
    assert shop.printed("why", BUDI) == [
        "2025-11-25 11:00:00  halo kak",
        "by     simulator",
        "rule   halo (rules.yaml:4:5); the rules have changed since then",
        "sent   2 messages",
        "why    halo (keyword 'halo', rules.yaml:4:5): answers",
        "why    survei: another keyword",
    ]


def test_why_as_json(shop: Shop) -> None:
    now = hash_of(shop.app.extensions["chatbot"].bot.book)
    keep(shop, replace(HALO, rules_hash=now))
    wanted = {
        "at": "2025-11-25T11:00:00+07:00",
        "id": "false_1",
        "session": "simulator",
        "chat": f"{BUDI}@c.us",
        "kind": "text",
        "text": "halo kak",
        "rule": "halo",
        "place": "rules.yaml:4:5",
        "rules_changed": False,
        "replies": 2,
        "why": list(HALO.explanations),
    }
    assert shop.data("why", BUDI) == [wanted]


def test_why_shows_the_last_messages_the_newest_first(shop: Shop) -> None:
    keep(shop, *(replace(HALO, message_id=f"false_{place}", at=NOON + place) for place in range(4)))
    assert [each["id"] for each in shop.data("why", BUDI, "--last", "2")] == ["false_3", "false_2"]


def test_a_number_may_be_written_as_people_write_it(shop: Shop) -> None:
    keep(shop, HALO)
    assert [each["id"] for each in shop.data("why", "0812-3456-7890")] == ["false_1"]


def test_a_sender_that_is_no_number_is_found_as_it_is(shop: Shop) -> None:
    keep(shop, replace(HALO, sender="6282386xxxxxx"))
    assert [each["id"] for each in shop.data("why", "6282386xxxxxx")] == ["false_1"]


def test_a_message_that_no_rule_answered_says_so(shop: Shop) -> None:
    keep(shop, replace(HALO, rule=None, place=None, replies=0, explanations=()))
    assert shop.printed("why", BUDI)[2:] == ["rule   none; the rules have changed since then", "sent   0 messages"]


def test_where_messages_are_not_kept_it_is_told_how_to_keep_them(shop: Shop) -> None:
    keep(shop, replace(HALO, text=None, rule=None, place=None, rules_hash=None, explanations=()))
    outcome = shop.run("why", BUDI)
    assert outcome.stdout.splitlines() == ["2025-11-25 11:00:00  (not kept)", "by     simulator", "sent   2 messages"]
    assert outcome.stderr == 'The messages themselves were not kept. To have messages kept, set CHATBOT_KEEP_MESSAGES, such as "30 days".\n'


def test_of_a_stranger_nothing_is_known(tmp_path: Path) -> None:
    shop = open_shop(tmp_path, None, CHATBOT_KEEP_MESSAGES="30 days")
    assert shop.refused("why", BUDI) == f"Error: no message from {BUDI} is known.\n"
    assert not (tmp_path / "instance").exists()


def test_what_a_customer_wrote_moves_no_cursor(shop: Shop) -> None:
    keep(shop, replace(HALO, text="halo\x1b[2J\u202ekak", explanations=("a\x9bb",)))
    lines = shop.printed("why", BUDI)
    assert (lines[0], lines[-1]) == (r"2025-11-25 11:00:00  halo\x1b[2J\u202ekak", r"why    a\x9bb")


@pytest.mark.parametrize("written", [BUDI, "0812-3456-7890"])
def test_resume_ends_the_pause_and_nothing_else(shop: Shop, written: str) -> None:
    memory, now = StoreMemory(shop.database), time.time()
    memory.commit(BUDI, State(seen=True, paused_until=now + 7200, answered={"harga": now + 600}), now)
    (said,) = shop.printed("resume", written)
    assert said.startswith(f"{written} is answered again; it was paused until ")
    assert memory.recall(BUDI, now) == State(seen=True, answered={"harga": now + 600}, version=2)
    assert shop.printed("resume", written) == [f"{written} was not paused"]


def test_digits_that_may_be_two_peoples_resume_both(shop: Shop) -> None:
    memory, now = StoreMemory(shop.database), time.time()
    for sender in ("6281234567890", "81234567890"):
        memory.commit(sender, State(paused_until=now + 7200), now)
    shop.printed("resume", "812-3456-7890")
    assert [memory.recall(sender, now).paused_until for sender in ("6281234567890", "81234567890")] == [0.0, 0.0]


def test_resuming_a_stranger_makes_no_database(tmp_path: Path) -> None:
    assert open_shop(tmp_path, None).printed("resume", BUDI) == [f"{BUDI} was not paused"]
    assert not (tmp_path / "instance").exists()


def test_resuming_what_is_no_number_is_an_error(shop: Shop) -> None:
    said = "Error: 'budi' is not a phone number, and nobody is paused under it. See who is: flask chatbot people --paused\n"
    assert shop.refused("resume", "budi") == said


def test_a_paused_sender_that_is_no_number_is_resumed_as_they_are_listed(shop: Shop) -> None:
    now = time.time()
    StoreMemory(shop.database).commit("6282386xxxxxx", State(paused_until=now + 7200), now)
    (person,) = (each["person"] for each in shop.data("people", "--paused"))
    assert shop.printed("resume", person)[0].startswith("6282386xxxxxx is answered again; ")
    assert shop.data("people", "--paused") == []


def leave_alone(shop: Shop) -> float:
    """Budi is paused, Sari has opted out, and Tono is only remembered; the end of the pause."""
    memory, now = StoreMemory(shop.database), time.time()
    memory.commit(BUDI, State(seen=True, paused_until=now + 7200), now)
    memory.commit("628111", State(seen=True), now)
    with shop.database.writing() as connection:
        optouts.opt_out(connection, "6282345678901", NOON)
    return now + 7200


def test_people_who_are_left_alone_are_listed_by_their_numbers(shop: Shop) -> None:
    until = leave_alone(shop)
    at = datetime.fromtimestamp(until, ZoneInfo("Asia/Jakarta")).strftime("%Y-%m-%d %H:%M:%S")
    assert shop.printed("people") == [
        "PERSON         STATE      TIME",
        f"{BUDI}  paused     until {at}",
        "6282345678901  opted out  since 2025-11-25 11:00:00",
    ]


@pytest.mark.parametrize(
    ("options", "listed"),
    [
        ([], [BUDI, "6282345678901"]),
        (["--paused"], [BUDI]),
        (["--opted-out"], ["6282345678901"]),
        (["--paused", "--opted-out"], [BUDI, "6282345678901"]),
    ],
)
def test_people_of_one_kind_are_listed_alone(shop: Shop, options: list[str], listed: list[str]) -> None:
    leave_alone(shop)
    assert [each["person"] for each in shop.data("people", *options)] == listed


def test_people_as_json(shop: Shop) -> None:
    leave_alone(shop)
    wanted = [{"person": "6282345678901", "state": "opted out", "since": "2025-11-25T11:00:00+07:00"}]
    assert shop.data("people", "--opted-out") == wanted


def test_a_pause_that_is_over_is_not_listed(shop: Shop) -> None:
    StoreMemory(shop.database).commit(BUDI, State(seen=True, paused_until=NOON), NOON - 60)
    assert shop.printed("people", "--paused") == ["nobody"]


def test_listing_nobody_makes_no_database(tmp_path: Path) -> None:
    assert open_shop(tmp_path, None).printed("people") == ["nobody"]
    assert not (tmp_path / "instance").exists()


def test_a_pause_on_one_line_is_listed_and_ended_like_any_other(shop: Shop) -> None:
    memory, now = StoreMemory(shop.database), time.time()
    memory.commit(BUDI, State(seen=True, pauses={"toko": now + 60, "bengkel": now + 7200}), now)
    assert [each["person"] for each in shop.data("people", "--paused")] == [BUDI]
    assert shop.printed("resume", BUDI)[0].startswith(f"{BUDI} is answered again; it was paused until ")
    assert memory.recall(BUDI, now) == State(seen=True, version=2)


@pytest.mark.parametrize(("alias", "written"), [(Alias("bsuid", "ID.1349", "toko"), "ID.1349"), (Alias("lid", "251500"), "251500@lid")])
def test_who_hides_their_number_is_found_by_the_id_that_the_bot_answers_to(shop: Shop, alias: Alias, written: str) -> None:
    with shop.database.writing() as connection:
        person = identify(connection, [alias], NOON).person
    keep(shop, replace(HALO, sender="", chat=written, person=person))
    now = time.time()
    StoreMemory(shop.database).commit(person, State(paused_until=now + 600), now)
    for name in (written, person):
        assert [(each["id"], each["chat"]) for each in shop.data("why", name)] == [("false_1", written)]
    assert "is answered again" in shop.printed("resume", written)[0]
    assert shop.printed("person", written)[0] == f"person {person}"
