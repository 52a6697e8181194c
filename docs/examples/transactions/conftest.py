import pytest
from app import create_app, db
from flask_chatbot.testing import working
from flask_chatbot.transports.simulator import Simulator


@pytest.fixture
def whatsapp():
    return Simulator()


@pytest.fixture
def app(whatsapp, tmp_path):
    shop = f"sqlite:///{tmp_path}/shop.sqlite"
    app = create_app(
        {
            "CHATBOT_TRANSPORT": whatsapp,
            "CHATBOT_DATABASE_URL": shop,
            "SQLALCHEMY_DATABASE_URI": shop,
        }
    )
    with app.app_context():
        db.create_all()
    with working(app):
        yield app
    with app.app_context():
        db.engine.dispose()
