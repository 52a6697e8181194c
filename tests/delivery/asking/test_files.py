"""Files of messages, fetched by the process that has the transport open for one that has not."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from flask_chatbot.core.values.contents import Attachment, File
from flask_chatbot.database.database import Database
from flask_chatbot.database.tables import requests as table
from flask_chatbot.delivery.loop import Loop
from flask_chatbot.delivery.request_queue import RequestQueue
from flask_chatbot.delivery.transport_proxy import TransportProxy
from flask_chatbot.errors import Refused, TryLater
from tests.delivery.rig import START, Clock, Wire

PICTURE = File(content=bytes(range(256)) * 4096, kind="image", mime="image/png", name="bukti.png")
ATTACHMENT = Attachment("image", size=1 << 20, handle="H1")


class Fetching(Wire):
    """A transport whose one file is a picture, or an error."""

    def __init__(self, found: File | Exception) -> None:
        super().__init__(runs_anywhere=False)
        self.found = found

    def download(self, attachment: Attachment) -> File:
        if isinstance(self.found, Exception):
            raise self.found
        return self.found if attachment == ATTACHMENT else super().download(attachment)


def elsewhere(database: Database, wire: Wire) -> TransportProxy:
    """The proxy of a process that waits for the one that has the transport open, which works on while it does."""
    queue = RequestQueue(wire, is_open=lambda: True, wake=lambda: None)
    loop, clock = Loop(database, (queue,), Clock()), Clock()

    def work(seconds: float) -> None:
        loop.step()
        clock.forward(seconds)

    return TransportProxy(transport=wire, database=database, clock=lambda: START, timer=clock, sleep=work)


def rows(database: Database) -> int:
    with database.reading() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def outcome(download: Callable[[Attachment], File]) -> File | tuple[type[Exception], str]:
    try:
        return download(ATTACHMENT)
    except (Refused, TryLater) as error:
        return type(error), str(error)


@pytest.mark.parametrize("found", [PICTURE, Refused("The file is larger than 16 MiB."), TryLater("There is no connection to WhatsApp.")])
def test_another_process_gets_what_the_transport_gives_and_nothing_of_it_stays(database: Database, found: File | Exception) -> None:
    wire = Fetching(found)
    wanted = found if isinstance(found, File) else (type(found), str(found))
    assert (outcome(elsewhere(database, wire).download), rows(database)) == (wanted, 0)


def test_where_nobody_answers_the_file_is_to_be_asked_for_later(database: Database) -> None:
    clock = Clock()
    proxy = TransportProxy(transport=Fetching(PICTURE), database=database, timer=clock, sleep=clock.forward)
    assert outcome(proxy.download) == (TryLater, "No process that is connected to WhatsApp answered. Is the worker running?")
    assert rows(database) == 0


def test_a_transport_that_fetches_nothing_is_named(database: Database) -> None:
    class Old:
        name, runs_anywhere = "old", True

    proxy = TransportProxy(transport=Old(), database=database)  # type: ignore[arg-type]  # of before there were files
    told = "This connection to WhatsApp fetches no files: its transport has no method 'download'."
    assert outcome(proxy.download) == (Refused, told)
