"""Messages to people who never wrote: their numbers are checked first, and they wait while WhatsApp takes nothing to them."""

import logging

import pytest

from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.database.database import Database
from flask_chatbot.delivery.waits import TransportStatus, Wait, why_waits
from flask_chatbot.errors import Restricted, TryLater
from flask_chatbot.store import inbox, people
from flask_chatbot.store.inbox import Kept
from flask_chatbot.store.strangers import restrictions
from flask_chatbot.transports.base import Capabilities
from flask_chatbot.worker.worker import Worker
from tests.delivery.rig import DAY, START, Rig, Wire
from tests.worker.test_worker import settle

HOUR = 3600.0
LOCKED = "WhatsApp does not let this number write to people who have not written to it (error 463)."
BUDI, ANI, NOBODY = "628111@c.us", "628222@c.us", "61499@c.us"


class Limited(Wire):
    """A transport by which strangers cannot be written to at will; it knows numbers that begin with 62."""

    capabilities = Capabilities(strangers_limited=True)

    def __init__(self) -> None:
        super().__init__()
        self.checked: list[str] = []
        self.unknown = 0

    def has_whatsapp(self, number: str) -> bool:
        self.checked.append(number)
        if self.unknown:
            self.unknown -= 1
            raise TryLater("The gateway is away.")
        return super().has_whatsapp(number)


@pytest.fixture
def rig(database: Database) -> Rig:
    return Rig(database, Limited())


def wire(rig: Rig) -> Limited:
    assert isinstance(rig.wire, Limited)
    return rig.wire


def to(rig: Rig, chat: str) -> str:
    """Accept a message to a person; its id."""
    with rig.database.writing() as connection:
        person = people.get(connection, chat.removesuffix("@c.us"), rig.clock())
    return rig.accept(chat, order_key=person)


def wrote(rig: Rig, chat: str, session: str = "wire") -> None:
    """Note that somebody wrote."""
    number = chat.removesuffix("@c.us")
    kept = Kept(
        session=session,
        message_id=f"in {rig.clock()} {number}",
        chat=chat,
        sender=number,
        at=rig.clock(),
        expires_at=rig.clock() + 8 * DAY,
        replies=1,
    )
    with rig.database.writing() as connection:
        inbox.add(connection, kept)


def answers(rig: Rig, chat: str) -> None:
    """Note that somebody wrote to whom we wrote before."""
    wrote(rig, chat)
    with rig.database.writing() as connection:
        person = people.find(connection, chat.removesuffix("@c.us"))
        assert person is not None
        restrictions.release(connection, "wire", person, rig.clock())


def works(rig: Rig) -> None:
    settle(Worker(rig.options, leads=False), rig)


def test_a_number_is_checked_before_the_first_message_and_not_again(rig: Rig) -> None:
    for name in (to(rig, ANI), to(rig, ANI)):
        works(rig)
        assert rig.state(name)[0] == "sent"
    assert wire(rig).checked == ["628222"]


def test_a_number_without_whatsapp_gets_nothing_and_its_message_fails_in_words(rig: Rig) -> None:
    name = to(rig, NOBODY)
    works(rig)
    assert (rig.state(name), rig.wire.sent) == (("failed", Ack.ERROR, "This number does not use WhatsApp."), [])


def test_where_nobody_can_check_now_the_message_waits(rig: Rig) -> None:
    wire(rig).unknown = 1
    name = to(rig, ANI)
    works(rig)
    before = rig.state(name)
    rig.clock.forward(2.0)
    works(rig)
    assert (before, rig.state(name)[0], len(rig.wire.sent)) == (("queued", Ack.PENDING, "The gateway is away."), "sent", 1)


def test_who_wrote_by_this_line_is_not_checked_also_long_after_and_who_wrote_by_another_is(rig: Rig) -> None:
    wrote(rig, BUDI)
    wrote(rig, ANI, session="another")
    for chat in (BUDI, ANI):
        to(rig, chat)
    works(rig)
    with rig.database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM chatbot_inbox")
    to(rig, BUDI)
    works(rig)
    assert (wire(rig).checked, len(rig.wire.sent)) == (["628222"], 3)


def test_while_strangers_get_nothing_answers_go_on_and_each_message_says_why_it_waits(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    wrote(rig, BUDI)
    rig.wire.script.append(Restricted(LOCKED))
    refused = to(rig, ANI)
    works(rig)
    held, answer = to(rig, "628333@c.us"), to(rig, BUDI)
    works(rig)
    assert [name for _, name in rig.wire.sent] == [refused, answer]
    assert [rig.state(name) for name in (refused, held)] == [("queued", Ack.PENDING, LOCKED)] * 2
    status = TransportStatus(session="wire", is_bound=False, is_open=True, open_error="")
    with rig.database.reading() as connection:
        waits = [why_waits(connection, rig.message(name), status, rig.clock()) for name in (refused, held)]
    assert waits == [Wait(why=LOCKED, until=START + HOUR)] * 2
    assert caplog.messages == [f"line wire writes to no strangers until 2023-11-14 23:13 UTC: {LOCKED}"]


def test_staff_who_never_wrote_are_no_strangers(rig: Rig) -> None:
    rig.wire.script.append(Restricted(LOCKED))
    refused = to(rig, ANI)
    worker = Worker(rig.options_with(staff=lambda: {"628777"}), leads=False)
    settle(worker, rig)
    held, notice = to(rig, "628333@c.us"), to(rig, "628777@c.us")
    settle(worker, rig)
    assert [rig.state(name)[0] for name in (refused, held, notice)] == ["queued", "queued", "sent"]
    assert wire(rig).checked == ["628222"]


def test_once_the_wait_is_over_strangers_get_what_waited_in_its_order(rig: Rig) -> None:
    rig.wire.script.append(Restricted(LOCKED))
    names = [to(rig, ANI), to(rig, ANI)]
    works(rig)
    rig.clock.forward(HOUR)
    works(rig)
    with rig.database.reading() as connection:
        assert restrictions.find(connection, "wire", rig.clock()) is None
    assert [name for _, name in rig.wire.sent] == [names[0], *names]
    assert [rig.message(name).tries for name in names] == [1, 1]


def test_what_is_refused_again_waits_longer_each_time_and_is_given_up_in_words_after_its_day(rig: Rig) -> None:
    name = to(rig, ANI)
    waits = []
    while rig.message(name).state != "failed":
        rig.wire.script.append(Restricted(LOCKED))
        works(rig)
        due = rig.message(name).due_at
        waits.append((due - rig.clock()) / HOUR)
        rig.clock.forward(max(due - rig.clock(), 1.0))
    assert (waits[:-1], rig.state(name)) == ([1.0, 2.0, 4.0, 6.0, 6.0, 5.0], ("failed", Ack.ERROR, LOCKED))


def test_where_whatsapp_says_for_how_long_that_is_waited(rig: Rig) -> None:
    rig.wire.script.append(Restricted(LOCKED, 5 * HOUR))
    name = to(rig, ANI)
    works(rig)
    assert rig.message(name).due_at == START + 5 * HOUR


def test_who_wrote_and_gets_nothing_nevertheless_holds_up_no_others(rig: Rig) -> None:
    wrote(rig, BUDI)
    rig.wire.script.append(Restricted(LOCKED))
    refused = to(rig, BUDI)
    works(rig)
    stranger = to(rig, ANI)
    works(rig)
    assert (rig.message(refused).due_at, rig.state(stranger)[0]) == (START + HOUR, "sent")


def test_what_a_long_lock_holds_is_given_up_after_its_day_with_the_reason_and_so_is_what_waits_behind_it(rig: Rig) -> None:
    with rig.database.writing() as connection:
        restrictions.hear(connection, "wire", START, START, START + 10 * DAY, LOCKED)
    names = [to(rig, ANI), to(rig, ANI)]
    works(rig)
    assert rig.message(names[0]).due_at == START + DAY
    rig.clock.forward(DAY)
    works(rig)
    assert ([rig.state(name) for name in names], rig.wire.sent) == ([("failed", Ack.ERROR, LOCKED)] * 2, [])


def test_who_is_held_back_gets_it_all_once_they_write_whatever_failed_before_and_others_go_on_waiting(rig: Rig) -> None:
    rig.wire.script += [TryLater("The gateway is away."), Restricted(LOCKED, 10 * DAY)]
    names = [to(rig, ANI), to(rig, BUDI), to(rig, ANI)]
    works(rig)
    rig.clock.forward(2.0)
    works(rig)
    later = rig.accept("628222@c.us", order_key=rig.message(names[0]).order_key, start_at=rig.clock() + HOUR)
    answers(rig, ANI)
    works(rig)
    assert [rig.state(name)[0] for name in (*names, later)] == ["sent", "queued", "sent", "queued"]


def test_once_whatsapp_says_that_the_lock_is_over_all_that_was_held_goes_out(rig: Rig) -> None:
    with rig.database.writing() as connection:
        restrictions.hear(connection, "wire", START, START, START + 10 * DAY, LOCKED)
    names = [to(rig, ANI), to(rig, BUDI)]
    works(rig)
    with rig.database.writing() as connection:
        restrictions.hear(connection, "wire", START, START, 0.0, LOCKED)
    works(rig)
    assert [rig.state(name)[0] for name in names] == ["sent"] * 2


def test_groups_are_no_strangers(rig: Rig) -> None:
    rig.accept("120363041234567890@g.us")
    works(rig)
    assert (wire(rig).checked, len(rig.wire.sent)) == ([], 1)


def test_a_line_without_such_limits_checks_nobody(database: Database) -> None:
    rig = Rig(database)
    name = to(rig, NOBODY)
    works(rig)
    assert rig.state(name)[0] == "sent"
