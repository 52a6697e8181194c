"""The tables, as SQLAlchemy Core knows them."""

from sqlalchemy import BigInteger, Column, Double, MetaData, String, Table, Text

# Constraints have names, so that a migration can say which it means.
metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

people = Table(
    "chatbot_people",
    metadata,
    Column("sender", String(64), primary_key=True),  # SHA-256 in hex: any text fits, and the table shows no numbers
    Column("state", Text, nullable=False),  # what core.memory.write_state wrote
    Column("version", BigInteger, nullable=False),  # one more with each commit
    Column("expires_at", Double, nullable=False, index=True),  # epoch seconds
)
