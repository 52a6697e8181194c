"""The template into which texts go."""

import pytest

from flask_chatbot.errors import ConfigError
from flask_chatbot.settings.default_template import DefaultTemplate
from flask_chatbot.settings.settings import Settings


@pytest.mark.parametrize(
    ("value", "template"),
    [
        ("pemberitahuan", DefaultTemplate("pemberitahuan")),
        (" notice_2 ", DefaultTemplate("notice_2")),
        ({"name": "notice"}, DefaultTemplate("notice")),
        ({"name": "notice", "language": "en_US"}, DefaultTemplate("notice", "en_US")),
        ({"name": "notice", "language": None}, DefaultTemplate("notice")),
    ],
)
def test_it_is_a_name_or_a_map(value: object, template: DefaultTemplate) -> None:
    assert Settings.from_mapping({"CHATBOT_TEMPLATE": value}, {}).template == template


def test_the_environment_has_maps_as_json() -> None:
    settings = Settings.from_mapping({}, {"CHATBOT_TEMPLATE": '{"name": "notice", "language": "en"}'})
    assert settings.template == DefaultTemplate("notice", "en")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (5, "it is a value of type int. Write the name of a template, or a map with 'name' and 'language'."),
        ({"nama": "x"}, "it is a map with other keys than 'name' and 'language', or without a name. Write the name of a template."),
        ({}, "it is a map with other keys than 'name' and 'language', or without a name. Write the name of a template."),
        ("Pesan!", "'Pesan!' is no name of a template. They have small letters, digits and underscores, like 'pemberitahuan'."),
        (
            {"name": "x", "language": "bahasa indonesia"},
            "'bahasa indonesia' is no language of a template. Write it as Meta does, like",
        ),
        ({"name": "x", "language": 5}, "5 is no language of a template. Write it as Meta does, like 'id' or 'en_US'."),
    ],
)
def test_anything_else_is_told(value: object, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        Settings.from_mapping({"CHATBOT_TEMPLATE": value}, {})
    assert f"CHATBOT_TEMPLATE in app.config: {said}" in str(error.value)
