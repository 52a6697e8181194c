"""The tables: made at once or step by step they are the same, and steps only add to them."""

import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, Inspector, MetaData, Table, create_engine, insert, inspect, make_url, text, update
from sqlalchemy.engine.interfaces import ReflectedColumn, ReflectedIndex

from flask_chatbot.core.conversation.memory import State
from flask_chatbot.core.values.outbound import Ack, Receipt
from flask_chatbot.core.values.replies import Text
from flask_chatbot.core.values.stored import write_reply
from flask_chatbot.database import word_index
from flask_chatbot.database.database import Database
from flask_chatbot.database.engines import postgresql_engine
from flask_chatbot.database.tables import metadata, states
from flask_chatbot.database.upgrading import HEAD, MIGRATIONS, OLDEST, REVISIONS, is_current, make_indexes, migrate
from flask_chatbot.errors import StoreError
from flask_chatbot.store import callbacks, inbox, optouts, outbox, people, saved, transport_ids
from flask_chatbot.store.memory import StoreMemory
from flask_chatbot.store.people import hash_of
from flask_chatbot.store.rows.finding import find_rows

REPLY = write_reply(Text("Halo"))
PATIENCE = 30.0  # seconds
LONG = "x" * 100  # a sender that was kept by its hash


def make_previous(url: str) -> None:
    """A database as the version before migrations left it, with one person in it."""
    engine = create_engine(url)
    with engine.begin() as connection:
        migrate(connection, "base", "0001")
        old = Table("chatbot_people", MetaData(), autoload_with=connection)
        connection.execute(insert(old).values(sender=hash_of("628111"), state='{"seen":true}', version=3, expires_at=1e9))
    engine.dispose()


def make_gateways(url: str) -> None:
    """A database as the version before left it, with messages, callbacks and receipts in it."""
    engine = create_engine(url)
    queued = {"created_at": 50.0, "state": "queued", "due_at": 50.0, "tries": 0, "fence": 0, "leased_until": 0.0}
    message = {"session": "main", "type": "text", "reply": REPLY, "promo": False, "is_reply": False, "start_at": 0.0, "ack": 0, **queued}
    given = [("M1", "queued", 50.0, 0), ("M2", "claimed", 50.0, 4), ("M3", "queued", 90.0, 3)]
    ids = {"session": "main", "created_at": 40.0, "message": None, "ack": None, "at": None, "error": None}
    rows: dict[str, list[dict[str, object]]] = {
        "messages": [
            {**message, "id": name, "chat": name, "expires_at": 1e9, "state": state, "due_at": due_at, "deaths": crashes}
            for name, state, due_at, crashes in given
        ],
        "callbacks": [{**queued, "id": "C1", "message": "M1", "ack": 1, "at": 50.0, "url": "", "host": ""}],
        "transport_ids": [
            {**ids, "transport_id": "T1", "ack": 3, "at": 40.0, "error": ""},
            {**ids, "transport_id": "T2", "message": "M9"},
        ],
        "alembic_version": [{"version_num": "0002"}],
    }
    with engine.begin() as connection:
        migrate(connection, "base", "0002")
        connection.execute(text("CREATE TABLE chatbot_alembic_version (version_num VARCHAR(32) NOT NULL)"))
        for name, each in rows.items():
            connection.execute(insert(Table(f"chatbot_{name}", MetaData(), autoload_with=connection)), each)
    engine.dispose()


def make_numbered(url: str) -> None:
    """A database as the version before people left it: state under hashes, everything else under numbers."""
    message = {"session": "main", "type": "text", "reply": REPLY, "promo": False, "is_reply": False, "start_at": 0.0, "ack": 0}
    queued = {
        "state": "queued",
        "due_at": 0.0,
        "tries": 0,
        "fence": 0,
        "leased_until": 0.0,
        "deaths": 0,
        "begun": False,
        "expires_at": 1e10,
    }
    written = {"session": "main", "at": 40.0, "replies": 1, "expires_at": 1e10}
    given = {"6281": 30.0, "6282": 60.0, "6283xxx": 70.0}
    state = {"version": 3, "expires_at": 1e10}
    states_: dict[str, dict[str, object]] = {hash_of(name): {"seen": True} for name in ("6281", "6283xxx", LONG, "6289")}
    states_[hash_of("6287")] = {"paused_until": 9e9, "paused_as": "6287"}
    rows: dict[str, list[dict[str, object]]] = {
        "messages": [
            *({**message, **queued, "id": name, "chat": f"{name}@c.us", "created_at": at} for name, at in given.items()),
            {**message, **queued, "id": "group", "chat": "Y2FwaV9ncm91cDox@g.us", "created_at": 80.0},
        ],
        "inbox": [
            {**written, "message_id": "1", "chat": "6281@c.us", "sender": "6281"},
            {**written, "message_id": "2", "chat": "long", "sender": f"sha256:{hash_of(LONG)}"},
        ],
        "saved": [
            {"name": "pesanan", "number": 1, "fields": '{"kue": "Bolu Pandan"}', "sender": "6284", "sender_name": "Sari", "at": 20.0}
        ],
        "opted_out": [{"number": "6282", "at": 50.0}, {"number": "6285", "at": 10.0}],
        "people": [{**state, "sender": sender, "state": json.dumps(kept)} for sender, kept in states_.items()],
        "alembic_version": [{"version_num": "0003"}],
    }
    engine = create_engine(url)
    with engine.begin() as connection:
        migrate(connection, "base", "0003")
        connection.execute(text("CREATE TABLE chatbot_alembic_version (version_num VARCHAR(32) NOT NULL)"))
        for name, each in rows.items():
            connection.execute(insert(Table(f"chatbot_{name}", MetaData(), autoload_with=connection)), each)
    engine.dispose()


def indexes(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    """Of each table its indexes, with the conditions of those that are partial."""
    inspector = inspect(connection)

    def told(index: ReflectedIndex) -> tuple[object, ...]:
        options = index.get("dialect_options", {})
        condition = str(options.get("sqlite_where", options.get("postgresql_where")))
        return index["name"], index["column_names"], index["unique"], re.sub(r"::\w+|[()]", "", condition)

    return {name: sorted(map(told, inspector.get_indexes(name)), key=str) for name in metadata.tables}


def test_the_revisions_named_are_those_of_the_folder() -> None:
    steps = [step.revision for step in ScriptDirectory(str(MIGRATIONS)).walk_revisions()]
    assert tuple(reversed(steps)) == REVISIONS


def is_other_default(*compared: object) -> bool | None:
    """False where only brackets differ, which the oldest Alembic reads around a default of SQLite's; None leaves it to Alembic."""
    *_, found, _, known = compared
    return False if str(found).strip("()") == known else None


def is_known(name: str | None, *_: object) -> bool:
    """False for the index of words, of which SQLAlchemy knows nothing."""
    return not (name or "").startswith(word_index.NAME)


def test_the_steps_lead_to_the_tables_the_code_knows(empty: str) -> None:
    engine = create_engine(empty)
    with engine.begin() as connection:
        migrate(connection, "base")
    if engine.dialect.name == "postgresql":
        make_indexes(postgresql_engine(make_url(empty), 5.0))
    with engine.begin() as connection:
        options = {"compare_type": True, "compare_server_default": is_other_default, "include_name": is_known}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []
        stepwise = indexes(connection)
        metadata.drop_all(connection)
        metadata.create_all(connection)
        assert stepwise == indexes(connection)
    engine.dispose()


def test_a_file_of_the_previous_version_is_brought_up_to_date_by_the_first_use_and_keeps_its_people(sqlite: str, tmp_path: Path) -> None:
    make_previous(sqlite)
    with closing(Database(sqlite, tmp_path)) as database:
        assert StoreMemory(database).recall("628111", 0.0) == State(seen=True, version=3)
        with database.reading() as connection:
            assert is_current(connection)


def test_what_waits_in_a_database_of_the_version_before_goes_out(empty: str, tmp_path: Path) -> None:
    make_gateways(empty)
    with closing(Database(empty, tmp_path)) as database:
        database.upgrade()
        with database.writing() as connection:
            assert [(each.outbound.id, each.crashes) for each in outbox.claim(connection, "main", 10.0, 90.0, 9)] == [("M2", 1), ("M1", 0)]
            assert [each.outbound.id for each in outbox.claim(connection, "main", 95.0, 60.0, 9)] == ["M3"]
            assert [each.id for each in callbacks.claim(connection, 10.0, 60.0, 9)] == ["C1"]
            assert transport_ids.link(connection, "main", [("T1", "M1", 95.0)]) == {"T1": [Receipt(id="T1", ack=Ack.READ, at=40.0)]}
            assert transport_ids.message_of(connection, "main", "T2") == "M9"


def test_tables_of_the_previous_version_on_a_server_are_brought_up_to_date_on_request(server: str, tmp_path: Path) -> None:
    make_previous(server)
    with closing(Database(server, tmp_path)) as database:
        with pytest.raises(StoreError, match=r" does not have the tables of this version\. Run: flask chatbot db upgrade$"):
            StoreMemory(database).recall("628111", 0.0)
        database.upgrade()
        assert StoreMemory(database).recall("628111", 0.0) == State(seen=True, version=3)


def test_a_server_without_tables_is_told_with_the_command_that_makes_them(server: str, tmp_path: Path) -> None:
    with closing(Database(server, tmp_path)) as database:
        with pytest.raises(StoreError, match=r"^The database \S+ at .* Run: flask chatbot db upgrade$"), database.writing():
            pass
        database.upgrade()
        assert StoreMemory(database).commit("628111", State(seen=True), 0.0)


def test_a_database_newer_than_the_code_is_refused_and_left_alone(url: str, tmp_path: Path) -> None:
    with closing(Database(url, tmp_path)) as database, database.writing() as connection:
        connection.execute(text("UPDATE chatbot_tables SET revision = '0999', oldest = '0999'"))
    for use in (Database.upgrade, lambda database: StoreMemory(database).recall("628111", 0.0)):
        with closing(Database(url, tmp_path)) as database, pytest.raises(StoreError) as caught:
            use(database)
        assert str(caught.value) == (
            f"The database {database.place} was made by a newer version (its tables are of 0999, this version knows {HEAD}). "
            "Install that version, or name another database in CHATBOT_DATABASE_URL."
        )
    engine = create_engine(url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT revision FROM chatbot_tables")).scalars().all() == ["0999"]
    engine.dispose()


def test_tables_of_a_newer_version_that_only_added_are_used_and_left_as_they_are(url: str, tmp_path: Path) -> None:
    with closing(Database(url, tmp_path)) as database, database.writing() as connection:
        connection.execute(text("UPDATE chatbot_tables SET revision = '0999', oldest = :head"), {"head": HEAD})
        connection.execute(text("ALTER TABLE chatbot_messages ADD COLUMN mood TEXT"))
    with closing(Database(url, tmp_path)) as database:
        database.upgrade()
        assert StoreMemory(database).commit("628111", State(seen=True), 0.0)
        with database.reading() as connection:
            assert connection.execute(text("SELECT revision, oldest FROM chatbot_tables")).all() == [("0999", HEAD)]


def schema_at(connection: Connection, revision: str) -> Inspector:
    """The tables as the steps up to a revision make them."""
    migrate(connection, "base", revision)
    return inspect(connection)


def test_steps_only_add_to_what_the_oldest_version_that_still_works_needs(empty: str) -> None:
    """Remove in the version after the one that stopped using it, and raise OLDEST then."""
    engine = create_engine(empty)
    with engine.begin() as connection:
        schema = schema_at(connection, OLDEST)
        names = schema.get_table_names()
        before = {name: (schema.get_columns(name), schema.get_pk_constraint(name), _unique(schema, name)) for name in names}
        migrate(connection, OLDEST)
        schema = inspect(connection)
        for name, (columns, key, unique) in before.items():
            now = {column["name"]: column for column in schema.get_columns(name)}
            assert [_form(now.get(column["name"])) for column in columns] == [_form(column) for column in columns], name
            added = now.keys() - {column["name"] for column in columns}
            assert [each for each in added if not now[each]["nullable"] and now[each]["default"] is None] == [], name
            assert (schema.get_pk_constraint(name), _unique(schema, name)) == (key, unique), name
    engine.dispose()


def _form(column: ReflectedColumn | None) -> object:
    return column and (column["name"], str(column["type"]), column["nullable"], str(column["default"]))


def _unique(schema: Inspector, table: str) -> list[object]:
    """What rows of a table may not have in common."""
    indexes = [each["name"] for each in schema.get_indexes(table) if each["unique"]]
    return [*sorted(map(str, indexes)), *sorted(str(each["name"]) for each in schema.get_unique_constraints(table))]


def test_many_may_upgrade_at_once(empty: str, tmp_path: Path) -> None:
    make_previous(empty)
    databases = [Database(empty, tmp_path) for _ in range(6)]
    with ThreadPoolExecutor(len(databases)) as pool:
        list(pool.map(Database.upgrade, databases))
    for database in databases:
        assert StoreMemory(database).recall("628111", 0.0) == State(seen=True, version=3)
        database.close()


def test_an_upgrade_on_a_server_waits_for_who_reads_a_table_for_long_and_others_use_it_meanwhile(server: str, tmp_path: Path) -> None:
    engine = create_engine(server)
    with engine.begin() as connection:
        migrate(connection, "base", "0024")
        connection.execute(text("CREATE TABLE chatbot_alembic_version AS SELECT CAST('0024' AS VARCHAR(32)) AS version_num"))
    with closing(Database(server, tmp_path)) as database, ThreadPoolExecutor(1) as pool:
        with engine.connect() as long_reader:
            long_reader.execute(text("SELECT * FROM chatbot_messages"))
            upgrade = pool.submit(database.upgrade)
            with engine.begin() as connection:
                wait_for_lock(connection)
                connection.execute(text("SET LOCAL lock_timeout = '15s'"))
                connection.execute(text("SELECT * FROM chatbot_messages"))
            assert not upgrade.done()
        upgrade.result(PATIENCE)
        with database.reading() as connection:
            assert is_current(connection)
    engine.dispose()


@contextmanager
def making_an_index(database: Database, engine: Engine) -> Iterator[tuple[Future[None], Connection]]:
    """An upgrade that makes an index of the messages, as long as the block lasts: it waits for a transaction that has written to them."""
    with ThreadPoolExecutor(1) as pool, engine.begin() as writer:
        writer.execute(text("DELETE FROM chatbot_messages"))
        upgrade = pool.submit(database.upgrade)
        with engine.connect() as connection:
            wait_for(connection, f"{LOCKS} AND granted AND mode = 'ShareUpdateExclusiveLock'")
            yield upgrade, connection
            connection.commit()


def test_an_index_that_a_server_lacks_is_made_while_others_write_and_one_that_was_interrupted_anew(postgresql: str, tmp_path: Path) -> None:
    of_messages = text(
        "SELECT relname, indisvalid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid "
        "WHERE indrelid = CAST('chatbot_messages' AS regclass) ORDER BY relname"
    )
    engine = create_engine(postgresql)
    with engine.begin() as connection:
        before = connection.execute(of_messages).all()
        connection.execute(text("DROP INDEX ix_chatbot_messages_created"))
        connection.execute(text("UPDATE pg_index SET indisvalid = false WHERE indexrelid = CAST('ix_chatbot_messages_open' AS regclass)"))
    with closing(Database(postgresql, tmp_path)) as database:
        with making_an_index(database, engine) as (upgrade, connection):
            connection.execute(text("SET LOCAL lock_timeout = '5s'"))
            connection.execute(text("DELETE FROM chatbot_messages"))
            assert not upgrade.done()
        upgrade.result(PATIENCE)
    with engine.begin() as connection:
        assert connection.execute(of_messages).all() == before
    engine.dispose()


def test_an_index_that_the_server_ends_is_told_in_a_sentence_and_made_by_the_next_upgrade(postgresql: str, tmp_path: Path) -> None:
    engine = create_engine(postgresql)
    with engine.begin() as connection:
        connection.execute(text("DROP INDEX ix_chatbot_messages_created"))
    with closing(Database(postgresql, tmp_path)) as database:
        with making_an_index(database, engine) as (upgrade, connection):
            connection.execute(text(END_MAKING))
            connection.commit()
            with pytest.raises(StoreError, match=r" is shutting down or starting\. Try again when it is up\.$"):
                upgrade.result(PATIENCE)
        database.upgrade()
    with engine.begin() as connection:
        is_whole = "SELECT indisvalid FROM pg_index WHERE indexrelid = CAST('ix_chatbot_messages_created' AS regclass)"
        assert connection.execute(text(is_whole)).scalar_one()
    engine.dispose()


END_MAKING = """SELECT pg_terminate_backend(pid) FROM pg_locks
WHERE relation = CAST('chatbot_messages' AS regclass) AND mode = 'ShareUpdateExclusiveLock'"""
LOCKS = "SELECT count(*) FROM pg_locks WHERE relation = CAST('chatbot_messages' AS regclass)"


def wait_for_lock(connection: Connection) -> None:
    """Wait until somebody waits for messages, who locks out all who come later."""
    wait_for(connection, f"{LOCKS} AND NOT granted")


def wait_for(connection: Connection, counting: str) -> None:
    """Wait until something is counted."""
    until = time.monotonic() + PATIENCE
    while not connection.execute(text(counting)).scalar_one():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_an_upgrade_that_fails_changes_nothing(empty: str, tmp_path: Path) -> None:
    make_previous(empty)
    engine = create_engine(empty)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE chatbot_leases (mine INTEGER)"))
    with closing(Database(empty, tmp_path)) as database, pytest.raises(StoreError, match="refused a statement"):
        database.upgrade()
    with engine.connect() as connection:
        names = {name for name in inspect(connection).get_table_names() if name.startswith("chatbot_")}
        assert names == {"chatbot_people", "chatbot_leases"}
    engine.dispose()


def test_upgrading_twice_changes_nothing(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(insert(states).values(person="a", state="{}", version=1, expires_at=0.0))
        connection.execute(update(states).values(version=2))
    database.upgrade()
    with database.reading() as connection:
        assert connection.execute(states.select()).all() == [("a", "{}", 2, 0.0)]


def test_whoever_was_known_by_a_number_is_a_person_with_all_that_was_kept_under_it(empty: str, tmp_path: Path) -> None:
    make_numbered(empty)
    with closing(Database(empty, tmp_path)) as database:
        database.upgrade()
        with database.writing() as connection:
            ids = {name: people.find(connection, name) for name in ("6285", "6284", "6281", LONG, "6282", "6283xxx", "6287")}
            assert None not in ids.values()
            assert [*ids.values()] == sorted(map(str, ids.values()))  # whoever came first has the lowest
            assert optouts.opted_out_people(connection) == [("6285", "", 10.0), ("6282", "", 50.0)]
            assert [each.message_id for name in ("6281", LONG) for each in inbox.of_sender(connection, name, 9)] == ["1", "2"]
            assert [(each.sender, each.person) for each in saved.rows(connection, "pesanan")] == [("6284", ids["6284"])]
            claims = outbox.claim(connection, "main", 100.0, 60.0, 9)
            keys = [(each.order_key, each.chat) for each in claims]
            group = "Y2FwaV9ncm91cDox@g.us"
            assert keys == [*((ids[name], f"{name}@c.us") for name in ("6281", "6282", "6283xxx")), (group, group)]
        memory = StoreMemory(database)
        assert [memory.recall(name, 100.0).version for name in ("6281", "6282", "6283xxx", LONG)] == [3, 0, 3, 3]
        assert memory.recall("6287", 100.0) == State(paused_until=9e9, version=3)


def test_a_state_whose_sender_nobody_knows_waits_thirty_days(empty: str, tmp_path: Path) -> None:
    make_numbered(empty)
    with closing(Database(empty, tmp_path)) as database:
        database.upgrade()
        with database.reading() as connection:
            ((sender, expires_at),) = connection.execute(text("SELECT sender, expires_at FROM chatbot_hashed_states")).all()
        assert (sender, 29 * 86_400 < expires_at - time.time() < 31 * 86_400) == (hash_of("6289"), True)
        assert StoreMemory(database).recall("6289", 100.0) == State(seen=True, version=3)


def test_rows_that_were_saved_before_are_found_by_their_fields(empty: str, tmp_path: Path) -> None:
    make_numbered(empty)
    with closing(Database(empty, tmp_path)) as database:
        database.upgrade()
        with database.reading() as connection:
            found = [find_rows(connection, "pesanan", {"kue": kue}, "6284") for kue in ("bolu pandan", "lapis")]
    assert [[(row.number, row.state) for row in rows] for rows in found] == [[(1, "")], []]
