"""The transports that can be chosen by their name."""

import pytest

from flask_chatbot.settings.readers import read_transport
from flask_chatbot.settings.settings import Settings, settings_fields
from flask_chatbot.transports.registry import NEEDED, TRANSPORTS, Bundled, options


def test_every_entry_can_be_chosen_by_its_name() -> None:
    assert [read_transport(name) for name in TRANSPORTS] == list(TRANSPORTS)


def test_no_option_has_the_key_of_a_general_setting_and_each_says_where_to_find_it() -> None:
    general = {field.metadata["key"] for field in settings_fields()}
    assert [option.key for option in options() if option.key in general or not option.doc] == []
    assert [option.key for option in options() if option.is_required and not option.where.endswith((".", ")"))] == []


def test_every_need_is_a_general_setting() -> None:
    general = {field.metadata["key"] for field in settings_fields()}
    assert {need for each in TRANSPORTS.values() for need in (*each.needs, *(key for _, _, key in each.needs_with))} <= general
    assert {need for each in TRANSPORTS.values() for need in each.needs} <= set(NEEDED)


def test_options_never_show_in_the_settings() -> None:
    assert "hidden" not in repr(Settings(transport_options={"key": "hidden"}))


@pytest.mark.parametrize("chosen", [each for each in TRANSPORTS.values() if each.options], ids=lambda each: each.name)
def test_what_is_missing_of_a_transport_is_told_at_start_with_where_to_find_it(chosen: Bundled) -> None:
    _, problems = Settings.read({"CHATBOT_TRANSPORT": chosen.name}, {})
    needed = [
        f"{option.key} is not set, and CHATBOT_TRANSPORT={chosen.name} needs it. {option.where}"
        for option in chosen.options
        if option.is_required
    ]
    assert [each for each in problems if any(each == wanted for wanted in needed)] == needed


@pytest.mark.parametrize("chosen", [each for each in TRANSPORTS.values() if each.options], ids=lambda each: each.name)
def test_a_wrong_value_of_each_option_is_told_by_its_key_and_never_shown(chosen: Bundled) -> None:
    wrong = "rahasia\nsekali é"
    _, problems = Settings.read({"CHATBOT_TRANSPORT": chosen.name, **{option.key: wrong for option in chosen.options}}, {})
    assert [option.key for option in chosen.options if not any(each.startswith(f"{option.key} in app.config: ") for each in problems)] == []
    assert "rahasia" not in "".join(problems)
