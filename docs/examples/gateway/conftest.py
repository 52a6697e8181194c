import pytest
from app import create_app
from flask_chatbot.testing import working
from flask_chatbot.transports.simulator import Simulator


@pytest.fixture
def whatsapp():
    return Simulator()


@pytest.fixture
def app(whatsapp, tmp_path):
    database = f"sqlite:///{tmp_path}/chatbot.sqlite"
    app = create_app(
        {
            "CHATBOT_TRANSPORT": whatsapp,
            "CHATBOT_API_KEY": "a-key-for-tests",
            "CHATBOT_DATABASE_URL": database,
        }
    )
    with working(app):
        yield app
