"""``db backup`` and ``db restore``: whole copies while the bot serves, put back where nobody has the database open."""

import os
import re
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from flask_chatbot.database.database import Database
from flask_chatbot.database.tables import metadata
from tests.cli.shops import Shop, open_shop


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A shop with a message in a SQLite file, which is open."""
    opened = open_shop(tmp_path, None)
    opened.queue("3EB0A")
    yield opened
    opened.database.close()


def path_of(shop: Shop) -> Path:
    path = shop.database.path
    assert path is not None
    return path


def kept(path: Path) -> list[str]:
    """The messages in a file, and that it is whole."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return [name for (name,) in connection.execute("SELECT id FROM chatbot_messages ORDER BY seq")]


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


@contextmanager
def another_process(path: Path) -> Iterator[None]:
    """A process that has the database open and does nothing with it."""
    program = f"""
import sys
from pathlib import Path
from flask_chatbot.database.database import Database
database = Database("sqlite:///{path}", Path("/"))
with database.reading():
    pass
print("open", flush=True)
sys.stdin.read()
"""
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield
        process.communicate("")


def test_a_backup_is_whole_while_the_database_is_written_and_only_its_owner_reads_it(shop: Shop, tmp_path: Path) -> None:
    target = tmp_path / "backup.sqlite"
    with shop.database.writing():
        assert shop.printed("db", "backup", str(target)) == [f"{path_of(shop)} is copied to {target}"]
    assert kept(target) == ["3EB0A"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert names(tmp_path) == ["backup.sqlite", "instance", "rules.yaml"]


def test_a_backup_replaces_no_file_unless_it_is_forced(shop: Shop, tmp_path: Path) -> None:
    target = tmp_path / "backup.sqlite"
    target.write_text("precious")
    told = shop.refused("db", "backup", str(target))
    assert told == f"Error: {target} already exists. Name another file, or replace it with --force.\n"
    assert target.read_text() == "precious"
    shop.printed("db", "backup", str(target), "--force")
    assert kept(target) == ["3EB0A"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_the_database_is_no_backup_of_itself(shop: Shop) -> None:
    path = path_of(shop)
    told = f"Error: {path} is the database itself. Name another file.\n"
    assert shop.refused("db", "backup", str(path), "--force") == told
    assert shop.refused("db", "restore", str(path)) == f"Error: {path} is the database itself. Name a backup of it.\n"


@pytest.mark.parametrize("ending", ["-wal", "-shm", "-journal"])
def test_a_backup_does_not_get_the_name_of_what_belongs_to_the_database(shop: Shop, ending: str) -> None:
    path = path_of(shop)
    target = path.with_name(path.name + ending)
    told = shop.refused("db", "backup", str(target), "--force")
    assert told == f"Error: {target} is where SQLite keeps what belongs to the database. Name another file.\n"
    assert kept(path) == ["3EB0A"]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such files")
def test_a_backup_takes_the_place_of_files_only(shop: Shop, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    told = shop.refused("db", "backup", str(tmp_path / "pipe"), "--force")
    assert told == f"Error: {tmp_path}/pipe is not a regular file: a pipe or a device cannot be read as a database. Name another file.\n"
    assert (tmp_path / "pipe").is_fifo()


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_where_the_database_is_a_link_the_backup_is_put_where_it_leads(shop: Shop, tmp_path: Path) -> None:
    backup, path = tmp_path / "backup.sqlite", path_of(shop)
    shop.printed("db", "backup", str(backup))
    shop.queue("3EB0B")
    volume = tmp_path / "volume"
    volume.mkdir()
    for each in path.parent.iterdir():
        (volume / each.name).write_bytes(each.read_bytes())  # as a process leaves them that was killed
    link = tmp_path / "link.sqlite"
    link.symlink_to(volume / path.name)
    other = open_shop(tmp_path, f"sqlite:///{link}")
    (line,) = other.printed("db", "restore", str(backup))
    aside = Path(line.rpartition(" ")[2])
    assert (link.is_symlink(), kept(link)) == (True, ["3EB0A"])
    assert (aside.parent, kept(aside)) == (volume, ["3EB0A", "3EB0B"])


def test_a_backup_is_not_put_beside_what_would_destroy_it(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "backup.sqlite-wal").write_bytes(b"old")
    told = shop.refused("db", "backup", str(tmp_path / "backup.sqlite"))
    assert told == (
        f"Error: {tmp_path}/backup.sqlite-wal would destroy a backup of that name. Delete it if no program uses it, or name another file.\n"
    )


def test_where_nothing_was_kept_there_is_nothing_to_back_up(tmp_path: Path) -> None:
    shop = open_shop(tmp_path, None)
    told = shop.refused("db", "backup", str(tmp_path / "backup.sqlite"))
    assert told == (f"Error: There is no database {path_of(shop)}, so nothing to back up: it is created when something is first stored.\n")
    assert names(tmp_path) == ["rules.yaml"]


@pytest.mark.parametrize("target", [".", "none/backup.sqlite"])
def test_a_backup_that_cannot_be_written_is_told(shop: Shop, tmp_path: Path, target: str) -> None:
    told = shop.refused("db", "backup", str(tmp_path / target))
    assert re.fullmatch(r"Error: \S+ (is a folder\. Name another file|cannot be written: No such file or directory\. .*)\.\n", told)


def test_a_damaged_database_makes_no_backup(shop: Shop, tmp_path: Path) -> None:
    shop.database.close()
    with path_of(shop).open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 20_000)
    told = shop.refused("db", "backup", str(tmp_path / "backup.sqlite"))
    assert "is damaged" in told
    assert "flask chatbot db restore FILE" in told
    assert names(tmp_path) == ["instance", "rules.yaml"]


def test_a_restored_backup_is_the_database_and_the_one_before_is_kept_aside(shop: Shop, tmp_path: Path) -> None:
    backup, path = tmp_path / "backup.sqlite", path_of(shop)
    shop.printed("db", "backup", str(backup))
    shop.queue("3EB0B")
    shop.database.close()
    (line,) = shop.printed("db", "restore", str(backup))
    aside = Path(line.rpartition("; the previous one is ")[2])
    assert line == f"{path} is restored from {backup}; the previous one is {aside}"
    assert re.fullmatch(r"chatbot\.sqlite\.before-\d{8}-\d{6}", aside.name)
    assert (kept(path), kept(aside), kept(backup)) == (["3EB0A"], ["3EB0A", "3EB0B"], ["3EB0A"])
    assert names(path.parent) == sorted([path.name, aside.name])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    shop.queue("3EB0C")
    assert shop.states(["3EB0A", "3EB0C"]) == ["queued", "queued"]


def test_what_a_killed_server_wrote_last_goes_aside_and_does_not_destroy_the_backup(shop: Shop, tmp_path: Path) -> None:
    backup, path = tmp_path / "backup.sqlite", path_of(shop)
    shop.printed("db", "backup", str(backup))
    shop.queue("3EB0B")
    killed = tmp_path / "killed"
    killed.mkdir()
    for each in path.parent.iterdir():
        (killed / each.name).write_bytes(each.read_bytes())  # as a process leaves them that was killed
    other = open_shop(tmp_path, f"sqlite:///{killed}/chatbot.sqlite")
    assert names(killed) == ["chatbot.sqlite", "chatbot.sqlite-shm", "chatbot.sqlite-wal"]
    (line,) = other.printed("db", "restore", str(backup))
    aside = Path(line.rpartition(" ")[2])
    assert (kept(killed / "chatbot.sqlite"), kept(aside)) == (["3EB0A"], ["3EB0A", "3EB0B"])


def test_a_backup_is_put_where_the_database_was_deleted(shop: Shop, tmp_path: Path) -> None:
    backup, path = tmp_path / "backup.sqlite", path_of(shop)
    shop.printed("db", "backup", str(backup))
    shop.database.close()
    path.unlink()
    assert shop.printed("db", "restore", str(backup)) == [f"{path} is restored from {backup}"]
    assert kept(path) == ["3EB0A"]


@pytest.mark.process
@pytest.mark.parametrize("is_deleted", [False, True], ids=["there", "deleted"])
def test_nothing_is_restored_while_a_process_has_the_database_open(shop: Shop, tmp_path: Path, is_deleted: bool) -> None:
    backup, path = tmp_path / "backup.sqlite", path_of(shop)
    shop.printed("db", "backup", str(backup))
    shop.database.close()
    with another_process(path):
        if is_deleted:
            path.unlink()
        before = names(path.parent)
        told = shop.refused("db", "restore", str(backup))
        assert told == f"Error: A process has the database {path} open. Stop the server and its workers, then restore it.\n"
        assert names(path.parent) == before
    shop.printed("db", "restore", str(backup))
    assert kept(path) == ["3EB0A"]


def test_a_backup_of_an_earlier_version_is_brought_up_to_date(shop: Shop, tmp_path: Path) -> None:
    backup = tmp_path / "backup.sqlite"
    with closing(Database(f"sqlite:///{backup}", tmp_path)) as database, database.writing() as connection:
        metadata.drop_all(connection)
        connection.exec_driver_sql("DROP TABLE chatbot_alembic_version")
        connection.exec_driver_sql("DROP TABLE chatbot_tables")
        connection.exec_driver_sql(
            "CREATE TABLE chatbot_people (sender VARCHAR(64) NOT NULL PRIMARY KEY, state TEXT NOT NULL, version INTEGER NOT NULL,"
            " expires_at FLOAT NOT NULL)"
        )
        connection.exec_driver_sql("INSERT INTO chatbot_people VALUES ('a', '{}', 7, 9e9)")
    shop.database.close()
    shop.printed("db", "restore", str(backup))
    assert shop.states(["3EB0A"]) == [None]
    with closing(sqlite3.connect(path_of(shop))) as connection:
        assert connection.execute("SELECT sender, version FROM chatbot_hashed_states").fetchall() == [("a", 7)]


def bad(backup: Path, kind: str) -> str:
    """Spoil a backup; what is said of it."""
    if kind == "missing":
        backup.unlink()
        return f"There is no file {backup}. Name a backup that `flask chatbot db backup` made."
    if kind == "text":
        backup.write_text("Daftar harga\n" * 100)
        return f"{backup} is damaged, or not a SQLite database. Name another backup.\n"
    if kind == "cut off":
        backup.write_bytes(backup.read_bytes()[:20_000])
    elif kind == "damaged":
        with backup.open("r+b") as file:
            file.seek(8192)
            file.write(b"\xff" * 30_000)
        return f"{backup} is damaged. Name another backup.\n"
    elif kind == "newer":
        with closing(sqlite3.connect(backup)) as connection, connection:
            connection.execute("UPDATE chatbot_tables SET revision = '9999', oldest = '9999'")
        return f"{backup} was made by a newer version, which must be installed first. Name another backup."
    else:
        backup.unlink()
        with closing(sqlite3.connect(backup)) as connection:
            connection.execute("CREATE TABLE prices (name TEXT)")
        return f"{backup} holds no tables of a bot. Name another backup."
    return f"{backup} is damaged, or not a SQLite database. Name another backup.\n"


@pytest.mark.parametrize("kind", ["missing", "text", "cut off", "damaged", "newer", "another program's"])
def test_what_is_no_good_backup_changes_nothing(shop: Shop, tmp_path: Path, kind: str) -> None:
    backup, path = tmp_path / "backup.sqlite", path_of(shop)
    shop.printed("db", "backup", str(backup))
    shop.database.close()
    told = bad(backup, kind)
    before = path.read_bytes()
    assert told in shop.refused("db", "restore", str(backup))
    assert (path.read_bytes(), names(path.parent)) == (before, [path.name])


def test_a_server_has_means_of_its_own(postgresql: str, tmp_path: Path) -> None:
    shop = open_shop(tmp_path, postgresql)
    for command, tool in (("backup", "pg_dump"), ("restore", "pg_restore")):
        told = shop.refused("db", command, str(tmp_path / "backup"))
        assert f"is on a PostgreSQL server, which has tools of its own. Use {tool}: {tool} --" in told
