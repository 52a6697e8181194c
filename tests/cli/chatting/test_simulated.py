"""`chat --phone`: a conversation through the whole of an app."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from flask_chatbot.database.tables import callbacks, messages, transport_ids
from flask_chatbot.store import outbox
from tests.cli.shops import KEY, Shop, open_shop

BUDI = "6281234567890"


def talk(shop: Shop, *lines: str, phone: str = BUDI) -> list[str]:
    """What is printed while these lines are typed."""
    outcome = shop.run("chat", "--phone", phone, "--nama", "Budi", typed="".join(f"{line}\n" for line in lines))
    assert outcome.exit_code == 0, outcome.output
    return [line.removeprefix("> ") for line in outcome.stdout.replace("> ", "\n> ").splitlines() if line not in ("", "> ")]


def test_answers_arrive_on_the_phone_in_order_and_are_read(shop: Shop) -> None:
    assert talk(shop, "halo", "diam") == ["Halo Kak!", "Apa kabar?", "  read, read", "(no reply)"]


def test_what_rules_do_is_done(shop: Shop) -> None:
    assert talk(shop, "survei#5", "admin", "halo") == [
        "Terima kasih!",
        "  read",
        "Sebentar ya.",
        "  read",
        "  the bot is paused for this person: 2 hours left",
        "(no reply)",
        "  the bot is paused for this person: 2 hours left",
    ]
    assert [row["fields"] for row in shop.data("saved", "survei")] == [{"nilai": "5", "saran": None}]
    assert shop.printed("resume", BUDI)[0].startswith(f"{BUDI} is answered again; ")


def test_the_last_answer_is_explained(shop: Shop) -> None:
    *before, why = talk(shop, "/why", "diam", "/why")
    assert before == ["Nothing has been answered yet.", "(no reply)"]
    assert why.endswith("rules.yaml:6:5) by keyword 'diam', priority 0: wins")


def test_a_conversation_begins_with_the_rules_and_how_to_end(shop: Shop) -> None:
    begins, how_to = shop.run("chat", "--phone", BUDI, typed="").stderr.splitlines()
    assert begins.endswith("rules.yaml: 4 rules. Rules do all that they say.")
    assert how_to.startswith("Write as a customer would. /help says how to send pictures and places, ")


def test_what_was_said_is_kept_where_messages_are(tmp_path: Path) -> None:
    shop = open_shop(tmp_path, None, CHATBOT_KEEP_MESSAGES="30 days")
    talk(shop, "halo")
    assert [(each["text"], each["rule"]) for each in shop.data("why", BUDI)] == [("halo", "halo")]


def test_a_number_is_read_as_the_rules_read_it(tmp_path: Path) -> None:
    shop = open_shop(tmp_path, None, CHATBOT_KEEP_MESSAGES="30 days")
    talk(shop, "halo", phone="0812-3456-7890")
    assert [each["chat"] for each in shop.data("why", BUDI)] == [f"{BUDI}@c.us"]


def test_an_app_without_a_way_to_whatsapp_can_be_talked_to(tmp_path: Path) -> None:
    shop = open_shop(tmp_path, None, CHATBOT_API_KEY=None, CHATBOT_TRANSPORT=None, CHATBOT_WEBHOOK_KEY=KEY)
    assert talk(shop, "halo") == ["Halo Kak!", "Apa kabar?", "  read, read"]


def test_nothing_of_a_conversation_is_left_in_the_outbox(shop: Shop) -> None:
    talk(shop, "halo")
    with shop.database.reading() as connection:
        left = [connection.execute(select(func.count()).select_from(table)).scalar_one() for table in (messages, callbacks, transport_ids)]
    assert left == [0, 0, 0]


def test_messages_of_the_app_itself_are_left_to_its_own_worker(shop: Shop) -> None:
    shop.queue("3EB0A")
    assert talk(shop, "diam") == ["(no reply)"]
    assert shop.states(["3EB0A"]) == ["queued"]
    with shop.database.writing() as connection:
        assert [claim.tries for claim in outbox.claim(connection, "simulator", shop.later, 60.0, 1)] == [1]


def test_a_number_that_is_none_is_a_wrong_option(tmp_path: Path) -> None:
    outcome = open_shop(tmp_path, None).run("chat", "--phone", "budi")
    assert outcome.exit_code == 2
    assert "'budi' is not a possible phone number." in outcome.stderr


@pytest.mark.parametrize("option", [["--run"], ["--rules", "rules.yaml"], ["--from", "628111"]])
def test_a_phone_goes_with_none_of_the_options_for_rules_alone(tmp_path: Path, option: list[str]) -> None:
    outcome = open_shop(tmp_path, None).run("chat", "--phone", BUDI, *option)
    assert outcome.exit_code == 2
    assert "--phone talks to the app as it is, from one number. Leave --run, --rules and --from out." in outcome.stderr
