"""Tests of a transport in a whole app, with its database, its worker and its web server; and in one that is killed."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

from flask_chatbot.extension import Chatbot
from flask_chatbot.store import people
from flask_chatbot.testing.transports.worlds import BUDI, OTHERS, World
from flask_chatbot.testing.workers import working
from flask_chatbot.transports.base import capabilities_of

RULES = """\
version: 1
rules:
  - {name: gema, keyword: gema#, fields: [isi], reply: "{{ isi }}"}
  - {name: simpan, keyword: simpan, save: catatan, reply: Baik.}
"""
PATIENCE = 90.0  # seconds: what a killed worker had claimed is sent again after 30
MESSAGES = 60  # that are written while a process is killed
CHATS = 5


class WholeAppTests:
    """A message goes all the way: in by the transport, through rules and database, and out again."""

    @pytest.fixture
    def shop(self, world: World, tmp_path: Path) -> Iterator[Flask]:
        """A served app that has the transport."""
        with served(world, tmp_path) as app:
            yield app
        world.close()

    @pytest.mark.usefixtures("shop")
    def test_what_comes_in_three_times_is_answered_once(self, world: World) -> None:
        world.writes("gema#satu", times=3)
        world.writes("gema#dua")
        wait_for(lambda: len(world.arrived()) >= 2)
        assert world.arrived() == [(world.chat_of(BUDI), "satu"), (world.chat_of(BUDI), "dua")]

    @pytest.mark.usefixtures("shop")
    def test_what_comes_in_together_is_answered_in_its_order(self, world: World) -> None:
        world.writes_at_once([f"gema#{number}" for number in range(20)])
        wait_for(lambda: len(world.arrived()) >= 20)
        assert [text for _, text in world.arrived()] == [str(number) for number in range(20)]

    def test_two_names_that_come_together_are_one_person_from_then_on(self, world: World, shop: Flask) -> None:
        one, other = world.aliases()
        for names in ((one,), (other,), (one, other)):
            world.writes_as(names, "simpan")
        wait_for(lambda: len(world.arrived()) >= 3)
        with shop.extensions["chatbot"].lines.database.reading() as connection:
            found = {person for name in (one, other) for person in people.named(connection, name.value)}
        assert len(found) == 1

    @pytest.mark.usefixtures("shop")
    def test_where_the_owner_writes_by_hand_the_bot_falls_silent_for_that_person_alone(self, world: World) -> None:
        if not capabilities_of(world.transport).echoes:
            pytest.skip("It tells nothing of what the owner writes.")
        for text in ("satu", "dua"):  # what the bot itself sends silences nobody
            world.writes(f"gema#{text}")
            wait_for(partial(has_arrived, world, world.chat_of(BUDI), text))
        world.owner_writes("Saya bantu ya.")
        world.settle()
        world.writes("gema#tiga")
        world.writes("gema#lain", sender=OTHERS[0])
        wait_for(partial(has_arrived, world, world.chat_of(OTHERS[0]), "lain"))
        world.settle()
        assert not has_arrived(world, world.chat_of(BUDI), "tiga")

    def test_a_process_that_is_killed_in_the_middle_loses_nothing(self, world: World, tmp_path: Path) -> None:
        with killable(world, tmp_path) as kill:
            writer = threading.Thread(target=write, args=[world], daemon=True)
            writer.start()
            wait_for(lambda: len(world.arrived()) >= MESSAGES // 4)
            kill()
            writer.join(PATIENCE)
            wait_for(lambda: len(set(world.arrived())) >= MESSAGES)
        for place in range(CHATS):
            texts = [text for chat, text in world.arrived() if chat == world.chat_of(OTHERS[place])]
            assert list(dict.fromkeys(texts)) == [str(number) for number in range(place, MESSAGES, CHATS)]
        world.close()


def has_arrived(world: World, chat: str, text: str) -> bool:
    """True if a text has arrived in a chat."""
    return (chat, text) in world.arrived()


def write(world: World) -> None:
    """Let several customers write in turn."""
    for number in range(MESSAGES):
        world.writes(f"gema#{number}", sender=OTHERS[number % CHATS])


@contextmanager
def served(world: World, folder: Path, **config: object) -> Iterator[Flask]:
    """An app with the transport of a world, served at a port of its own, with its worker; `config` has more of its settings."""
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    app = Flask("shop", root_path=str(folder), instance_path=str(folder / "instance"))
    with socket.create_server(("127.0.0.1", 0)) as place:
        port = place.getsockname()[1]
        app.config.update(CHATBOT_TRANSPORT=world.transport, CHATBOT_WORKER="off", CHATBOT_PUBLIC_URL=f"http://127.0.0.1:{port}", **config)
        Chatbot(app)
        world.address = f"http://127.0.0.1:{port}/chatbot/in/{world.transport.name}"
        server = make_server("127.0.0.1", port, app, threaded=True, fd=place.fileno())
        thread = threading.Thread(target=server.serve_forever, args=[0.01], daemon=True)
        thread.start()
        try:
            with working(app):
                yield app
        finally:
            server.shutdown()
            thread.join()
            app.extensions["chatbot"].lines.client.close()
            app.extensions["chatbot"].lines.database.close()


@contextmanager
def killable(world: World, folder: Path) -> Iterator[Callable[[], None]]:
    """Serve the bot in another process; yields a function that kills it as `kill -9` does, and starts it again."""
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    port = free_port()
    world.address = f"http://127.0.0.1:{port}/chatbot/in/{world.transport.name}"
    ours = {"CHATBOT_PUBLIC_URL": f"http://127.0.0.1:{port}", "CHATBOT_DATABASE_URL": f"sqlite:///{folder}/shop.sqlite"}
    environ = {**os.environ, **ours, "CHATBOT_RULES": str(folder / "rules.yaml"), **world.environ()}
    command = [sys.executable, "-m", "flask", *(["run"] if "FLASK_APP" in environ else ["chatbot", "run"]), "--port", str(port)]
    running = [start(command, environ, folder, port)]

    def kill() -> None:
        stop(running.pop())
        running.append(start(command, environ, folder, port))

    try:
        yield kill
    finally:
        stop(running.pop())


def free_port() -> int:
    """A port that nobody listens at now."""
    with socket.create_server(("127.0.0.1", 0)) as place:
        port: int = place.getsockname()[1]
        return port


def start(command: list[str], environ: dict[str, str], folder: Path, port: int) -> "subprocess.Popen[bytes]":
    """Start a server, and wait until it takes calls."""
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(command, env=environ, cwd=folder, stdout=log, stderr=log)

    def is_up() -> bool:
        if process.poll() is not None:
            pytest.fail((folder / "server.log").read_text("utf-8", "replace"))
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    wait_for(is_up)
    return process


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Kill a process, which gets no chance to end anything."""
    process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    process.wait()


def wait_for(is_so: Callable[[], bool]) -> None:
    """Return once something is so; fail after a while."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > deadline:
            pytest.fail(f"it did not come to that within {PATIENCE:g} seconds")
        time.sleep(0.02)
