"""What files are sent as."""

import io
import zipfile

import pytest

from flask_chatbot.core.media.file_types import clean_name, kind_of_content, kind_of_name, name_of, with_ending
from flask_chatbot.core.values.contents import MediaKind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *((f"a.{ending}", "image") for ending in "jpg jpeg JPG png gif webp bmp".split()),
        *((f"a.{ending}", "audio") for ending in "mp3 ogg oga opus m4a aac amr wav flac".split()),
        *((f"a.{ending}", "video") for ending in "mp4 3gp mov webm mkv avi mpeg".split()),
        *((f"a.{ending}", "document") for ending in "pdf docx xlsx csv zip txt svg tif heic mp3.gz php exe".split()),
        ("a.b/foto", "document"),
        ("", "document"),
        ("unduh?nama=foto.jpg", "document"),
        ("foto%20toko.jp%67?v=1#x.pdf", "image"),
        ("foto.jpg/", "document"),
    ],
)
def test_a_urls_name_promises_a_kind(name: str, kind: MediaKind) -> None:
    assert kind_of_name(f"https://example.com/{name}") == kind


def test_a_url_that_is_none_has_no_name() -> None:
    assert (name_of("http://[x/a.jpg"), kind_of_name("http://[x/a.jpg")) == ("", "document")


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("harga.pdf", "harga.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\dokumen\\harga.pdf", "harga.pdf"),
        ("a\r\nb\0.pdf", "ab.pdf"),
        ("harga\u202efdp.exe", "hargafdp.exe"),
        ("  .bashrc. ", "bashrc"),
        ("..", ""),
        ("a" * 200 + ".pdf", "a" * 116 + ".pdf"),
        ("a" * 200, "a" * 120),
        ("a." + "b" * 200, "a." + "b" * 118),
    ],
)
def test_a_name_leads_nowhere_and_stays_on_its_line(name: str, cleaned: str) -> None:
    assert clean_name(name) == cleaned


@pytest.mark.parametrize(
    ("name", "mime", "called"),
    [
        ("harga", "application/pdf", "harga.pdf"),
        ("daftar v1.2", "application/pdf", "daftar v1.2.pdf"),
        ("laporan.2026", "text/csv", "laporan.2026.csv"),
        ("rekaman", "audio/ogg", "rekaman.ogg"),
        ("lagu", "audio/wav", "lagu.wav"),
        ("arsip", "application/gzip", "arsip.gz"),
        ("foto", "image/jpeg", "foto.jpg"),
        ("", "application/pdf", "file.pdf"),
        ("a" * 120, "application/pdf", "a" * 116 + ".pdf"),
        ("harga", "application/octet-stream", "harga"),
        ("harga", "application/x-own", "harga"),
        ("surat", "application/x-ole-storage", "surat"),
        ("", "application/octet-stream", ""),
        ("foto.png", "application/pdf", "foto.png"),
        ("catatan.log", "text/plain", "catatan.log"),
        ("film.3gp", "video/mp4", "film.3gp"),
        ("arsip.7z", "application/zip", "arsip.7z"),
        ("cadangan.tar.gz", "application/gzip", "cadangan.tar.gz"),
    ],
)
@pytest.mark.parametrize("is_of_url", [True, False])
def test_a_name_without_an_ending_gets_that_of_its_type_and_any_other_keeps_its_own(
    name: str, mime: str, called: str, is_of_url: bool
) -> None:
    assert with_ending(name, mime, is_of_url=is_of_url) == called


@pytest.mark.parametrize("ending", "php PHP php7 asp aspx ashx jsp cgi do".split())
def test_the_ending_of_the_program_that_answers_a_url_is_none_of_the_file(ending: str) -> None:
    names = [with_ending(f"unduh.{ending}", mime, is_of_url=True) for mime in ("application/pdf", "application/octet-stream")]
    assert names == ["unduh.pdf", f"unduh.{ending}"]
    assert with_ending(f"contoh.{ending}", "text/plain") == f"contoh.{ending}"


def zipped(name: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, "x")
    return file.getvalue()


DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("content", "kind", "mime"),
    [
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "image", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image", "image/png"),
        (b"GIF89a\1\0", "image", "image/gif"),
        (b"RIFF\1\0\0\0WEBPVP8 ", "image", "image/webp"),
        (b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", "image", "image/bmp"),
        (b"II*\0\x08\0\0\0", "document", "image/tiff"),
        (b"\0\0\0\x18ftypheic\0\0", "document", "image/heic"),
        (b"\0\0\0\x18ftypavif\0\0", "document", "image/avif"),
        (b"\0\0\0\x18ftypisom\0\0", "video", "video/mp4"),
        (b"\0\0\0\x18ftypmp42\0\0", "video", "video/mp4"),
        (b"\0\0\0\x18ftypqt  \0\0", "video", "video/quicktime"),
        (b"\0\0\0\x18ftyp3gp4\0\0", "video", "video/3gpp"),
        (b"\0\0\0\x18ftypM4A \0\0", "audio", "audio/mp4"),
        (b"\x1a\x45\xdf\xa3\x9fB\x86\x81\1B\xf7\x81\1B\x82\x84webm", "video", "video/webm"),
        (b"\x1a\x45\xdf\xa3\x9fB\x82\x88matroska", "video", "video/x-matroska"),
        (b"RIFF\1\0\0\0AVI LIST", "video", "video/x-msvideo"),
        (b"\0\0\1\xba\x44", "video", "video/mpeg"),
        (b"FLV\1\5", "video", "video/x-flv"),
        (b"ID3\4\0\0", "audio", "audio/mpeg"),
        (b"\xff\xfb\x90\x64", "audio", "audio/mpeg"),
        (b"\xff\xf1\x50\x80", "audio", "audio/aac"),
        (b"OggS\0\2" + bytes(20) + b"\1\x13OpusHead", "audio", "audio/ogg"),
        (b"OggS\0\2" + bytes(20) + b"\1*\x80theora", "video", "video/ogg"),
        (b"RIFF\1\0\0\0WAVEfmt ", "audio", "audio/wav"),
        (b"fLaC\0", "audio", "audio/flac"),
        (b"#!AMR\n", "audio", "audio/amr"),
        (b"%PDF-1.7\n", "document", "application/pdf"),
        (zipped("a.txt"), "document", "application/zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "document", "application/x-ole-storage"),
        (b"\x1f\x8b\x08\0", "document", "application/gzip"),
        (b"Rar!\x1a\x07\1\0", "document", "application/vnd.rar"),
        (b"7z\xbc\xaf\x27\x1c", "document", "application/x-7z-compressed"),
        (b"{\\rtf1", "document", "application/rtf"),
        ("harga é\n".encode(), "document", "text/plain"),
        (("é" * 4000).encode()[1:], "document", "application/octet-stream"),
        (b"a" + ("é" * 4000).encode(), "document", "text/plain"),
        (b"a\0b", "document", "application/octet-stream"),
        (b"\xff\xfe\x00", "document", "application/octet-stream"),
        (b"", "document", "application/octet-stream"),
    ],
)
def test_the_content_decides_whatever_is_declared(content: bytes, kind: MediaKind, mime: str) -> None:
    for declared in ("", "image/svg+xml", "image/jpeg" if kind != "image" else "video/mp4"):
        assert kind_of_content(content, declared) == (kind, mime)


@pytest.mark.parametrize(
    ("content", "declared", "name", "mime"),
    [
        (zipped("word/document.xml"), DOCX, "", DOCX),
        (zipped("word/document.xml"), "application/octet-stream", "surat.docx", DOCX),
        (zipped("word/document.xml"), "text/html; charset=utf-8", "surat.docx", DOCX),
        (zipped("a"), "application/pdf", "a.pdf", "application/zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "", "harga.xls", "application/vnd.ms-excel"),
        (b"nama,harga\n", "text/csv; charset=utf-8", "", "text/csv"),
        (b"nama,harga\n", "", "harga.csv", "text/csv"),
        (b"<html>", "text/html", "foto.jpg", "text/html"),
        (b"\0\1\2", "text/csv", "a.csv", "application/octet-stream"),
        (b"\0\1\2", "application/x-own", "", "application/x-own"),
    ],
)
def test_one_document_is_told_from_another_by_what_is_declared_or_named(content: bytes, declared: str, name: str, mime: str) -> None:
    assert kind_of_content(content, declared, name) == ("document", mime)


def test_a_recording_in_a_film_file_is_a_sound() -> None:
    assert kind_of_content(b"\0\0\0\x18ftypisom\0\0", "audio/mp4") == ("audio", "audio/mp4")
