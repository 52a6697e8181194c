import pytest
from app import STAFF, create_app
from flask_chatbot.testing import working
from flask_chatbot.transports.simulator import Simulator


@pytest.fixture
def whatsapp():
    return Simulator()


@pytest.fixture
def app(whatsapp, tmp_path):
    app = create_app(
        {
            "CHATBOT_TRANSPORT": whatsapp,
            "CHATBOT_DATABASE_URL": f"sqlite:///{tmp_path}/chatbot.sqlite",
            "CHATBOT_MEDIA": tmp_path / "media",
        }
    )
    with working(app):
        yield app


@pytest.fixture
def budi(app, whatsapp):
    return whatsapp.phone("6281234567890", name="Budi")


@pytest.fixture
def staff(app, whatsapp):
    return whatsapp.phone(STAFF, name="Kasir")
