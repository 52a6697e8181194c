from app import Order, db
from flask_chatbot import Text


def test_an_order_and_its_message_are_there_together(app, whatsapp):
    budi = whatsapp.phone("6281234567890")
    answer = app.test_client().post("/orders/1203/for/0812-3456-7890")
    (arrived,) = budi.waits_for(1)
    assert arrived.reply == Text("Pesanan 1203 kami terima.")
    with app.app_context():
        assert db.session.get(Order, "1203").message == answer.json["message"]


def test_an_order_that_was_taken_before_sends_nothing(app, whatsapp):
    budi, client = whatsapp.phone("6281234567890"), app.test_client()
    client.post("/orders/1203/for/0812-3456-7890")
    assert client.post("/orders/1203/for/0812-3456-7890").status_code == 409
    client.post("/orders/1204/for/0812-3456-7890")
    assert [arrived.reply.text for arrived in budi.waits_for(2)] == [
        "Pesanan 1203 kami terima.",
        "Pesanan 1204 kami terima.",
    ]
