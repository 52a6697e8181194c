"""A bot at GOWA that is killed again and again while customers write: nothing is lost, and chats stay in order."""

import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from flask_chatbot.core.values.chats import person_chat
from flask_chatbot.testing.transports.whole_apps import killable, wait_for
from tests.transports.selfhosted.gowas import GowaWorld

IN_HAND = 8  # messages that a worker sends at once: those whose answers a kill loses may come twice


class Hurried(GowaWorld):
    """A GOWA that may be sent to as fast as it takes it."""

    def environ(self) -> Mapping[str, str]:
        return {**super().environ(), "CHATBOT_PACE": "1000/second"}


def survive(folder: Path, messages: int, kills: int, people: int) -> int:
    """Let the bot answer, and kill it so many times meanwhile; returns how many answers came twice."""
    world, chats = Hurried(), [f"62812345{number:04}" for number in range(people)]
    with killable(world, folder) as kill:
        for number in range(messages):
            world.writes(f"gema#{number}", sender=chats[number % people])
        for round_ in range(kills):
            wait_for(partial(has_arrived, world, messages * (round_ + 1) // (kills + 2)))
            kill()
        wait_for(partial(has_arrived, world, messages))
        wait_for(lambda: acks(folder) == {3: messages})
    seen: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for chat, text in world.arrived():
        seen[chat][text] = None
    wanted = {person_chat(chat): [str(number) for number in range(place, messages, people)] for place, chat in enumerate(chats)}
    assert {chat: list(texts) for chat, texts in seen.items()} == wanted
    world.close()
    return len(world.arrived()) - messages


def has_arrived(world: GowaWorld, count: int) -> bool:
    return len(set(world.arrived())) >= count


def acks(folder: Path) -> dict[int, int]:
    """How many messages have which ack."""
    with closing(sqlite3.connect(folder / "shop.sqlite", timeout=30.0)) as database:
        return dict(database.execute("SELECT ack, count(*) FROM chatbot_messages GROUP BY ack").fetchall())


@pytest.mark.process
def test_a_few_kills_lose_nothing(tmp_path: Path) -> None:
    assert survive(tmp_path, messages=120, kills=2, people=12) <= 2 * IN_HAND


@pytest.mark.long
def test_twenty_four_kills_over_two_thousand_messages_lose_nothing(tmp_path: Path) -> None:
    assert survive(tmp_path, messages=2000, kills=24, people=200) <= 24 * IN_HAND
