"""Deletes what is kept of one person: `forget(engine, "6281234567890")`."""

from hashlib import sha256

from sqlalchemy import text

TABLES = """
DELETE FROM chatbot_saved WHERE sender = :number;
DELETE FROM chatbot_inbox WHERE sender = :number;
DELETE FROM chatbot_people WHERE sender = :hashed;
DELETE FROM chatbot_callbacks
    WHERE message IN (SELECT id FROM chatbot_messages WHERE chat = :chat);
DELETE FROM chatbot_transport_ids
    WHERE message IN (SELECT id FROM chatbot_messages WHERE chat = :chat);
DELETE FROM chatbot_messages WHERE chat = :chat;
"""


def forget(engine, number):
    values = {
        "number": number,
        "chat": f"{number}@c.us",
        "hashed": sha256(number.encode()).hexdigest(),
    }
    with engine.begin() as connection:
        for statement in filter(None, TABLES.strip().split(";\n")):
            connection.execute(text(statement.removesuffix(";")), values)
