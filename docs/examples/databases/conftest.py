import pytest
from app import create_app, db


@pytest.fixture
def app(tmp_path):
    app = create_app(
        {
            "CHATBOT_WEBHOOK_KEY": "a-key-for-tests",
            "CHATBOT_DATABASE_URL": f"sqlite:///{tmp_path}/chatbot.sqlite",
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path}/shop.sqlite",
        }
    )
    with app.app_context():
        db.create_all()
    yield app
    with app.app_context():
        db.engine.dispose()
