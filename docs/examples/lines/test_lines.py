from flask_chatbot import Text

BUDI = "6281234567890"


def test_each_line_answers_by_itself(app, toko, grosir):
    for line, answer in ((toko, "satuan: Rp12.000."), (grosir, "partai: Rp9.000")):
        budi = line.phone(BUDI)
        budi.writes("harga")
        (arrived,) = budi.waits_for(1)
        assert answer in arrived.reply.text


def test_new_stock_is_told_to_the_wholesale_alone(app, toko, grosir):
    app.test_client().post(f"/stok-baru/{BUDI}")
    (arrived,) = grosir.phone(BUDI).waits_for(1)
    assert arrived.reply == Text("Stok baru sudah datang.")
    assert toko.phone(BUDI).received == ()
