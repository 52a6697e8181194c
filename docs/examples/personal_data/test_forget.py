from app import create_app
from flask_chatbot.testing import working
from flask_chatbot.transports.simulator import Simulator
from forget import forget
from sqlalchemy import MetaData, create_engine, select


def test_nothing_of_who_was_forgotten_is_left(tmp_path):
    url = f"sqlite:///{tmp_path}/chatbot.sqlite"
    whatsapp = Simulator()
    with working(create_app({"CHATBOT_TRANSPORT": whatsapp, "CHATBOT_DATABASE_URL": url})):
        for number in ("6281234567890", "6285550000001"):
            phone = whatsapp.phone(number)
            for count, written in enumerate(["survei", "Buka hari Minggu", "survei"], 1):
                phone.writes(written)
                phone.waits_for(count)
    engine = create_engine(url)
    forget(engine, "6281234567890")
    metadata = MetaData()
    metadata.reflect(engine)
    with engine.connect() as connection:
        rows = {
            name: repr(connection.execute(select(table)).all())
            for name, table in metadata.tables.items()
        }
    engine.dispose()
    everything = "".join(rows.values())
    assert ("6281234567890" in everything, "6285550000001" in everything) == (False, True)
