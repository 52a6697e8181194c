"""All that is kept of one person: shown, and deleted for good."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, Table, and_, bindparam, delete, or_, select, update

from flask_chatbot.core.values.people import Alias
from flask_chatbot.database.broadcast_tables import recipients
from flask_chatbot.database.console_tables import conversations, handovers, labels, notes
from flask_chatbot.database.saved_tables import saved, saved_keys
from flask_chatbot.database.statements import lock_all, lock_key
from flask_chatbot.database.strangers_tables import acquaintances
from flask_chatbot.database.tables import (
    aliases,
    callbacks,
    events,
    files,
    hashed_states,
    idempotency,
    inbox,
    messages,
    opted_out,
    requests,
    states,
    transport_ids,
)
from flask_chatbot.database.tables import people as people_table
from flask_chatbot.store import forgotten, people
from flask_chatbot.store.incoming.events import waiting_of
from flask_chatbot.store.people import KnownAlias, hash_of
from flask_chatbot.store.rows import moving, reminders

AT_ONCE = 500  # messages in one statement
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_OF_PERSON = tuple(
    (table, table.c.person.in_(_IDS))
    for table in (
        states,
        opted_out,
        saved,
        files,
        inbox,
        acquaintances,
        handovers,
        conversations,
        notes,
        labels,
        aliases,
    )
)
_KEYS = (saved_keys, saved_keys.c.person.in_(_IDS))
_SENT = messages.c.order_key.in_(_IDS)
_LOCK = select(people_table.c.id).where(people_table.c.id.in_(_IDS)).order_by(people_table.c.id).with_for_update()
_OPT_OUTS = select(opted_out.c.line, opted_out.c.at).where(opted_out.c.person.in_(_IDS))
_CALLBACKS = callbacks.c.message.in_(select(messages.c.id).where(_SENT))
_THEIRS = select(inbox.c.message_id).where(inbox.c.person.in_(_IDS))
_UNQUOTE = update(messages).where(messages.c.reply_to.in_(_THEIRS)).values(reply_to=None)
_REACTIONS = select(messages.c.id, messages.c.reply).where(messages.c.type == "reaction", messages.c.settled_at.is_not(None))
_JSON = {"state", "fields", "reply", "explanations", "body"}  # columns that may hold JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalData:
    """All that is kept of a person, by table: their ids, aliases, and rows as dicts of JSON values."""

    ids: tuple[str, ...]
    aliases: tuple[KnownAlias, ...]
    rows: Mapping[str, Sequence[Mapping[str, Any]]]

    @property
    def number(self) -> str:
        """Their telephone number; empty if it is unknown."""
        return next((each.alias.value for each in self.aliases if each.alias.scheme == "number"), "")


def kept_of(connection: Connection, person: str) -> PersonalData:
    """All that is kept of the person with this id."""
    ids = people.ids_of(connection, person)
    known = people.aliases_of(connection, ids)
    waiting = events.c.seq.in_(waiting_of(connection, [each.alias for each in known]))
    where: dict[Table, ColumnElement[bool]] = {table: condition for table, condition in _OF_PERSON if table is not aliases}
    where |= {events: waiting, messages: _SENT, callbacks: _CALLBACKS, recipients: _on_lists(ids, [each.alias for each in known])}
    rows: dict[str, list[dict[str, Any]]] = {}
    for table, of in where.items():
        found = connection.execute(select(table).where(of), {"ids": ids}).mappings()
        rows[table.name.removeprefix("chatbot_")] = [_as_json({each.key: row[each] for each in table.columns}) for row in found]
    return PersonalData(ids=tuple(ids), aliases=tuple(known), rows=rows)


def _on_lists(ids: Sequence[str], known: Sequence[Alias]) -> ColumnElement[bool]:
    """The condition of somebody's rows on the lists of broadcasts; until their turn these have an address alone."""
    return or_(recipients.c.person.in_(ids), recipients.c.address.in_([*ids, *(each.chat for each in known)]))


def _as_json(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as JSON values: texts that hold JSON are read, what is empty is left out."""
    found = {name: value for name, value in row.items() if value is not None}
    for name in _JSON & found.keys():
        try:
            found[name] = json.loads(found[name])
        except ValueError:
            continue  # a state of the outbox, or what another version wrote
    return found


def forget(connection: Connection, person: str, spellings: Iterable[str] = ()) -> None:
    """Delete all that is kept of a person; an opt-out stays under keyed hashes of their names. Call it in a transaction.

    `spellings` are ways in which messages to others, such as members of staff, may name them: those that were sent are deleted, too.
    """
    lock_all(connection, [lock_key("identity")])
    ids = people.ids_of(connection, person)
    connection.execute(_LOCK, {"ids": ids}).all()
    known = [each.alias for each in people.aliases_of(connection, ids)]
    _keep_opt_outs(connection, ids, known)
    _forget_messages(connection, [*connection.execute(select(messages.c.id).where(_SENT), {"ids": ids}).scalars()])
    _forget_notices(connection, [each for each in spellings if each])
    _forget_answers(connection, ids)
    _delete(connection, events, events.c.seq.in_(waiting_of(connection, known)))
    _forget_calls(connection, ids, known)
    _delete(connection, handovers, handovers.c.told.in_([name.chat for name in known]))
    _delete(connection, recipients, _on_lists(ids, known))
    for table, of in (*_OF_PERSON, _KEYS):
        connection.execute(delete(table).where(of), {"ids": ids})
    moving.drop_orphans(connection)
    reminders.drop_orphans(connection)
    connection.execute(delete(people_table).where(people_table.c.id.in_(_IDS)), {"ids": ids})


def _keep_opt_outs(connection: Connection, ids: Sequence[str], known: Sequence[Alias]) -> None:
    """Keep opt-outs under hashes of all names but a parent's, which others may have, too."""
    keys = [key for name in known if name.scheme != "parent_bsuid" for key in people.keys_of(name)]
    forgotten.keep(connection, keys, ids, [(row.line, row.at) for row in connection.execute(_OPT_OUTS, {"ids": ids})])


def _forget_calls(connection: Connection, ids: Sequence[str], known: Sequence[Alias]) -> None:
    """Delete the answers to API calls about somebody, by any name and id, the questions about their number, and states under its hash."""
    for to in (*ids, *(name.chat for name in known)):
        _delete(connection, idempotency, idempotency.c.answer.contains(f'"to": {json.dumps(to)}', autoescape=True))
    for name in known:
        _delete(connection, requests, requests.c.argument == name.value)
        _delete(connection, hashed_states, hashed_states.c.sender == hash_of(name.value))


def _forget_messages(connection: Connection, names: Sequence[str]) -> None:
    """Delete messages with their callbacks, and the ids that a transport gave them."""
    for start in range(0, len(names), AT_ONCE):
        some = {"ids": names[start : start + AT_ONCE]}
        for table in (callbacks, transport_ids):
            connection.execute(delete(table).where(table.c.message.in_(_IDS)), some)
        connection.execute(delete(messages).where(messages.c.id.in_(_IDS)), some)


def _forget_notices(connection: Connection, spellings: Sequence[str]) -> None:
    """Delete messages to others that name a person in one of these ways and were sent, or given up."""
    if spellings:
        naming = or_(*(messages.c.reply.contains(json.dumps(each)[1:-1], autoescape=True) for each in spellings))
        found = connection.execute(select(messages.c.id).where(and_(messages.c.settled_at.is_not(None), naming))).scalars()
        _forget_messages(connection, [*found])


def _forget_answers(connection: Connection, ids: Sequence[str]) -> None:
    """Delete the transport's ids of somebody's messages where groups got answers to them: quotes, and reactions that are sent."""
    connection.execute(_UNQUOTE, {"ids": ids})
    theirs = set(connection.execute(_THEIRS, {"ids": ids}).scalars())
    found = connection.execute(_REACTIONS).all() if theirs else []
    _forget_messages(connection, [row.id for row in found if json.loads(row.reply).get("to") in theirs])


def _delete(connection: Connection, table: Table, where: Any) -> None:
    connection.execute(delete(table).where(where))
