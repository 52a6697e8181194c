"""Who is no stranger to a line."""

from flask_chatbot.core.values.people import Alias
from flask_chatbot.database.database import Database
from flask_chatbot.store import merging, people
from flask_chatbot.store.strangers import acquaintances

NOW = 1_700_000_000.0


def test_who_wrote_stays_known_for_it_whatever_is_noted_later(database: Database) -> None:
    with database.writing() as connection:
        acquaintances.add(connection, "toko", ["P1", "P2"], NOW, has_written=False)
        acquaintances.add(connection, "toko", ["P1"], NOW, has_written=True)
        acquaintances.add(connection, "toko", ["P1"], NOW, has_written=False)
        assert acquaintances.known(connection, "toko", ["P1", "P2", "P3"], NOW) == {"P1": True, "P2": False}
        assert acquaintances.known(connection, "grosir", ["P1", "P2", "P3"], NOW) == {}
        assert acquaintances.known(connection, "toko", [], NOW) == {}


def test_two_who_turn_out_to_be_one_are_known_for_what_either_was(database: Database) -> None:
    with database.writing() as connection:
        one, other = (people.get(connection, number, NOW) for number in ("628111", "628222"))
        acquaintances.add(connection, "toko", [one], NOW, has_written=False)
        acquaintances.add(connection, "toko", [other], NOW, has_written=True)
        acquaintances.add(connection, "grosir", [other], NOW, has_written=False)
        _, new = merging.merge(connection, one, other, NOW)
        assert acquaintances.known(connection, "toko", [one, other], NOW) == {new: True}
        assert acquaintances.known(connection, "grosir", [one, other], NOW) == {new: False}


def test_who_is_forgotten_is_a_stranger_again(database: Database) -> None:
    from flask_chatbot.store import forgetting

    with database.writing() as connection:
        person = people.get(connection, "628111", NOW)
        people.add_alias(connection, Alias("lid", "251500"), person, NOW)
        acquaintances.add(connection, "toko", [person], NOW, has_written=True)
        forgetting.forget(connection, person)
        assert acquaintances.known(connection, "toko", [person], NOW) == {}
