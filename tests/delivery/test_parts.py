"""A message of several parts: what the other side has taken is not sent again, whatever becomes of a later part."""

from functools import partial

import pytest
from sqlalchemy import select

from flask_chatbot.core.values.contents import File
from flask_chatbot.core.values.outbound import Outbound
from flask_chatbot.core.values.replies import ContactCard
from flask_chatbot.core.values.stored import write_reply
from flask_chatbot.database.database import Database
from flask_chatbot.database.tables import messages
from flask_chatbot.errors import Refused, Restricted, TryLater
from flask_chatbot.store import people, stored
from flask_chatbot.transports.base import Capabilities
from flask_chatbot.transports.parts import in_parts
from flask_chatbot.worker.worker import Worker
from tests.delivery.rig import DAY, Rig, Wire
from tests.worker.test_worker import settle

CARD = ContactCard("Admin", ("628111", "628222", "628333"))


class Cards(Wire):
    """A transport that sends each number of a card by itself; `script` has what happens at each of them."""

    capabilities = Capabilities(strangers_limited=True)

    def __init__(self) -> None:
        super().__init__()
        self.arrived: list[str] = []

    def send(self, outbound: Outbound, file: File | None = None) -> str:
        assert isinstance(outbound.reply, ContactCard)
        return in_parts(outbound, [partial(self.part, number) for number in outbound.reply.numbers])[0]

    def part(self, number: str) -> str:
        step = self.script.popleft() if self.script else None
        if isinstance(step, Exception):
            raise step
        self.arrived.append(number)
        return f"wire:{number}"


def good() -> None:
    """Let a part arrive."""


@pytest.fixture
def wire() -> Cards:
    return Cards()


@pytest.fixture
def rig(database: Database, wire: Cards) -> Rig:
    return Rig(database, wire)


def accept(rig: Rig) -> str:
    with rig.database.writing() as connection:
        person = people.get(connection, "628999", rig.clock())
    return rig.accept("628999@c.us", CARD, order_key=person)


def works(rig: Rig) -> None:
    """Work until nothing is due, in a worker that knows only what is in the database."""
    settle(Worker(rig.options, leads=False), rig)


@pytest.mark.parametrize(
    "error", [TryLater("The connection broke."), Restricted("Error 463."), ZeroDivisionError("a mistake")], ids=["later", "463", "mistake"]
)
@pytest.mark.parametrize("before", [1, 2])
def test_a_part_that_was_taken_is_not_sent_again_when_a_later_one_fails(rig: Rig, wire: Cards, error: Exception, before: int) -> None:
    name = accept(rig)
    wire.script.extend([good] * before)
    wire.script.append(error)
    works(rig)
    assert (wire.arrived, rig.state(name)[0]) == (list(CARD.numbers[:before]), "queued")
    for _ in range(2):  # it fails once more at the same part
        wire.script.append(error)
        rig.clock.forward(DAY / 4)
        works(rig)
    rig.clock.forward(DAY / 4 - 1)
    works(rig)
    assert (wire.arrived, rig.state(name)[0]) == (list(CARD.numbers), "sent")


def test_what_was_given_up_in_the_middle_goes_on_there_when_it_is_sent_again(rig: Rig, wire: Cards) -> None:
    name = accept(rig)
    wire.script.extend([good, Refused("This number is not known.")])
    works(rig)
    assert rig.state(name)[0] == "failed"
    with rig.database.writing() as connection:
        stored.resend(connection, [name], rig.clock() + DAY)
    works(rig)
    assert (wire.arrived, rig.state(name)[0]) == (list(CARD.numbers), "sent")


def test_once_all_is_sent_nothing_of_the_parts_is_kept(rig: Rig, wire: Cards) -> None:
    accept(rig)
    wire.script.extend([good, TryLater("The connection broke.")])
    works(rig)
    rig.clock.forward(DAY / 4)
    works(rig)
    with rig.database.reading() as connection:
        assert connection.execute(select(messages.c.reply)).scalars().all() == [write_reply(CARD)]
