"""The effects of webhook messages: the notice for staff, and rows swept where no worker does it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Connection, func, insert, select

from flask_chatbot.answering.actions import SWEEP_EVERY, Actions, notice
from flask_chatbot.answering.forwarding import Forwarder
from flask_chatbot.bot.effects import AnsweredMessage
from flask_chatbot.core.conversation.memory import NO_MEMORY, State
from flask_chatbot.core.deciding.engine import decide
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.database.counting.tables import counts
from flask_chatbot.database.database import Database
from flask_chatbot.errors import StoreError
from flask_chatbot.store import saved
from flask_chatbot.store.measuring import totals
from flask_chatbot.webclient.client import HttpClient
from tests.core.books import BUDI, NOW, load
from tests.core.conversation.talks import sent

RULES = """\
rules:
  - keyword: pesan#
    fields: [barang, {catatan: {optional: true}}, {alamat_kirim: {label: Alamat}}]
    save: pesanan
    reply: Terima kasih.
  - keyword: komplain
    reply: Maaf.
  - {name: foto, sends: [image, location], reply: Ok}
  - {name: bukti, sends: document, fields: [{bukti: {type: document}}], save: bukti, reply: Ok}
"""


def answered(folder: Path, text: str, sender: Sender = BUDI) -> AnsweredMessage:
    """A message as the rules answer it."""
    return answered_to(folder, Message(text=text, sender=sender))


def answered_to(folder: Path, message: Message) -> AnsweredMessage:
    """Any message as the rules answer it."""
    book = load(folder, RULES)
    return AnsweredMessage(message=message, decision=decide(book, message, NO_MEMORY, NOW, Random(1)), book=book, state=State(), now=NOW)


def notified(folder: Path, text: str, sender: Sender = BUDI) -> str:
    """The notice about a message."""
    return notified_of(folder, Message(text=text, sender=sender))


def notified_of(folder: Path, message: Message) -> str:
    """The notice about any message."""
    done = answered_to(folder, message)
    assert done.decision.match is not None
    return notice(done.message, done.decision.match, done.book.locale).text


def test_a_notice_names_the_customer_the_rule_and_the_values_that_were_given(tmp_path: Path) -> None:
    first, *lines = notified(tmp_path, "pesan#Kopi##Jl. Mawar 1").split("\n")
    assert ("Budi +62 812-3456-7890" in first, "pesan" in first, lines) == (True, True, ["Barang: Kopi", "Alamat: Jl. Mawar 1"])


def test_a_notice_of_a_rule_without_fields_has_the_text(tmp_path: Path) -> None:
    assert notified(tmp_path, "komplain").split("\n")[1:] == ["komplain"]


def test_a_notice_says_what_was_sent_in_place_of_a_text(tmp_path: Path) -> None:
    assert notified_of(tmp_path, sent("image", "ini kak")).split("\n")[1:] == ["foto", "ini kak"]
    assert notified_of(tmp_path, sent("location")).split("\n")[1:] == ["Kantor, Jl. Melati 5 (-6.2, 106.816)"]
    assert notified_of(tmp_path, sent("document", name="bukti.pdf")).split("\n")[1:] == ["Bukti: dokumen bukti.pdf"]


def test_a_file_is_kept_in_a_row_by_its_parts(tmp_path: Path, database: Database) -> None:
    actions = Actions(database, Forwarder(HttpClient()), None)
    actions.carry_out(answered_to(tmp_path, sent("document", name="bukti.pdf")), lambda memory: True)
    with database.reading() as connection:
        (row,) = saved.rows(connection, "bukti")
    assert row.fields == {"bukti": {"kind": "document", "name": "bukti.pdf", "size": 2048, "handle": "handle of document"}}


def test_a_notice_has_all_that_was_given_whatever_the_customer_is_called(tmp_path: Path) -> None:
    first, *_ = notified(tmp_path, "komplain", replace(BUDI, name="B" * 5000)).split("\n")
    assert len(first) < 200
    assert notified(tmp_path, f"pesan#{'Kopi ' * 790}##{'x' * 60}").endswith("x" * 60)


def rows(database: Database) -> int:
    with database.reading() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM chatbot_saved").scalar_one())


def test_where_another_message_came_between_nothing_is_done(tmp_path: Path, database: Database) -> None:
    actions = Actions(database, Forwarder(HttpClient()), None)
    done = answered(tmp_path, "pesan#Kopi##Jl. Mawar 1")
    first = actions.carry_out(replace(done, decision=done.decision._replace(remember=State())), lambda memory: False)
    assert (first, rows(database)) == (False, 0)
    assert (actions.carry_out(done, lambda memory: True), rows(database)) == (True, 1)


def test_what_is_recorded_in_the_transaction_fails_with_it(tmp_path: Path, database: Database) -> None:
    actions = Actions(database, Forwarder(HttpClient()), None)

    def fail(_connection: object, _answered: AnsweredMessage) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        actions.carry_out(answered(tmp_path, "pesan#Kopi##Jl. Mawar 1"), lambda memory: True, fail)
    assert rows(database) == 0


class Away(Database):
    """A database that is away at some of its transactions, counted from 1."""

    def __init__(self, url: str, folder: Path, away: set[int]) -> None:
        super().__init__(url, folder)
        self.away, self.asked = away, 0

    @contextmanager
    def writing(self, wait: float | None = None) -> Iterator[Connection]:
        self.asked += 1
        if self.asked in self.away:
            raise StoreError("The database is down.")
        with super().writing(wait) as connection:
            yield connection


def test_expired_rows_that_cannot_be_swept_fail_no_answer_and_are_swept_later(
    tmp_path: Path, sqlite: str, caplog: pytest.LogCaptureFixture
) -> None:
    database = Away(sqlite, tmp_path, {2, 5})
    actions, done = Actions(database, Forwarder(HttpClient()), None), answered(tmp_path, "komplain")
    caplog.set_level(logging.WARNING)
    found = []
    for now in (NOW, NOW, NOW + timedelta(seconds=SWEEP_EVERY)):  # the second does not sweep again at once
        assert actions.carry_out(replace(done, now=now), lambda memory: True)
        found.append((database.asked, len(caplog.records)))
    assert found == [(2, 1), (3, 1), (5, 2)]
    assert {record.getMessage() for record in caplog.records} == {"expired rows stay for now: The database is down."}
    database.close()


def test_counts_are_added_up_where_no_worker_does_so_and_many_of_them_with_the_next_message(tmp_path: Path, database: Database) -> None:
    actions, done = Actions(database, Forwarder(HttpClient()), None), answered(tmp_path, "komplain")
    row = {"name": totals.ANSWERED, "line": "webhook", "labels": '["text", "komplain", "answered"]', "number": 1}
    with database.writing() as connection:
        connection.execute(insert(counts), [row] * (totals.AT_ONCE + totals.FEW + 1))
    left = []
    for _ in range(2):
        assert actions.carry_out(replace(done, now=NOW), lambda memory: True)
        with database.reading() as connection:
            left.append(connection.execute(select(func.count()).select_from(counts)).scalar_one())
            assert sum(totals.read(connection).values()) == totals.AT_ONCE + totals.FEW + 1
    assert left == [totals.FEW + 1, 0]
