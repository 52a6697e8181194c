"""Files beside the rules: what may be sent, and what is said of what may not."""

import os
from pathlib import Path

import pytest

from flask_chatbot.core.loading.loader import load_rules, read_rules
from flask_chatbot.core.values.contents import FILE_LIMIT, File
from flask_chatbot.core.values.replies import Document, Image
from flask_chatbot.core.values.sources import digest_of, files_now
from flask_chatbot.errors import FetchLater, FetchRefused
from tests.core.books import load, replies, told, write

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
OGG = b"OggS" + bytes(60)
RULES = 'rules:\n  - keyword: harga\n    reply: {image: "%s"}\n'


def put(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def said(folder: Path, written: str, kind: str = "image") -> str:
    """The one problem with the rules that name a file, without its place."""
    (problem,) = told(write(folder, RULES.replace("image", kind) % written))
    place, _, message = problem.partition(": ")
    assert place.startswith("rules.yaml:3:")
    return message


def test_a_reply_knows_a_file_beside_the_rules_by_its_path(tmp_path: Path) -> None:
    put(tmp_path, "gambar/harga.png", PNG)
    book = load(tmp_path, RULES % "gambar/harga.png")
    assert replies(book, "harga") == [Image("gambar/harga.png")]
    assert book.media["gambar/harga.png"].read() == File(content=PNG, kind="image", mime="image/png", name="harga.png")


def test_in_an_included_file_a_path_counts_from_that_file(tmp_path: Path) -> None:
    put(tmp_path, "cabang/dumai.png", PNG)
    book = load(tmp_path, "include: [cabang/*.yaml]\nrules: []\n", {"cabang/dumai.yaml": RULES % "dumai.png"})
    assert replies(book, "harga") == [Image("cabang/dumai.png")]


def test_a_file_may_have_a_caption_and_a_name_of_its_own(tmp_path: Path) -> None:
    put(tmp_path, "k.pdf", b"%PDF-1.7 ...")
    book = load(tmp_path, "rules:\n  - keyword: harga\n    reply: {document: {url: k.pdf, caption: Baru, filename: Katalog}}\n")
    (reply,) = replies(book, "harga")
    assert reply == Document("k.pdf", "Baru", "Katalog")
    assert book.media["k.pdf"].read("Katalog").name == "Katalog.pdf"


@pytest.mark.parametrize(
    ("kind", "content"),
    [("image", PNG), ("audio", OGG), ("video", b"\0\0\0\x18ftypisom" + bytes(40)), ("document", PNG), ("document", b"a,b\n1,2")],
)
def test_a_file_is_sent_as_a_kind_that_its_content_fits(tmp_path: Path, kind: str, content: bytes) -> None:
    put(tmp_path, "berkas", content)
    assert told(write(tmp_path, RULES.replace("image", kind) % "berkas")) == []


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("gambar/hrga.png", "there is no file 'gambar/hrga.png' beside the rules. Did you mean 'gambar/harga.png'?"),
        ("zzz.jpg", "there is no file 'zzz.jpg' beside the rules. Put it there, or write a web address, with https:// in front."),
        (
            "gambar/harga.png/x",
            "there is no file 'gambar/harga.png/x' beside the rules. Put it there, or write a web address, with https:// in front.",
        ),
        ("/etc/passwd", "'/etc/passwd' is an absolute path. Put the file beside the rules, and write its path from there."),
        ("../luar.png", "'../luar.png' is outside the folder of the rules. Move the file into it."),
        ("gambar/../../luar.png", "'gambar/../../luar.png' is outside the folder of the rules. Move the file into it."),
        ("tautan.png", "'tautan.png' is outside the folder of the rules. Move the file into it."),
        ("gambar", "'gambar' cannot be read: it is a folder or a device."),
        ("pipa", "'pipa' cannot be read: it is a folder or a device."),
        ("kosong.png", "'kosong.png' is empty."),
        ("halaman.png", "'halaman.png' cannot be sent as image: by its content it is text/plain."),
        ("gambar\\\\harga.png", "'gambar\\\\harga.png' has \\ in it. Write gambar/harga.png"),
        ("gambar/\\tharga.png", "'gambar/\\tharga.png' holds characters that no file name should have. Rename the file."),
    ],
)
def test_what_cannot_be_sent_is_reported_at_its_place(tmp_path: Path, written: str, message: str) -> None:
    rules = tmp_path / "toko"
    put(tmp_path, "luar.png", PNG)
    put(rules, "gambar/harga.png", PNG)
    put(rules, "kosong.png", b"")
    put(rules, "halaman.png", b"<!doctype html><title>Masuk</title>")
    (rules / "tautan.png").symlink_to(tmp_path / "luar.png")
    os.mkfifo(rules / "pipa")
    assert said(rules, written) == message


def test_a_path_of_windows_is_an_absolute_one(tmp_path: Path) -> None:
    assert "is an absolute path." in said(tmp_path, "C:/Users/budi/harga.png")


def test_sixteen_mib_fit_and_a_byte_more_does_not(tmp_path: Path) -> None:
    path = put(tmp_path, "besar.png", PNG)
    os.truncate(path, FILE_LIMIT)
    assert told(write(tmp_path, RULES % "besar.png")) == []
    os.truncate(path, FILE_LIMIT + 1)
    assert said(tmp_path, "besar.png") == "'besar.png' is larger than 16 MiB. Make it smaller."


def test_a_link_within_the_folder_is_fine(tmp_path: Path) -> None:
    put(tmp_path, "v2/harga.png", PNG)
    (tmp_path / "gambar").symlink_to("v2")
    assert replies(load(tmp_path, RULES % "gambar/harga.png"), "harga") == [Image("gambar/harga.png")]


def test_a_path_with_a_template_in_it_is_warned_of(tmp_path: Path) -> None:
    assert "A file beside the rules is named without {{ }}" in said(tmp_path, "gambar/{{ nohp }}.png")


def test_a_file_is_sent_as_it_is_now(tmp_path: Path) -> None:
    put(tmp_path, "harga.png", PNG)
    file = load(tmp_path, RULES % "harga.png").media["harga.png"]
    put(tmp_path, "harga.png", PNG + b"baru")
    assert file.read().content == PNG + b"baru"


def test_a_file_that_vanished_is_tried_again_and_one_that_became_another_is_not(tmp_path: Path) -> None:
    path = put(tmp_path, "harga.png", PNG)
    file = load(tmp_path, RULES % "harga.png").media["harga.png"]
    path.unlink()
    with pytest.raises(FetchLater, match=r"^'harga.png', a file beside the rules, cannot be read: No such file or directory\.$"):
        file.read()
    path.symlink_to("/etc/hostname")
    with pytest.raises(FetchLater, match=r"cannot be read: it is outside the folder of the rules\.$"):
        file.read()
    path.unlink()
    path.write_text("<html>", "utf-8")
    with pytest.raises(FetchRefused, match=r"has changed, and cannot be sent as image any more\.$"):
        file.read()


def test_the_files_are_watched_with_the_rules_each_once(tmp_path: Path) -> None:
    put(tmp_path, "harga.png", PNG)
    (tmp_path / "lain.png").symlink_to("harga.png")
    path = write(tmp_path, "rules:\n  - keyword: a\n    reply: [{image: harga.png}, {image: lain.png}, {document: rules.yaml}]\n")
    sources = load_rules(path).sources
    assert {each.name for each in sources.digests} == {"rules.yaml", "harga.png"}
    assert {each: digest_of(each) for each in files_now(path, sources.globs, sources.named)} == sources.digests


def test_a_file_that_is_missing_or_unfit_is_watched_too(tmp_path: Path) -> None:
    put(tmp_path, "b.png", b"<html>")
    path = write(tmp_path, "rules:\n  - keyword: a\n    reply: [{image: a.png}, {image: b.png}]\n")
    sources = read_rules(path).sources
    assert [(each.name, found is None) for each, found in sources.digests.items()] == [
        ("rules.yaml", False),
        ("a.png", True),
        ("b.png", False),
    ]
    assert {each: digest_of(each) for each in files_now(path, sources.globs, sources.named)} == sources.digests
