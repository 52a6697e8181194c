"""Lines by which WhatsApp takes nothing to strangers for now."""

from flask_chatbot.database.database import Database
from flask_chatbot.store.strangers import restrictions
from flask_chatbot.store.strangers.restrictions import HOUR, OVER, Restriction

NOW = 1_700_000_000.0
WHY = "Error 463."


def test_a_line_is_restricted_for_an_hour_at_first_and_others_are_not(database: Database) -> None:
    with database.writing() as connection:
        assert restrictions.restrict(connection, "toko", NOW, WHY) == NOW + HOUR
        assert restrictions.find(connection, "toko", NOW) == Restriction(since=NOW, until=NOW + HOUR, why=WHY)
        assert restrictions.find(connection, "toko", NOW + HOUR) is None
        assert restrictions.find(connection, "grosir", NOW) is None


def test_each_time_that_it_is_refused_again_doubles_the_wait_up_to_six_hours(database: Database) -> None:
    at, waits = NOW, []
    with database.writing() as connection:
        for _ in range(15):
            until = restrictions.restrict(connection, "toko", at, WHY)
            waits.append((until - at) / HOUR)
            at = until
        found = restrictions.find(connection, "toko", at - 1)
    assert waits[:5] == [1.0, 2.0, 4.0, 6.0, 6.0]
    assert (waits[-1], found and found.since) == (6.0, NOW)


def test_what_was_under_way_when_it_was_refused_lengthens_nothing(database: Database) -> None:
    with database.writing() as connection:
        untils = [restrictions.restrict(connection, "toko", NOW + seconds, WHY) for seconds in (0.0, 1.0, 2.0)]
        assert untils == [NOW + HOUR] * 3
        assert restrictions.restrict(connection, "toko", NOW + 3.0, WHY, 5 * HOUR) == NOW + 3.0 + 5 * HOUR


def test_a_day_after_one_ended_another_one_begins_anew(database: Database) -> None:
    with database.writing() as connection:
        for at in (NOW, NOW + HOUR):
            until = restrictions.restrict(connection, "toko", at, WHY)
        later = until + OVER + 1
        assert restrictions.restrict(connection, "toko", later, WHY) == later + HOUR


def test_whatsapp_may_say_until_when_and_that_it_is_over(database: Database) -> None:
    with database.writing() as connection:
        assert restrictions.hear(connection, "toko", NOW, NOW - 1, NOW + 9 * HOUR, WHY)
        assert restrictions.find(connection, "toko", NOW + 8 * HOUR) == Restriction(since=NOW - 1, until=NOW + 9 * HOUR, why=WHY)
        assert restrictions.hear(connection, "toko", NOW, NOW, 0.0, WHY)
        assert restrictions.find(connection, "toko", NOW) is None


def test_news_that_come_late_change_nothing_also_after_a_stranger_got_something(database: Database) -> None:
    with database.writing() as connection:
        restrictions.hear(connection, "toko", NOW, NOW, NOW + HOUR, WHY)
        assert not restrictions.hear(connection, "toko", NOW + 2, NOW - 60, 0.0, WHY)
        assert not restrictions.hear(connection, "toko", NOW + 3, NOW - 60, NOW + 9 * HOUR, WHY)
        assert restrictions.find(connection, "toko", NOW + 4) == Restriction(since=NOW, until=NOW + HOUR, why=WHY)
        restrictions.hear(connection, "toko", NOW + 5, NOW + 5, 0.0, WHY)
        restrictions.lift(connection, "toko")
        assert not restrictions.hear(connection, "toko", NOW + 6, NOW - 60, NOW + 9 * HOUR, WHY)
        assert restrictions.find(connection, "toko", NOW + 7) is None


def test_the_end_of_one_restriction_ends_no_other(database: Database) -> None:
    with database.writing() as connection:
        restrictions.restrict(connection, "toko", NOW, WHY)
        assert not restrictions.hear(connection, "toko", NOW + 1, NOW + 1, 0.0, "Error 475.")
        assert restrictions.hear(connection, "toko", NOW + 2, NOW + 2, 0.0, WHY)
        assert restrictions.find(connection, "toko", NOW + 3) is None


def test_what_is_refused_after_whatsapp_said_that_it_is_over_waits_an_hour_as_at_first(database: Database) -> None:
    with database.writing() as connection:
        restrictions.hear(connection, "toko", NOW, NOW, 0.0, WHY)
        untils = [restrictions.restrict(connection, "toko", at, WHY) - at for at in (NOW + HOUR, NOW + 2 * HOUR)]
    assert untils == [HOUR, 2 * HOUR]
