from app import Order, db


def test_an_order_is_a_row_of_the_shop(app, chat):
    assert chat.says("pesan#kopi#3") == "Pesanan 1 kami siapkan."
    with app.app_context():
        order = db.session.get(Order, 1)
        assert (order.buyer, order.item, order.pieces) == (chat.from_, "kopi", 3)


def test_a_buyer_sees_the_order_and_nobody_else_does(chat):
    chat.says("pesan#kopi#3")
    assert chat.says("status#1") == "Pesanan 1, kopi, sedang dikemas."
    assert "Pesanan 1 tidak ada." in chat.person("628999999999").says("status#1")
