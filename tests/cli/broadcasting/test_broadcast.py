"""`broadcast`: it shows what would go to whom and asks, lists what was started, and stops it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from flask_chatbot.database.broadcast_tables import broadcasts, recipients
from flask_chatbot.transports.base import Capabilities
from flask_chatbot.transports.simulator import Simulator
from tests.cli.shops import RULES, Shop, open_shop

BUDI, SARI = "6281234567890", "6281234567891"


@pytest.fixture
def shop(url: str, tmp_path: Path) -> Iterator[Shop]:
    (tmp_path / "list.csv").write_text(f"nomor,nama\n{BUDI},Budi\n0812-3456-7891,Sari\n{BUDI},Budi\n", "utf-8")
    opened = open_shop(tmp_path, url)
    yield opened
    opened.database.close()


def rows(shop: Shop) -> int:
    """The number of broadcasts and of people on their lists."""
    with shop.database.reading() as connection:
        return sum(len(connection.execute(select(table)).all()) for table in (broadcasts, recipients))


def test_it_shows_the_messages_asks_and_starts_once(shop: Shop, tmp_path: Path) -> None:
    given = ("broadcast", "--text", "Halo {{ nama }}!\nBesok libur.", "--csv", str(tmp_path / "list.csv"))
    said = shop.run(*given, typed="y\n")
    assert said.stdout.splitlines() == [
        "to 2 of 2 people, by simulator, at once",
        "  1 on the list more than once, counted once",
        "",
        f"to {BUDI}:",
        "  Halo Budi!",
        "  Besok libur.",
        "",
        f"to {SARI}:",
        "  Halo Sari!",
        "  Besok libur.",
        "Start it? [y/N]: y",
        "broadcast 1 is started. See: flask chatbot broadcast list",
    ]
    (found,) = shop.data("broadcast", "list")
    assert (found["id"], found["people"], found["counts"]["waiting"], found["list"]) == (1, 2, 2, "list.csv")
    assert shop.printed("broadcast", "list")[1].split()[:4] == ["1", "under", "way", "simulator"]


def test_one_of_the_night_is_listed_with_the_morning_on_which_it_begins(tmp_path: Path) -> None:
    shop = open_shop(tmp_path, None, rules=RULES.replace(", quiet: never", ""))
    (tmp_path / "list.csv").write_text(f"nomor\n{BUDI}\n", "utf-8")
    given = ("broadcast", "--text", "Halo!", "--csv", str(tmp_path / "list.csv"), "--at", "2099-12-01 22:00", "--yes")
    assert "to 1 of 1 people, by simulator, 2099-12-02 07:00:00" in shop.printed(*given)
    assert "begins 2099-12-02 07:00:00" in shop.printed("broadcast", "list")[1]
    shop.database.close()


@pytest.mark.parametrize("more", [("--dry-run",), ()], ids=["dry run", "no"])
def test_a_dry_run_and_a_no_keep_nothing(shop: Shop, tmp_path: Path, more: tuple[str, ...]) -> None:
    said = shop.run("broadcast", "--rule", "halo", "--csv", str(tmp_path / "list.csv"), *more, typed="n\n")
    assert (said.exit_code, "  Apa kabar?" in said.stdout, rows(shop)) == (0 if more else 1, True, 0)


def test_it_begins_at_a_time_and_is_stopped(shop: Shop, tmp_path: Path) -> None:
    shop.printed("broadcast", "--text", "Halo!", "--csv", str(tmp_path / "list.csv"), "--at", "2099-12-01 09:00", "--yes")
    assert "begins 2099-12-01 09:00:00" in shop.printed("broadcast", "list")[1]
    assert shop.printed("broadcast", "stop", "1") == ["broadcast 1 is stopped: 2 withdrawn"]
    assert shop.printed("broadcast", "stop", "1") == ["broadcast 1 was over: 2 withdrawn"]
    assert "There is no broadcast 2." in shop.refused("broadcast", "stop", "2")


def test_what_nobody_can_get_is_refused_and_not_kept(shop: Shop, tmp_path: Path) -> None:
    limited = Simulator(capabilities=Capabilities(strangers_limited=True))
    (tmp_path / "other").mkdir()
    other = open_shop(tmp_path / "other", None, CHATBOT_TRANSPORT=limited, CHATBOT_LANGUAGE="id")
    said = other.refused("broadcast", "--text", "Halo!", "--csv", str(tmp_path / "list.csv"), "--yes")
    assert "Tidak ada orang di daftar ini yang bisa menerimanya. Orang ini belum pernah menulis lewat jalur ini" in said
    assert rows(other) == 0
    other.database.close()


@pytest.mark.parametrize(
    ("arguments", "said", "code"),
    [
        (("--csv", "list.csv"), "Say what to send: --text, --template or --rule.", 2),
        (("--text", "Halo!"), "Say to whom: --csv, --label or --days.", 2),
        (("--text", "Halo!", "--rule", "halo", "--days", "3"), "Say what to send", 2),
        (("--text", "Halo!", "--days", "3", "--value", "x"), "--value is for a --template", 2),
        (("--text", "Halo!", "--days", "3", "--line", "toko"), "There is no line 'toko'", 2),
        (("--text", "Halo!", "--days", "3"), "No customer wrote by this line within 3 days.", 1),
        (("--text", "{{ name }}", "--csv", "list.csv"), "line 1 of the text: ", 1),
    ],
)
def test_a_wrong_option_is_explained(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str, code: int
) -> None:
    monkeypatch.chdir(tmp_path)
    result = shop.run("broadcast", *arguments)
    assert (result.exit_code, said in result.stderr) == (code, True), result.stderr


def test_without_any_the_list_says_so(shop: Shop) -> None:
    assert shop.printed("broadcast", "list") == ["there is no broadcast"]
    assert shop.data("broadcast", "list") == []
