"""`person` and `forget`."""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flask_chatbot import Chatbot
from flask_chatbot.core.conversation.memory import State
from flask_chatbot.core.values.people import Alias
from flask_chatbot.database.tables import aliases
from flask_chatbot.store import inbox, optouts, people, saved
from flask_chatbot.store.inbox import Kept
from flask_chatbot.store.memory import StoreMemory
from flask_chatbot.store.merging import identify
from flask_chatbot.store.saved import SavedRow
from flask_chatbot.transports.simulator import EVERYTHING, Simulator
from tests.cli.shops import Shop, open_shop

NOON = 1_764_043_200.0  # 2025-11-25 11:00:00 in Jakarta
BUDI = "6281234567890"
NAMES = (Alias("number", BUDI), Alias("bsuid", "ID.1349", "toko"))


def keep(shop: Shop) -> str:
    """Budi with two names, one row and one thing remembered; his id."""
    with shop.database.writing() as connection:
        person = identify(connection, NAMES, NOON).person
        saved.add(connection, SavedRow(name="survei", number=1, fields={"nilai": 5}, sender=BUDI, sender_name="Budi", at=NOON))
        StoreMemory(shop.database).within(connection).commit(BUDI, State(notes={"kota": "Solo"}, notes_until=4e9), NOON)
    return person


@pytest.mark.parametrize("someone", [BUDI, "0812-3456-7890", "ID.1349", "id"])
def test_person_shows_what_is_kept_of_somebody_by_any_of_their_names(shop: Shop, someone: str) -> None:
    person = keep(shop)
    assert shop.printed("person", person if someone == "id" else someone) == [
        f"person {person}",
        "bsuid  ID.1349 (toko), last seen 2025-11-25 11:00:00",
        f"number {BUDI}, last seen 2025-11-25 11:00:00",
        "states 1 row",
        "saved  1 row",
    ]


@pytest.mark.parametrize(
    ("wrote_ago", "said"),
    [(3600.0, "window open until 2025-11-26 10:00:00"), (86_400.0, "window closed: they get templates only, until they write")],
    ids=["open", "closed"],
)
def test_person_shows_until_when_anything_may_be_sent_where_that_ends(tmp_path: Path, wrote_ago: float, said: str) -> None:
    limited = Simulator(capabilities=replace(EVERYTHING, window_24h=True))
    shop = open_shop(tmp_path, None, CHATBOT_TRANSPORT=limited)
    shop.app.extensions["chatbot"].bot.clock = lambda: datetime.fromtimestamp(NOON, UTC)
    row = Kept(session="simulator", message_id="A1", chat="", sender="", person=keep(shop), at=NOON - wrote_ago, expires_at=4e9)
    with shop.database.writing() as connection:
        inbox.add(connection, row)
    assert " ".join(shop.printed("person", BUDI)[3].split()) == said
    shop.database.close()


def test_person_exports_all_of_it_as_json(shop: Shop) -> None:
    person = keep(shop)
    exported = json.loads("\n".join(shop.printed("person", BUDI, "--export")))
    at_noon, at_last = "2025-11-25T11:00:00+07:00", "2096-10-02T14:06:40+07:00"
    seen = {"first_seen": at_noon, "last_seen": at_noon}
    row = {"name": "survei", "number": 1, "fields": {"nilai": 5}, "sender": BUDI, "person": person, "sender_name": "Budi", "at": at_noon}
    state = {"notes": {"kota": "Solo"}, "notes_until": at_last}
    assert exported == {
        "person": person,
        "merged": [],
        "aliases": [
            {"scheme": "bsuid", "value": "ID.1349", "scope": "toko", **seen},
            {"scheme": "number", "value": BUDI, "scope": "", **seen},
        ],
        "states": [{"person": person, "state": state, "version": 1, "expires_at": at_last}],
        "opted_out": [],
        "saved": [row],
        "files": [],
        "inbox": [],
        "acquaintances": [],
        "events": [],
        "messages": [],
        "callbacks": [],
        **{name: [] for name in ("broadcast_recipients", "conversations", "handovers", "labels", "notes")},
    }


def test_person_shows_that_and_why_the_bot_is_silent(shop: Shop) -> None:
    person, now = keep(shop), time.time()
    with shop.database.writing() as connection:
        memory = StoreMemory(shop.database).within(connection, person)
        state = memory.recall(person, now)
        memory.commit(person, replace(state, paused_until=3e9, pauses={"toko": 3e9}, takeovers={"bengkel": 3e9}), now)
    assert shop.printed("person", BUDI)[3:6] == [
        "paused until 2065-01-24 12:20:00",
        "paused until 2065-01-24 12:20:00 (toko)",
        "silent until 2065-01-24 12:20:00 (bengkel), since the owner wrote to them by hand",
    ]


def test_of_a_stranger_nothing_is_kept_and_no_database_made(tmp_path: Path) -> None:
    shop = open_shop(tmp_path, None)
    for command in (["person", BUDI], ["forget", BUDI, "--yes"]):
        assert shop.refused(*command) == (
            f"Error: nothing is kept of '{BUDI}'. Give a number with its country code, or an id such as `person` shows.\n"
        )
    assert not (tmp_path / "instance").exists()


def test_a_name_that_may_be_of_two_is_told_with_both_ids(shop: Shop) -> None:
    with shop.database.writing() as connection:
        ids = sorted(identify(connection, [Alias("bsuid", "ID.1349", scope)], NOON).person for scope in ("toko", "bengkel"))
    assert shop.refused("person", "ID.1349") == f"Error: 'ID.1349' may be any of 2 people. Give the id of one: {', '.join(ids)}.\n"


def test_forget_asks_and_then_deletes_all_of_it(shop: Shop) -> None:
    keep(shop)
    assert shop.run("forget", BUDI, typed="n\n").exit_code == 1
    assert len(shop.printed("person", BUDI)) == 5
    outcome = shop.run("forget", "0812-3456-7890", typed="y\n")
    assert outcome.stdout.splitlines()[-1] == "0812-3456-7890 is forgotten"
    assert "nothing is kept of" in shop.refused("person", BUDI)
    assert shop.data("saved", "survei") == []


def test_who_has_a_name_of_an_unknown_scheme_from_another_version_is_shown_written_to_and_forgotten(shop: Shop) -> None:
    person = keep(shop)
    with shop.database.writing() as connection:
        foreign = {"scheme": "signal", "scope": "", "value": "+62 812", "person": person, "first_seen": NOON, "last_seen": NOON + 5}
        connection.execute(aliases.insert(), foreign)
    assert "signal +62 812, last seen 2025-11-25 11:00:05" in shop.printed("person", BUDI)
    assert json.loads("\n".join(shop.printed("person", "+62 812", "--export")))["person"] == person
    with shop.database.writing() as connection:
        connection.execute(aliases.delete().where(aliases.c.scheme != "signal"))
        assert people.chats_of(connection, [person]) == {}
        assert people.names_of(connection, [person]) == {person: person}
    assert shop.printed("forget", person, "--yes") == [f"{person} is forgotten"]


def test_an_opt_out_outlives_who_was_forgotten(shop: Shop) -> None:
    with shop.database.writing() as connection:
        optouts.opt_out(connection, BUDI, NOON)
    shop.printed("forget", BUDI, "--yes")
    assert shop.data("people", "--opted-out") == []
    with shop.database.writing() as connection:
        assert optouts.has_opted_out(connection, people.get(connection, BUDI, NOON))


def test_the_app_forgets_first_and_its_failure_leaves_everything(tmp_path: Path) -> None:
    bot = Chatbot()
    told: list[tuple[str, str]] = []

    @bot.on_forget
    def delete_orders(person: str, number: str) -> None:
        told.append((person, number))
        if len(told) == 1:
            raise RuntimeError("locked")

    shop = open_shop(tmp_path, None, bot)
    person = keep(shop)
    assert shop.refused("forget", BUDI, "--yes") == ("Error: a function of the app failed, and nothing was deleted: RuntimeError: locked\n")
    assert len(shop.printed("person", BUDI)) == 5
    shop.printed("forget", BUDI, "--yes")
    assert told == [(person, BUDI)] * 2
