"""The settings of a number of Meta's Cloud API: each missing or wrong one is told with where to find it, and none is shown."""

from datetime import date, timedelta

import pytest

from flask_chatbot.errors import ConfigError
from flask_chatbot.settings.readers import Pace
from flask_chatbot.settings.settings import Settings
from flask_chatbot.transports.cloud.transport import Cloud
from flask_chatbot.transports.cloud.versions import ENDS, NOTICE, VERSION, complaint, warn_of_end
from flask_chatbot.transports.registry import TRANSPORTS
from tests.transports.cloud.graph import APP_SECRET, CONFIG, PHONE_ID, TOKEN, VERIFY_TOKEN

PUBLIC = {"CHATBOT_PUBLIC_URL": "https://toko.example.com"}
UNSET = "is not set, and CHATBOT_TRANSPORT=cloud needs it."


def test_it_is_chosen_by_its_name_with_its_settings_and_its_pace() -> None:
    settings = Settings.from_mapping({**CONFIG, **PUBLIC}, {})
    values = {"token": TOKEN, "phone_id": PHONE_ID, "app_secret": APP_SECRET, "verify_token": VERIFY_TOKEN}
    assert (settings.transport, settings.transport_options) == ("cloud", values)
    assert (settings.pace, settings.address_of("cloud")) == (Pace(count=80, seconds=1.0), "https://toko.example.com/chatbot/in/cloud")
    assert isinstance(TRANSPORTS["cloud"].make(settings.transport_options), Cloud)


def test_settings_that_are_missing_are_named_with_where_to_find_them() -> None:
    with pytest.raises(ConfigError) as error:
        Settings.from_mapping({"CHATBOT_TRANSPORT": "cloud"}, {})
    told = str(error.value).splitlines()
    names = ("PHONE_ID", "TOKEN", "APP_SECRET", "VERIFY_TOKEN")
    assert [line.partition(UNSET)[0] for line in told] == [*(f"CHATBOT_CLOUD_{name} " for name in names), "CHATBOT_PUBLIC_URL "]
    assert [line for line in told[:4] if not any(place in line for place in ("WhatsApp >", "Settings >", "App settings >"))] == []


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PHONE_ID", "+62 831 1111", "it is no id of a phone number."),
        ("PHONE_ID", "x", "it is no id of a phone number."),
        ("TOKEN", "Bearer EAAJB", "it is no access token of a system user."),
        ("TOKEN", "12|rahasia", "it is no access token of a system user."),
        ("TOKEN", "rahasia\nbaris", "it is no key:"),
        ("APP_SECRET", TOKEN, "it is no app secret:"),
        ("APP_SECRET", 5, "it is no app secret:"),
        ("VERIFY_TOKEN", "é", "it is no key:"),
        ("VERSION", "26", "it is no version of the Graph API. Write it like 'v26.0'."),
        ("URL", "graph.facebook.com", "it is no address of a gateway."),
    ],
)
def test_settings_that_are_wrong_are_named_and_not_shown(name: str, value: object, words: str) -> None:
    with pytest.raises(ConfigError) as error:
        Settings.from_mapping({**CONFIG, **PUBLIC, f"CHATBOT_CLOUD_{name}": value}, {})
    assert str(error.value).startswith(f"CHATBOT_CLOUD_{name} in app.config: {words}")
    assert name == "VERSION" or str(value) not in str(error.value)


@pytest.mark.parametrize("version", ENDS)
def test_a_version_is_warned_of_half_a_year_before_its_end_and_after_it(version: str) -> None:
    end = ENDS[version]
    day = timedelta(days=1)
    told = [bool(complaint(version, when)) for when in (end - NOTICE - day, end - NOTICE, end - day, end, end + 999 * day)]
    assert told == [False, True, True, True, True]


def test_a_version_older_than_all_that_are_known_has_ended_and_a_newer_one_is_not_known_to_end() -> None:
    today = date(2026, 11, 27)
    assert complaint("v19.0", today).startswith("Meta ended version v19.0 of the Graph API before 2026-09-24. ")
    assert (complaint("v27.0", today), complaint(VERSION, today)) == ("", "")


def test_the_warning_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    warn_of_end("v21.0", date(2026, 11, 27))
    warn_of_end("v26.0", date(2026, 11, 27))
    assert [record.levelname for record in caplog.records] == ["WARNING"]
