import time

from apart import Order, bot, create_app, db
from flask_chatbot.testing import working
from flask_chatbot.transports.simulator import Simulator


def test_a_status_that_comes_before_the_row_is_noted_once_that_is_there(tmp_path, caplog):
    whatsapp = Simulator()
    config = {
        "CHATBOT_TRANSPORT": whatsapp,
        "CHATBOT_DATABASE_URL": f"sqlite:///{tmp_path}/chatbot.sqlite",
        "SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path}/shop.sqlite",
    }
    app = create_app(config)
    with app.app_context(), working(app):
        db.create_all()
        (message_id,) = bot.send("6281234567890", rule="diterima", nomor="1203")
        waits(lambda: "LookupError" in caplog.text)  # the status was faster than we are
        db.session.add(Order(number="1203", message=message_id, state="pending"))
        db.session.commit()
        waits(lambda: state_of("1203") == "read")
        db.engine.dispose()


def state_of(number):
    db.session.rollback()
    return db.session.get(Order, number).state


def waits(is_so, seconds=40.0):
    ends_at = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ends_at
        time.sleep(0.05)
