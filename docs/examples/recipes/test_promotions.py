from app import broadcast
from flask_chatbot import Text


def test_who_opted_out_gets_no_promotion(app, budi):
    budi.writes("stop promo")
    budi.waits_for(1)
    with app.app_context():
        refused = broadcast(["6281234567890", "123"], "Kopi Gayo diskon 10 % minggu ini.")
    assert list(refused) == ["6281234567890", "123"]
    assert "opted out" in refused["6281234567890"]
    budi.writes("promo lagi")
    budi.waits_for(2)
    with app.app_context():
        assert broadcast(["6281234567890"], "Kopi Gayo diskon 10 %.") == {}
    assert budi.waits_for(3)[-1].reply == Text("Kopi Gayo diskon 10 %.")
