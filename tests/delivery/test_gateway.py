"""Accepting messages, once and for all; asking what became of them, and what WhatsApp knows."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import event

from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.core.values.replies import ContactCard, Document, Image, Location, Reply, Text
from flask_chatbot.delivery.accepted import Accepted, IdempotencyKey, Terms
from flask_chatbot.delivery.gateway import Gateway
from flask_chatbot.errors import NotAccepted, StoreError
from flask_chatbot.store import optouts, outbox
from flask_chatbot.store.outbox import Claim
from tests.delivery.apps import BUDI, GROUP, OURS, START, callbacks_of, gateway_app, gateway_of, simulator

CHAT, GROUP_CHAT = f"{BUDI}@c.us", f"{GROUP}@g.us"
DAY = 24 * 3600.0
PROMO = Terms(promo=True)


@pytest.fixture
def gateway(url: str, tmp_path: Path) -> Iterator[Gateway]:
    """The gateway of an app, on a database of each kind in turn."""
    gateway = gateway_of(gateway_app(tmp_path, CHATBOT_DATABASE_URL=url, CHATBOT_PRIVATE_HOSTS="crm.local"))
    yield gateway
    gateway.database.close()


def waiting(gateway: Gateway, now: float = START) -> list[Claim]:
    """What a worker would send at that time."""
    with gateway.database.writing() as connection:
        return outbox.claim(connection, gateway.transport.name, now, 60.0, 100)


def sendings(gateway: Gateway) -> int:
    with gateway.database.reading() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM chatbot_messages").scalar_one())


@pytest.mark.parametrize(
    ("chat", "reply", "kind"),
    [
        (CHAT, Text("Halo"), "text"),
        (GROUP_CHAT, Text("Halo"), "chat"),
        (GROUP_CHAT, Image("https://example.com/a.png"), "image"),
        (CHAT, Document("https://example.com/a.pdf"), "document"),
        (CHAT, Location(0.5, 101.4), "chat"),
        (CHAT, ContactCard("Admin", ("628111",)), "vcard"),
    ],
)
def test_what_is_accepted_waits_to_be_sent_as_it_was_given(gateway: Gateway, chat: str, reply: Reply, kind: str) -> None:
    accepted = gateway.send(chat, reply, Terms(notify_url="https://example.com/acks"))
    assert accepted == Accepted(id=accepted.id, ack=Ack.PENDING, type=kind, timestamp=int(START), from_=OURS, to=chat)
    assert [(each.outbound.id, each.chat, each.outbound.reply, each.outbound.notify_url) for each in waiting(gateway)] == [
        (accepted.id, chat, reply, "https://example.com/acks")
    ]


def test_an_id_is_3eb0_and_sixteen_hex_digits_and_never_the_same(gateway: Gateway) -> None:
    ids = {gateway.send(CHAT, Text("a")).id for _ in range(20)}
    assert len(ids) == 20
    assert all(len(each) == 20 and each.startswith("3EB0") and set(each[4:]) <= set("0123456789ABCDEF") for each in ids)


def test_a_worker_is_woken_once_a_message_is_committed(gateway: Gateway) -> None:
    found: list[int] = []
    gateway.wake = lambda: found.append(sendings(gateway))
    gateway.send(CHAT, Text("a"))
    gateway.send_all(CHAT, [Text("b"), Text("c")])
    assert found == [1, 3]


def test_a_message_to_somebody_known_is_stored_in_one_statement_and_waits_behind_those_before_it(gateway: Gateway) -> None:
    first, stored = gateway.send(CHAT, Text("a")).id, []
    with gateway.database.writing() as connection:
        engine = connection.engine
    event.listen(engine, "before_cursor_execute", lambda *executed: stored.append(executed[2]))
    gateway.send(CHAT, Text("b"))
    assert [each.split()[0] for each in stored if "chatbot_" in each and "pg_" not in each] == ["INSERT"]
    assert [each.outbound.id for each in waiting(gateway)] == [first]


def test_a_message_for_later_waits_until_then_and_lives_a_day_from_there(gateway: Gateway) -> None:
    gateway.send(CHAT, Text("besok"), Terms(start_at=START + 3600))
    assert (waiting(gateway), [each.expires_at for each in waiting(gateway, START + 3600)]) == ([], [START + 3600 + DAY])


def test_several_messages_are_accepted_together_and_keep_their_order(gateway: Gateway) -> None:
    ids = gateway.send_all(CHAT, [Text(str(number)) for number in range(5)])
    order = []
    for _ in ids:
        (claim,) = waiting(gateway)
        order.append(claim.outbound.id)
        with gateway.database.writing() as connection:
            outbox.settle_sent(connection, [claim], START)
    assert tuple(order) == ids


def test_a_message_posted_in_a_transaction_that_fails_was_never_there(gateway: Gateway) -> None:
    def post_and_fail() -> None:
        with gateway.database.writing() as connection:
            gateway.post(connection, CHAT, Text("a"))
            raise LookupError

    with pytest.raises(LookupError):
        post_and_fail()
    with gateway.database.writing() as connection:
        name = gateway.post(connection, CHAT, Text("b"))
    assert [(each.outbound.id, each.is_reply) for each in waiting(gateway)] == [(name, True)]


@pytest.mark.parametrize(
    ("url_given", "reason"),
    [
        ("nonsense", "The URL does not begin with http:// or https://."),
        ("http://127.0.0.1/a", None),
        ("http://toko@example.com/", "The URL holds a user name or password before its host. Leave them out."),
        ("http://example.com:22/", "Port 22 of example.com is not allowed. Use 80, 443 or one from 1024 up."),
    ],
)
def test_a_notifyurl_that_is_never_called_is_recorded_with_its_reason_and_the_message_goes_out(
    gateway: Gateway, url_given: str, reason: str | None
) -> None:
    accepted = gateway.send(CHAT, Text("a"), Terms(notify_url=url_given))
    (refused,) = callbacks_of(gateway, accepted.id)
    assert (refused.state, refused.url, refused.ack, refused.error) == ("refused", url_given, Ack.PENDING, reason or refused.error)
    assert [each.outbound.notify_url for each in waiting(gateway)] == [None]


def test_a_private_host_that_the_operator_allows_may_be_notified(gateway: Gateway) -> None:
    accepted = gateway.send(CHAT, Text("a"), Terms(notify_url="http://crm.local/acks"))
    assert callbacks_of(gateway, accepted.id) == []
    assert [each.outbound.notify_url for each in waiting(gateway)] == ["http://crm.local/acks"]


@pytest.mark.parametrize("reply", [Image("ftp://example.com/a.png"), Document("http://127.0.0.1/a.pdf"), Image("a.png")])
def test_a_file_that_can_never_be_fetched_is_not_accepted_and_nothing_beside_it(gateway: Gateway, reply: Reply) -> None:
    with pytest.raises(NotAccepted, match=r"^The file cannot be fetched: .+\.$"):
        gateway.send_all(CHAT, [Text("a"), reply])
    gateway.send_all(CHAT, [Image("http://crm.local/a.png")])
    assert sendings(gateway) == 1


def test_a_number_that_opted_out_gets_no_promotion_and_all_else(gateway: Gateway) -> None:
    with gateway.database.writing() as connection:
        optouts.opt_out(connection, BUDI, START)
    for send in (lambda: gateway.send(CHAT, Text("a"), PROMO), lambda: gateway.send_all(CHAT, [Text("a")], PROMO)):
        with pytest.raises(
            NotAccepted,
            match=r"^This number opted out of promotion\. Send it without 'promo' if it is not a promotion, or do not send it\.$",
        ):
            send()
    gateway.send(CHAT, Text("Pesanan Anda dikirim."))
    gateway.send(GROUP_CHAT, Text("Diskon!"), PROMO)
    assert sendings(gateway) == 2


def test_the_same_send_twice_under_one_key_is_one_message_with_one_answer(gateway: Gateway) -> None:
    key = IdempotencyKey("key", "body")
    first = gateway.send(CHAT, Text("a"), key=key)
    gateway.clock = lambda: START + DAY - 1
    assert gateway.send(CHAT, Text("a"), key=key) == first
    assert sendings(gateway) == 1


def test_a_promotion_that_was_accepted_has_its_answer_again_though_the_number_opted_out_since(gateway: Gateway) -> None:
    key = IdempotencyKey("key", "body")
    first = gateway.send(CHAT, Text("a"), PROMO, key=key)
    with gateway.database.writing() as connection:
        optouts.opt_out(connection, BUDI, START)
    assert gateway.send(CHAT, Text("a"), PROMO, key=key) == first
    with pytest.raises(NotAccepted):
        gateway.send(CHAT, Text("a"), PROMO, key=IdempotencyKey("another", "body"))
    with gateway.database.writing() as connection:
        optouts.opt_in(connection, BUDI)
    gateway.send(CHAT, Text("b"), PROMO, key=IdempotencyKey("another", "body of b"))  # what was refused left the key free
    assert sendings(gateway) == 2


def test_another_send_under_a_used_key_is_refused(gateway: Gateway) -> None:
    gateway.send(CHAT, Text("a"), key=IdempotencyKey("key", "body"))
    with pytest.raises(NotAccepted) as caught:
        gateway.send(CHAT, Text("b"), key=IdempotencyKey("key", "another"))
    message = "This Idempotency-Key was used for another message within 24 hours. Use a new key for each message."
    assert (caught.value.status, str(caught.value), sendings(gateway)) == (409, message, 1)


def test_a_key_is_free_again_after_a_day(gateway: Gateway) -> None:
    first = gateway.send(CHAT, Text("a"), key=IdempotencyKey("key", "body"))
    gateway.clock = lambda: START + DAY
    second = gateway.send(CHAT, Text("b"), key=IdempotencyKey("key", "another"))
    assert (first.id != second.id, sendings(gateway)) == (True, 2)


def test_twins_that_come_at_once_are_one_message(gateway: Gateway) -> None:
    together = threading.Barrier(8)

    def send(_: int) -> Accepted:
        together.wait()
        return gateway.send(CHAT, Text("a"), key=IdempotencyKey("key", "body"))

    with ThreadPoolExecutor(8) as callers:
        answers = list(callers.map(send, range(8)))
    assert (len(set(answers)), sendings(gateway)) == (1, 1)


def test_what_became_of_a_message_is_answered_and_of_an_unknown_one_nothing(gateway: Gateway) -> None:
    found = gateway.message(gateway.send(CHAT, Text("a")).id)
    assert found is not None
    assert (found.chat, found.type, found.ack, found.state) == (CHAT, "text", Ack.PENDING, "queued")
    assert gateway.message("3EB0FFFFFFFFFFFFFFFF") is None


def test_a_message_is_accepted_while_nobody_knows_our_number(gateway: Gateway) -> None:
    phones = simulator()
    phones.log_out()
    gateway.proxy.transport = phones
    assert gateway.send(CHAT, Text("a")).from_ == ""


def test_nothing_is_accepted_that_cannot_be_kept(tmp_path: Path) -> None:
    gateway = gateway_of(gateway_app(tmp_path, CHATBOT_DATABASE_URL=f"sqlite:///{tmp_path}"))
    with pytest.raises(StoreError):
        gateway.send(CHAT, Text("a"))
