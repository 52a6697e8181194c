"""A SQLite file that is deleted, moved or replaced while it is open: nothing is written into what nobody will find."""

import logging
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from flask_chatbot.core.conversation.memory import State
from flask_chatbot.database.database import Database
from flask_chatbot.errors import StoreError
from flask_chatbot.store import optouts
from flask_chatbot.store.memory import StoreMemory

NAME = "shop.sqlite"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / NAME


@pytest.fixture
def opened(sqlite: str, tmp_path: Path) -> Iterator[Database]:
    """A database that is open, with someone who opted out."""
    with closing(Database(sqlite, tmp_path, wait=1.0)) as database:
        opt_out(database, "628111")
        yield database


def opt_out(database: Database, number: str) -> None:
    with database.writing() as connection:
        optouts.opt_out(connection, number, 0.0)


def out(database: Database) -> list[str]:
    """Who opted out."""
    with database.reading() as connection:
        return sorted(name for name, _, _ in optouts.opted_out_people(connection))


def fault(database: Database) -> str:
    """What each use says, and the look from outside."""
    with pytest.raises(StoreError) as told:
        opt_out(database, "628999")
    with pytest.raises(StoreError) as again:
        StoreMemory(database).recall("628111", 0.0)
    assert [str(told.value), database.fault()] == [str(again.value)] * 2
    return str(told.value)


def backup(path: Path, number: str = "628222") -> Path:
    """Another database, in one file, where someone else opted out."""
    other = path.with_name("backup.sqlite")
    with closing(Database(f"sqlite:///{other}", path.parent)) as database:
        opt_out(database, number)
    return other


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [f"{each.levelname} {each.getMessage()}" for each in caplog.records if each.name == "flask_chatbot.database.database"]


def gone(path: Path) -> str:
    return (
        f"The database {path} is gone: it was deleted or moved. Put it back, or stop the server and run: flask chatbot db restore FILE. "
        f"To start over, which forgets everyone who opted out, stop the server and delete {NAME}-wal and {NAME}-shm."
    )


def test_a_file_that_was_deleted_is_told_and_never_made_anew(opened: Database, path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.unlink()
    assert fault(opened) == gone(path)
    opened.close()
    assert fault(opened) == gone(path)
    assert not path.exists()
    assert lines(caplog) == [f"ERROR {gone(path)}"]


def test_another_process_does_not_make_it_anew_either(opened: Database, sqlite: str, path: Path) -> None:
    path.unlink()
    with closing(Database(sqlite, path.parent)) as other:
        assert fault(other) == gone(path)
    assert not path.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_where_the_place_is_a_link_the_file_it_leads_to_is_not_made_anew_either(sqlite: str, path: Path) -> None:
    (path.parent / "volume").mkdir()
    real = path.parent / "volume" / "real.sqlite"
    real.touch()
    path.symlink_to(real)
    with closing(Database(sqlite, path.parent)) as opened, closing(Database(sqlite, path.parent)) as other:
        opt_out(opened, "628111")
        real.unlink()
        assert "is gone" in fault(opened)
        assert "is gone" in fault(other)


@pytest.mark.parametrize("everything", [False, True], ids=["alone", "with what lies beside it"])
def test_a_file_that_was_moved_away_and_back_is_used_again(
    opened: Database, path: Path, caplog: pytest.LogCaptureFixture, everything: bool
) -> None:
    names = [path.name, *([f"{NAME}-wal", f"{NAME}-shm"] if everything else [])]
    (path.parent / "away").mkdir()
    for name in names:
        path.with_name(name).rename(path.parent / "away" / name)
    assert fault(opened) == gone(path)
    for name in names:
        (path.parent / "away" / name).rename(path.with_name(name))
    opt_out(opened, "628333")
    assert out(opened) == ["628111", "628333"]
    assert opened.fault() is None
    assert lines(caplog) == [f"ERROR {gone(path)}", f"WARNING the database {path} is there again"]


def test_a_file_that_was_replaced_by_a_backup_is_used_and_the_backup_is_whole(
    opened: Database, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    backup(path).replace(path)
    assert path.with_name(f"{NAME}-wal").stat().st_size > 0  # of the file before: read with the new one, it would destroy it
    opt_out(opened, "628333")
    assert out(opened) == ["628222", "628333"]
    opened.close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("SELECT value FROM chatbot_aliases ORDER BY value").fetchall() == [("628222",), ("628333",)]
    assert sorted(each.name for each in path.parent.iterdir()) == [NAME]
    assert lines(caplog) == [f"WARNING the database {path} was replaced by another file, which is used from now on"]


def test_a_file_that_was_moved_aside_gets_what_was_last_written_to_it(opened: Database, path: Path) -> None:
    path.rename(path.with_name("old.sqlite"))
    backup(path).rename(path)
    assert out(opened) == ["628222"]
    with closing(sqlite3.connect(path.with_name("old.sqlite"))) as connection:
        assert connection.execute("SELECT value FROM chatbot_aliases").fetchall() == [("628111",)]


def test_of_two_that_have_it_open_both_take_the_new_file(opened: Database, sqlite: str, path: Path) -> None:
    with closing(Database(sqlite, path.parent)) as other:
        assert out(other) == ["628111"]
        backup(path).replace(path)
        opt_out(opened, "628333")
        opt_out(other, "628444")
        opt_out(opened, "628555")
        assert out(opened) == out(other) == ["628222", "628333", "628444", "628555"]


def test_what_lies_beside_the_new_file_and_came_with_it_is_kept(opened: Database, path: Path) -> None:
    other = path.with_name("backup.sqlite")
    with closing(Database(f"sqlite:///{other}", path.parent)) as database:
        opt_out(database, "628222")
        for ending in ("", "-wal", "-shm"):
            path.with_name(f"{other.name}{ending}").replace(path.with_name(f"{NAME}{ending}"))
        assert out(opened) == ["628222"]


FOREIGN = {
    "empty": (b"", "a file without the tables of a bot"),
    "text": (b"Daftar harga\n" * 100, "a file that is damaged, or not a database"),
    "another program's": (None, "a file without the tables of a bot"),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_file_that_is_not_ours_is_told_and_left_alone(opened: Database, path: Path, caplog: pytest.LogCaptureFixture, kind: str) -> None:
    content, what = FOREIGN[kind]
    new = path.with_name("new")
    if content is None:
        with closing(sqlite3.connect(new)) as connection:
            connection.execute("CREATE TABLE prices (name TEXT)")
    else:
        new.write_bytes(content)
    before = new.read_bytes()
    new.replace(path)
    told = f"The database {path} was replaced by {what}. Stop the server and run: flask chatbot db restore FILE"
    assert fault(opened) == told
    assert path.read_bytes() == before
    assert lines(caplog) == [f"ERROR {told}"]
    backup(path).replace(path)
    assert out(opened) == ["628222"]


@pytest.mark.parametrize(("revision", "what"), [("0001", "an earlier"), ("9999", "a newer")])
def test_a_file_of_another_version_is_told_and_left_alone(opened: Database, path: Path, revision: str, what: str) -> None:
    other = backup(path)
    with closing(sqlite3.connect(other)) as connection, connection:
        connection.execute("UPDATE chatbot_tables SET revision = ?, oldest = ?", [revision, revision])
    other.replace(path)
    assert fault(opened).startswith(f"The database {path} was replaced by one with tables of {what} version. Stop the server")


def test_what_a_missing_file_left_beside_it_is_found_at_the_first_look_and_by_the_first_write(
    sqlite: str, tmp_path: Path, path: Path
) -> None:
    left = path.with_name(f"{NAME}-wal")
    with closing(Database(sqlite, tmp_path)) as early:
        assert not early.is_there()
        left.touch()
        with closing(Database(sqlite, tmp_path)) as late:
            assert late.is_there()
        with pytest.raises(StoreError, match=f"The database {path} is gone"):
            opt_out(early, "628111")
        left.unlink()
        opt_out(early, "628111")
        assert early.is_there()


def test_what_another_process_has_just_made_is_there(sqlite: str, tmp_path: Path) -> None:
    with closing(Database(sqlite, tmp_path)) as one, closing(Database(sqlite, tmp_path)) as other:
        assert not one.is_there()
        opt_out(other, "628111")
        assert one.is_there()


def test_a_file_that_cannot_be_looked_at_counts_as_there(tmp_path: Path) -> None:
    with closing(Database(f"sqlite:///{tmp_path / ('x' * 300)}", tmp_path)) as database:  # opening it says what is wrong
        assert database.is_there()


def test_a_file_that_is_only_half_there_is_not_used_yet(opened: Database, path: Path) -> None:
    whole = backup(path).read_bytes()
    path.unlink()
    path.write_bytes(whole[: len(whole) // 2])
    assert fault(opened).startswith(f"The database {path} was replaced by a file that is damaged")
    with path.open("ab") as file:
        file.write(whole[len(whole) // 2 :])
    assert out(opened) == ["628222"]


@pytest.mark.parametrize("replaced", [False, True], ids=["deleted", "replaced"])
def test_a_write_during_which_the_file_goes_is_not_told_as_done(opened: Database, path: Path, replaced: bool) -> None:
    def write() -> None:
        with opened.writing() as connection:
            optouts.opt_out(connection, "628333", 0.0)
            backup(path).replace(path) if replaced else path.unlink()

    with pytest.raises(StoreError, match="was deleted, moved or replaced just now"):
        write()


def test_a_file_deleted_before_anything_was_kept_is_made_as_ever(sqlite: str, path: Path) -> None:
    path.touch()
    path.unlink()
    with closing(Database(sqlite, path.parent)) as database:
        assert (database.fault(), StoreMemory(database).recall("628111", 0.0)) == (None, State())
        opt_out(database, "628111")
        assert out(database) == ["628111"]


def test_a_file_written_to_by_others_and_vacuumed_is_the_same(opened: Database, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("VACUUM")
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    os.utime(path)
    path.chmod(0o640)
    assert (out(opened), opened.fault()) == (["628111"], None)


def test_a_file_that_is_written_over_is_told_until_another_is_there(opened: Database, path: Path, caplog: pytest.LogCaptureFixture) -> None:
    other = backup(path)
    opened.close()
    with path.open("r+b") as file:  # written over, as `cp` does
        file.write(b"Daftar harga\n" * 400)
    told = fault(opened)
    assert told.startswith(f"The database {path} is a file of another kind.")
    assert (opened.fault(), [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]) == (told, [told])
    other.rename(path)
    assert (out(opened), opened.fault()) == (["628222"], None)


def test_the_log_tells_a_fault_once_however_often_the_file_is_used(opened: Database, path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    path.unlink()
    for _ in range(3):
        fault(opened)
    assert len(lines(caplog)) == 1
