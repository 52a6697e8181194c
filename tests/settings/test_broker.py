"""The setting of a broker."""

import pytest

from flask_chatbot.errors import ConfigError
from flask_chatbot.settings.settings import Settings

WAYS = "amqp://user:password@host:5672/name or redis://:password@host:6379/0"


def problem(value: object) -> str:
    """The sentence about a wrong value."""
    with pytest.raises(ConfigError) as caught:
        Settings.from_mapping({"CHATBOT_CELERY": value}, {})
    return str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "amqp://guest:guest@localhost:5672//",
        "amqps://toko:s%2Fx@rabbit/toko",
        "redis://localhost",
        "rediss://:x@cache:6380/1",
        "redis+socket:///run/redis.sock",
        "amqp://one;amqp://two",
    ],
)
def test_the_url_of_a_broker_is_taken(url: str) -> None:
    assert Settings.from_mapping({"CHATBOT_CELERY": f" {url}"}, {}).celery == {"broker_url": url}


def test_a_map_is_taken_and_in_the_environment_as_json() -> None:
    wanted = {"broker_url": "redis://localhost", "task_default_queue": "toko"}
    assert Settings.from_mapping({"CHATBOT_CELERY": wanted}, {}).celery == wanted
    written = '{"broker_url": "redis://localhost", "task_default_queue": "toko"}'
    assert Settings.from_mapping({}, {"CHATBOT_CELERY": written}).celery == wanted


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("sqs://x:rahasia@queue", f"'sqs' is not a supported broker. Write {WAYS}."),
        ("rahasia@localhost", f"it is not a broker's URL. Write {WAYS}."),
        ("amqp://x:rahasia@localhost:five", f"it is not a broker's URL. Write {WAYS}."),
        ("amqp://", f"it names no host. Write {WAYS}."),
        ({"task_default_queue": "toko"}, f"it has no 'broker_url'. Add the URL of a broker: {WAYS}."),
        (5, f"it is a value of type int. Write a broker's URL, {WAYS}, or a map of Celery's settings."),
    ],
)
def test_what_is_no_broker_is_reported_without_its_password(value: object, sentence: str) -> None:
    assert problem(value) == f"CHATBOT_CELERY in app.config: {sentence}"
