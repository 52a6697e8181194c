"""The guarded client against servers that mean it harm, or do it."""

import gzip
import logging
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from itertools import repeat

import pytest

from flask_chatbot.errors import FetchLater
from flask_chatbot.webclient.client import HttpClient
from tests.webclient.servers import DEADLINE, PATIENCE, PUBLIC, Request, World, always, calling, drips, later, ok, redirect, refused

SOON = 0.3  # seconds, where the deadline is what is judged

# How long.


@pytest.mark.parametrize(
    "answers",
    [
        lambda request: drips(ok(b"a" * 5000)),
        lambda request: drips(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 5000),
        lambda request: drips(b"HTTP/1.1 100 Continue\r\n\r\n" * 5000),
        lambda request: [b"HTTP/1.1 200 OK\r\n\r\na"],
        lambda request: drips(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"a" * 5000),
        lambda request: drips(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 5000),
        lambda request: drips(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + b"X-Trailer: a\r\n" * 5000),
        lambda request: [],
    ],
    ids=["all of it", "headers", "interim answers", "silence after the headers", "until the end", "chunks", "trailers", "nothing"],
)
@pytest.mark.parametrize("certificate", ["", "good.pem"])
def test_a_server_that_drips_meets_the_deadline(answers: Callable[[Request], Iterable[bytes]], certificate: str) -> None:
    with calling(answers, certificate=certificate) as (client, server):
        start = time.monotonic()
        message = later(client, server.url(scheme="https" if certificate else "http"), SOON)
        took = time.monotonic() - start
    assert (message, SOON <= took < PATIENCE / 3) == ("hook.example.com took longer than 0.3 seconds.", True)


def test_a_server_that_never_shakes_hands_meets_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, closing(World().client()) as client:
        assert (
            later(client, f"https://hook.example.com:{silent.getsockname()[1]}/", SOON) == "hook.example.com took longer than 0.3 seconds."
        )


def test_a_look_up_that_takes_too_long_meets_the_deadline() -> None:
    over = threading.Event()

    def resolve(host: str, port: int) -> list[str]:
        over.wait(PATIENCE)
        return [PUBLIC]

    with closing(HttpClient(resolve=resolve)) as client:
        assert later(client, "http://hook.example.com/", SOON) == "hook.example.com took longer than 0.3 seconds."
    over.set()


def test_redirects_share_one_deadline() -> None:
    pause = threading.Event()

    def answers(request: Request) -> bytes:
        pause.wait(SOON / 2)
        return redirect("/again")

    with calling(answers) as (client, server):
        assert later(client, server.url(), SOON) == "hook.example.com took longer than 0.3 seconds."
    assert len(server.requests) < 4


def test_a_slow_call_holds_up_no_other() -> None:
    def answers(request: Request) -> bytes | Iterable[bytes]:
        return drips(ok(b"a" * 1000)) if request.path == "/slow" else ok(b"quick")

    with calling(answers) as (client, server):
        slow = threading.Thread(target=lambda: later(client, server.url("/slow"), 1.0))
        slow.start()
        for _ in range(5):
            assert client.get(server.url("/quick"), deadline=DEADLINE, limit=1000).body == b"quick"
        assert slow.is_alive()
        slow.join()


# How much.


def flood(request: Request) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n\r\n"
    yield from repeat(b"a" * 10_000)


def test_a_flood_is_cut_off_at_the_limit() -> None:
    with calling(flood) as (client, server):
        assert refused(client, server.url(), 256 * 1024) == "The answer of hook.example.com is larger than 256 KiB."


def test_an_answer_that_says_it_is_too_large_is_not_read() -> None:
    def answers(request: Request) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 100000000000\r\n\r\n"

    with calling(answers) as (client, server):
        assert refused(client, server.url(), 16 * 1024 * 1024) == "The answer of hook.example.com is larger than 16 MiB."


def test_an_answer_at_the_limit_is_read_and_one_byte_more_is_not() -> None:
    with calling(always(ok(b"a" * 1000))) as (client, server):
        assert client.get(server.url(), deadline=DEADLINE, limit=1000).body == b"a" * 1000
        assert refused(client, server.url(), 999) == "The answer of hook.example.com is larger than 999 bytes."


@pytest.mark.parametrize(
    "answers",
    [
        flood,
        always(ok(b"a" * 5000)),
        always(ok(gzip.compress(b"a" * 5000), "Content-Encoding: gzip")),
        always(ok(b"\x0b\x02\x80", "Content-Encoding: br")),
        always(ok(b"plain", "Content-Encoding: gzip")),
        always(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"),
    ],
)
def test_a_caller_that_needs_the_status_only_is_told_it_whatever_the_body(answers: Callable[[Request], bytes]) -> None:
    with calling(answers, once=True) as (client, server):
        answer = client.post(server.url(), b"", {}, deadline=DEADLINE, limit=1000, cuts=True)
    assert (answer.status, answer.body) == (200, b"")


def test_a_body_that_nobody_needs_has_no_more_time_than_others() -> None:
    with (
        calling(lambda request: drips(ok(b"a" * 5000))) as (client, server),
        pytest.raises(FetchLater, match=r" 0\.3 seconds"),
    ):
        client.post(server.url(), b"", {}, deadline=SOON, limit=1000, cuts=True)


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("x-gzip", gzip.compress), ("deflate", zlib.compress)])
def test_a_bomb_is_cut_off_at_the_limit(encoding: str, pack: Callable[[bytes], bytes]) -> None:
    bomb = pack(b"\0" * 50_000_000)
    with calling(always(ok(bomb, f"Content-Encoding: {encoding}"))) as (client, server):
        assert refused(client, server.url(), 256 * 1024) == "The answer of hook.example.com is larger than 256 KiB."


def test_a_bomb_takes_no_memory() -> None:
    with calling(always(ok(gzip.compress(b"\0" * 100_000_000), "Content-Encoding: gzip"))) as (client, server):
        tracemalloc.start()
        try:
            refused(client, server.url(), 256 * 1024)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 4_000_000


def test_an_encoding_that_was_not_asked_for_is_undone_or_refused() -> None:
    with calling(always(ok(gzip.compress(b"hello"), "Content-Encoding: gzip"))) as (client, server):
        assert client.get(server.url(), deadline=DEADLINE, limit=1000).body == b"hello"
    with calling(always(ok(b"\x0b\x02\x80", "Content-Encoding: br"))) as (client, server):
        message = "hook.example.com answers in an encoding that was not requested. It must answer plainly, or with gzip."
        assert refused(client, server.url()) == message


# What is no answer.

NO_HTTP = "hook.example.com did not answer with valid HTTP."
BROKEN_OFF = "hook.example.com broke off the connection."


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (b"SSH-2.0-OpenSSH\r\n", NO_HTTP),
        (b"HTTP/1.1 abc\r\n\r\n", NO_HTTP),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", NO_HTTP),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70_000, NO_HTTP),
        (b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 101 + b"\r\n", NO_HTTP),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", NO_HTTP),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc", NO_HTTP),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", NO_HTTP),
        (ok(gzip.compress(b"hello", mtime=0)[:-4], "Content-Encoding: gzip"), NO_HTTP),
        (ok(b"plain", "Content-Encoding: gzip"), NO_HTTP),
        (ok(gzip.compress(b"a", mtime=0) + gzip.compress(b"b", mtime=0), "Content-Encoding: gzip"), NO_HTTP),
        (b"", BROKEN_OFF),
    ],
)
def test_an_answer_that_cannot_be_read_may_be_better_later(answer: bytes, message: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with calling(always(answer), once=True) as (client, server):
        assert later(client, server.url("/s3cr3t")) == message
    assert "s3cr3t" not in caplog.text


def test_a_port_that_nobody_listens_on_may_have_a_server_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with closing(World().client()) as client:
        assert later(client, f"http://hook.example.com:{port}/") == f"hook.example.com accepts no connections on port {port}."


def failing_look_up(error: OSError) -> HttpClient:
    def resolve(host: str, port: int) -> list[str]:
        raise error

    return HttpClient(resolve=resolve)


def test_a_name_that_does_not_exist_is_refused_and_one_that_cannot_be_looked_up_is_tried_later() -> None:
    with closing(failing_look_up(socket.gaierror(socket.EAI_NONAME, "no"))) as client:
        assert refused(client, "http://hook.example.com/") == "There is no host hook.example.com."
    with closing(failing_look_up(socket.gaierror(socket.EAI_AGAIN, "later"))) as client:
        assert later(client, "http://hook.example.com/") == "The host hook.example.com could not be looked up."
    with closing(failing_look_up(OSError(101, "Network is unreachable"))) as client:
        assert later(client, "http://hook.example.com/") == "hook.example.com could not be reached: Network is unreachable."


def test_a_name_under_invalid_is_never_asked_for() -> None:
    with closing(HttpClient()) as client:
        assert refused(client, "http://hook.invalid/") == "There is no host hook.invalid."
