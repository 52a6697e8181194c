from datetime import UTC, datetime, timedelta

from app import bot
from flask_chatbot import Text


def test_a_reminder_waits_for_its_time(app, budi):
    with app.app_context():
        bot.send(
            "081234567890",
            "Pesanan Anda kami antar besok.",
            at=datetime.now(UTC) + timedelta(days=1),
        )
        bot.send("081234567890", "Pesanan Anda siap.")
    budi.waits_for(1)
    assert budi.replies == (Text("Pesanan Anda siap."),)
