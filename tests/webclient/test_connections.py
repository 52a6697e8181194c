"""Connections that wait for their next call."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

from flask_chatbot.webclient.addresses import read_url
from flask_chatbot.webclient.connections import Connection, ConnectionKey, Idle

TARGET = read_url("http://hook.example.com/")
KEY = ConnectionKey.of(TARGET, own=False)
OTHER = ConnectionKey.of(read_url("http://other.example.com/"), own=False)


@pytest.fixture
def open_one() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def connection(stack: ExitStack) -> tuple[Connection, socket.socket]:
    """A connection and its other end."""
    here, there = socket.socketpair()
    stack.enter_context(there)
    return stack.enter_context(closing(Connection(TARGET, here))), there


def test_the_connection_used_last_is_used_next(open_one: ExitStack) -> None:
    idle = Idle(size=5)
    (one, _), (two, _) = connection(open_one), connection(open_one)
    idle.give(KEY, one)
    idle.give(KEY, two)
    assert [idle.take(KEY), idle.take(KEY), idle.take(KEY)] == [two, one, None]


def test_a_connection_serves_only_calls_that_share_its_key(open_one: ExitStack) -> None:
    idle = Idle(size=5)
    one, _ = connection(open_one)
    idle.give(KEY, one)
    others = [OTHER, ConnectionKey.of(TARGET, own=True), KEY._replace(process=0), KEY._replace(scheme="https"), KEY._replace(port=81)]
    assert [idle.take(key) for key in [*others, KEY]] == [None] * 5 + [one]


def test_past_the_size_the_one_unused_longest_is_closed(open_one: ExitStack) -> None:
    idle = Idle(size=2)
    (one, _), (two, _), (three, _) = connection(open_one), connection(open_one), connection(open_one)
    for key, each in ((KEY, one), (OTHER, two), (OTHER, three)):
        idle.give(key, each)
    assert (idle.take(KEY), one.sock, idle.take(OTHER), idle.take(OTHER)) == (None, None, three, two)


def test_an_old_connection_is_closed(open_one: ExitStack) -> None:
    idle = Idle(size=5, age=0.0)
    one, _ = connection(open_one)
    idle.give(KEY, one)
    assert (idle.take(KEY), one.sock) == (None, None)


@pytest.mark.parametrize("sent", [b"", b"HTTP/1.1 408 Request Timeout\r\n\r\n"])
def test_a_connection_that_ended_or_said_something_meanwhile_is_closed(sent: bytes, open_one: ExitStack) -> None:
    idle = Idle(size=5)
    one, there = connection(open_one)
    idle.give(KEY, one)
    there.sendall(sent)
    there.shutdown(socket.SHUT_WR)
    assert (idle.take(KEY), one.sock) == (None, None)


def test_all_that_wait_can_be_closed(open_one: ExitStack) -> None:
    idle = Idle(size=5)
    (one, _), (two, _) = connection(open_one), connection(open_one)
    idle.give(KEY, one)
    idle.give(OTHER, two)
    idle.close()
    assert (one.sock, two.sock, idle.take(KEY)) == (None, None, None)
