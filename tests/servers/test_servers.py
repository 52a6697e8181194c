"""The example bot behind the servers people put in front of it, over real connections."""

import http.client
import json
import select
import socket
import struct
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from pathlib import Path

import pytest

from tests.servers.calls import answer_of, chunked, connect, exchange, refusal, whole
from tests.servers.running import PATIENCE, Running, gunicorn, waitress

KEY = "kunci-toko-maju"
EXAMPLE = "example_bot:create_app()"
BODY = json.dumps({"keyword": "cara pesan", "data": [], "webhookkey": KEY, "from": "628111"}).encode()
ANSWER = (
    b'{"success":true,"message":{"reply":[{"type":"message","content":'
    b'"Cara memesan dalam satu menit.\\nhttps://example.com/cara-pesan.mp4"}]}}'
)
STAYING = b"POST /webhook HTTP/1.1\r\nHost: localhost\r\n"
HEAD = STAYING + b"Connection: close\r\n"
CUT_SHORT = (400, refusal("The body could not be read to its end. Send all of it."))

pytestmark = pytest.mark.process

Start = Callable[[Path], AbstractContextManager[Running]]
SERVERS: dict[str, Start] = {
    "gunicorn sync": lambda home: gunicorn(EXAMPLE, home, "--workers=2", CHATBOT_WEBHOOK_KEY=KEY),
    "gunicorn gthread": lambda home: gunicorn(
        EXAMPLE, home, "--workers=2", "--worker-class=gthread", "--threads=4", "--keep-alive=60", CHATBOT_WEBHOOK_KEY=KEY
    ),
    "waitress": lambda home: waitress(EXAMPLE, CHATBOT_WEBHOOK_KEY=KEY),
}
KEEPING = ["gunicorn gthread", "waitress"]  # the sync workers end each connection after one answer


@pytest.fixture(scope="module", params=SERVERS)
def name(request: pytest.FixtureRequest) -> str:
    """Each server in turn."""
    found: str = request.param
    return found


@pytest.fixture(scope="module")
def port(name: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Where the server of that name listens."""
    with SERVERS[name](tmp_path_factory.mktemp("home")) as running:
        yield running.port


def assert_well(port: int) -> None:
    """Whatever happened before: good calls are answered, by each worker in turn."""
    assert [exchange(port, whole(BODY, HEAD)) for _ in range(4)] == [(200, ANSWER)] * 4


def test_many_calls_at_once_are_all_answered(port: int) -> None:
    with ThreadPoolExecutor(16) as callers:
        answers = list(callers.map(lambda _: exchange(port, whole(BODY, HEAD)), range(96)))
    assert answers == [(200, ANSWER)] * 96


def test_one_connection_carries_good_and_refused_calls_in_turn(name: str, port: int) -> None:
    no_post = (405, "application/json", refusal("This address takes POST only."))
    good = (200, "application/json", ANSWER)
    bad_json = "This is not valid JSON: Expecting property name enclosed in double quotes at line 1, column 2."
    unread = whole(BODY, HEAD)  # must never be taken for a call of its own
    calls: list[tuple[str, bytes | list[bytes], tuple[int, str, bytes]]] = [
        ("POST", BODY, good),
        ("POST", BODY.replace(b"kunci", b"gembok"), (401, "application/json", refusal("Unauthorized"))),
        ("POST", BODY, good),
        ("POST", b"{", (400, "application/json", refusal(bad_json))),
        ("GET", b"", no_post),
        ("PUT", unread, no_post),
        ("POST", BODY, good),
        ("POST", [BODY[:9], BODY[9:]], good),
        ("DELETE", [unread, unread], no_post),
        ("POST", BODY, good),
        # The last one: gunicorn hangs up where so much was left unread.
        ("POST", unread.ljust(300_000), (413, "application/json", refusal("The body is larger than 262144 bytes. Send less."))),
    ]
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    sockets, answers = [], []
    for method, body, _ in calls:
        connection.request(method, "/webhook", body, {"Content-Type": "application/json"}, encode_chunked=isinstance(body, list))
        sockets.append(connection.sock)
        answer = connection.getresponse()
        answers.append((answer.status, answer.headers["Content-Type"], answer.read()))
    connection.close()
    assert answers == [expected for _, _, expected in calls]
    assert (len(set(sockets)) == 1) is (name in KEEPING)
    assert_well(port)


@pytest.mark.parametrize("size", [1, 7, 64, 50_000])
def test_a_body_in_chunks_is_answered(port: int, size: int) -> None:
    assert exchange(port, chunked(BODY, size, HEAD)) == (200, ANSWER)


def test_a_call_of_http_1_0_as_old_proxies_send_it_is_answered(port: int) -> None:
    assert exchange(port, whole(BODY, b"POST /webhook HTTP/1.0\r\nHost: localhost\r\n")) == (200, ANSWER)


def test_a_client_that_asks_before_it_sends_the_body_is_told_to_go_on(port: int) -> None:
    with connect(port) as connection:
        connection.sendall(HEAD + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(BODY))
        with connection.makefile("rb") as lines:
            assert lines.readline().startswith(b"HTTP/1.1 100 ")
            while lines.readline() != b"\r\n":
                pass
            connection.sendall(BODY)
            assert lines.readline() == b"HTTP/1.1 200 OK\r\n"
            assert lines.read().endswith(b"\r\n\r\n" + ANSWER)


@pytest.mark.parametrize("wrap", [whole, chunked])
def test_a_slow_client_is_answered_and_nobody_waits_for_it(port: int, wrap: Callable[..., bytes]) -> None:
    sent = wrap(BODY, head=HEAD)
    stops = [20, sent.index(b"\r\n\r\n") + 4, len(sent) - 60]
    with connect(port) as slow:
        for start, stop in zip([0, *stops], stops, strict=False):
            slow.sendall(sent[start:stop])
            assert exchange(port, whole(BODY, HEAD)) == (200, ANSWER)
        for place in range(stops[-1], len(sent)):  # a byte at a time
            assert select.select([slow], [], [], 0.01)[0] == []
            slow.sendall(sent[place : place + 1])
        assert answer_of(slow) == (200, ANSWER)
    assert_well(port)


@pytest.mark.parametrize(
    "sent",
    [HEAD + b"Content-Length: 500\r\n\r\n" + BODY, chunked(BODY, 50, HEAD)[:-20], HEAD + b"Transfer-Encoding: chunked\r\n\r\n5"],
    ids=["content-length", "chunked", "in the length of a chunk"],
)
def test_a_body_that_breaks_off_is_refused_or_left_unanswered(name: str, port: int, sent: bytes) -> None:
    with connect(port) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        if name == "waitress":  # it calls the app only once it has all
            assert connection.recv(1000) == b""
        else:
            assert answer_of(connection) == CUT_SHORT
    assert_well(port)


GARBAGE = {
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)) * 2,
    "no HTTP": b"hello?\r\n\r\n",
    "binary": bytes(range(256)) * 8,
    "bad header": b"POST /webhook HTTP/1.1\r\nHost localhost\r\n\r\n",
    "bad length": HEAD + b"Content-Length: ten\r\n\r\n" + BODY,
    "negative length": HEAD + b"Content-Length: -5\r\n\r\n" + BODY,
    "two lengths": HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n" + BODY,
    "length and chunks": HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "huge header": HEAD + b"X-Long: " + b"a" * 400_000 + b"\r\n\r\n",
    "bad chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhalo\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("sent", GARBAGE.values(), ids=GARBAGE)
def test_garbage_gets_no_reply_of_the_bot_and_does_no_harm(port: int, sent: bytes) -> None:
    answered = b""
    with connect(port) as connection, suppress(ConnectionError):
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        while part := connection.recv(65536):
            answered += part
    assert b'"success":true' not in answered
    assert answered == b"" or answered.split()[1].startswith((b"4", b"5"))
    assert_well(port)


CLOSED_EARLY = [b"", HEAD[:20], HEAD, HEAD + b"Content-Length: 500\r\n\r\n", whole(BODY, HEAD)[:-5], chunked(BODY, 9, HEAD)[:-30]]


def hang_up(port: int, sent: bytes) -> None:
    """Send this, and reset the connection."""
    with connect(port) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.sendall(sent)


@pytest.mark.parametrize("sent", [*CLOSED_EARLY, whole(BODY, HEAD), whole(BODY, HEAD) * 3], ids=len)
def test_a_client_that_hangs_up_does_no_harm(port: int, sent: bytes) -> None:
    for _ in range(4):
        hang_up(port, sent)
    assert_well(port)


def test_no_broken_client_leaves_a_traceback(name: str, tmp_path: Path) -> None:
    with SERVERS[name](tmp_path) as running:
        for sent in CLOSED_EARLY:
            hang_up(running.port, sent)
        for sent in GARBAGE.values():
            with connect(running.port) as connection, suppress(ConnectionError):
                connection.sendall(sent)
        assert_well(running.port)
    assert [line for line in running.log if "Traceback" in line or "flask_chatbot" in line] == []
