"""What customers do on simulated phones, as whoever listens gets it."""

import pytest

from flask_chatbot.core.values.chats import group_chat, person_chat
from flask_chatbot.core.values.contents import Choice, Reaction, Referral, SharedContact, SharedLocation
from flask_chatbot.core.values.menus import Buttons
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.people import Alias
from flask_chatbot.core.values.replies import Text
from flask_chatbot.errors import Refused
from flask_chatbot.testing.transports import Recorder
from flask_chatbot.transports.base import Capabilities
from flask_chatbot.transports.phones import Phone
from flask_chatbot.transports.simulator import Simulator
from tests.transports.scenes import BUDI, GROUP, outbound

MENU = Buttons("Silakan.", (Choice("harga", "Harga"),), "Silakan.\n1. Harga")
SENT_ID = f"true_{BUDI}@c.us_3EB0000000000000000A"


@pytest.fixture
def heard() -> Recorder:
    return Recorder()


@pytest.fixture
def simulator(heard: Recorder) -> Simulator:
    made = Simulator(clock=lambda: 1_700_000_000.0)
    made.open(heard)
    return made


@pytest.fixture
def budi(simulator: Simulator) -> Phone:
    return simulator.phone(BUDI, name="Budi")


def test_a_phone_is_the_same_however_often_it_is_asked_for(simulator: Simulator, budi: Phone) -> None:
    assert (simulator.phone(BUDI), simulator.phone(BUDI).name) == (budi, "Budi")


def test_a_place_and_a_contact_come_in_as_such(budi: Phone, heard: Recorder) -> None:
    budi.shares(-6.2, 106.8, name="Toko", address="Jl. Melati 5")
    budi.shares_contact("Siti", "628222", "628333", user_id="ID.77")
    place, contact = heard.messages
    assert (place.kind, place.text, place.location) == ("location", "", SharedLocation(-6.2, 106.8, "Toko", "Jl. Melati 5"))
    assert (contact.kind, contact.text, contact.contacts) == ("contact", "", (SharedContact("Siti", ("628222", "628333"), "ID.77"),))


def test_a_text_may_quote_be_forwarded_or_come_from_an_advertisement(simulator: Simulator, budi: Phone, heard: Recorder) -> None:
    simulator.send(outbound())
    referral = Referral("120210", "Kopi Gayo")
    first = budi.writes("yang ini", reply_to=simulator.arrived[0])
    budi.writes("itu", reply_to=first, forwarded=True)
    budi.sends(image=b"x", reply_to="A1", forwarded=True)
    budi.writes("halo", referral=referral)
    got = [(each.reply_to, each.forwarded, each.referral) for each in heard.messages]
    assert got == [(SENT_ID, False, None), (first.id, True, None), ("A1", True, None), ("", False, referral)]


def test_a_reaction_is_to_the_last_message_that_arrived_or_to_another(simulator: Simulator, budi: Phone, heard: Recorder) -> None:
    own = budi.writes("halo")
    simulator.send(outbound())
    budi.reacts("👍")
    budi.reacts("", own)
    budi.reacts("🙏", "A1")
    reactions = [each.reaction for each in heard.messages[1:]]
    assert reactions == [Reaction("👍", SENT_ID), Reaction("", own.id or ""), Reaction("🙏", "A1")]


def test_a_reaction_needs_a_message(budi: Phone) -> None:
    with pytest.raises(ValueError, match=f"Nothing has arrived at {BUDI} yet that one could react to"):
        budi.reacts("👍")


def test_a_message_is_edited_and_deleted_where_it_was_written(simulator: Simulator, budi: Phone, heard: Recorder) -> None:
    simulator.group(GROUP, "Tim", [budi])
    alone, together = budi.writes("satu"), budi.writes("dua", group=GROUP)
    budi.edits(alone, "tiga")
    budi.deletes(together)
    edit, deletion = heard.messages[2:]
    assert (edit.kind, edit.text, edit.edits, edit.group) == ("edit", "tiga", alone.id, "")
    assert (deletion.kind, deletion.text, deletion.deletes, deletion.group) == ("deletion", "", together.id, GROUP)


def test_a_reaction_in_a_group_is_made_there(simulator: Simulator, budi: Phone, heard: Recorder) -> None:
    simulator.group(GROUP, "Tim", [budi])
    simulator.send(outbound(chat=group_chat(GROUP)))
    budi.reacts("👍")
    assert [(each.chat, each.group) for each in heard.messages] == [("group", GROUP)]


def test_each_message_has_an_id_of_its_own_and_comes_as_often_as_it_is_to(budi: Phone, heard: Recorder) -> None:
    order = budi.writes("halo")
    budi.edits(order, "hai", times=2)
    budi.deletes("A1", times=2)
    budi.sends_unsupported(times=2)
    kinds = {each.id: each.kind for each in heard.messages}
    assert (list(kinds.values()), len(heard.messages)) == (["text", "edit", "deletion", "unsupported"], 7)


def test_a_tap_quotes_the_menu(simulator: Simulator, budi: Phone) -> None:
    simulator.send(outbound(reply=MENU))
    tapped = budi.taps("Harga")
    assert (tapped.kind, tapped.choice, tapped.reply_to) == ("choice", Choice("harga", "Harga"), SENT_ID)


def test_what_no_menu_shows_cannot_be_tapped(simulator: Simulator, budi: Phone) -> None:
    simulator.send(outbound(reply=MENU))
    with pytest.raises(ValueError, match=f"No button or list that arrived at {BUDI} shows 'Lokasi'. They show 'Harga'."):
        budi.taps("Lokasi")


def test_an_option_that_there_is_not_is_refused(budi: Phone, heard: Recorder) -> None:
    with pytest.raises(TypeError, match="grup"):
        budi.writes("halo", grup=GROUP)  # type: ignore[call-arg]
    assert heard.messages == []


def test_a_message_returned_is_the_one_that_came_in(budi: Phone, heard: Recorder) -> None:
    sent: list[Message] = [budi.writes("halo"), budi.shares(0, 0), budi.sends_unsupported()]
    assert sent == heard.messages
    assert all(each.id and each.id.startswith(f"false_{person_chat(BUDI)}_") for each in sent)


BSUID = "ID.13491208655302741918"


def test_a_phone_with_an_id_shows_it_besides_its_number_or_alone(simulator: Simulator, heard: Recorder) -> None:
    budi = simulator.phone(BUDI, user_id=BSUID, name="Budi", username="budi.k")
    budi.writes("satu")
    budi.hides_number()
    budi.writes("dua")
    budi.shows_number()
    budi.writes("tiga")
    alias = (Alias("bsuid", BSUID, "simulator"),)
    shown = Sender(number=BUDI, name="Budi", username="budi.k", aliases=alias)
    assert [each.sender for each in heard.messages] == [shown, Sender(name="Budi", username="budi.k", aliases=alias), shown]
    assert BUDI not in (heard.messages[1].id or "")


def test_answers_reach_a_phone_by_its_number_and_by_its_id(simulator: Simulator) -> None:
    budi, siti = simulator.phone(BUDI, user_id=BSUID), simulator.phone(user_id="251500@lid")
    budi.hides_number()
    for place, chat in enumerate((f"{BUDI}@c.us", BSUID, "251500@lid")):
        simulator.send(outbound(f"3EB{place}", chat, Text(chat)))
    assert (budi.replies, siti.replies) == ((Text(f"{BUDI}@c.us"), Text(BSUID)), (Text("251500@lid"),))


def test_who_has_no_id_cannot_hide_the_number(budi: Phone) -> None:
    with pytest.raises(ValueError, match=rf"{BUDI} has no id to be known by\. Give it one"):
        budi.hides_number()


def test_after_a_change_the_old_number_reaches_nobody_and_what_arrived_stays(simulator: Simulator) -> None:
    budi = simulator.phone(BUDI, user_id="251500@lid")
    simulator.send(outbound("3EB1", reply=Text("lama")))
    budi.changes_number("628999")
    with pytest.raises(Refused, match="This number does not use WhatsApp"):
        simulator.send(outbound("3EB2"))
    simulator.send(outbound("3EB3", person_chat("628999"), Text("baru")))
    simulator.send(outbound("3EB4", "251500@lid", Text("lewat id")))
    assert (budi.replies, simulator.has_whatsapp(BUDI)) == ((Text("lama"), Text("baru"), Text("lewat id")), False)


def test_whoever_gets_an_old_number_sees_nothing_that_arrived_before(simulator: Simulator) -> None:
    budi = simulator.phone(BUDI, user_id=BSUID)
    simulator.send(outbound("3EB1", reply=Text("lama")))
    budi.changes_number("628999", user_id="ID.2")
    siti = simulator.phone(BUDI, user_id="ID.3", name="Siti")
    simulator.send(outbound("3EB2", reply=Text("baru")))
    assert (budi.replies, siti.replies, siti.writes("halo").sender.name) == ((Text("lama"),), (Text("baru"),), "Siti")
    with pytest.raises(Refused):
        simulator.send(outbound("3EB3", BSUID))


def test_of_a_number_that_is_changed_the_bot_is_announced_where_whatsapp_tells_it(simulator: Simulator, heard: Recorder) -> None:
    budi = simulator.phone(BUDI, user_id=BSUID)
    budi.changes_number("628998")
    budi.changes_number("628999", user_id="ID.2", is_announced=True)
    (change,) = heard.changes
    line = simulator.name
    assert (change.old, change.new) == (
        (Alias("number", "628998"), Alias("bsuid", BSUID, line)),
        (Alias("number", "628999"), Alias("bsuid", "ID.2", line)),
    )


def test_what_the_owner_writes_arrives_and_the_bot_is_announced(simulator: Simulator, heard: Recorder) -> None:
    budi = simulator.phone(BUDI)
    group = simulator.group(GROUP, "Tim", [budi])
    echoes = [simulator.owner_writes("Halo.", to=budi, times=2), simulator.owner_writes("Halo semua.", to=budi, group=group)]
    assert heard.echoes == [echoes[0], echoes[0], echoes[1]]
    assert [(each.to.number, each.group, each.text) for each in echoes] == [(BUDI, "", "Halo."), (BUDI, GROUP, "Halo semua.")]
    assert (budi.replies, heard.messages) == ((Text("Halo."), Text("Halo semua.")), [])


def test_a_connection_without_echoes_tells_the_bot_nothing(heard: Recorder) -> None:
    simulator = Simulator(clock=lambda: 1_700_000_000.0, capabilities=Capabilities(), echoes_own=True)
    simulator.open(heard)
    budi = simulator.phone(BUDI)
    simulator.owner_writes("Halo.", to=budi)
    simulator.send(outbound("3EB1"))
    assert (heard.echoes, len(budi.replies)) == ([], 2)


def test_what_the_bot_itself_sends_is_announced_where_that_is_wanted(heard: Recorder) -> None:
    simulator = Simulator(clock=lambda: 1_700_000_000.0, echoes_own=True)
    simulator.open(heard)
    simulator.group(GROUP, "Tim")
    sent = [simulator.send(outbound("3EB1", reply=Text("Halo"))), simulator.send(outbound("3EB2", f"{GROUP}@g.us"))]
    assert [(each.id, each.to.number, each.group) for each in heard.echoes] == [(sent[0], BUDI, ""), (sent[1], GROUP, GROUP)]


def test_a_number_that_is_changed_stays_in_its_groups(simulator: Simulator, heard: Recorder) -> None:
    budi = simulator.phone(BUDI)
    simulator.group(GROUP, "Tim", [budi])
    budi.changes_number("628999")
    budi.writes("halo", group=GROUP)
    assert [(each.sender.number, each.group) for each in heard.messages] == [("628999", GROUP)]


@pytest.mark.parametrize(
    ("names", "why"),
    [
        ({}, "A phone needs a number or an id"),
        ({"user_id": "budi"}, "'budi' is no id of a person"),
        ({"user_id": "ID.ENT.1349"}, "'ID.ENT.1349' is no id of a person"),
        ({"number": BUDI, "user_id": "ID.2"}, f"{BUDI} has the id {BSUID} already"),
    ],
)
def test_a_phone_that_cannot_be_is_refused(simulator: Simulator, names: dict[str, str], why: str) -> None:
    simulator.phone(BUDI, user_id=BSUID)
    with pytest.raises(ValueError, match=why):
        simulator.phone(names.get("number", ""), user_id=names.get("user_id", ""))


def test_nobody_takes_the_number_or_the_id_of_another_phone(simulator: Simulator, budi: Phone) -> None:
    siti = simulator.phone("628222", user_id=BSUID, name="Siti")
    with pytest.raises(ValueError, match=r"628123456789 belongs to the phone of Budi\. Choose another one"):
        siti.changes_number(BUDI)
    with pytest.raises(ValueError, match="belongs to the phone of Siti"):
        budi.changes_number("628999", user_id=BSUID)
    assert (siti.number, budi.number) == ("628222", BUDI)
