import pytest
from app import create_app
from flask_chatbot.testing import working
from flask_chatbot.transports.simulator import Simulator


@pytest.fixture
def toko():
    return Simulator(name="toko")


@pytest.fixture
def grosir():
    return Simulator(name="grosir")


@pytest.fixture
def app(toko, grosir, tmp_path):
    database = f"sqlite:///{tmp_path}/chatbot.sqlite"
    lines = {"toko": toko, "grosir": grosir}
    app = create_app({"CHATBOT_LINES": lines, "CHATBOT_DATABASE_URL": database})
    with working(app):
        yield app
