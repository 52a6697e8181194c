"""`flask chatbot console-log`."""

from pathlib import Path

import pytest

from flask_chatbot.store.console import audit
from flask_chatbot.store.console.audit import Act
from tests.cli.shops import Shop, open_shop

NOON = 1_764_043_200.0  # 2025-11-25 11:00:00 in Jakarta


def did(shop: Shop, *acts: tuple[str, str, str]) -> None:
    with shop.database.writing() as connection:
        for minutes, (name, action, about) in enumerate(acts):
            audit.add(connection, Act(at=NOON + 60.0 * minutes, name=name, address="10.0.0.7", action=action, about=about))


def test_it_lists_who_did_what_the_newest_first(shop: Shop) -> None:
    did(shop, ("", "failed login", ""), ("ani", "taken over", "01J0"))
    assert shop.printed("console-log") == [
        "WHEN                 WHO  ACTION        ABOUT  FROM",
        "2025-11-25 11:01:00  ani  taken over    01J0   10.0.0.7",
        "2025-11-25 11:00:00  -    failed login         10.0.0.7",
    ]


@pytest.mark.parametrize("chosen", [("--name", "ani"), ("--action", "taken over"), ("--limit", "1")])
def test_some_of_it_is_asked_for_and_read_by_programs(shop: Shop, chosen: tuple[str, str]) -> None:
    did(shop, ("budi", "login", ""), ("ani", "taken over", "01J0"))
    only = {"at": "2025-11-25T11:01:00+07:00", "name": "ani", "action": "taken over", "about": "01J0", "address": "10.0.0.7"}
    assert shop.data("console-log", *chosen) == [only]
    assert shop.printed("console-log", "--since", "1 hour") == ["nobody did such a thing in the console"]


def test_without_a_database_nobody_did_anything_and_none_is_made(tmp_path: Path) -> None:
    shop = open_shop(tmp_path, None)
    assert shop.printed("console-log") == ["nobody did such a thing in the console"]
    assert list(tmp_path.rglob("*.sqlite")) == []
