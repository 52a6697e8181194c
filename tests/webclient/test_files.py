"""Files fetched from their URLs."""

from collections.abc import Iterator
from contextlib import closing
from itertools import repeat

import pytest

from flask_chatbot.core.values.contents import File
from flask_chatbot.errors import FetchLater, FetchRefused
from flask_chatbot.webclient.files import fetch_media
from tests.webclient.servers import Request, World, ok, redirect, serving

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
NOW = 1_700_000_000.0


def fetched(answer: bytes, path: str = "/foto.png", filename: str = "") -> File:
    with serving(lambda request: answer) as server, closing(World().client()) as client:
        return fetch_media(client, server.url(path), filename, now=NOW)


def failure(answer: bytes) -> tuple[type[Exception], str, float | None]:
    with pytest.raises((FetchLater, FetchRefused)) as caught:
        fetched(answer, path="/s3cr3t.png")
    kind = FetchRefused if isinstance(caught.value, FetchRefused) else FetchLater
    return kind, str(caught.value), getattr(caught.value, "after", None)


def test_a_file_comes_with_its_kind_and_name() -> None:
    assert fetched(ok(PNG, "Content-Type: image/png")) == File(content=PNG, kind="image", mime="image/png", name="foto.png")


def test_the_content_decides_what_it_is_sent_as() -> None:
    assert fetched(ok(b"%PDF-1.7", "Content-Type: image/png")) == File(
        content=b"%PDF-1.7", kind="document", mime="application/pdf", name="foto.png"
    )


@pytest.mark.parametrize(
    ("filename", "header", "name"),
    [
        ("harga.pdf", 'attachment; filename="x.pdf"', "harga.pdf"),
        ("", 'attachment; filename="daftar harga.pdf"', "daftar harga.pdf"),
        ("", "inline; filename=harga.pdf", "harga.pdf"),
        ("", "attachment; filename=\"harga.pdf\"; filename*=UTF-8''daftar%20%C3%A9.pdf", "daftar é.pdf"),
        ("", 'attachment; filename="../../x.pdf"', "x.pdf"),
        ("", "inline", "unduh.pdf"),
        ("harga", "inline; filename=x.pdf", "harga.pdf"),
        ("", "inline; filename=harga", "harga.pdf"),
    ],
)
def test_a_file_is_called_as_asked_for_or_as_its_server_or_its_url_calls_it(filename: str, header: str, name: str) -> None:
    assert fetched(ok(b"%PDF-1.7", f"Content-Disposition: {header}"), "/unduh.pdf?id=1", filename).name == name


@pytest.mark.parametrize(
    ("path", "answer", "name"),
    [
        ("/unduh?id=7", ok(b"%PDF-1.7"), "unduh.pdf"),
        ("/unduh.php?id=7", ok(b"%PDF-1.7", "Content-Type: text/html"), "unduh.pdf"),
        ("/foto/", ok(PNG), "file.png"),
        ("/", ok(PNG), "file.png"),
        ("/harga", ok(b"nama,harga\n", "Content-Type: text/csv; charset=utf-8"), "harga.csv"),
        ("/harga", ok(b"nama,harga\n"), "harga.txt"),
        ("/surat", ok(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Content-Type: application/msword"), "surat.doc"),
        ("/model", ok(b"\0\1\2"), "model"),
        ("/model.dwg", ok(b"\0\1\2", "Content-Type: application/pdf"), "model.dwg"),
        ("/foto.png", ok(b"%PDF-1.7"), "foto.png"),
    ],
)
def test_a_file_whose_url_has_no_ending_gets_one_by_its_content_and_else_by_what_is_declared(path: str, answer: bytes, name: str) -> None:
    assert fetched(answer, path).name == name


@pytest.mark.parametrize(
    "status", ["400 Bad Request", "401 Unauthorized", "403 Forbidden", "404 Not Found", "410 Gone", "204 No Content", "304 Not Modified"]
)
def test_a_file_that_is_not_there_is_refused(status: str) -> None:
    assert failure(ok(b"", status=status)) == (FetchRefused, f"hook.example.com answered {status[:3]} instead of the file.", None)


@pytest.mark.parametrize(
    "status",
    [
        "408 Request Timeout",
        "425 Too Early",
        "429 Too Many Requests",
        "500 Internal Server Error",
        "503 Service Unavailable",
    ],
)
def test_a_file_that_may_be_there_later_is_tried_again(status: str) -> None:
    said = f"hook.example.com answered {status[:3]} instead of the file."
    assert failure(ok(b"", status=status)) == (FetchLater, said, 0.0)
    assert failure(ok(b"", "Retry-After: 120", status=status)) == (FetchLater, said, 120.0)


def test_an_empty_file_is_refused() -> None:
    assert failure(ok(b"")) == (FetchRefused, "The file at hook.example.com is empty.", None)


def test_a_file_of_sixteen_mebibytes_is_taken_and_one_byte_more_is_not() -> None:
    limit = 16 * 1024 * 1024
    assert len(fetched(ok(PNG + bytes(limit - len(PNG)))).content) == limit
    assert failure(ok(bytes(limit + 1))) == (FetchRefused, "The answer of hook.example.com is larger than 16 MiB.", None)


def test_a_file_without_end_is_cut_off_while_it_arrives() -> None:
    def answers(request: Request) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\n\r\n"
        yield from repeat(bytes(100_000))

    with serving(answers) as server, closing(World().client()) as client, pytest.raises(FetchRefused, match="larger than 16 MiB"):
        fetch_media(client, server.url())


def test_a_redirect_is_followed_and_one_inside_is_not() -> None:
    with (
        serving(lambda request: ok(PNG) if request.path == "/b.png" else redirect("/b.png")) as server,
        closing(World().client()) as client,
    ):
        assert fetch_media(client, server.url("/a")).content == PNG
    with pytest.raises(FetchRefused, match="the redirect is refused"):
        fetched(redirect("http://169.254.169.254/latest/meta-data/"))


def test_a_private_url_is_fetched_where_it_is_the_operators_own() -> None:
    with serving(lambda request: ok(PNG)) as server, closing(World().client()) as client:
        url = server.url("/foto.png", host="127.0.0.1")
        assert fetch_media(client, url, own=True).content == PNG
        with pytest.raises(FetchRefused):
            fetch_media(client, url)
