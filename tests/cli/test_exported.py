"""The export of a person: every time in it is ISO 8601, wherever it stands, and nothing that customers gave is taken for one."""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Double

from flask_chatbot.cli.exported import with_iso_times
from flask_chatbot.core.conversation.dialogue import Dialogue
from flask_chatbot.core.conversation.forms import Form
from flask_chatbot.core.conversation.memory import State, write_state
from flask_chatbot.core.conversation.stored_dialogues import write_dialogues
from flask_chatbot.core.values.incoming.events import Echo
from flask_chatbot.core.values.incoming.stored import write_incoming
from flask_chatbot.database.tables import metadata

AT = 1_764_043_200.5
WRITTEN = "2025-11-25T04:00:00+00:00"


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


def numbers(value: Any) -> list[float]:
    """All numbers in JSON that may be times."""
    if isinstance(value, dict | list):
        return [found for each in (value.values() if isinstance(value, dict) else value) for found in numbers(each)]
    return [value] if isinstance(value, float) else []


def test_every_time_that_a_table_has_is_told_and_what_stands_for_none_is_left_out() -> None:
    of_lines = ("chatbot_paces", "chatbot_restrictions")
    for table in (each for each in metadata.sorted_tables if each.name not in of_lines):
        times = [column.key for column in table.columns if isinstance(column.type, Double)]
        told = with_iso_times(table.name, dict.fromkeys(times, AT), iso)
        assert told == dict.fromkeys(times, WRITTEN), table.name
        assert with_iso_times(table.name, dict.fromkeys(times, 0.0), iso) == {}


def test_all_times_of_what_is_remembered_are_told_and_what_handlers_keep_stays() -> None:
    form = Form(rule="pesan", texts={"at": "5"}, times={"at": AT}, asks=("at",), problems={})
    begun = Dialogue(form=form, form_until=AT, aside=form, aside_until=AT, below=((form, AT),), offered_at=AT)
    dialogue, until = write_dialogues({"a": begun})
    state = State(
        dialogue=dialogue,
        dialogue_until=until,
        answered={"harga": AT},
        notes={"until": 7.5},
        notes_until=AT,
        paused_until=AT,
        pauses={"toko": AT},
        takeovers={"toko": AT},
    )
    told = with_iso_times("states", {"state": json.loads(write_state(state))}, iso)
    assert numbers(told) == [7.5]
    assert json.dumps(told).count(WRITTEN) == json.dumps(json.loads(write_state(state))).count(str(AT))


def test_what_waits_to_be_decided_has_its_times_told() -> None:
    body = json.loads(write_incoming(Echo(id="E1", at=AT)))
    assert with_iso_times("events", {"body": body, "due_at": 0.0}, iso) == {"body": {"event": "echo", "id": "E1", "at": WRITTEN}}


def test_what_another_version_wrote_is_exported_as_it_is() -> None:
    for state in ("no JSON", {"dialogue": {"a": 5, "b": {"form": 6, "below": [7]}}, "answered": [8], "pauses": {"x": "soon"}}):
        assert with_iso_times("states", {"state": state}, iso) == {"state": state}
