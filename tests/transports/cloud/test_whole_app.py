"""A bot at a number of Meta's Cloud API: what Meta loses, repeats and mixes up, its customers do not notice."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from flask_chatbot.core.values.chats import person_chat
from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.store import stored
from flask_chatbot.store.outgoing import charges
from flask_chatbot.testing.transports.whole_apps import served, wait_for
from flask_chatbot.testing.transports.worlds import OTHERS
from tests.transports.cloud.graph import Call, Node, failing, sign, status, webhook
from tests.transports.cloud.world import BSUID, BUDI, CloudWorld, written

LOST = {"errors": [{"code": 131000, "title": "Something went wrong"}]}


@pytest.fixture
def world() -> CloudWorld:
    return CloudWorld(deadline=20.0)


@pytest.fixture
def shop(world: CloudWorld, tmp_path: Path) -> Iterator[Flask]:
    with served(world, tmp_path) as app:
        yield app
    world.close()


@pytest.mark.usefixtures("shop")
def test_an_answer_that_was_lost_costs_no_second_message_if_a_status_comes(world: CloudWorld) -> None:
    world.reports_early()
    world.loses_answer()
    world.writes("gema#satu")
    world.writes("gema#dua")
    wait_for(lambda: len(world.arrived()) >= 2)
    assert world.arrived() == [(person_chat(BUDI), "satu"), (person_chat(BUDI), "dua")]


def test_statuses_move_the_ack_in_any_order_and_keep_the_price(world: CloudWorld, shop: Flask) -> None:
    world.reports_early()
    world.writes("gema#satu")
    database = shop.extensions["chatbot"].lines.database
    wait_for(lambda: len(world.arrived()) == 1)
    name = world.graph.arrived[0][1]["biz_opaque_callback_data"]

    def ack() -> Ack:
        with database.reading() as connection:
            found = stored.find(connection, name)
        assert found is not None
        return found.ack

    wait_for(lambda: ack() is Ack.READ)
    with database.reading() as connection:
        pricing = charges.pricing_of(connection, name)
    assert pricing is not None
    assert (pricing.category, pricing.is_billable, pricing.model) == ("service", True, "PMP")


def taken_and_given_up(call: Call, body: Node) -> None:
    """Take a message as Meta does, and report later, twice, that something went wrong."""
    name = "wamid.LOST"
    call.server.reports.append([status(name, "sent", body), *[status(name, "failed", body, **LOST)] * 2])
    call.confirm(name, body)


@pytest.mark.usefixtures("shop")
def test_what_meta_takes_and_gives_up_goes_out_again_and_once_however_often_it_is_reported(world: CloudWorld) -> None:
    world.graph.troubles.append(taken_and_given_up)
    world.writes("gema#satu")
    wait_for(lambda: bool(world.graph.reports))
    world.settle()
    wait_for(lambda: len(world.arrived()) >= 1)
    world.settle()
    world.writes("gema#dua")
    wait_for(lambda: len(world.arrived()) >= 2)
    assert world.arrived() == [(person_chat(BUDI), "satu"), (person_chat(BUDI), "dua")]


@pytest.mark.usefixtures("shop")
def test_limits_and_outages_delay_and_lose_nothing(world: CloudWorld) -> None:
    world.graph.troubles += [failing(131016, status=500), failing(2, status=503), Call.lose]
    for number in range(3):
        world.writes(f"gema#{number}", sender=f"62812345{number:04}")
    wait_for(lambda: len({text for _, text in world.arrived()}) == 3)
    assert {text for _, text in world.arrived()} == {"0", "1", "2"}


@pytest.mark.usefixtures("shop")
def test_a_batch_of_100_is_answered_whole_in_order_and_once_however_often_it_comes(world: CloudWorld) -> None:
    found = [world.message(written(f"gema#{number}"), OTHERS[number % 10]) for number in range(100)]
    world.brings(*found, times=3)
    wait_for(lambda: len(world.arrived()) >= 100)
    for place in range(10):
        texts = [text for chat, text in world.arrived() if chat == person_chat(OTHERS[place])]
        assert texts == [str(number) for number in range(place, 100, 10)]


@pytest.mark.usefixtures("shop")
def test_people_without_a_number_are_answered_by_metas_id_of_them(world: CloudWorld) -> None:
    world.brings(world.message(written("gema#satu"), "", BSUID))
    wait_for(lambda: len(world.arrived()) == 1)
    assert world.arrived() == [(BSUID, "satu")]
    assert "to" not in world.graph.calls[0]


@pytest.mark.usefixtures("shop")
def test_a_number_that_is_hidden_after_it_was_shown_is_still_written_to(world: CloudWorld) -> None:
    world.brings(world.message(written("gema#satu"), BUDI, BSUID))
    world.brings(world.message(written("gema#dua"), "", BSUID))
    wait_for(lambda: len(world.arrived()) == 2)
    assert world.arrived() == [(person_chat(BUDI), "satu"), (person_chat(BUDI), "dua")]


@pytest.mark.usefixtures("shop")
def test_whoever_changes_number_and_id_is_answered_at_the_new_ones(world: CloudWorld) -> None:
    world.brings(world.message(written("gema#satu"), BUDI, BSUID))
    wait_for(lambda: len(world.arrived()) == 1)
    system = {"type": "user_changed_number", "wa_id": OTHERS[0], "user_id": "ID.777", "previous_user_id": BSUID}
    world.brings(world.message({"type": "system", "system": system}))
    world.brings(world.message(written("gema#dua"), "", "ID.777"))
    wait_for(lambda: len(world.arrived()) == 2)
    assert world.arrived()[1] == (person_chat(OTHERS[0]), "dua")


def test_the_door_answers_meta_as_meta_expects(world: CloudWorld, shop: Flask) -> None:
    client, at = shop.test_client(), "/chatbot/in/cloud"
    body = webhook({"messages": []})
    signed = {"X-Hub-Signature-256": sign(body)}
    hello = f"{at}?hub.mode=subscribe&hub.challenge=42&hub.verify_token="
    large = body.ljust(3 * 1024 * 1024)
    answers = [
        client.get(hello + world.secrets[2]),
        client.get(hello + "another"),
        client.post(at, data=body, headers=signed),
        client.post(at, data=body, headers={"X-Hub-Signature-256": sign(b"x")}),
        client.post(at, data=body),
        client.post(at, data=large, headers={"X-Hub-Signature-256": sign(large)}),
        client.post(at, data=large + b" ", headers={"X-Hub-Signature-256": sign(large + b" ")}),
    ]
    assert [answer.status_code for answer in answers] == [200, 403, 200, 401, 401, 200, 413]
    assert (answers[0].get_data(), answers[0].mimetype) == (b"42", "text/plain")
