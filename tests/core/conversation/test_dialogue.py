"""Dialogues as a store keeps them, and what a text chooses in a menu."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_chatbot.core.conversation.dialogue import DAY, NOWHERE, PATIENCE, Dialogue, ShownMenu, menu_text
from flask_chatbot.core.conversation.forms import Form
from flask_chatbot.core.conversation.heard import hear
from flask_chatbot.core.conversation.stored_dialogues import read_dialogues, write_dialogues
from flask_chatbot.core.language.readings import Folding
from flask_chatbot.core.language.sentences import language_of

MENU = ShownMenu(rule="menu", text="Silakan.", entries=(("Harga", "harga"), ("Lokasi", "lokasi")))
FORM = Form(rule="survei", texts={"nilai": "5"}, asks=("saran",), problems={"saran": "Terlalu panjang."}, wrong=1, refused=2)
FULL = NOWHERE.asking(FORM, 1000.0).showing(MENU, 1200.0)


def test_a_dialogue_survives_being_written_as_json_and_read() -> None:
    data, until = write_dialogues({"private": FULL, "group": NOWHERE.showing(MENU, 0.0)})
    assert until == 1200.0 + PATIENCE + DAY
    assert read_dialogues(json.loads(json.dumps(data)), 899.0) == {"private": FULL, "group": NOWHERE.showing(MENU, 0.0)}


def test_form_and_menus_expire_each_in_their_time_and_are_kept_for_a_day() -> None:
    data, _ = write_dialogues({"private": FULL})
    late = read_dialogues(data, 1000.0 + PATIENCE)["private"]
    assert late == NOWHERE.showing(MENU, 1200.0).set_aside(FORM, 1000.0 + PATIENCE)
    assert read_dialogues(write_dialogues({"private": late})[0], 1000.0 + PATIENCE) == {"private": late}
    assert read_dialogues(data, 1000.0 + PATIENCE + DAY) == {"private": replace(NOWHERE.showing(MENU, 1200.0), have_ended=True)}
    assert read_dialogues(data, 1200.0 + PATIENCE + DAY) == {}


def test_a_form_in_which_nothing_was_given_is_not_set_aside() -> None:
    assert NOWHERE.set_aside(replace(FORM, texts={"nilai": ""}), 0.0) == NOWHERE


def test_where_there_is_nothing_nothing_is_written() -> None:
    assert write_dialogues({"private": FULL.left().at(1200.0 + PATIENCE + DAY)}) == (None, 0.0)
    assert (write_dialogues({}), read_dialogues(None, 0.0)) == ((None, 0.0), {})


DATA: dict[str, Any] = json.loads(json.dumps(write_dialogues({"private": FULL})[0]))["private"]


@pytest.mark.parametrize(
    "change",
    [
        {"form": 5},
        {"form": "survei"},
        {"form": {}},
        {"form": {**DATA["form"], "rule": ["survei"]}},
        {"form": {**DATA["form"], "rule": None}},
        {"form": {**DATA["form"], "texts": ["a"]}},
        {"form": {**DATA["form"], "texts": {"nilai": 5}}},
        {"form": {**DATA["form"], "asks": [{}]}},
        {"form": {**DATA["form"], "asks": 5}},
        {"form": {**DATA["form"], "wrong": "x"}},
        {"form": {**DATA["form"], "wrong": float("inf")}},
        {"form": {**DATA["form"], "problems": None}},
        {"form_until": "soon"},
        {"form_until": float("nan")},
        {"menus": 5},
        {"menus": [["menu", "x"]]},
        {"menus": [["menu", "x", [["a", {}]]]]},
        {"menus": [["menu", "x", [["a"]]]]},
        {"menus": [[[], "x", []]]},
        {"menus_until": None},
    ],
    ids=str,
)
def test_of_data_that_cannot_be_read_nothing_is_left(change: dict[str, Any]) -> None:
    assert read_dialogues({"private": {**DATA, **change}}, 0.0) == {}


@pytest.mark.parametrize("data", [None, [], 5, "x", {}, {"form": None}], ids=str)
def test_what_is_no_dialogue_at_all_is_none(data: object) -> None:
    assert read_dialogues({"private": data, "group": DATA}, 0.0) == {"group": FULL}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3000) | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*DATA, *DATA["form"], "private"]), inner, max_size=4),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*DATA]), JSON), st.dictionaries(st.sampled_from([*DATA["form"]]), JSON))
def test_no_data_makes_reading_fail(change: dict[str, Any], form: dict[str, Any]) -> None:
    data = {**DATA, "form": {**DATA["form"], **form}, **change}
    for dialogue in read_dialogues({"private": data}, 0.0).values():
        assert dialogue.until > 0
        json.dumps(write_dialogues({"private": dialogue}), allow_nan=False)


def test_no_menu_is_chosen_from_where_none_is_shown() -> None:
    assert (NOWHERE.chosen(hear("1", Folding())), NOWHERE.back(hear("0", Folding()))) == (None, None)


def test_words_that_are_a_number_go_behind_the_numbers() -> None:
    menu = NOWHERE.showing(ShownMenu(rule="m", entries=(("2", "satu"), ("lain", "dua"))), 0.0)
    assert menu.chosen(hear("2", Folding())) == "dua"


def test_a_menu_shown_again_is_the_last_one_and_those_behind_it_are_forgotten() -> None:
    other = ShownMenu(rule="lain", entries=(("x", "y"),))
    assert Dialogue().showing(MENU, 1.0).showing(other, 2.0).showing(MENU, 3.0) == Dialogue(menus=(MENU,), menus_until=3.0 + PATIENCE)


def test_a_menu_of_too_many_words_ends_at_the_limit() -> None:
    entries = tuple((f"{number} {'x' * 300}", "y") for number in range(30))
    assert len(menu_text(ShownMenu(rule="m", text="a" * 4096, entries=entries), has_back=True, language=language_of("id"))) == 4096
