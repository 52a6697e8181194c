"""Broadcasts from the draft to the end: to everybody once, at the pace of the line, and stopped for good."""

import time
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from flask_chatbot.broadcasting import running
from flask_chatbot.broadcasting.content import BroadcastContent
from flask_chatbot.broadcasting.feed import BroadcastQueue
from flask_chatbot.broadcasting.preparing import Audience
from flask_chatbot.core.values.menus import MessageTemplate
from flask_chatbot.database.tables import messages
from flask_chatbot.delivery.pacing import Tempo
from flask_chatbot.errors import NotAccepted, Refused
from flask_chatbot.store import people
from flask_chatbot.store.broadcasts import recipients
from flask_chatbot.store.console import remarks
from flask_chatbot.store.forgetting import forget
from flask_chatbot.transports.base import Capabilities
from flask_chatbot.transports.simulator import Simulator
from tests.broadcasting.shops import ALL, BUDI, RULES, SARI, THREE, TONO, BroadcastShop


@pytest.fixture
def shop(tmp_path: Path) -> BroadcastShop:
    return BroadcastShop(tmp_path)


def test_everybody_on_a_list_gets_their_own_text_once(shop: BroadcastShop) -> None:
    found = shop.finish(shop.started(file=THREE + f"{BUDI};Budi lagi\n".encode()))
    assert sorted(shop.texts()) == [(BUDI, "Halo Budi!"), (SARI, "Halo Sari!"), (TONO, "Halo Kak!")]
    assert (found.broadcast.listed, found.broadcast.repeated, sum(found.counts.values())) == (3, 1, 3)


def test_whoever_opted_out_is_skipped_and_counted_at_their_turn_too(shop: BroadcastShop) -> None:
    shop.opt_out(SARI)
    number = shop.draft()
    shown = running.preview(shop.lines, number)
    assert (shown.people, [(str(reason), people) for reason, people in shown.skipped]) == (2, [("They opted out of promotion.", 1)])
    assert running.start(shop.lines, number, "ani")
    shop.opt_out(TONO)  # who was to get it
    found = shop.finish(number)
    assert (shop.texts(), found.counts["skipped"]) == ([(BUDI, "Halo Budi!")], 2)


def test_whoever_opted_out_and_was_forgotten_gets_nothing(shop: BroadcastShop) -> None:
    shop.opt_out(SARI)
    with shop.database.writing() as connection:
        forget(connection, people.find(connection, SARI) or "")
    assert shop.finish(shop.started()).counts["skipped"] == 1
    assert SARI not in dict(shop.texts())


def test_somebody_who_is_forgotten_leaves_the_list(shop: BroadcastShop) -> None:
    shop.know(SARI)
    number = shop.started()
    with shop.database.writing() as connection:
        forget(connection, people.find(connection, SARI) or "")
    assert sum(shop.finish(number).counts.values()) == 2


def test_a_second_start_starts_nothing(shop: BroadcastShop) -> None:
    number = shop.draft()
    assert [running.start(shop.lines, number, name) for name in ("ani", "budi", "ani")] == [True, False, False]
    assert shop.finish(number).broadcast.started_by == "ani"
    assert len(shop.texts()) == 3


def test_a_draft_whose_list_was_not_stored_to_its_end_cannot_be_started(shop: BroadcastShop) -> None:
    number = shop.draft()
    with shop.database.writing() as connection:
        connection.exec_driver_sql("UPDATE chatbot_broadcasts SET listed = NULL")
    with pytest.raises(NotAccepted, match="was not stored to its end"):
        running.start(shop.lines, number, "ani")


def test_what_was_not_sent_is_withdrawn_by_a_stop_and_nothing_comes_after_it(tmp_path: Path) -> None:
    shop = BroadcastShop(tmp_path, CHATBOT_PACE="1/hour")
    number = shop.started()
    shop.work(lambda: len(shop.texts()) == 1)
    now = time.time()
    assert [running.stop(shop.database, number, now), running.stop(shop.database, number, now)] == [True, False]
    found = shop.progress(number)
    assert (found.counts["withdrawn"], found.counts["waiting"], found.broadcast.stopped_at) == (2, 0, now)
    worker = shop.worker()
    for _ in range(3):
        worker.step()
    assert len(shop.texts()) == 1


def test_a_pace_lets_few_wait_in_the_outbox_so_that_others_go_between(tmp_path: Path) -> None:
    shop = BroadcastShop(tmp_path, CHATBOT_PACE="1/hour")
    lines = "".join(f"62812345{number:05}\n" for number in range(200)).encode()
    number = shop.started("Halo!", b"nomor\n" + lines)
    shop.work(lambda: len(shop.texts()) == 1)
    with shop.database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM chatbot_messages").scalar_one() <= 2
    assert shop.progress(number).counts["waiting"] == 199


def test_those_who_are_tried_again_later_hold_up_nobody_unless_they_are_many(shop: BroadcastShop) -> None:
    shop.started("Halo!", b"nomor\n" + b"".join(b"62812345%05d\n" % each for each in range(40)))
    queue = BroadcastQueue(shop.lines.first, tempo=Tempo.of(4, 60.0), is_open=lambda: True)
    now, queued = time.time(), []
    for _ in range(14):
        with shop.database.writing() as connection:
            queue.write(connection, now)
            assert not queue.is_due(connection, now)  # what it queued is to go out first
            connection.execute(update(messages).values(due_at=now + 3600))  # and does not
            queued.append(connection.execute(select(func.count()).select_from(messages)).scalar_one())
    assert queued == [2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 22, 22, 22]


def test_a_crash_in_the_middle_of_turns_leaves_them_to_be_taken_again(shop: BroadcastShop) -> None:
    number = shop.started()
    queue = BroadcastQueue(shop.lines.first, tempo=None, is_open=lambda: True)
    with suppress(KeyboardInterrupt), shop.database.writing() as connection:
        queue.write(connection, time.time())
        assert recipients.under_way(connection, number) == 3
        raise KeyboardInterrupt
    assert shop.progress(number).counts == {**ALL, "waiting": 3}
    with shop.database.writing() as connection:
        assert recipients.under_way(connection, number) == 0
        queue.write(connection, time.time())
    shop.finish(number)
    assert sorted(to for to, _ in shop.texts()) == [BUDI, SARI, TONO]


def test_a_time_to_come_is_waited_for(shop: BroadcastShop) -> None:
    number = shop.started(at="2099-12-01 09:00")
    worker = shop.worker()
    for _ in range(3):
        worker.step()
    assert shop.progress(number).counts == {**ALL, "waiting": 3}
    assert shop.progress(number).broadcast.start_at == 4_099_773_600.0  # 09:00 in Jakarta


@pytest.mark.parametrize(
    ("at", "said"), [("2020-01-01 09:00", "is over"), ("besok", "'besok' is no time"), ("99999-01-01 09:00", "is no time")]
)
def test_a_time_that_is_over_or_none_is_refused(shop: BroadcastShop, at: str, said: str) -> None:
    with pytest.raises(NotAccepted, match=said):
        shop.draft(at=at)


def test_the_messages_of_a_rule_are_one_turn(shop: BroadcastShop) -> None:
    file = f"hp,kode,lainnya\n{BUDI},A7,x\n".encode()
    found = shop.finish(shop.started(file=file, content=BroadcastContent(rule="promo")))
    assert shop.texts() == [(BUDI, "Diskon A7, Kak!"), (BUDI, "Sampai jumpa di Toko Maju.")]
    assert sum(found.counts.values()) == 1


def test_a_template_gets_its_values_from_the_columns(shop: BroadcastShop) -> None:
    content = BroadcastContent(template="promo", language="id", parameters=("{{ nama }}", "Toko Maju"))
    shop.finish(shop.started(file=f"nohp,nama\n{BUDI},Budi\n".encode(), content=content))
    assert [each.reply for each in shop.phones.arrived] == [MessageTemplate("promo", "id", ("Budi", "Toko Maju"))]


def test_people_with_a_label_and_people_who_wrote_are_lists(shop: BroadcastShop) -> None:
    ids = shop.know(BUDI, SARI)
    with shop.database.writing() as connection:
        for person in ids:
            remarks.add_label(connection, person, "langganan")
    assert shop.finish(shop.started("Halo!", audience=Audience(label="langganan"))).counts["skipped"] == 0
    assert sorted(shop.texts()) == [(BUDI, "Halo!"), (SARI, "Halo!")]
    shop.phones.phone(TONO).writes("halo")
    shop.work(lambda: (TONO, "Halo!") in shop.texts())
    shop.finish(shop.started("Apa kabar?", audience=Audience(days=30)))
    assert [each for each in shop.texts() if each[1] == "Apa kabar?"] == [(TONO, "Apa kabar?")]


def test_staff_who_wrote_get_nothing_that_is_for_customers(tmp_path: Path) -> None:
    rules = RULES.replace("quiet: never}", f'quiet: never, staff: {{kasir: "{SARI}"}}}}')
    shop = BroadcastShop(tmp_path, rules=rules + f'  - {{name: admin, keyword: admin, notify: "{TONO}", reply: Sebentar.}}\n')
    for number in (BUDI, SARI, TONO):
        shop.phones.phone(number).writes("halo")
    shop.work(lambda: len(shop.texts()) == 3)
    shop.finish(shop.started("Apa kabar?", audience=Audience(days=30)))
    assert [each for each in shop.texts() if each[1] == "Apa kabar?"] == [(BUDI, "Apa kabar?")]


def test_one_person_under_two_addresses_gets_it_once(shop: BroadcastShop) -> None:
    (budi,) = shop.know(BUDI)
    found = shop.finish(shop.started("Halo!", f"nomor\n{BUDI}\n{budi}\n".encode()))
    assert (shop.texts(), found.counts["skipped"]) == ([(BUDI, "Halo!")], 1)
    assert [str(reason) for reason, _ in found.skipped] == ["They are on the list twice."]


def test_a_rule_that_is_gone_at_its_turn_skips_everybody_in_words(tmp_path: Path) -> None:
    shop = BroadcastShop(tmp_path)
    number = shop.started(content=BroadcastContent(rule="salam"))
    with shop.database.writing() as connection:
        connection.exec_driver_sql("UPDATE chatbot_broadcasts SET content = replace(content, 'salam', 'salad')")
    found = shop.finish(number)
    assert [(str(reason), people) for reason, people in found.skipped] == [("There is no rule 'salad'. Did you mean 'salam'?", 3)]


def test_what_whatsapp_refuses_is_counted_as_failed(shop: BroadcastShop) -> None:
    shop.phones.fails(Refused("This number does not use WhatsApp."))
    found = shop.finish(shop.started())
    assert (found.counts["failed"], len(shop.texts())) == (1, 2)


LIMITED = Capabilities(strangers_limited=True)
WINDOW = Capabilities(window_24h=True, templates=True)


@pytest.mark.parametrize(
    ("able", "said"),
    [
        (LIMITED, "They never wrote by this line, and WhatsApp cuts off numbers that send promotions to strangers."),
        (WINDOW, "This person has not written in the last 24 hours, and to them WhatsApp takes templates only."),
    ],
    ids=["strangers limited", "window"],
)
def test_a_way_that_does_not_allow_it_refuses_in_a_sentence(tmp_path: Path, able: Capabilities, said: str) -> None:
    shop = BroadcastShop(tmp_path, Simulator(capabilities=able))
    number = shop.draft()
    with pytest.raises(NotAccepted) as caught:
        running.start(shop.lines, number, "ani")
    assert str(caught.value).startswith(f"Nobody on this list can get it. {said}")


@pytest.mark.parametrize("able", [LIMITED, WINDOW], ids=["strangers limited", "window"])
def test_whoever_wrote_of_late_is_reached_by_such_a_way(tmp_path: Path, able: Capabilities) -> None:
    shop = BroadcastShop(tmp_path, Simulator(capabilities=able))
    shop.phones.phone(SARI).writes("halo")
    shop.work(lambda: len(shop.texts()) == 1)
    found = shop.finish(shop.started())
    assert (shop.texts()[1:], found.counts["skipped"]) == ([(SARI, "Halo Sari!")], 2)


def test_a_template_goes_to_whoever_did_not_write_of_late(tmp_path: Path) -> None:
    shop = BroadcastShop(tmp_path, Simulator(capabilities=WINDOW))
    assert shop.finish(shop.started(content=BroadcastContent(template="promo"))).counts["skipped"] == 0


def test_a_template_is_refused_where_there_are_none(tmp_path: Path) -> None:
    shop = BroadcastShop(tmp_path, Simulator(capabilities=Capabilities()))
    with pytest.raises(NotAccepted, match="has no templates"):
        shop.draft(content=BroadcastContent(template="promo"))
