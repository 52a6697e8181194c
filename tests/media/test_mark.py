"""Hosts that see different folders of kept files, or bots that share one, are told so at start, with the way out."""

import logging
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from flask_chatbot import Chatbot
from flask_chatbot.database import secrets
from flask_chatbot.database.database import Database
from flask_chatbot.media.folder import PARTS, MediaFolder
from flask_chatbot.media.mark import NAME, find_fault, look_for_fault
from flask_chatbot.startup.worker import make_sweep, make_worker
from tests.delivery.apps import gateway_app, gateway_of, lines_of

RULES = "version: 1\nrules:\n  - {name: arsip, sends: document, save: arsip, reply: Disimpan.}\n"


def mark_of(database: Database) -> str | None:
    with database.reading() as connection:
        return secrets.find(connection, NAME)


def test_hosts_that_share_a_folder_are_told_nothing(database: Database, tmp_path: Path) -> None:
    assert [find_fault(database, MediaFolder(tmp_path / "media")) for _ in range(2)] == [None, None]


def test_a_host_with_a_folder_of_its_own_is_told_and_the_way_out_works(database: Database, tmp_path: Path) -> None:
    find_fault(database, MediaFolder(tmp_path / "one"))
    other = MediaFolder(tmp_path / "two")
    mark = mark_of(database)
    assert mark is not None
    assert find_fault(database, other) == (
        f"{other.path} is not the folder in which the files that customers sent are kept: those are lost, or on another host. Let all "
        "hosts share one folder, and name it in CHATBOT_MEDIA. If this is the right one from now on, write "
        f"{mark} into {other.mark_path}."
    )
    assert not other.path.exists()
    other.path.mkdir()
    other.mark_path.write_text(mark)
    assert find_fault(database, other) is None


def test_a_look_finds_the_same_faults_and_writes_nothing(database: Database, tmp_path: Path) -> None:
    one, two = MediaFolder(tmp_path / "one"), MediaFolder(tmp_path / "two")
    assert (look_for_fault(database, one), mark_of(database), one.path.exists()) == (None, None, False)
    find_fault(database, one)
    assert (look_for_fault(database, one), two.path.exists()) == (None, False)
    fault = look_for_fault(database, two)
    assert fault is not None
    assert fault == find_fault(database, two)
    two.set_mark("another")
    assert look_for_fault(database, two) == find_fault(database, two)


def test_a_look_where_nothing_was_ever_stored_makes_no_database(tmp_path: Path) -> None:
    database = Database(None, tmp_path / "instance")
    assert look_for_fault(database, MediaFolder(tmp_path / "media")) is None
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_another_bot_is_told_and_its_mark_stays(database: Database, tmp_path: Path) -> None:
    folder = MediaFolder(tmp_path / "media")
    folder.set_mark("another")
    fault = find_fault(database, folder)
    assert fault is not None
    assert fault.startswith(f"{folder.path} keeps the files of another bot's database.")
    assert fault.endswith(f"write {mark_of(database)} into {folder.mark_path}.")
    assert folder.mark() == "another"


def test_of_hosts_that_start_at_once_with_different_folders_all_but_one_are_told(database: Database, tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as hosts:
        faults = list(hosts.map(lambda host: find_fault(database, MediaFolder(tmp_path / str(host))), range(4)))
    assert sorted(fault is None for fault in faults) == [False, False, False, True]


def test_of_hosts_that_start_at_once_with_one_folder_none_is_told(database: Database, tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as hosts:
        assert [*hosts.map(lambda _: find_fault(database, MediaFolder(tmp_path / "media")), range(4))] == [None] * 4


@pytest.mark.parametrize(("rules", "told"), [(RULES, 1), ("version: 1\nrules:\n  - {keyword: a, reply: b}\n", 0)])
def test_a_worker_looks_at_its_start_if_rules_take_files(rules: str, told: int, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    app = gateway_app(tmp_path, Chatbot(), rules)
    gateway = gateway_of(app)
    find_fault(gateway.database, MediaFolder(tmp_path / "elsewhere"))
    make_worker(lines_of(app), app.app_context, leads=True)
    assert len([each for each in caplog.messages if "is not the folder in which" in each]) == told
    gateway.database.close()


@pytest.mark.parametrize(("mark", "stays"), [("another", True), (None, True), ("own", False)])
def test_no_file_of_another_bot_is_swept(mark: str | None, stays: bool, tmp_path: Path) -> None:
    gateway = gateway_of(gateway_app(tmp_path, Chatbot(), RULES))
    folder = MediaFolder(gateway.bot.settings.media)
    hashed = folder.keep(b"%PDF-1.7")
    os.utime(folder.path_of(hashed), (1000.0, 1000.0))
    find_fault(gateway.database, MediaFolder(tmp_path / "elsewhere"))
    if mark is not None:
        folder.set_mark(str(mark_of(gateway.database)) if mark == "own" else mark)
    sweep = make_sweep(gateway)
    for _ in PARTS:
        with gateway.database.writing() as connection:
            sweep(connection)
    assert (folder.read(hashed) is not None) is stays
    gateway.database.close()


def test_a_folder_that_cannot_be_read_does_not_keep_a_worker_from_starting(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = gateway_app(tmp_path, Chatbot(), RULES)
    (tmp_path / "instance").mkdir(exist_ok=True)
    (tmp_path / "instance/media").write_text("")
    gateway = gateway_of(app)
    make_worker(lines_of(app), app.app_context, leads=True)
    assert "the folder of kept files could not be compared with the database: The folder of kept files " in caplog.text
    gateway.database.close()
