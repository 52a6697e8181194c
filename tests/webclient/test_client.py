"""The guarded client: what it sends, where it goes, and which connections and certificates it trusts."""

import gc
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable
from contextlib import closing

import pytest

from flask_chatbot.errors import FetchLater, FetchRefused
from flask_chatbot.webclient.client import HttpClient
from tests.webclient.servers import DEADLINE, PUBLIC, Request, Server, World, always, calling, later, ok, redirect, refused, serving

WAY_OUT = "Give a public one, or allow it in CHATBOT_PRIVATE_HOSTS."
BROKEN_OFF = "hook.example.com broke off the connection."


def test_a_post_brings_its_body_and_headers_there_and_the_answer_back() -> None:
    with calling(always(ok(b'{"a": 1}', "X-One: 1", "X-Many: a", "x-many: b", status="201 Created"))) as (client, server):
        answer = client.post(server.url("/a b?c=d"), b"hello", {"webhook-id": "msg_1"}, deadline=DEADLINE, limit=1000)
    assert (answer.status, answer.headers, answer.body) == (201, {"content-length": "8", "x-one": "1", "x-many": "a, b"}, b'{"a": 1}')
    assert server.requests == [
        Request(
            "POST",
            "/a%20b?c=d",
            {
                "host": f"hook.example.com:{server.port}",
                "accept-encoding": "identity",
                "content-length": "5",
                "user-agent": "flask_chatbot",
                "accept": "*/*",
                "webhook-id": "msg_1",
            },
            b"hello",
        )
    ]


def test_a_redirect_is_an_answer_to_a_post() -> None:
    with calling(always(redirect("/there"))) as (client, server):
        answer = client.post(server.url(), b"", {}, deadline=DEADLINE, limit=1000)
    assert (answer.status, answer.headers["location"], len(server.requests)) == (302, "/there", 1)


# Where calls may go.


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "169.254.169.254",
        "[::1]",
        "0x7f.1",
        "2130706433",
        "[::ffff:10.0.0.1]",
        "[fec0::1]",
        "ani:rahasia@example.com",
        "10.0.0.1",
    ],
)
def test_what_is_no_public_address_is_refused_and_nothing_looked_up_or_connected(host: str) -> None:
    world = World()
    with calling(always(ok()), world) as (client, server):
        refused(client, f"http://{host}:{server.port}/")
        with pytest.raises(FetchRefused):
            client.post(f"http://{host}:{server.port}/", b"", {}, deadline=DEADLINE, limit=1000)
        with pytest.raises(FetchRefused):
            client.check(f"http://{host}:{server.port}/")
    assert (world.asked, world.reached, server.connections) == ([], [], 0)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.com/", "http://example.com:22/", "https://example.com:25/"])
def test_other_schemes_and_ports_are_refused_and_nothing_looked_up_or_connected(url: str) -> None:
    world = World()
    with closing(world.client()) as client:
        refused(client, url)
    assert (world.asked, world.reached) == ([], [])


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "fd00::1"])
def test_a_name_that_leads_inside_is_refused_and_nothing_connected(address: str) -> None:
    world = World({"hook.example.com": [address]})
    with calling(always(ok()), world) as (client, server):
        assert refused(client, server.url()).startswith("hook.example.com resolves to a")
    assert (world.asked, world.reached, server.connections) == (["hook.example.com"], [], 0)


def test_the_real_loopback_is_not_reached_by_its_name_or_address_and_the_way_out_is_told() -> None:
    with serving(always(ok())) as server, closing(HttpClient()) as client:
        assert refused(client, server.url(host="localhost")) == f"localhost resolves to an address of this machine. {WAY_OUT}"
        assert refused(client, server.url(host="127.0.0.1")) == f"127.0.0.1 is an address of this machine. {WAY_OUT}"
    assert server.connections == 0


@pytest.mark.parametrize(
    "to",
    [
        "http://127.0.0.1:{port}/",
        "http://inside.example.com:{port}/",
        "http://0x7f.1:{port}/",
        "file:///etc/passwd",
        "http://example.com:22/",
    ],
)
def test_a_redirect_inside_is_refused_and_not_connected(to: str) -> None:
    world = World({"inside.example.com": ["10.0.0.1"]})
    with serving(lambda request: redirect(to.format(port=server.port))) as server, closing(world.client()) as client:
        message = refused(client, server.url("/s3cr3t"))
    assert (world.reached, len(server.requests)) == ([(PUBLIC, server.port)], 1)
    assert "s3cr3t" not in message


def test_a_redirect_to_a_public_address_is_followed() -> None:
    with calling(lambda request: ok(b"here") if request.path == "/b" else redirect("/b")) as (client, server):
        assert client.get(server.url("/a"), deadline=DEADLINE, limit=1000).body == b"here"


def test_redirects_in_a_circle_end() -> None:
    with calling(lambda request: redirect("/b" if request.path == "/a" else "/a")) as (client, server):
        assert refused(client, server.url("/a")) == "hook.example.com redirects more than 5 times."
    assert [request.path for request in server.requests] == ["/a", "/b", "/a", "/b", "/a", "/b"]


def test_the_connection_goes_to_the_address_that_was_checked_and_the_name_is_not_looked_up_again() -> None:
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    world = World()
    with serving(always(ok())) as server:
        client = HttpClient(resolve=lambda host, port: next(answers), connect=world.connect)
        with closing(client):
            client.get(server.url(), deadline=DEADLINE, limit=1000)
            client.get(server.url(), deadline=DEADLINE, limit=1000)
    assert world.reached == [(PUBLIC, server.port)]


def test_an_address_that_takes_no_connection_gives_way_to_the_next() -> None:
    world = World({"hook.example.com": ["1.1.1.1", "10.0.0.1", PUBLIC]})

    def connect(address: tuple[str, int], seconds: float) -> socket.socket:
        if address[0] == "1.1.1.1":
            raise ConnectionRefusedError
        return world.connect(address, seconds)

    with serving(always(ok())) as server, closing(HttpClient(resolve=world.resolve, connect=connect)) as client:
        assert client.get(server.url(), deadline=DEADLINE, limit=1000).status == 200
    assert world.reached == [(PUBLIC, server.port)]


def test_an_operator_may_allow_hosts_and_their_own_urls_go_anywhere() -> None:
    with serving(always(ok(b"inside"))) as server:
        url = server.url(host="localhost")
        with closing(HttpClient(private_hosts=["localhost"])) as client:
            assert client.check(url).port == server.port
            assert client.get(url, deadline=DEADLINE, limit=1000).body == b"inside"
        with closing(HttpClient()) as client:
            assert client.post(url, b"", {}, deadline=DEADLINE, limit=1000, own=True).body == b"inside"
            assert refused(client, url).startswith("localhost resolves to")  # nor by the connection that is open already
        with closing(HttpClient(trusts_everything=True)) as client:
            assert client.get(url, deadline=DEADLINE, limit=1000).body == b"inside"


def test_an_operators_url_that_redirects_elsewhere_is_like_anyones() -> None:
    with serving(always(ok())) as other, serving(always(redirect(other.url(host="127.0.0.1")))) as server, closing(HttpClient()) as client:
        url = server.url(host="127.0.0.1")
        assert client.post(url, b"", {}, deadline=DEADLINE, limit=1000, own=True).status == 302
        assert "the redirect is refused" in refused(client, url, own=True)
    assert (len(server.requests), other.connections) == (2, 0)


def test_a_redirect_of_an_operators_url_to_itself_is_followed() -> None:
    with serving(lambda request: ok(b"here") if request.path == "/b" else redirect("/b")) as server, closing(HttpClient()) as client:
        assert client.get(server.url("/a", host="127.0.0.1"), deadline=DEADLINE, limit=1000, own=True).body == b"here"


@pytest.mark.process
def test_no_proxy_of_the_environment_is_used() -> None:
    code = (
        "import sys; from flask_chatbot.webclient.client import HttpClient\n"
        "print(HttpClient(private_hosts=['127.0.0.1']).get(sys.argv[1], deadline=10, limit=1000).body)"
    )
    with serving(always(ok(b"direct"))) as server, serving(always(ok(b"by proxy"))) as proxy:
        by = proxy.url(host="127.0.0.1")
        variables = {name: by for word in ("http", "https", "all") for name in (f"{word}_proxy", f"{word}_PROXY".upper())}
        done = subprocess.run(
            [sys.executable, "-c", code, server.url(host="127.0.0.1")],
            env={**os.environ, **variables},
            capture_output=True,
            check=True,
            text=True,
        )
    assert (done.stdout, proxy.connections) == ("b'direct'\n", 0)


# Connections that are kept.


def get(client: HttpClient, server: Server, path: str = "/") -> int:
    return client.get(server.url(path), deadline=DEADLINE, limit=1000).status


def test_a_connection_is_used_again() -> None:
    with calling(always(ok())) as (client, server):
        assert [get(client, server) for _ in range(5)] == [200] * 5
    assert server.connections == 1


@pytest.mark.parametrize(
    "answer",
    [ok(b"{}", "Connection: close"), b"HTTP/1.0 200 OK\r\n\r\n{}", b"HTTP/1.1 200 OK\r\n\r\n{}", ok() + b"HTTP/1.1 200 Smuggled\r\n\r\n"],
    ids=["close", "old", "until the end", "more than was asked for"],
)
def test_a_connection_that_is_not_to_be_trusted_is_not_used_again(answer: bytes) -> None:
    with calling(always(answer), once=True) as (client, server):
        assert [client.get(server.url(), deadline=DEADLINE, limit=1000).body for _ in range(3)] == [b"{}"] * 3
    assert server.connections == 3


def test_a_connection_whose_server_closed_it_is_replaced_without_a_word() -> None:
    def answers(request: Request) -> bytes | Iterable[bytes]:
        if request.path == "/end":
            raise ConnectionError  # it ends where the next answer is waited for
        return ok()

    with calling(lambda request: ok() if len(server.requests) != 2 else answers(Request("GET", "/end", {}, b""))) as (client, server):
        assert [client.post(server.url(), b"body", {}, deadline=DEADLINE, limit=1000).status for _ in range(3)] == [200] * 3
    assert ([request.body for request in server.requests], server.connections) == ([b"body"] * 4, 2)


def test_a_call_that_may_change_something_is_made_once_though_its_server_closed_a_kept_connection() -> None:
    def answers(_: Request) -> bytes:
        if len(server.requests) % 2 == 0:
            raise ConnectionError  # the server has taken the call, and ends without an answer
        return ok()

    with calling(answers) as (client, server):
        for method, count in (("POST", 2), ("PUT", 4), ("DELETE", 6), ("GET", 9)):
            client.call(method, server.url(), None, {}, deadline=DEADLINE, limit=1000)
            if method == "GET":
                assert client.call(method, server.url(), None, {}, deadline=DEADLINE, limit=1000).status == 200
            else:
                with pytest.raises(FetchLater, match=BROKEN_OFF):
                    client.call(method, server.url(), None, {}, deadline=DEADLINE, limit=1000)
            assert len(server.requests) == count


@pytest.mark.filterwarnings("error::ResourceWarning")
def test_a_client_that_nobody_has_any_more_closes_its_connections() -> None:
    with serving(always(ok())) as server:
        client = World().client()
        assert get(client, server) == 200
        kept = client._idle
        del client
        gc.collect()
        assert kept._count == 0


def test_no_more_connections_are_kept_than_the_pool_holds() -> None:
    with serving(always(ok())) as one, serving(always(ok())) as other, closing(World().client(pool=1)) as client:
        assert [get(client, server) for server in (one, other, other, one)] == [200] * 4
    assert (one.connections, other.connections) == (2, 1)


@pytest.mark.process
def test_a_fork_shares_no_connection_with_its_parent() -> None:
    if not hasattr(os, "fork"):
        pytest.skip("there is no fork here")
    code = (
        "import os, sys; from flask_chatbot.webclient.client import HttpClient\n"
        "client = HttpClient(private_hosts=['127.0.0.1'])\n"
        "get = lambda: client.get(sys.argv[1], deadline=10, limit=1000).body\n"
        "get()\n"
        "if child := os.fork():\n"
        "    print(os.waitpid(child, 0)[1], get())\n"
        "else:\n"
        "    os._exit(get() != b'{}')\n"
    )
    with serving(always(ok())) as server:
        command = [sys.executable, "-W", "ignore", "-c", code, server.url(host="127.0.0.1")]
        done = subprocess.run(command, capture_output=True, check=True, text=True)
    assert (done.stdout, server.connections) == ("0 b'{}'\n", 2)


def test_many_threads_share_one_client() -> None:
    with calling(lambda request: ok(request.body)) as (client, server):
        wrong: list[bytes] = []

        def work(number: int) -> None:
            for turn in range(30):
                body = f"{number} {turn}".encode()
                answer = client.post(server.url(), body, {}, deadline=DEADLINE, limit=1000).body
                if answer != body:
                    wrong.append(answer)

        threads = [threading.Thread(target=work, args=[number]) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert (wrong, len(server.requests), server.connections <= 8) == ([], 240, True)


# TLS.


def test_a_certificate_for_the_name_is_accepted_at_the_address_that_was_checked() -> None:
    world = World()
    with calling(always(ok(b"safe")), world, certificate="good.pem") as (client, server):
        assert client.get(server.url(scheme="https"), deadline=DEADLINE, limit=1000).body == b"safe"
        assert client.get(server.url(scheme="https"), deadline=DEADLINE, limit=1000).body == b"safe"
    assert (world.reached, server.requests[0].headers["host"]) == ([(PUBLIC, server.port)], f"hook.example.com:{server.port}")


@pytest.mark.parametrize("host", ["other.example.com", "example.com", "sub.hook.example.com", PUBLIC])
def test_to_a_certificate_for_another_name_nothing_is_said(host: str) -> None:
    with calling(always(ok()), certificate="good.pem") as (client, server):
        assert later(client, server.url(scheme="https", host=host)) == f"The certificate of {host} is for another name."
    assert server.requests == []


def test_a_certificate_that_is_out_of_date_may_be_renewed() -> None:
    with calling(always(ok()), certificate="expired.pem") as (client, server):
        assert later(client, server.url(scheme="https")) == "The certificate of hook.example.com is out of date."


def test_to_a_certificate_that_nobody_trusts_nothing_is_said() -> None:
    world = World()
    with (
        serving(always(ok()), certificate="good.pem") as server,
        closing(HttpClient(resolve=world.resolve, connect=world.connect)) as client,
    ):
        message = later(client, server.url(scheme="https"))
    assert message.startswith("The certificate of hook.example.com cannot be trusted: ")
    assert server.requests == []


def test_a_server_without_tls_is_no_https_server() -> None:
    with calling(always(ok())) as (client, server):
        assert later(client, server.url(scheme="https"), deadline=2.0).startswith(
            ("hook.example.com could not be reached: ", "hook.example.com broke off", "hook.example.com took longer")
        )
    # What came, if it looked like a line at all, is the beginning of a handshake, and random for the most part.
    assert [request for request in server.requests if not request.method.startswith("\x16")] == []
