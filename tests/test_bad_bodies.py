"""Bodies that only a real connection can carry, sent to the servers people use."""

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from tests.apps import HALO, TOO_LARGE, halo, make_app

ROOT = Path(__file__).parent.parent
PATIENCE = 60.0  # seconds until a silent server is given up
LIMIT = 256 * 1024
BODY = json.dumps(halo()).encode()
HEAD = b"POST /chatbot/webhook HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"


@contextmanager
def werkzeug(folder: Path) -> Iterator[int]:
    """What `flask run` starts; gives its port."""
    server = make_server("127.0.0.1", 0, make_app(folder), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.port
    finally:
        server.shutdown()
        thread.join(PATIENCE)
        server.server_close()


@contextmanager
def gunicorn(folder: Path) -> Iterator[int]:
    """Gunicorn with one worker; gives its port."""
    pytest.importorskip("gunicorn")
    if sys.platform == "win32":
        pytest.skip("gunicorn does not run here")
    command = [sys.executable, "-m", "gunicorn", "--bind", "127.0.0.1:0", f"tests.apps:make_app({str(folder)!r})"]
    environment = {**os.environ, "HOME": str(folder)}  # where it may keep files of its own
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stderr is not None
        lines = iter(process.stderr.readline, "")
        port = next(int(found[1]) for line in lines if (found := re.search(r"Listening at: http://127\.0\.0\.1:(\d+)", line)))
        rest = threading.Thread(target=process.stderr.read)  # so that it never waits for a reader
        rest.start()
        try:
            yield port
        finally:
            process.terminate()
            rest.join(PATIENCE)


@contextmanager
def waitress(folder: Path) -> Iterator[int]:
    """Waitress in a child process; gives its port."""
    pytest.importorskip("waitress")
    code = (
        "import waitress.server, tests.apps\n"
        f"server = waitress.server.create_server(tests.apps.make_app({str(folder)!r}), host='127.0.0.1', port=0)\n"
        "print(server.effective_port, flush=True)\n"
        "server.run()\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


@pytest.fixture(scope="module", params=[werkzeug, gunicorn, waitress], ids=lambda server: server.__name__)
def port(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of each server in turn."""
    start: Callable[[Path], AbstractContextManager[int]] = request.param
    with start(tmp_path_factory.mktemp("bot")) as listening:
        yield listening


def exchange(port: int, sent: bytes) -> tuple[int, bytes]:
    """The status and body answered to these bytes; a server may stop listening before it has them all."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        with suppress(ConnectionError):
            connection.sendall(sent)
        with http.client.HTTPResponse(connection) as answer:
            answer.begin()
            return answer.status, answer.read()


def whole(body: bytes) -> bytes:
    """A request with a Content-Length."""
    return HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body


def chunked(body: bytes, size: int = 50_000) -> bytes:
    """A request that tells its length in pieces."""
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    return HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in [*parts, b""])


def refusal(message: str) -> bytes:
    return json.dumps({"success": False, "message": message}, separators=(",", ":")).encode()


@pytest.mark.parametrize("wrap", [whole, chunked])
class TestEitherWayOfSending:
    """What holds with a Content-Length holds without."""

    def test_a_good_body_is_answered(self, port: int, wrap: Callable[[bytes], bytes]) -> None:
        assert exchange(port, wrap(BODY)) == (200, HALO)

    def test_a_body_of_256_kib_is_answered(self, port: int, wrap: Callable[[bytes], bytes]) -> None:
        assert exchange(port, wrap(BODY.ljust(LIMIT))) == (200, HALO)

    @pytest.mark.parametrize("length", [LIMIT + 1, 300_000])
    def test_a_larger_body_is_refused_and_no_part_of_it_answered(self, port: int, wrap: Callable[[bytes], bytes], length: int) -> None:
        assert exchange(port, wrap(BODY.ljust(length))) == (413, TOO_LARGE)

    @pytest.mark.parametrize(
        ("body", "message"),
        [
            (b"", "The body is empty. Send a JSON object."),
            (b"keyword=halo&webhookkey=x", "This is not valid JSON: Expecting value at line 1, column 1."),
            (b"[]", "The body is a list. Send a JSON object."),
            (b'{"keyword":' + b"[" * 1000 + b"]" * 1000 + b"}", "The JSON is nested deeper than 32 levels."),
            (b"[" * (LIMIT - 1), "The JSON is nested deeper than 32 levels."),
            (b'{"data": [NaN]}', "NaN is not JSON. Send a number, a string or null."),
            (b'{"data": [1e999]}', "The number '1e999' is too large."),
            (b'{"data": ["\\u0000"]}', "A string holds the character NUL (\\u0000). Leave it out."),
            (b'{"keyword": "\\udc00"}', "A string holds half of a surrogate pair (\\ud800 to \\udfff). Send whole characters."),
            (b'{"keyword": "a", "keyword": "b"}', "The key 'keyword' stands more than once in one object. Send it once."),
            (b"\xff\xfe{\0}\0", "This is not UTF-8: byte 1 cannot be read. Send JSON encoded as UTF-8."),
        ],
        ids=lambda value: repr(value[:20]) if isinstance(value, bytes) else "",
    )
    def test_a_body_nobody_can_read_is_refused_as_json(self, port: int, wrap: Callable[[bytes], bytes], body: bytes, message: str) -> None:
        assert exchange(port, wrap(body)) == (400, refusal(message))

    def test_a_keyword_of_100000_characters_is_answered(self, port: int, wrap: Callable[[bytes], bytes]) -> None:
        status, answer = exchange(port, wrap(json.dumps(halo(keyword="halo " * 20_000)).encode()))
        assert (status, json.loads(answer)["success"]) == (200, True)


def test_a_wrongly_chunked_body_is_refused(port: int) -> None:
    status, answer = exchange(port, HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhalo\r\n0\r\n\r\n")
    # Waitress answers it before it reaches us.
    assert (status, answer if answer.startswith(b"{") else None) in [
        (400, refusal("The body could not be read to its end. Send all of it.")),
        (400, None),
    ]
