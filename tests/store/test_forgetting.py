"""Of whoever is forgotten nothing is left in any table, but that they want no promotion."""

from typing import Any

import pytest
from sqlalchemy import select, update

from flask_chatbot.core.conversation.memory import State
from flask_chatbot.core.values.contents import Reaction
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.core.values.people import Alias
from flask_chatbot.core.values.replies import Text
from flask_chatbot.database.database import Database
from flask_chatbot.database.tables import forgotten as forgotten_names
from flask_chatbot.database.tables import messages, metadata
from flask_chatbot.media import references
from flask_chatbot.store import (
    callbacks,
    forgetting,
    forgotten,
    idempotency,
    inbox,
    optouts,
    outbox,
    people,
    requests,
    saved,
    transport_ids,
)
from flask_chatbot.store.broadcasts import recipients
from flask_chatbot.store.broadcasts.recipients import Recipient
from flask_chatbot.store.callbacks import NewCallback
from flask_chatbot.store.console import handovers, remarks
from flask_chatbot.store.inbox import Kept
from flask_chatbot.store.incoming import events
from flask_chatbot.store.memory import StoreMemory
from flask_chatbot.store.merging import identify
from flask_chatbot.store.outgoing import new_messages
from flask_chatbot.store.outgoing.new_messages import NewMessage
from flask_chatbot.store.saved import SavedRow
from flask_chatbot.store.strangers import acquaintances

BUDI, SARI = "6281234567890", "6285550000001"
OTHER = "P" + "0" * 25  # a customer of whom somebody was told
NAMES = {BUDI: (Alias("number", BUDI), Alias("bsuid", "ID.BUDI", "toko")), SARI: (Alias("number", SARI), Alias("lid", "9915"))}


def fill(database: Database, number: str) -> str:
    """Rows about a person in every table, one of them merged into another; their id."""
    with database.writing() as connection:
        for at, names in enumerate([NAMES[number][:1], NAMES[number][1:], NAMES[number]]):
            person = identify(connection, names, 100.0 + at).person
        text = f"Halo {number}"
        kept = Kept(session="main", message_id=number, chat=f"{number}@c.us", sender=number, at=1.0, expires_at=1e9, text=text)
        inbox.add(connection, kept)
        fields = {"hp": number}
        saved.add(connection, SavedRow(name=number, number=1, fields=fields, sender=number, sender_name=number, at=1.0))
        references.note(connection, [number], person, 1.0, None)
        optouts.opt_out(connection, number, 50.0, "toko")
        message = NewMessage(
            id=f"3EB0{number}",
            session="main",
            chat=f"{number}@c.us",
            type="text",
            reply=Text(text),
            created_at=1.0,
            expires_at=1e9,
            order_key=person,
        )
        new_messages.add(connection, [message])
        url = f"https://a.id/{number}"
        new = NewCallback(id=f"msg_{number}", message=message.id, ack=Ack.SENT, at=1.0, url=url, host="a.id", created_at=1.0)
        callbacks.add(connection, [new])
        transport_ids.link(connection, "main", [(f"true_{number}", message.id, 1.0)])
        acquaintances.add(connection, "main", [person], 1.0, has_written=True)
        handed: dict[str, Any] = {"line": "main", "name": number, "rule": "admin", "at": 1.0}
        handovers.add(connection, [handovers.Handover(person=person, **handed)])
        handovers.add(connection, [handovers.Handover(person=OTHER, told=f"{number}@c.us", **handed)])
        remarks.add_note(connection, person, "ani", text, 1.0)
        remarks.add_label(connection, person, f"{number} grosir")
        for to in (f"{number}@c.us", person):  # both may be written to
            idempotency.add(connection, f"to {to}", "body", f'{{"id": "{message.id}", "to": "{to}"}}', now=1.0, expires_at=1e9)
        hidden = Sender(aliases=NAMES[number][1:])
        waiting = [Message(text=text, sender=Sender(number=number), id=f"{number} 1")]
        waiting += [Message(text=text, sender=hidden, chat="group", group="120363", id=f"{number} 2")]
        events.add(connection, "main", waiting, 1.0)
        requests.ask(connection, number, "main", "number", number, 1.0)
        recipients.add(connection, int(number), [Recipient(place=1, address=f"{number}@c.us", fields={"hp": number})])
        assert StoreMemory(database).within(connection).commit(number, State(notes={"hp": number}, notes_until=1e9), 1.0)
    return person


def everything(database: Database) -> str:
    with database.reading() as connection:
        return "".join(repr(connection.execute(select(table)).all()) for table in metadata.sorted_tables)


def forget(database: Database, person: str, *spellings: str) -> None:
    with database.writing() as connection:
        forgetting.forget(connection, person, spellings)


def test_nothing_that_names_who_was_forgotten_is_left_and_nothing_of_others_is_gone(database: Database) -> None:
    budi, sari = fill(database, BUDI), fill(database, SARI)
    with database.reading() as connection:
        before = forgetting.kept_of(connection, sari)
        ids = forgetting.kept_of(connection, budi).ids
    forget(database, budi)
    left = everything(database)
    assert [name for name in (BUDI, "ID.BUDI", *ids) if name in left] == []
    with database.reading() as connection:
        assert forgetting.kept_of(connection, sari) == before
    rows = {"states": 1, "opted_out": 1, "saved": 1, "inbox": 1, "files": 1, "acquaintances": 1, "events": 2, "messages": 1, "callbacks": 1}
    rows |= dict.fromkeys(("handovers", "notes", "labels", "conversations", "broadcast_recipients"), 1)
    assert {name: len(found) for name, found in before.rows.items()} == rows
    assert before.number == SARI


def test_answers_in_groups_stay_without_the_ids_of_what_they_answer(database: Database) -> None:
    budi, _ = fill(database, BUDI), fill(database, SARI)
    group: dict[str, Any] = {"session": "main", "chat": "120363@g.us", "created_at": 1.0, "expires_at": 1e9}
    new = [
        *(NewMessage(id=f"Q{of}", type="chat", reply=Text("Siap."), reply_to=of, **group) for of in (BUDI, SARI)),
        *(NewMessage(id=f"R{of}", type="reaction", reply=Reaction("\N{THUMBS UP SIGN}", of), **group) for of in (BUDI, SARI)),
    ]
    with database.writing() as connection:
        new_messages.add(connection, new)
        connection.execute(update(messages).values(state="sent", settled_at=2.0))
    forget(database, budi)
    with database.reading() as connection:
        left = connection.execute(
            select(messages.c.id, messages.c.reply_to).where(messages.c.chat == "120363@g.us").order_by(messages.c.seq)
        )
        assert [tuple(row) for row in left] == [(f"Q{BUDI}", None), (f"Q{SARI}", SARI), (f"R{SARI}", None)]


@pytest.mark.parametrize("name", NAMES[BUDI], ids=lambda name: name.scheme)
def test_who_opted_out_is_still_opted_out_when_they_come_back_by_any_name(database: Database, name: Alias) -> None:
    forget(database, fill(database, BUDI))
    with database.writing() as connection:
        person = identify(connection, [name], 200.0).person
        assert [optouts.has_opted_out(connection, person, line) for line in ("toko", "bengkel")] == [True, False]
        optouts.opt_in(connection, person, "toko")
    with database.writing() as connection:
        assert not optouts.has_opted_out(connection, person, "toko")
    assert StoreMemory(database).recall(BUDI, 1.0) == State()


def test_who_opted_out_is_sent_no_promotion_before_they_write_again(database: Database) -> None:
    forget(database, fill(database, BUDI))
    with database.reading() as connection:
        assert [optouts.has_opted_out(connection, BUDI, line) for line in ("toko", "bengkel", "")] == [True, False, True]
        assert not optouts.has_opted_out(connection, SARI, "toko")


@pytest.mark.parametrize(("line", "is_out"), [("bengkel", True), ("toko", False), ("", False)])
def test_who_was_forgotten_may_be_opted_in_before_they_write_again(database: Database, line: str, is_out: bool) -> None:
    forget(database, fill(database, BUDI))
    with database.writing() as connection:
        optouts.opt_in(connection, BUDI, line)
        assert optouts.has_opted_out(connection, BUDI) is is_out
        assert optouts.has_opted_out(connection, people.get(connection, BUDI, 2.0)) is is_out


def out_by_each_name(database: Database, line: str = "toko") -> list[bool]:
    """For each of Budi's names: True if whoever comes with it is opted out of a line."""
    with database.reading() as connection:
        holders = {name: people.holder(connection, name) for name in NAMES[BUDI]}
        return [
            line in forgotten.lines(connection, people.keys_of(name)) if holder is None else optouts.has_opted_out(connection, holder, line)
            for name, holder in holders.items()
        ]


@pytest.mark.parametrize("comes_back", [True, False])
def test_an_opt_in_by_one_name_of_who_was_forgotten_counts_for_all(database: Database, comes_back: bool) -> None:
    forget(database, fill(database, BUDI))
    with database.writing() as connection:
        name = identify(connection, NAMES[BUDI][:1], 200.0).person if comes_back else BUDI
    assert out_by_each_name(database) == [True, True]
    with database.writing() as connection:
        optouts.opt_in(connection, name, "bengkel")
    assert out_by_each_name(database) == [True, True]
    with database.writing() as connection:
        optouts.opt_in(connection, name, "toko")
    assert out_by_each_name(database) == [False, False]


def test_an_opt_in_counts_for_all_names_of_who_was_forgotten_and_merged_and_forgotten_again(database: Database) -> None:
    forget(database, fill(database, BUDI))
    with database.writing() as connection:
        identify(connection, [Alias("lid", "4711")], 150.0)
        identify(connection, NAMES[BUDI][:1], 200.0)
        person = identify(connection, [NAMES[BUDI][0], Alias("lid", "4711")], 300.0).person
    forget(database, person)
    forget(database, fill(database, SARI))
    with database.writing() as connection:
        assert optouts.has_opted_out(connection, identify(connection, [Alias("lid", "4711")], 400.0).person, "toko")
    assert out_by_each_name(database) == [True, True]
    with database.writing() as connection:
        optouts.opt_in(connection, identify(connection, [Alias("lid", "4711")], 500.0).person)
        assert optouts.has_opted_out(connection, SARI)
    assert out_by_each_name(database) == [False, False]


def test_a_number_of_who_came_back_and_was_given_to_somebody_else_brings_them_no_opt_out(database: Database) -> None:
    forget(database, fill(database, BUDI))
    with database.writing() as connection:
        person = identify(connection, [NAMES[BUDI][0], Alias("lid", "4711")], 200.0).person
        identify(connection, [Alias("number", "628999"), Alias("lid", "4711")], 300.0)
        other = identify(connection, NAMES[BUDI][:1], 400.0).person
        assert [optouts.has_opted_out(connection, each, "toko") for each in (person, other)] == [True, False]


def test_hashes_of_an_earlier_version_stand_for_themselves(database: Database) -> None:
    forget(database, fill(database, BUDI))
    with database.writing() as connection:
        connection.execute(update(forgotten_names).values(together=None))
        optouts.opt_in(connection, BUDI)
    assert out_by_each_name(database) == [False, True]


@pytest.mark.parametrize("length", [100, 300])
def test_who_opted_out_under_a_name_that_is_kept_by_its_hash_is_still_opted_out(database: Database, length: int) -> None:
    name = "x" * length
    with database.writing() as connection:
        optouts.opt_out(connection, name, 1.0)
        person = people.get(connection, name, 1.0)
    forget(database, person)
    with database.writing() as connection:
        assert optouts.has_opted_out(connection, name)
        assert optouts.has_opted_out(connection, people.get(connection, name, 2.0))


def test_an_opt_out_of_who_was_forgotten_is_nobody_elses_by_a_parents_id(database: Database) -> None:
    parent = Alias("parent_bsuid", "ID.ENT.1")
    with database.writing() as connection:
        person = identify(connection, [*NAMES[BUDI], parent], 1.0).person
        optouts.opt_out(connection, person, 1.0)
    forget(database, person)
    with database.writing() as connection:
        other = identify(connection, [Alias("bsuid", "ID.OTHER", "bengkel"), parent], 2.0).person
        assert not optouts.has_opted_out(connection, other)


def test_who_never_opted_out_leaves_no_hash(database: Database) -> None:
    with database.writing() as connection:
        person = people.get(connection, BUDI, 1.0)
    forget(database, person)
    assert everything(database).replace("[]", "") == ""


def test_sent_messages_to_others_that_name_them_go_too_and_those_that_wait_stay(database: Database) -> None:
    with database.writing() as connection:
        person, staff = people.get(connection, BUDI, 1.0), people.get(connection, SARI, 1.0)
        for id_, text in (("1", "Budi +62 812-3456-7890: halo"), ("2", "Ani: halo"), ("3", f"Budi {BUDI}")):
            message = NewMessage(
                id=id_, session="main", chat=SARI, type="text", reply=Text(text), created_at=1.0, expires_at=1e9, order_key=staff
            )
            new_messages.add(connection, [message])
        for _ in range(2):
            outbox.settle_sent(connection, outbox.claim(connection, "main", 2.0, 60.0, 9), 2.0)
    forget(database, person, BUDI, "+62 812-3456-7890")
    with database.reading() as connection:
        assert [row["id"] for row in forgetting.kept_of(connection, staff).rows["messages"]] == ["2", "3"]
