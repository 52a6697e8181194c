"""Customers of saved rows are reminded at the right time, once, and not any more as soon as there is no reason to."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from flask_chatbot.answering.moving import Outcome, move_row
from flask_chatbot.answering.operations import opt_in, opt_out, pause
from flask_chatbot.answering.staff import staff_says
from flask_chatbot.core.language.numbers import format_phone
from flask_chatbot.core.lookups.staff_moves import MoveReading, StaffMove
from flask_chatbot.core.translation.catalogue import translate
from flask_chatbot.core.values.menus import MessageTemplate
from flask_chatbot.core.values.messages import Sender
from flask_chatbot.core.values.replies import Text
from flask_chatbot.database.tables import messages
from flask_chatbot.delivery.gateway import OPTED_OUT
from flask_chatbot.delivery.reminding.reminders import NO_TIME_LEFT
from flask_chatbot.delivery.send_queue import OPTED_OUT_SINCE
from flask_chatbot.errors import RulesError
from flask_chatbot.startup.worker import make_worker
from flask_chatbot.store import forgetting, outbox, people, waiting
from flask_chatbot.store.rows import reminders
from flask_chatbot.store.rows.reminders import StoredReminder
from flask_chatbot.store.upkeep import sweeping
from tests.delivery.apps import BUDI, lines_of
from tests.delivery.window.shop import DAY, HOUR, Shop, opened

JAKARTA = ZoneInfo("Asia/Jakarta")
RULES = """\
version: 1
rules:
  - keyword: janji#
    fields: [{tanggal: {type: date}}, {jam: {type: time}}]
    save:
      to: janji
      remind:
        - {before: [tanggal, jam], by: 2 hours, reply: "Nanti jam {{ jam }}, {{ sapaan }}."}
        - {before: tanggal, by: 1 day, at: "16.00", reply: "Besok, {{ tanggal | date }}. Nomor {{ saved.number }}."}
    reply: Nomor {{ saved.number }}.
  - keyword: cuci#
    fields: [{berat: {type: number}}]
    save:
      to: cucian
      states: [baru, siap diambil, selesai]
      on_state: {siap diambil: "Siap. {{ saved.number }}"}
      remind: {after: 3 days, while: {state: siap diambil}, reply: "Cucian {{ berat }} kg menunggu."}
    reply: Nomor {{ saved.number }}.
  - {keyword: halo, reply: Halo.}
"""
TODAY = datetime(2023, 11, 15, 10, 0, tzinfo=JAKARTA)  # a Wednesday
CHAT = f"{BUDI}@c.us"


def at(text: str) -> float:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=JAKARTA).timestamp()


class Reminding(Shop):
    """A shop whose clock begins at ten in the morning, and which takes anything at any time unless it has a template."""

    def __init__(self, folder: Path, template: str | None = "pengingat") -> None:
        super().__init__(folder, rules=RULES, CHATBOT_TEMPLATE=template)
        self.clock.now = TODAY.timestamp()

    def until(self, text: str) -> None:
        """Let the time pass, and Budi write shortly before, so that anything may be sent to him."""
        self.clock.now = at(text) - 60
        self.writes("halo")
        self.clock.now = at(text)
        self.settle()

    def moves(self, number: int, state: str, name: str = "cucian") -> Outcome:
        chatbot = self.app.extensions["chatbot"]
        outcome = move_row(self.gateway.database, chatbot.lines, chatbot.bot.book, name, number, state=state, actor="Ani", now=self.clock())
        self.settle()
        return outcome

    def kept(self, name: str = "cucian", number: int = 1) -> Sequence[StoredReminder]:
        with self.gateway.database.reading() as connection:
            return reminders.of_row(connection, name, number)

    def due(self, name: str = "cucian", number: int = 1) -> list[str]:
        """The times of the reminders that wait for a row."""
        waits = [each for each in self.kept(name, number) if each.fate == "queued"]
        return [f"{datetime.fromtimestamp(each.due_at, JAKARTA):%Y-%m-%d %H:%M}" for each in waits]

    @property
    def got(self) -> list[str]:
        """The texts that Budi got, without the greetings."""
        return [reply.text for reply in self.gets() if isinstance(reply, Text) and reply.text != "Halo."]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Reminding]:
    shop = Reminding(tmp_path)
    yield shop
    shop.gateway.database.close()


def test_a_customer_is_reminded_before_their_date_once_at_each_time(shop: Reminding) -> None:
    shop.writes("janji#20-11-2023#14.30")
    assert shop.due("janji") == ["2023-11-19 16:00", "2023-11-20 12:30"]
    shop.until("2023-11-19 15:59")
    assert shop.got == ["Nomor 1."]
    shop.until("2023-11-19 16:00")
    assert shop.got[1:] == ["Besok, 20 November 2023. Nomor 1."]
    shop.until("2023-11-20 12:30")
    shop.until("2023-11-21 12:30")
    assert shop.got[2:] == ["Nanti jam 14.30, Kak."]
    assert [each.fate for each in shop.kept("janji")] == ["sent", "sent"]


def test_a_reminder_whose_time_is_over_when_the_row_is_saved_is_noted_and_never_sent(shop: Reminding) -> None:
    shop.writes("janji#16-11-2023#14.30")  # tomorrow: the day before is today, and 16.00 is still to come
    shop.clock.now = at("2023-11-15 16:30")
    shop.writes("janji#16-11-2023#9")
    assert (shop.due("janji", 1), shop.due("janji", 2)) == (["2023-11-16 12:30"], ["2023-11-16 07:00"])
    (past, _) = shop.kept("janji", 2)
    assert (past.message, past.fate) == ("", "")
    shop.until("2023-11-18 12:00")
    assert [text for text in shop.got if text.startswith("Besok")] == ["Besok, 16 November 2023. Nomor 1."]


def test_after_counts_from_the_state_and_leaving_it_cancels(shop: Reminding) -> None:
    shop.writes("cuci#2,5")
    assert shop.due() == []
    shop.clock.forward(DAY)
    shop.moves(1, "siap diambil")
    assert shop.due() == ["2023-11-19 10:00"]
    shop.moves(1, "selesai")
    assert (shop.due(), shop.kept()) == ([], [])
    shop.clock.forward(HOUR)
    shop.moves(1, "siap diambil")
    assert shop.due() == ["2023-11-19 11:00"]
    shop.until("2023-11-19 11:00")
    assert shop.got[-1] == "Cucian 2.5 kg menunggu."
    shop.moves(1, "selesai")
    assert [text for text in shop.got if text.startswith("Cucian")] == ["Cucian 2.5 kg menunggu."]


def test_what_was_sent_stays_in_the_history_when_the_row_moves_on_and_comes_back(shop: Reminding) -> None:
    shop.writes("cuci#2")
    shop.moves(1, "siap diambil")
    shop.until("2023-11-18 10:00")
    shop.moves(1, "selesai")
    assert [(each.fate, each.text) for each in shop.kept()] == [("sent", "Cucian 2 kg menunggu.")]
    for _ in range(2):
        shop.moves(1, "siap diambil")
        assert [each.fate for each in shop.kept()] == ["sent", "queued"]
        shop.moves(1, "selesai")
        assert [each.fate for each in shop.kept()] == ["sent"]


def test_a_state_that_is_moved_to_twice_keeps_the_one_reminder(shop: Reminding) -> None:
    shop.writes("cuci#2")
    shop.moves(1, "siap diambil")
    shop.clock.forward(HOUR)
    shop.moves(1, "siap diambil")
    assert shop.due() == ["2023-11-18 10:00"]


def test_whoever_is_forgotten_is_not_reminded(shop: Reminding) -> None:
    shop.writes("janji#20-11-2023#14.30")
    with shop.gateway.database.writing() as connection:
        person = people.find(connection, BUDI)
        assert person is not None
        forgetting.forget(connection, person)
        assert connection.exec_driver_sql("SELECT count(*) FROM chatbot_reminders").scalar() == 0
        assert not outbox.is_due(connection, "simulator", 1e12)


def test_who_opted_out_gets_none_and_who_came_back_does(shop: Reminding) -> None:
    shop.writes("janji#20-11-2023#14.30")
    opt_out(shop.gateway.database, BUDI, shop.clock())
    shop.until("2023-11-19 16:00")
    assert [each.fate for each in shop.kept("janji")] == ["failed", "queued"]
    (failed, _) = shop.kept("janji")
    assert shop.message(failed.message).error == OPTED_OUT_SINCE
    opt_in(shop.gateway.database, BUDI)
    shop.until("2023-11-20 12:30")
    assert shop.got[1:] == ["Nanti jam 14.30, Kak."]
    assert "promotion" in OPTED_OUT


def test_a_reminder_waits_for_the_end_of_a_pause_and_holds_up_nothing_else(shop: Reminding) -> None:
    shop.writes("janji#20-11-2023#14.30")
    pause(shop.gateway.database, BUDI, at("2023-11-19 18:00"), shop.clock())
    shop.clock.now = at("2023-11-19 16:00")
    shop.settle()
    assert (shop.got, shop.due("janji")) == (["Nomor 1."], ["2023-11-19 18:00", "2023-11-20 12:30"])
    shop.gateway.send(CHAT, MessageTemplate("nota", "id"))  # what staff send meanwhile
    assert shop.gets()[-1] == MessageTemplate("nota", "id")
    shop.clock.now = at("2023-11-19 18:01")
    shop.writes("halo")
    shop.settle()
    assert shop.got[1:] == ["Besok, 20 November 2023. Nomor 1."]


def test_a_pause_into_the_night_moves_a_reminder_to_the_morning_unless_that_is_too_late(shop: Reminding) -> None:
    shop.writes("cuci#2")
    shop.writes("janji#20-11-2023#14.30")
    pause(shop.gateway.database, BUDI, at("2023-11-19 22:00"), shop.clock())
    shop.clock.now = at("2023-11-19 16:00")
    shop.settle()
    (first, _) = shop.kept("janji")
    assert (first.fate, shop.message(first.message).error) == ("failed", NO_TIME_LEFT)  # tomorrow it would no longer be tomorrow
    shop.moves(1, "siap diambil")
    pause(shop.gateway.database, BUDI, at("2023-11-22 22:00"), shop.clock())
    shop.clock.now = at("2023-11-22 16:01")
    shop.settle()
    assert shop.due() == ["2023-11-23 07:00"]


def test_what_is_late_in_the_night_waits_for_the_morning(shop: Reminding) -> None:
    shop.writes("cuci#2")
    shop.moves(1, "siap diambil")
    shop.clock.now = at("2023-11-18 21:30")  # the bot was down all day
    shop.settle()
    assert shop.due() == ["2023-11-19 07:00"]
    shop.until("2023-11-19 07:00")
    assert shop.got[-1] == "Cucian 2 kg menunggu."


def test_what_is_late_for_its_event_is_not_sent_any_more(shop: Reminding) -> None:
    shop.writes("janji#20-11-2023#14.30")
    shop.until("2023-11-20 15:00")
    assert (shop.got, [each.fate for each in shop.kept("janji")]) == (["Nomor 1."], ["failed", "failed"])


def test_the_reminders_of_a_session_end_with_its_messages(shop: Reminding) -> None:
    shop.writes("janji#20-11-2023#14.30")
    (first, _) = shop.kept("janji")
    with shop.gateway.database.writing() as connection:
        sweeping.forget(connection, str(connection.execute(select(messages.c.session).where(messages.c.id == first.message)).scalar_one()))
    assert shop.kept("janji") == []


def test_two_workers_send_a_reminder_once(shop: Reminding) -> None:
    shop.writes("janji#20-11-2023#14.30")
    others = [make_worker(lines_of(shop.app), shop.app.app_context, leads=False) for _ in range(2)]
    shop.clock.now = at("2023-11-19 16:00")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda worker: [worker.step() for _ in range(6)], others))
    shop.settle()
    assert len([reply for reply in shop.gets() if isinstance(reply, MessageTemplate)]) == 1


def test_a_move_while_a_worker_holds_the_reminder_keeps_it_from_being_tried_again(shop: Reminding) -> None:
    shop.writes("cuci#2")
    shop.moves(1, "siap diambil")
    shop.clock.now = at("2023-11-18 10:00")
    with shop.gateway.database.writing() as connection:
        (claim,) = outbox.claim(connection, "simulator", shop.clock(), 30.0, 9)
    outcome = shop.moves(1, "selesai")
    assert outcome.moved.is_moved
    with shop.gateway.database.writing() as connection:
        outbox.settle_later(connection, claim, shop.clock(), "The line is down.")
    shop.settle()
    assert [each.fate for each in shop.kept()] == [shop.message(claim.outbound.id).state] == ["failed"]
    assert "Cucian 2 kg menunggu." not in shop.got


def test_outside_of_24_hours_a_reminder_goes_into_the_template(shop: Reminding) -> None:
    shop.writes("janji#20-11-2023#14.30")
    shop.clock.now = at("2023-11-19 16:00")
    assert shop.gets()[-1] == MessageTemplate("pengingat", "id", ("Besok, 20 November 2023. Nomor 1.",))


def test_rules_that_remind_are_refused_where_whatsapp_would_take_no_reminder(tmp_path: Path) -> None:
    with pytest.raises(RulesError) as error:
        Reminding(tmp_path, template=None)
    assert [problem.mark.line for problem in error.value.problems] == [3, 11]
    assert "reminds customers, and this connection to WhatsApp takes only templates" in str(error.value)


def test_what_a_state_tells_goes_into_the_template_too_and_staff_hear_if_there_is_none(tmp_path: Path, shop: Reminding) -> None:
    shop.writes("cuci#2")
    shop.clock.forward(2 * DAY)
    assert (shop.moves(1, "siap diambil").is_told, shop.gets()[-1]) == (True, MessageTemplate("pengingat", "id", ("Siap. 1",)))
    rules = RULES.replace("      remind: {after", "      # remind: {after").replace("      remind:\n", "      # remind:\n")
    rules = "\n".join(line for line in rules.splitlines() if not line.startswith("        - {before"))
    with opened(tmp_path / "untemplated", rules=rules) as other:
        other.writes("cuci#2")
        other.clock.forward(2 * DAY)
        chatbot = other.app.extensions["chatbot"]
        database, book = other.gateway.database, chatbot.bot.book
        outcome = move_row(database, chatbot.lines, book, "cucian", 1, state="siap diambil", actor="Ani", now=other.clock())
        assert (outcome.moved.is_moved, outcome.is_told) == (True, False)
        assert "CHATBOT_TEMPLATE" in outcome.why_not
        assert len(other.gets()) == 1
        said = staff_says(
            database,
            chatbot.lines,
            book,
            StaffMove((MoveReading("cucian", "1", ("baru",), "baru"),)),
            Sender(name="Ani"),
            datetime.now(JAKARTA),
        )
        assert said == f"cucian 1 ({format_phone(BUDI)}): *baru*."  # which tells the customer nothing
        moved = StaffMove((MoveReading("cucian", "1", ("siap diambil",), "siap diambil"),))
        said = staff_says(database, chatbot.lines, book, moved, Sender(name="Ani"), datetime.fromtimestamp(other.clock(), JAKARTA))
        assert said.endswith("\nPelanggannya belum diberi tahu: " + translate(outcome.why_not, "id"))


def test_reminders_of_next_week_do_not_count_as_a_queue(shop: Reminding) -> None:
    shop.writes("janji#20-11-2023#14.30")
    with shop.gateway.database.reading() as connection:
        assert waiting.queues(connection, shop.clock()) == {}
        assert waiting.queues(connection, at("2023-11-19 16:05"))["simulator"].oldest == at("2023-11-19 16:00")


def test_the_rules_of_later_decide_about_the_night(shop: Reminding, tmp_path: Path) -> None:
    shop.writes("cuci#2")
    shop.moves(1, "siap diambil")
    (tmp_path / "rules.yaml").write_text(RULES.replace("version: 1\n", 'version: 1\nsettings: {quiet: "09.00-12.00"}\n'), "utf-8")
    shop.gateway.bot.reload()
    shop.clock.now = at("2023-11-18 10:00")
    shop.settle()
    assert shop.due() == ["2023-11-18 12:00"]


def test_the_clock_may_be_set_back_without_a_second_reminder(shop: Reminding) -> None:
    shop.writes("cuci#2")
    shop.moves(1, "siap diambil")
    shop.until("2023-11-18 10:00")
    shop.clock.forward(-timedelta(hours=3).total_seconds())
    shop.settle()
    shop.until("2023-11-18 11:00")
    assert [text for text in shop.got if text.startswith("Cucian")] == ["Cucian 2 kg menunggu."]
