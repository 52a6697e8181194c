"""`prune`."""

import math
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert, text

from flask_chatbot.database.console_tables import audit
from flask_chatbot.database.database import Database
from flask_chatbot.store.upkeep import pruning
from flask_chatbot.store.upkeep.sweeping import AT_MOST
from tests.cli.shops import Shop

NOON = 1_764_043_200.0  # 2025-11-25


def test_prune_deletes_what_is_old_and_leaves_what_waits(shop: Shop) -> None:
    for number in range(3):
        shop.lose(f"3EB0{number}", NOON)
    shop.lose_callback("msg_1", NOON)
    shop.put_off("3EB0W", NOON, 4_000_000_000.0)
    counts = ("1  callbacks", "3  messages sent or given up", "0  receipts' ids", "0  messages received")
    dry = shop.printed("prune", "--older", "90 days", "--dry-run")
    assert [line.strip() for line in dry[:4]] == [f"{count} would be deleted" for count in counts]
    assert shop.printed("prune", "--older", "90 days", "--dry-run") == dry
    assert [line.strip() for line in shop.printed("prune", "--older", "90 days")[:4]] == [f"{count} deleted" for count in counts]
    assert [each["id"] for each in shop.data("failed")] == ["3EB0W"]
    assert shop.run("prune", "--older", "90 days").stderr == ""  # progress is for terminals


def test_prune_works_in_batches_of_which_each_is_committed(shop: Shop) -> None:
    for number in range(3):
        shop.lose(f"3EB0{number}", NOON)
    steps = pruning.delete_old(shop.database.writing, NOON + 1)
    assert [next(steps), next(steps)] == [("callbacks", 0), ("messages sent or given up", 3)]
    assert shop.data("failed") == []


def test_prune_rests_between_batches_with_no_transaction_open(shop: Shop) -> None:
    looked = {"at": NOON, "name": "sari", "address": "", "action": "looked", "about": ""}
    with shop.database.writing() as connection:
        connection.execute(insert(audit), [looked] * (AT_MOST + 1))
    rests: list[float] = []

    def rest(seconds: float) -> None:
        with shop.database.writing():  # which a thread that writes already may not
            rests.append(seconds)

    counts = [each.number for each in pruning.delete_old(shop.database.writing, NOON + 1, rest) if "audit" in each.what]
    assert (counts, len(rests)) == ([AT_MOST, 1], 1)
    assert rests[0] > 0


def test_counting_takes_its_time_and_leaves_the_limit_of_other_statements(database: Database) -> None:
    def limit(connection: Connection) -> object:
        return connection.execute(text("SHOW statement_timeout")).scalar() if database.kind == "postgresql" else None

    with database.reading() as connection:
        before = limit(connection)
        assert {each.number for each in pruning.count_old(connection, NOON)} == {0}
        assert limit(connection) == before


def test_counting_does_not_give_up_a_server_that_counts_for_long(postgresql: str, tmp_path: Path) -> None:
    database = Database(postgresql, tmp_path)
    patience = []
    with database.reading() as connection:
        driver: Any = connection.connection.driver_connection

        @event.listens_for(connection.engine, "before_cursor_execute")
        def look(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            if "count(" in statement:
                patience.append(driver.patience)

        pruning.count_old(connection, NOON)
        after = driver.patience
    database.close()
    assert set(patience) == {math.inf}
    assert after < math.inf


def test_prune_leaves_what_is_younger(shop: Shop) -> None:
    shop.lose("3EB0A", NOON)
    with shop.database.reading() as connection:
        assert {each.number for each in pruning.count_old(connection, NOON)} == {0}


@pytest.mark.parametrize("written", ["7 days", "1 second"])
def test_prune_keeps_what_tells_repeats(shop: Shop, written: str) -> None:
    result = shop.run("prune", "--older", written)
    assert result.exit_code == 2
    assert "it is less than 8 days. Platforms bring a message again for a week, and the bot must know it then." in " ".join(
        result.stderr.split()
    )
