"""Deletes what is kept of one person: `forget(engine, "6281234567890")`."""

from sqlalchemy import text

TABLES = """
DELETE FROM chatbot_saved WHERE person = :person;
DELETE FROM chatbot_inbox WHERE person = :person;
DELETE FROM chatbot_states WHERE person = :person;
DELETE FROM chatbot_callbacks
    WHERE message IN (SELECT id FROM chatbot_messages WHERE order_key = :person);
DELETE FROM chatbot_transport_ids
    WHERE message IN (SELECT id FROM chatbot_messages WHERE order_key = :person);
DELETE FROM chatbot_messages WHERE order_key = :person;
DELETE FROM chatbot_aliases WHERE person = :person
    AND person NOT IN (SELECT person FROM chatbot_opted_out);
"""
PERSON = "SELECT person FROM chatbot_aliases WHERE value = :number"


def forget(engine, number):
    with engine.begin() as connection:
        person = connection.execute(text(PERSON), {"number": number}).scalar()
        for statement in filter(None, TABLES.strip().split(";\n")):
            connection.execute(text(statement.removesuffix(";")), {"person": person})
