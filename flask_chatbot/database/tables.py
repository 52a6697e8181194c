"""The tables, as SQLAlchemy Core knows them."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Double,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from flask_chatbot.core.values.chats import GROUP
from flask_chatbot.core.values.people import VALUE_LIMIT
from flask_chatbot.database.statements import CHAT_LIMIT, word

PERSON_LIMIT = 26  # characters of people.id
ORIGIN = (("request_id", 128), ("traceparent", 55))  # columns and their characters, as core.origins has them

metadata = MetaData(  # constraints have names, so that a migration can say which it means
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
    Column("id", String(PERSON_LIMIT), primary_key=True),  # ours, for ever; they sort by the time at which they were given
    Column("merged_into", String(PERSON_LIMIT), index=True),  # who they turned out to be: never somebody who is merged, too
    Column("created_at", Double, nullable=False),
)

aliases = Table(
    "chatbot_aliases",
    metadata,
    Column("scheme", String(16), primary_key=True),  # number, bsuid, parent_bsuid, lid, telegram, opaque
    Column("scope", String(64), primary_key=True),  # the line or business whose id it is; empty where ids are the same for all
    Column("value", String(VALUE_LIMIT), primary_key=True, index=True),
    Column("person", String(PERSON_LIMIT), nullable=False, index=True),  # people.id, never of somebody who is merged
    Column("first_seen", Double, nullable=False),
    Column("last_seen", Double, nullable=False),
)

states = Table(
    "chatbot_states",
    metadata,
    Column("person", String(PERSON_LIMIT), primary_key=True),
    Column("state", Text, nullable=False),  # what core.memory.write_state wrote
    Column("version", BigInteger, nullable=False),  # one more with each commit
    Column("expires_at", Double, nullable=False, index=True),  # epoch seconds
)

# States of before there were people: each is taken over when its sender first writes, and dropped in the end.
hashed_states = Table(
    "chatbot_hashed_states",
    metadata,
    Column("sender", String(64), primary_key=True),  # SHA-256 in hex
    Column("state", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("expires_at", Double, nullable=False, index=True),
)

# Times are epoch seconds. SQLite numbers only columns of its own integer type.
Serial = BigInteger().with_variant(Integer, "sqlite")

messages = Table(
    "chatbot_messages",
    metadata,
    Column("seq", Serial, primary_key=True),  # the order within a chat
    Column("id", String(32), nullable=False, unique=True),
    Column("session", String(64), nullable=False),
    Column("chat", String(CHAT_LIMIT), nullable=False),  # as it was accepted; the address is chosen when it is sent
    Column("order_key", String(CHAT_LIMIT), nullable=False, server_default=text("''")),  # the person, or the group: they are sent in order
    Column("type", String(16), nullable=False),
    Column("reply", Text, nullable=False),  # what core.replydata.write_reply wrote
    Column("promo", Boolean, nullable=False),
    Column("is_reply", Boolean, nullable=False),  # to a message that came in: these go before other sends
    Column("notify_url", Text),
    Column("rule", Text),  # the name of the one whose reply it is
    Column("caller", Text),  # of the API: the name of the key
    Column("reply_to", Text),  # the transport's id of the message that it quotes
    *(Column(name, String(length)) for name, length in ORIGIN),  # of the request that led to it
    Column("created_at", Double, nullable=False),
    Column("start_at", Double, nullable=False),  # 0 for at once; before it, the message holds up nobody
    Column("expires_at", Double, nullable=False),  # no try after it
    # queued, claimed, sent, failed; or waiting: queued, and seen to be behind another of its chat, so that no claim looks at it again
    # before that one is settled. A chat that has one waiting has one queued or claimed, too.
    Column("state", String(8), nullable=False),
    Column("due_at", Double, nullable=False),  # of the next try; 0 for at once, by whatever clock
    Column("tries", SmallInteger, nullable=False),  # counted at the claim, so that one that kills its worker counts too
    Column("deaths", SmallInteger, key="crashes", nullable=False),  # workers that crashed while they tried it, and nothing else
    Column("begun", Boolean, nullable=False, server_default=false()),  # it is being tried alone: a crash now is one of its own
    Column("fence", BigInteger, nullable=False),  # one more with each claim: who settles must know it
    Column("leased_until", Double, nullable=False),
    Column("ack", SmallInteger, nullable=False),
    Column("error", Text),
    Column("sent_at", Double),
    Column("delivered_at", Double),
    Column("read_at", Double),
    Column("played_at", Double),
    Column("failed_at", Double),
    Column("settled_at", Double),
)


def _where(condition: ColumnElement[bool]) -> dict[str, Any]:
    return {"sqlite_where": condition, "postgresql_where": condition}


_queued, _waiting, _claimed = (messages.c.state == word(each) for each in ("queued", "waiting", "claimed"))
Index("ix_chatbot_messages_due", messages.c.session, messages.c.is_reply, messages.c.due_at, messages.c.seq, **_where(_queued))
Index("ix_chatbot_messages_order", messages.c.session, messages.c.order_key, messages.c.seq, **_where(_queued))
Index("ix_chatbot_messages_waiting", messages.c.session, messages.c.order_key, messages.c.seq, **_where(_waiting))
# Unique: at most one message of a chat is in flight, whatever goes wrong elsewhere.
Index("ix_chatbot_messages_claimed", messages.c.session, messages.c.order_key, unique=True, **_where(_claimed))
Index("ix_chatbot_messages_settled", messages.c.state, messages.c.settled_at, **_where(messages.c.settled_at.is_not(None)))

callbacks = Table(
    "chatbot_callbacks",
    metadata,
    Column("seq", Serial, primary_key=True),
    Column("id", String(40), nullable=False, unique=True),  # the webhook-id
    Column("message", String(32), nullable=False),  # messages.id
    Column("ack", SmallInteger, nullable=False),
    Column("at", Double, nullable=False),
    Column("url", Text, nullable=False),  # empty for the app's own @bot.on_ack
    Column("host", String(255), nullable=False),  # of the url: a slow one holds up nobody else
    Column("created_at", Double, nullable=False),
    Column("state", String(8), nullable=False),  # queued, claimed, sent, failed, refused
    Column("due_at", Double, nullable=False),  # as of messages, and so are crashes and begun
    Column("tries", SmallInteger, nullable=False),
    Column("deaths", SmallInteger, key="crashes", nullable=False, server_default=text("0")),
    Column("begun", Boolean, nullable=False, server_default=false()),
    Column("fence", BigInteger, nullable=False),
    Column("leased_until", Double, nullable=False),
    *(Column(name, Text) for name in ("error", "attempts")),  # attempts: a line for each try, as core.values.attempts writes it
    Column("settled_at", Double),
)
Index(
    "ix_chatbot_callbacks_due",
    callbacks.c.host,
    callbacks.c.due_at,
    callbacks.c.seq,
    **_where(callbacks.c.state == word("queued")),
)
Index("ix_chatbot_callbacks_claimed", callbacks.c.leased_until, **_where(callbacks.c.state == word("claimed")))
Index("ix_chatbot_callbacks_order", callbacks.c.message, callbacks.c.seq)
Index("ix_chatbot_callbacks_settled", callbacks.c.state, callbacks.c.settled_at, **_where(callbacks.c.settled_at.is_not(None)))

# The ids a transport gave our messages; receipts that come before their message is known wait here.
transport_ids = Table(
    "chatbot_transport_ids",
    metadata,
    Column("session", String(64), primary_key=True),
    Column("transport_id", String(128), primary_key=True),
    Column("message", String(32)),
    Column("early", Text),  # JSON: ack, time, error and more of each such receipt, in the order in which they came
    Column("created_at", Double, nullable=False, index=True),
)

# The price groups of messages that a platform charges for; nothing here says to whom they went.
charges = Table(
    "chatbot_charges",
    metadata,
    Column("message", String(32), primary_key=True),  # messages.id, which is deleted long before this
    *(Column(name, String(64), nullable=False) for name in ("session", "category", "model")),
    *(Column(name, Text) for name in ("rule", "caller")),  # as of messages
    *(Column(name, Boolean, nullable=False) for name in ("is_billable", "is_delivered")),  # only what was delivered is charged
    Column("at", Double, nullable=False, index=True),  # of the receipt
)

inbox = Table(
    "chatbot_inbox",
    metadata,
    Column("seq", Serial, primary_key=True),
    Column("session", String(64), nullable=False),  # the transport's, or "webhook"
    Column("message_id", String(255), nullable=False),  # the transport's id, or webhook-id, or one of ours where there is none
    Column("chat", String(CHAT_LIMIT), nullable=False),
    Column("sender", String(VALUE_LIMIT), nullable=False),
    Column("person", String(PERSON_LIMIT)),
    Column("kind", String(16), nullable=False, server_default=text("'text'")),  # of the message, as transports tell it
    Column("text", Text),  # what was written; NULL where messages are not kept
    Column("at", Double, nullable=False),  # of the answer
    Column("sent_at", Double),  # of the message itself, by its platform: it may have been a while on its way
    Column("replies", SmallInteger, nullable=False),
    Column("rule", Text),
    Column("place", Text),  # of the rule: file:line
    Column("rules_hash", String(64)),
    Column("verdicts", Text, key="explanations"),  # JSON: a list of sentences, why each candidate won or lost
    Column("answer", Text),  # the body answered to a webhook call, for its repeats
    Column("kept_until", Double, index=True),  # then the text goes, and why it was answered so; what tells a repeat stays
    Column("expires_at", Double, nullable=False, index=True),
    UniqueConstraint("session", "message_id"),
)
Index("ix_chatbot_inbox_person", inbox.c.person, inbox.c.at)
IN_GROUP = inbox.c.chat.like(word(f"%{GROUP}"))
Index("ix_chatbot_inbox_groups", inbox.c.session, inbox.c.chat, **_where(IN_GROUP))  # private chats are found by their person

# Messages that came in by HTTP, kept before the call was answered; the worker decides them, in the order of each chat.
events = Table(
    "chatbot_events",
    metadata,
    Column("seq", Serial, primary_key=True),  # the order within a chat
    Column("session", String(64), nullable=False),
    Column("key", String(64), nullable=False),  # SHA-256 of the transport's id, in hex
    Column("chat", String(CHAT_LIMIT), nullable=False),  # empty once it is settled
    Column("body", Text),  # what core.values.written_messages wrote; NULL once it is settled
    *(Column(name, String(length)) for name, length in ORIGIN),
    Column("created_at", Double, nullable=False),
    Column("due_at", Double, nullable=False),  # of the next try; 0 for at once
    Column("tries", SmallInteger, nullable=False),  # that failed, and claims to be tried alone, which count if their worker crashes
    Column("fence", BigInteger, nullable=False),  # one more with each claim
    Column("leased_until", Double, nullable=False),  # 0 unless it is claimed
    Column("settled_at", Double),
    UniqueConstraint("session", "key"),
)
Index("ix_chatbot_events_open", events.c.session, events.c.chat, events.c.seq, **_where(events.c.settled_at.is_(None)))
Index("ix_chatbot_events_settled", events.c.settled_at, **_where(events.c.settled_at.is_not(None)))

# What is asked of a transport that is open in another process.
requests = Table(
    "chatbot_requests",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("session", String(64), nullable=False),
    Column("kind", String(16), nullable=False),  # groups, session, number, file
    Column("argument", Text, nullable=False),
    Column("answer", Text),  # JSON
    Column("error", Text),
    Column("created_at", Double, nullable=False),
    Column("answered_at", Double),
)
Index("ix_chatbot_requests_open", requests.c.session, requests.c.created_at)

leases = Table(
    "chatbot_leases",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("holder", String(80), nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("until", Double, nullable=False),
)

paces = Table(
    "chatbot_paces",
    metadata,
    Column("session", String(64), primary_key=True),
    Column("tokens", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    Column("next_at", Double, nullable=False),
)

idempotency = Table(
    "chatbot_idempotency",
    metadata,
    Column("key", String(64), primary_key=True),  # SHA-256 of the caller's name and key
    Column("body", String(64), nullable=False),  # SHA-256 of endpoint and body
    Column("answer", Text, nullable=False),
    Column("expires_at", Double, nullable=False, index=True),
)

counters = Table(
    "chatbot_counters",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("last", BigInteger, nullable=False),
)

opted_out = Table(
    "chatbot_opted_out",
    metadata,
    Column("person", String(PERSON_LIMIT), primary_key=True),
    Column("line", String(64), primary_key=True),  # empty for every line
    Column("at", Double, nullable=False),
)

# Files of customers that are kept on disk, and for whom.
files = Table(
    "chatbot_files",
    metadata,
    Column("hash", String(64), primary_key=True),  # SHA-256 of the content in hex, which is its name on the disk
    Column("person", String(PERSON_LIMIT), primary_key=True),
    Column("at", Double, nullable=False),
    Column("kept_until", Double, index=True),  # NULL where a saved row refers to it
)
Index("ix_chatbot_files_person", files.c.person)

# Opt-outs of people who were forgotten.
forgotten = Table(
    "chatbot_forgotten",
    metadata,
    Column("hash", String(64), primary_key=True),  # HMAC-SHA256 in hex, of an alias, or of the id of who came back under one
    Column("line", String(64), primary_key=True),
    Column("at", Double, nullable=False),
    Column("together", String(32), index=True),  # random, one for all names of a person; NULL in rows of before it
)

secrets = Table(
    "chatbot_secrets",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", String(64), nullable=False),
)
