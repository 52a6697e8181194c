"""States, their text form, and the memories that need no database."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_chatbot.core.conversation.memory import NO_MEMORY, NOTES_LIMIT, SEEN_KEPT, ShortMemory, State, read_state, write_state

WAY_OUT = "Keep text, finite numbers, True, False, None, and lists and dicts of these."
FULL = State(
    dialogue={"form": "survei", "values": {"nilai": "5"}},
    dialogue_until=900.0,
    answered={"harga": 600.0, "promo": 300.0},
    seen=True,
    notes={"langganan": ["roti", None, 1.5]},
    notes_until=2000.0,
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(), each, max_size=3),
    max_leaves=10,
)
maps = st.dictionaries(st.text(), json_values, max_size=3)
times = st.floats(min_value=0, max_value=1e12)


def test_each_part_of_a_state_ends_at_its_own_time() -> None:
    assert FULL.at(299.9) == FULL
    assert FULL.at(300.0) == replace(FULL, answered={"harga": 600.0})
    assert FULL.at(600.0) == replace(FULL, answered={})
    assert FULL.at(900.0) == State(seen=True, notes=FULL.notes, notes_until=2000.0)
    assert FULL.at(2000.0) == State(seen=True)


def test_a_state_is_kept_until_its_last_part_has_ended() -> None:
    assert FULL.kept_until(100.0) == 100.0 + SEEN_KEPT
    assert replace(FULL, seen=False).kept_until(100.0) == 2000.0
    assert State(answered={"harga": 600.0}).kept_until(100.0) == 600.0
    assert State().kept_until(100.0) == 100.0


@given(dialogue=st.none() | maps, answered=st.dictionaries(st.text(), times, max_size=3), seen=st.booleans(), notes=maps)
def test_what_is_written_is_read_again(
    dialogue: Mapping[str, Any] | None, answered: Mapping[str, float], seen: bool, notes: Mapping[str, Any]
) -> None:
    state = State(dialogue=dialogue, dialogue_until=60.0, answered=answered, seen=seen, notes=notes, notes_until=60.0)
    text = write_state(state)
    assert text.isascii()
    assert "\0" not in text
    assert read_state(text, 7, 60.0, 0.0) == replace(state, version=7).at(0.0)


def test_a_state_past_its_end_is_read_as_nothing_but_its_version() -> None:
    assert read_state("not even JSON", 7, 60.0, 60.0) == State(version=7)


def test_parts_a_newer_version_wrote_are_passed_over() -> None:
    assert read_state('{"seen":true,"mood":"good"}', 1, 60.0, 0.0) == State(seen=True, version=1)


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("", "it is no JSON"),
        ("{", "it is no JSON"),
        ("[" * 100_000, "it is no JSON"),
        ('{"notes":' + "9" * 5000 + "}", "it is no JSON"),
        ("[]", "it is no JSON object"),
        ("null", "it is no JSON object"),
        ('{"dialogue":[]}', "a part of it is of the wrong type"),
        ('{"answered":5}', "a part of it is of the wrong type"),
        ('{"answered":{"harga":"soon"}}', "a part of it is of the wrong type"),
        ('{"answered":{"harga":true}}', "a part of it is of the wrong type"),
        ('{"dialogue_until":1e999}', "a part of it is of the wrong type"),
        ('{"notes_until":NaN}', "a part of it is of the wrong type"),
        ('{"notes":null}', "a part of it is of the wrong type"),
        ('{"seen":1}', "a part of it is of the wrong type"),
    ],
)
def test_what_no_state_was_written_as_is_refused(text: str, fact: str) -> None:
    with pytest.raises(ValueError, match=f"^{fact}$"):
        read_state(text, 1, 60.0, 0.0)


def nested(depth: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(depth):
        value = {"": value}
    return value


@pytest.mark.parametrize(
    ("value", "fact"),
    [
        (date(2026, 11, 23), "Object of type date is not JSON serializable"),
        (float("nan"), "Out of range float values are not JSON compliant"),
        ({1, 2}, "Object of type set is not JSON serializable"),
        ({(1, 2): 3}, "keys must be str, int, float, bool or None, not tuple"),
        (nested(100_000), "it is nested too deeply"),
    ],
)
def test_what_json_cannot_hold_is_told_with_the_mend(value: object, fact: str) -> None:
    with pytest.raises(ValueError, match=r"^This cannot be remembered: ") as caught:
        write_state(State(notes={"value": value}, notes_until=60.0))
    assert str(caught.value).startswith(f"This cannot be remembered: {fact}")
    assert str(caught.value).endswith(f". {WAY_OUT}")


def test_a_handler_that_only_adds_to_its_memory_is_told_of_the_limit() -> None:
    most = {"log": "x" * (NOTES_LIMIT - len('{"log":""}'))}
    assert write_state(State(notes=most, dialogue={"form": "y" * NOTES_LIMIT}))
    with pytest.raises(ValueError, match=r"^The memory of this sender is longer than 65536 characters of JSON\. Keep less in it\.$"):
        write_state(State(notes={"log": most["log"] + "x"}))


def test_no_memory_remembers_nothing() -> None:
    assert NO_MEMORY.commit("628111", FULL, 0.0)
    assert NO_MEMORY.recall("628111", 0.0) == State()


def test_a_short_memory_refuses_what_json_cannot_hold_and_stays_as_it_was() -> None:
    memory = ShortMemory()
    with pytest.raises(ValueError, match=r"^This cannot be remembered"):
        memory.commit("628111", State(notes={"day": date(2026, 11, 23)}, notes_until=60.0), 0.0)
    assert memory.recall("628111", 0.0) == State()
