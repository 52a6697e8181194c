"""The client that transports are lent: it calls as asked, and its failures are those of a transport."""

from collections.abc import Iterator

import pytest

from flask_chatbot.errors import Refused, TryLater
from flask_chatbot.webclient.lent import LentClient
from tests.webclient.servers import World, always, calling, drips, ok, redirect


def test_a_call_goes_out_by_its_method_with_headers_and_body() -> None:
    with calling(always(ok(b"{}", status="201 Created"))) as (client, server):
        answer = LentClient(client).call("PUT", server.url("/x"), body=b"abc", headers={"X-Key": "k"})
        (request,) = server.requests
    assert (answer.status, answer.body) == (201, b"{}")
    assert (request.method, request.path, request.headers["x-key"], request.body) == ("PUT", "/x", "k", b"abc")


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    with calling(always(redirect("/elsewhere"))) as (client, server):
        assert (LentClient(client).call("GET", server.url()).status, len(server.requests)) == (302, 1)


@pytest.mark.parametrize("own", [True, False])
def test_a_private_address_is_called_only_if_it_is_the_operators_own(own: bool) -> None:
    world = World(names={"gateway.lan": ["10.0.0.7"]})
    with calling(always(ok()), world) as (client, server):
        url = server.url(host="gateway.lan")
        if own:
            assert LentClient(client).call("GET", url, own=True).status == 200
        else:
            with pytest.raises(Refused, match=r"^gateway\.lan"):
                LentClient(client).call("GET", url)


def test_what_can_never_work_at_an_address_of_the_operators_is_to_be_tried_later() -> None:
    with calling(always(ok(b"x" * 100))) as (client, server):
        lent = LentClient(client)
        with pytest.raises(TryLater, match="larger than 10 bytes"):
            lent.call("GET", server.url(), limit=10, own=True)
        with pytest.raises(Refused, match="larger than 10 bytes"):
            lent.call("GET", server.url(), limit=10)


def test_a_server_that_drips_is_left_within_the_deadline() -> None:
    def answers(_: object) -> Iterator[bytes]:
        return drips(ok(b"x" * 10_000))

    with calling(answers) as (client, server), pytest.raises(TryLater, match=r"took longer than 0\.3 seconds"):
        LentClient(client).call("GET", server.url(), deadline=0.3)
