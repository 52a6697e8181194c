"""The files of whoever is forgotten: deleted at once, but for those that others have sent, too."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from flask_chatbot.core.values.contents import Attachment, File
from flask_chatbot.core.values.people import Alias
from flask_chatbot.database.tables import files
from flask_chatbot.media import references
from flask_chatbot.media.folder import MediaFolder
from flask_chatbot.media.keeping import Keeper
from flask_chatbot.store.merging import identify
from tests.cli.shops import Shop, open_shop

BUDI, SARI = "6281234567890", "6285550000001"


class Office:
    """A shop that keeps files of people."""

    def __init__(self, folder: Path, url: str) -> None:
        self.shop: Shop = open_shop(folder, url)
        self.folder = MediaFolder(folder / "instance/media")

    def keep(self, content: bytes, *numbers: str, age: float = 3600.0) -> str:
        """Keep a file, some seconds ago, that people with these numbers have sent."""
        hashed, now = self.folder.keep(content), self.shop.later - 60
        os.utime(self.folder.path_of(hashed), (now - age, now - age))
        with self.shop.database.writing() as connection:
            for number in numbers:
                references.note(connection, [hashed], identify(connection, [Alias("number", number)], now).person, now, None)
        return hashed

    def is_kept(self, hashed: str) -> bool:
        return self.folder.read(hashed) is not None


@pytest.fixture
def office(url: str, tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path, url)
    yield made
    made.shop.database.close()


def test_files_of_theirs_alone_are_deleted_and_those_of_others_stay(office: Office) -> None:
    own, shared, others = office.keep(b"own", BUDI), office.keep(b"shared", BUDI, SARI), office.keep(b"others", SARI)
    assert office.shop.printed("forget", BUDI, "--yes") == [f"{BUDI} is forgotten, and 1 file deleted"]
    assert [office.is_kept(each) for each in (own, shared, others)] == [False, True, True]
    assert office.shop.printed("forget", SARI, "--yes") == [f"{SARI} is forgotten, and 2 files deleted"]
    assert [office.is_kept(each) for each in (shared, others)] == [False, False]


def test_a_file_that_came_a_moment_ago_is_deleted_as_well(office: Office) -> None:
    new = office.keep(b"new", BUDI, age=0.0)
    assert office.shop.printed("forget", BUDI, "--yes") == [f"{BUDI} is forgotten, and 1 file deleted"]
    assert not office.is_kept(new)


def test_a_file_whose_message_is_under_way_goes_with_its_own_sender_and_with_nobody_else(office: Office) -> None:
    """Budi and Siti have sent the same before, and each is about to be answered once more."""
    shared = office.keep(b"shared", BUDI, SARI)
    sent, file = Attachment("image", handle="f1"), File(content=b"shared", kind="image", mime="image/png")
    for number in (BUDI, SARI):
        Keeper(office.folder, office.shop.database).keep(sent, "M1", lambda _: file, number)
    with office.shop.database.writing() as connection:
        connection.execute(files.delete().where(files.c.person.like("P%")))
    office.shop.printed("forget", BUDI, "--yes")
    assert office.is_kept(shared)
    office.shop.printed("forget", SARI, "--yes")
    assert not office.is_kept(shared)


def test_a_file_that_is_gone_already_is_no_trouble(office: Office) -> None:
    office.folder.delete(office.keep(b"own", BUDI))
    assert office.shop.printed("forget", BUDI, "--yes") == [f"{BUDI} is forgotten"]


def test_a_folder_that_fails_is_told_once_its_person_is_forgotten(office: Office) -> None:
    hashed = office.keep(b"own", BUDI)
    path = office.folder.path_of(hashed)
    path.unlink()
    path.mkdir()
    os.utime(path, (1000.0, 1000.0))
    assert office.shop.refused("forget", BUDI, "--yes").startswith(f"Error: The folder of kept files {office.folder.path} cannot be used: ")
    assert "nothing is kept of" in office.shop.refused("person", BUDI)
