import pytest
from app import create_app


@pytest.fixture
def app():
    return create_app({"TESTING": True, "CHATBOT_WEBHOOK_KEY": "a-key-for-tests"})
