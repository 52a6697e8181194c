"""`saved --files`: the files of rows in a folder, under names that a shop understands, and nothing overwritten."""

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from flask_chatbot.media.folder import MediaFolder
from flask_chatbot.store import saved
from flask_chatbot.store.saved import SavedRow
from tests.cli.shops import Shop, open_shop

JPG, PDF = b"\xff\xd8\xff\xe0bukti", b"%PDF-1.7 nota"


class Office:
    """A shop with rows of the table `survei`; `folder` is where it exports to."""

    def __init__(self, tmp_path: Path) -> None:
        self.shop: Shop = open_shop(tmp_path, None)
        self.kept = MediaFolder(tmp_path / "instance/media")
        self.folder = tmp_path / "bukti"

    def keep(self, content: bytes, mime: str = "image/jpeg") -> dict[str, object]:
        """The value of a field that holds a file."""
        return {"kind": "image", "mime": mime, "name": "../IMG 1.jpg", "file": self.kept.keep(content)}

    def save(self, number: int, **fields: object) -> None:
        row = SavedRow(name="survei", number=number, fields=fields, sender="628111", sender_name="Budi", at=0.0)
        with self.shop.database.writing() as connection:
            saved.add(connection, row)

    def export(self, *options: str) -> tuple[int, str, str]:
        """The exit code, what is printed, and what is said beside it."""
        outcome = self.shop.run("saved", "survei", "--files", str(self.folder), *options)
        return outcome.exit_code, outcome.stdout, outcome.stderr.replace(str(self.folder), "DIR").replace(str(self.kept.path), "MEDIA")

    @property
    def files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted(self.folder.iterdir())}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.shop.database.close()


def test_files_are_called_by_their_row_and_field(office: Office) -> None:
    office.save(1, bukti=office.keep(JPG), nota=office.keep(PDF, "application/pdf"), nama="Ani")
    office.save(12, bukti=office.keep(JPG))
    code, _, said = office.export()
    assert (code, said) == (0, "Files in DIR: 3 new, 0 were there already.\n")
    assert office.files == {"1-bukti.jpg": JPG, "1-nota.pdf": PDF, "12-bukti.jpg": JPG}


def test_the_cells_of_a_spreadsheet_have_the_names_of_the_copies(office: Office) -> None:
    office.save(1, bukti=office.keep(JPG), nama="Ani")
    assert office.export("--csv")[1].splitlines()[1].endswith('"Budi","1-bukti.jpg","Ani"')


def test_json_has_the_name_of_the_copy_beside_what_is_saved(office: Office) -> None:
    value = office.keep(JPG)
    office.save(1, bukti=value)
    assert office.shop.data("saved", "survei", "--files", str(office.folder))[0]["fields"] == {
        "bukti": {**value, "exported": "1-bukti.jpg"}
    }


def test_a_second_export_copies_only_what_is_new(office: Office) -> None:
    office.save(1, bukti=office.keep(JPG))
    office.export()
    office.save(2, bukti=office.keep(PDF, "application/pdf"))
    assert office.export()[2] == "Files in DIR: 1 new, 1 were there already.\n"
    assert office.files == {"1-bukti.jpg": JPG, "2-bukti.pdf": PDF}


def test_fields_that_differ_in_capitals_alone_get_files_of_their_own(office: Office) -> None:
    office.save(1, bukti=office.keep(JPG), Bukti=office.keep(PDF, "image/jpeg"))
    office.export()
    assert office.files == {"1-Bukti-2.jpg": PDF, "1-bukti.jpg": JPG}


def test_another_file_of_that_name_stays_and_is_told(office: Office) -> None:
    office.save(1, bukti=office.keep(JPG))
    office.folder.mkdir()
    (office.folder / "1-bukti.jpg").write_bytes(b"milik toko")
    code, printed, said = office.export()
    told = "row 1, bukti: there is another DIR/1-bukti.jpg. Move it away, or name another folder."
    assert (code, said.splitlines()[1], office.files) == (1, told.replace("/", os.sep), {"1-bukti.jpg": b"milik toko"})
    assert printed.splitlines()[1].endswith("image ../IMG 1.jpg")


def test_files_that_are_missing_are_told_and_the_others_copied(office: Office) -> None:
    value = office.keep(JPG)
    office.save(1, bukti={**value, "file": sha256(b"?").hexdigest()})
    office.save(2, bukti={**value, "file": "../../rules.yaml"}, lain={"kind": "image", "handle": "wamid.1"})
    office.save(3, bukti=value, alamat={"lat": -6.2, "lng": 106.8}, catatan={"kind": "tamu"})
    code, _, said = office.export()
    assert (code, office.files) == (1, {"3-bukti.jpg": JPG})
    assert said.splitlines() == [
        "Files in DIR: 1 new, 0 were there already.",
        "row 1, bukti: its file is not in MEDIA. Run this where it was kept, or set CHATBOT_MEDIA.",
        "row 2, bukti: the file itself was never kept.",
        "row 2, lain: the file itself was never kept.",
    ]


def test_a_folder_that_cannot_be_made_is_told(office: Office) -> None:
    office.save(1, bukti=office.keep(JPG))
    (office.folder.parent / "penuh").write_text("")
    office.folder = office.folder.parent / "penuh" / "bukti"
    code, _, said = office.export()
    assert (code, said.partition(": ")[2].partition(":")[0]) == (1, "the folder DIR cannot be written to")
