"""Backups made by the databases' own tools while messages come and go, and what is sent once they are restored."""

import os
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
import yaml
from sqlalchemy import make_url, select

from flask_chatbot.database.database import Database
from flask_chatbot.database.tables import messages
from tests.deploying.processes import DEPLOY, PATIENCE, tool, wait_until
from tests.faults.crowd import accept, bury, crowd, is_done
from tests.faults.journal import read_journal
from tests.forked import flask
from tests.postgres import execute

CHATS = [f"62811{number}@c.us" for number in range(5)]
APP = """\
from flask import Flask
from flask_chatbot import Chatbot
app = Flask("toko", root_path={folder!r}, instance_path={folder!r})
app.config.update(CHATBOT_DATABASE_URL={url!r}, CHATBOT_WEBHOOK_KEY="the-key-of-this-test")
Chatbot(app)
"""


@dataclass
class Traffic:
    """Messages that are accepted one after the other, in a thread, until `end`."""

    database: Database
    accepted: list[tuple[str, str]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: count(0, len(CHATS)))
    _ending: threading.Event = field(default_factory=threading.Event)

    def take(self) -> None:
        """Accept one message in each chat."""
        self.accepted += accept(self.database, CHATS, len(CHATS), next(self._numbers))

    def _run(self) -> None:
        while not self._ending.wait(0.05):
            self.take()

    @contextmanager
    def flowing(self) -> Iterator[None]:
        thread = threading.Thread(target=self._run)
        thread.start()
        try:
            yield
        finally:
            self._ending.set()
            thread.join()


@contextmanager
def opened(url: str, folder: Path) -> Iterator[Database]:
    database = Database(url, folder)
    yield database
    database.close()


def states(database: Database) -> dict[str, str]:
    """The state of each message, by its id."""
    with database.reading() as connection:
        return {row.id: row.state for row in connection.execute(select(messages.c.id, messages.c.state))}


def sent(journal: Path) -> list[str]:
    """The ids that WhatsApp has seen, in their order."""
    return [name for _, name in read_journal(journal)]


def lose_after_a_backup(url: str, folder: Path, back_up: Callable[[], None]) -> list[tuple[str, str]]:
    """Send under a stream of messages, make the backup in the middle, and kill the worker; what was accepted in all."""
    with opened(url, folder) as database, crowd(url, folder / "before", 1) as workers:
        traffic = Traffic(database)
        with traffic.flowing():
            wait_until("messages go out", lambda: len(sent(folder / "before")) > 10)
            back_up()
            soon = len(sent(folder / "before")) + 20
            wait_until("more go out", lambda: len(sent(folder / "before")) > soon)
        workers.processes[0].kill()
        bury(workers.processes.pop())
        return traffic.accepted


def go_on(url: str, folder: Path) -> tuple[dict[str, str], list[str]]:
    """The states that a restored database begins with, and the ids that a worker sends from it, with one that comes new."""
    with opened(url, folder) as database:
        database.upgrade()
        before = states(database)
        accept(database, CHATS[:1], 1, first=999_999)
        with crowd(url, folder / "after", 1) as workers:
            wait_until("all went out", lambda: is_done(database))
            assert workers.end() == [0]
        assert set(states(database).values()) == {"sent"}
    return before, sent(folder / "after")


def check(accepted: list[tuple[str, str]], folder: Path, before: dict[str, str], again: list[str]) -> None:
    """All that the backup has went out before or after it was restored: twice only what waited in it, and in the order of its chat."""
    waited = {name for name, state in before.items() if state != "sent"}
    assert len(CHATS) < len(before) < len(accepted)
    assert set(before) <= {name for _, name in accepted}
    assert set(before) <= {*sent(folder / "before"), *again}
    assert sorted(again) == sorted([*waited, f"3EB0{999_999:016X}"])
    chats = {name: chat for chat, name in accepted}
    for chat in CHATS:
        own = [name for name in again if chats.get(name) == chat]
        assert own == sorted(own)


@pytest.fixture
def spare(server: str) -> Iterator[str]:
    """The URL of an empty database beside that of the tests, for the same schema."""
    url = make_url(server)
    name = f"{url.database}_restored_{os.getpid()}"
    execute(server, f'CREATE DATABASE "{name}"')
    yield url.set(database=name).render_as_string(hide_password=False)
    execute(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def for_tools(url: str) -> str:
    """The URL as PostgreSQL's own tools read it."""
    return make_url(url).set(drivername="postgresql", query={}).render_as_string(hide_password=False)


@pytest.mark.process
def test_what_pg_dump_copies_under_traffic_is_whole_once_it_is_restored(postgresql: str, spare: str, tmp_path: Path) -> None:
    pg_dump, pg_restore = tool("pg_dump"), tool("pg_restore")
    schema = str(make_url(postgresql).query["options"]).removeprefix("-csearch_path=")
    dump = tmp_path / "toko.dump"

    def back_up() -> None:
        subprocess.run([pg_dump, "--format=custom", f"--schema={schema}", f"--file={dump}", for_tools(postgresql)], check=True)

    accepted = lose_after_a_backup(postgresql, tmp_path, back_up)
    subprocess.run([pg_restore, "--exit-on-error", f"--dbname={for_tools(spare)}", str(dump)], check=True)
    before, again = go_on(spare, tmp_path)
    check(accepted, tmp_path, before, again)


@pytest.mark.process
def test_what_litestream_copied_before_a_disk_was_lost_is_whole_once_it_is_restored(tmp_path: Path) -> None:
    litestream, file = tool("litestream"), tmp_path / "chatbot.sqlite"
    url, config = f"sqlite:///{file}", litestream_config(file, tmp_path)
    with opened(url, tmp_path) as database:
        database.upgrade()

    def back_up() -> None:
        soon = copies(tmp_path) + 2
        wait_until("what was sent is copied", lambda: copies(tmp_path) >= soon)

    command = [litestream, "replicate", "-config", str(config)]
    with (tmp_path / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as copying:
        accepted = lose_after_a_backup(url, tmp_path, back_up)
        copying.kill()
    shutil.rmtree(tmp_path / ".chatbot.sqlite-litestream")
    for lost in tmp_path.glob("chatbot.sqlite*"):
        lost.unlink()
    copy = tmp_path / "copy.sqlite"
    subprocess.run([litestream, "restore", "-config", str(config), "-o", str(copy), str(file)], check=True, capture_output=True)
    assert restored(copy, file) == f"{file} is restored from {copy}\n"
    before, again = go_on(url, tmp_path)
    check(accepted, tmp_path, before, again)


@pytest.mark.process
def test_what_sqlite_copies_by_itself_under_traffic_is_whole_once_it_is_restored(tmp_path: Path) -> None:
    file, copy = tmp_path / "chatbot.sqlite", tmp_path / "copy.sqlite"
    url = f"sqlite:///{file}"

    def back_up() -> None:
        with closing(sqlite3.connect(file, timeout=PATIENCE)) as connection:
            connection.execute("VACUUM INTO ?", [str(copy)])

    accepted = lose_after_a_backup(url, tmp_path, back_up)
    said = restored(copy, file)
    assert said.startswith(f"{file} is restored from {copy}; the previous one is ")
    before, again = go_on(url, tmp_path)
    check(accepted, tmp_path, before, again)


def restored(copy: Path, file: Path) -> str:
    """What the command says that puts a copy in the place of a bot's database."""
    folder = file.parent
    (folder / "app.py").write_text(APP.format(folder=str(folder), url=f"sqlite:///{file}"), "utf-8")
    shutil.copy(DEPLOY / "rules.yaml", folder)
    outcome = flask("chatbot", "db", "restore", str(copy), folder=folder)
    return outcome.stdout + outcome.stderr


def copies(folder: Path) -> int:
    """How often Litestream has copied what was new."""
    return len(list((folder / "copies").rglob("*.ltx")))


def litestream_config(file: Path, folder: Path) -> Path:
    """The file of the example, for a copy in a folder in place of S3."""
    config = yaml.safe_load((DEPLOY / "litestream.yml").read_text("utf-8"))
    (database,) = config["dbs"]
    database["path"] = str(file)
    database["replica"] = {**database["replica"], "url": f"file://{folder}/copies"}
    (folder / "litestream.yml").write_text(yaml.safe_dump(config), "utf-8")
    return folder / "litestream.yml"
