from datetime import datetime


def test_a_delivery_without_a_date_is_for_tomorrow(chat):
    replies = chat.says("antar#Jl. Sudirman 1", at=datetime(2026, 11, 22, 10))
    assert replies == "Kami antar ke Jl. Sudirman 1, 23 November 2026."


def test_the_date_is_read_as_indonesians_write_it(chat):
    chat.says("antar#Jl. Sudirman 1#24-11-26")
    assert chat.last.rule == "antar"
    assert str(chat.last.fields["tanggal"]) == "2026-11-24"


def test_a_wrong_date_is_asked_for_again(chat):
    assert "sebagai tanggal" in chat.says("antar#Jl. Sudirman 1#kapan saja")
    assert list(chat.last.invalid) == ["tanggal"]
    chat.says("24-11-26")
    assert chat.last.rule == "antar"
    assert "Jl. Sudirman 1, 24 November 2026" in chat.last.replies


def test_the_webhook_answers_in_json(app):
    body = {
        "keyword": "apa kabar",
        "data": [],
        "webhookkey": "a-key-for-tests",
        "from": "628111",
    }
    answer = app.test_client().post("/chatbot/webhook", json=body)
    assert answer.json["message"]["reply"] == [
        {"type": "message", "content": "Maaf, saya belum mengerti."}
    ]
