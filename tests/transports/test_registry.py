"""The transports that can be chosen by their name."""

from flask_chatbot.settings.readers import read_transport
from flask_chatbot.settings.settings import Settings, settings_fields
from flask_chatbot.transports.registry import TRANSPORTS, options


def test_every_entry_can_be_chosen_by_its_name() -> None:
    assert [read_transport(name) for name in TRANSPORTS] == list(TRANSPORTS)


def test_no_option_has_the_key_of_a_general_setting_and_each_says_where_to_find_it() -> None:
    general = {field.metadata["key"] for field in settings_fields()}
    assert [option.key for option in options() if option.key in general or not option.doc] == []
    assert [option.key for option in options() if option.is_required and not option.where.endswith((".", ")"))] == []


def test_every_need_is_a_general_setting() -> None:
    general = {field.metadata["key"] for field in settings_fields()}
    assert {need for each in TRANSPORTS.values() for need in each.needs} <= general


def test_options_never_show_in_the_settings() -> None:
    assert "hidden" not in repr(Settings(transport_options={"key": "hidden"}))
