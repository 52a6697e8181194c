"""One message's try, and what is written down of it."""

import pytest

from flask_chatbot.core.values.contents import File
from flask_chatbot.core.values.outbound import Ack, Receipt
from flask_chatbot.core.values.replies import Document, Image, Text
from flask_chatbot.database.database import Database
from flask_chatbot.delivery.send import TOO_LATE, Failed, Later, MessageSender, SendResult, Sent, Untried, settle
from flask_chatbot.errors import FetchLater, FetchRefused, NotConnected, Refused, TryLater
from flask_chatbot.store import outbox
from flask_chatbot.store.outbox import Claim
from tests.delivery.rig import DAY, START, Rig

PICTURE = File(content=b"\x89PNG", kind="image", mime="image/png")


@pytest.fixture
def rig(database: Database) -> Rig:
    return Rig(database)


def claim(rig: Rig, lease: float = 60.0) -> Claim:
    """The one message there is to send."""
    with rig.database.writing() as connection:
        (found,) = [
            *outbox.claim(connection, rig.wire.name, rig.clock(), lease, 10),
            *filter(None, [outbox.claim_crashed(connection, rig.wire.name, rig.clock(), lease)]),
        ]
    return found


def attempt(rig: Rig, claimed: Claim) -> SendResult:
    return MessageSender(rig.wire, fetch=rig.fetch, clock=rig.clock).attempt(claimed)


def write(rig: Rig, *results: SendResult) -> list[SendResult]:
    with rig.database.writing() as connection:
        return settle(connection, results, rig.acks, rig.clock())


def test_a_message_the_transport_took_is_sent(rig: Rig) -> None:
    name = rig.accept()
    claimed = claim(rig)
    result = attempt(rig, claimed)
    assert result == Sent(claimed, f"wire:{name}", START)
    assert write(rig, result) == [result]
    assert rig.state(name) == ("sent", Ack.SENT, None)
    assert rig.message(name).sent_at == START


def test_what_is_refused_fails_at_once_with_its_reason(rig: Rig) -> None:
    name = rig.accept()
    rig.wire.script.append(Refused("This number has no WhatsApp."))
    result = attempt(rig, claim(rig))
    write(rig, result)
    assert rig.state(name) == ("failed", Ack.ERROR, "This number has no WhatsApp.")


def test_what_may_go_later_waits_as_promised_and_keeps_ack_0(rig: Rig) -> None:
    name = rig.accept()
    waits = []
    for _ in range(8):
        rig.wire.script.append(TryLater("WhatsApp is busy."))
        before = rig.clock()
        write(rig, attempt(rig, claim(rig)))
        message = rig.message(name)
        waits.append(message.due_at - before)
        if message.state != "failed":
            assert (message.state, message.ack, message.error) == ("queued", Ack.PENDING, "WhatsApp is busy.")
            rig.clock.now = message.due_at
    assert waits[:7] == [2.0, 10.0, 60.0, 300.0, 1800.0, 7200.0, 21600.0]
    assert rig.state(name) == ("failed", Ack.ERROR, "WhatsApp is busy.")


def test_a_transport_that_asks_for_more_time_gets_it(rig: Rig) -> None:
    name = rig.accept()
    rig.wire.script.append(TryLater("Too many messages.", after=90.0))
    write(rig, attempt(rig, claim(rig)))
    assert rig.message(name).due_at == START + 90.0


def test_no_message_is_tried_after_its_24_hours(rig: Rig) -> None:
    name = rig.accept()
    rig.clock.forward(DAY)
    write(rig, attempt(rig, claim(rig)))
    assert rig.state(name) == ("failed", Ack.ERROR, TOO_LATE)
    assert rig.wire.sent == []


def test_a_line_that_takes_nothing_costs_no_message_its_tries_until_its_day_is_over(rig: Rig) -> None:
    name = rig.accept()
    tries = 0
    while rig.message(name).state != "failed":
        rig.wire.script.append(NotConnected("The key is refused.", after=60.0))
        write(rig, attempt(rig, claim(rig)))
        tries += 1
        rig.clock.now = max(rig.message(name).due_at, rig.clock())
    assert (rig.state(name), rig.clock()) == (("failed", Ack.ERROR, "The key is refused."), START + DAY)
    assert tries > 40


def test_what_was_tried_within_its_24_hours_is_given_up_for_the_reason_of_its_last_try(rig: Rig) -> None:
    name = rig.accept()
    rig.wire.script.append(TryLater("The gateway is away."))
    write(rig, attempt(rig, claim(rig)))
    rig.clock.forward(DAY)
    write(rig, attempt(rig, claim(rig)))
    assert (rig.state(name), len(rig.wire.sent)) == (("failed", Ack.ERROR, "The gateway is away."), 1)


def test_a_transport_that_fails_by_a_mistake_is_tried_again_and_the_log_shows_no_text(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    name = rig.accept("628123456789@c.us", Text("rahasia sekali"))
    rig.wire.script.append(ValueError("cannot encode 'rahasia sekali' for 628123456789"))
    write(rig, attempt(rig, claim(rig)))
    assert rig.state(name) == ("queued", Ack.PENDING, "It failed with an internal error: ValueError.")
    assert name in caplog.text
    assert "rahasia" not in caplog.text
    assert "628123456789" not in caplog.text


def test_media_goes_out_with_its_file_and_is_what_its_content_says(rig: Rig) -> None:
    rig.fetched["https://example.com/katalog.pdf"] = PICTURE
    name = rig.accept(reply=Document("https://example.com/katalog.pdf", filename="k.pdf"), type="document")
    write(rig, attempt(rig, claim(rig)))
    assert rig.wire.files == [File(content=b"\x89PNG", kind="image", mime="image/png", name="k.pdf")]
    assert (rig.message(name).type, rig.state(name)) == ("image", ("sent", Ack.SENT, None))


def test_a_file_that_will_never_come_fails_the_message_at_once(rig: Rig) -> None:
    rig.fetched["https://example.com/a.png"] = FetchRefused("example.com answered 404.")
    name = rig.accept(reply=Image("https://example.com/a.png"))
    write(rig, attempt(rig, claim(rig)))
    assert rig.state(name) == ("failed", Ack.ERROR, "example.com answered 404.")
    assert rig.wire.sent == []


def test_a_file_that_may_come_later_is_fetched_again(rig: Rig) -> None:
    rig.fetched["https://example.com/a.png"] = FetchLater("example.com answered 503.", after=30.0)
    name = rig.accept(reply=Image("https://example.com/a.png"))
    result = attempt(rig, claim(rig))
    assert isinstance(result, Later)
    write(rig, result)
    assert rig.message(name).due_at == START + 30.0
    rig.fetched["https://example.com/a.png"] = PICTURE
    rig.clock.forward(30.0)
    write(rig, attempt(rig, claim(rig)))
    assert rig.state(name) == ("sent", Ack.SENT, None)


def test_who_lost_its_lease_settles_nothing_but_knows_the_message_by_its_id(rig: Rig) -> None:
    name = rig.accept()
    old = claim(rig)
    rig.clock.forward(61.0)
    new = claim(rig)
    assert write(rig, Failed(old, "too late")) == []
    assert rig.state(name) == ("claimed", Ack.PENDING, None)
    assert write(rig, Sent(old, f"wire:{name}", rig.clock())) == []
    assert rig.message(name).state == "claimed"
    rig.receipt(name, Ack.DELIVERED)
    assert write(rig, Sent(new, f"wire:{name}", rig.clock())) == [Sent(new, f"wire:{name}", rig.clock())]
    assert rig.state(name) == ("sent", Ack.DELIVERED, None)


def test_what_is_handed_back_is_due_at_once_and_was_not_tried(rig: Rig) -> None:
    name = rig.accept()
    write(rig, Untried(claim(rig)))
    assert (rig.message(name).state, rig.message(name).tries) == ("queued", 0)
    assert claim(rig).tries == 1


def test_many_outcomes_are_written_down_together(rig: Rig) -> None:
    names = [rig.accept(f"62811{number}@c.us") for number in range(6)]
    with rig.database.writing() as connection:
        claims = outbox.claim(connection, rig.wire.name, rig.clock(), 60.0, 10)
    first, second, third, fourth, *rest = claims
    write(
        rig,
        Sent(first, "a", START),
        Later(second, START + 2, "busy"),
        Failed(third, "no"),
        Untried(fourth),
        *(Sent(each, each.outbound.id, START) for each in rest),
    )
    assert [rig.state(name) for name in names] == [
        ("sent", Ack.SENT, None),
        ("queued", Ack.PENDING, "busy"),
        ("failed", Ack.ERROR, "no"),
        ("queued", Ack.PENDING, None),
        ("sent", Ack.SENT, None),
        ("sent", Ack.SENT, None),
    ]


def arrived(rig: Rig, name: str, ack: Ack = Ack.SENT, error: str = "") -> None:
    """Let WhatsApp report a message by our own id of it, and by its own."""
    rig.acks.receipt(rig.database, Receipt(id="theirs", ack=ack, at=rig.clock(), error=error, message=name))


def test_a_message_whose_answer_was_lost_is_not_sent_again_once_a_receipt_names_it(rig: Rig) -> None:
    name, behind = rig.accept(), rig.accept()
    rig.wire.script.append(TryLater("The connection broke."))
    write(rig, attempt(rig, claim(rig)))
    arrived(rig, name)
    assert rig.state(name) == ("sent", Ack.SENT, None)
    write(rig, attempt(rig, claim(rig)))
    assert [each for _, each in rig.wire.sent] == [name, behind]
    rig.acks.receipt(rig.database, Receipt(id="theirs", ack=Ack.READ, at=rig.clock()))
    assert rig.message(name).ack is Ack.READ


def test_a_receipt_that_names_a_message_counts_before_its_worker_has_heard_anything(rig: Rig) -> None:
    name, behind = rig.accept(), rig.accept()
    claimed = claim(rig)
    rig.wire.script.append(TryLater("The connection broke."))
    result = attempt(rig, claimed)
    arrived(rig, name, Ack.DELIVERED)
    assert write(rig, result) == []
    assert rig.state(name) == ("sent", Ack.DELIVERED, None)
    assert claim(rig).outbound.id == behind


def test_a_message_whose_worker_died_is_not_sent_again_once_a_receipt_names_it(rig: Rig) -> None:
    name = rig.accept()
    claim(rig, lease=30.0)
    arrived(rig, name)
    rig.clock.forward(60.0)
    with rig.database.writing() as connection:
        assert outbox.claim(connection, rig.wire.name, rig.clock(), 30.0, 9) == []
    assert rig.state(name) == ("sent", Ack.SENT, None)


def test_a_failure_that_names_its_message_is_final(rig: Rig) -> None:
    name, behind = rig.accept(), rig.accept()
    rig.wire.script.append(TryLater("The connection broke."))
    write(rig, attempt(rig, claim(rig)))
    arrived(rig, name, Ack.ERROR, "Meta says: undeliverable.")
    assert rig.state(name) == ("failed", Ack.ERROR, "Meta says: undeliverable.")
    assert claim(rig).outbound.id == behind


def test_a_receipt_that_names_a_message_of_another_session_is_kept_for_its_own(rig: Rig) -> None:
    name = rig.accept(session="another")
    arrived(rig, name)
    assert rig.message(name).state == "queued"
