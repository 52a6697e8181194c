import pytest
from app import bot
from flask_chatbot import Ack, Refused, Text
from flask_chatbot.transports.faults import AnswerLost


@pytest.fixture
def budi(app, whatsapp):
    return whatsapp.phone("6281234567890", name="Budi")


def test_a_customer_is_told_that_the_order_is_on_its_way(app, budi):
    app.test_client().post("/orders/1203/shipped/0812-3456-7890")
    (arrived,) = budi.waits_for(1)
    assert arrived.reply == Text("Halo Budi, pesanan 1203 sudah dikirim.")


def test_a_photo_is_fetched_and_answered(budi):
    budi.sends(image=b"\x89PNG\r\n\x1a\n" + bytes(92))
    (arrived,) = budi.waits_for(1)
    assert arrived.reply == Text("Terima kasih, image (100 byte) kami cek dulu ya.")


def test_a_message_that_is_delivered_three_times_is_answered_once(budi):
    budi.writes("halo", times=3)
    budi.waits_for(1)
    assert budi.replies == (Text("Halo Budi!"),)


def test_who_writes_in_a_group_is_answered_there(whatsapp, budi):
    group = whatsapp.group("120363041234567890", "Pelanggan", [budi])
    budi.writes("halo", group=group)
    (arrived,) = budi.waits_for(1)
    assert arrived.chat == "120363041234567890@g.us"


def test_what_whatsapp_refuses_for_good_is_told(app, whatsapp, budi):
    whatsapp.fails(Refused("This number does not use WhatsApp."))
    with app.app_context():
        lost, kept = (*bot.send("081234567890", "satu"), *bot.send("081234567890", "dua"))
    budi.waits_for(1)
    assert [outbound.id for outbound in whatsapp.attempts] == [lost, kept]
    answer = app.test_client().get(
        f"/chatbot/api/messages/{lost}", headers={"SecretKey": "a-key-for-tests"}
    )
    assert answer.json["message"]["ack"] == Ack.ERROR


def test_a_message_whose_answer_was_lost_goes_out_again_under_its_id_and_arrives_once(
    app, whatsapp, budi
):
    whatsapp.fails(AnswerLost())
    with app.app_context():
        (message_id,) = bot.send("081234567890", "Pesanan Anda siap.")
        bot.send("081234567890", "Sampai jumpa!")
    assert [arrived.reply for arrived in budi.waits_for(2)] == [
        Text("Pesanan Anda siap."),
        Text("Sampai jumpa!"),
    ]
    assert [outbound.id for outbound in whatsapp.attempts][:2] == [message_id, message_id]
