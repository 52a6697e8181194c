"""Bodies that only a real connection can carry, sent to the servers people use."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from flask_chatbot.wire.webhook import EXAMPLE
from tests.apps import HALO, TOO_LARGE, halo
from tests.servers.calls import HEAD, chunked, exchange, refusal, whole
from tests.servers.running import Running, gunicorn, waitress, werkzeug

LIMIT = 256 * 1024
BODY = json.dumps(halo()).encode()
SERVERS: dict[str, Callable[[Path], AbstractContextManager[Running]]] = {
    "werkzeug": werkzeug,
    "gunicorn": lambda folder: gunicorn(f"tests.apps:make_app({str(folder)!r})", folder),
    "waitress": lambda folder: waitress(f"tests.apps:make_app({str(folder)!r})"),
}


IN_PROCESSES = [pytest.param(name, marks=pytest.mark.process) for name in ("gunicorn", "waitress")]


@pytest.fixture(scope="module", params=["werkzeug", *IN_PROCESSES])
def port(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of each server in turn."""
    with SERVERS[request.param](tmp_path_factory.mktemp("bot")) as running:
        yield running.port


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
            (b"keyword=halo&webhookkey=x", f"The body is a form. Send JSON. For example: {EXAMPLE}"),
            (b"[]", "The body is a list. Send a JSON object."),
            (b'{"keyword":' + b"[" * 1000 + b"]" * 1000 + b"}", "The JSON is nested deeper than 32 levels."),
            (b"[" * (LIMIT - 1), "The JSON is nested deeper than 32 levels."),
            (b'{"data": [NaN]}', "NaN is not JSON. Send a number, a string or null."),
            (b'{"data": [1e999]}', "The number '1e999' is too large."),
            (b'{"data": ["\\u0000"]}', "A string holds the character NUL (\\u0000). Leave it out."),
            (b'{"keyword": "\\udc00"}', "A string holds half of a surrogate pair (\\ud800 to \\udfff). Send whole characters."),
            (b'{"keyword": "a", "keyword": "b"}', "The key 'keyword' appears more than once in one object. Send it once."),
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
