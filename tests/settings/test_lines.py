"""CHATBOT_LINES: what is read of each line, and what is told of a wrong one."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from flask_chatbot.errors import ConfigError
from flask_chatbot.settings.readers import Pace
from flask_chatbot.settings.settings import Settings, settings_fields
from flask_chatbot.transports.registry import NEEDED, TRANSPORTS, Bundled
from flask_chatbot.transports.simulator import Simulator

HOSTED = {"transport": "hosted", "url": "https://gateway.example.com/", "key": "kunci-gateway"}
OWN = ", ".join(each.name for each in settings_fields() if each.metadata["per_line"])
PUBLIC = {"CHATBOT_PUBLIC_URL": "https://toko.example.com"}


def lines(value: object, **config: object) -> Mapping[str, Settings]:
    return Settings.from_mapping({"CHATBOT_LINES": value, **config}, {}).lines


def problems(value: object, environ: dict[str, str] | None = None, **config: object) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        Settings.from_mapping({"CHATBOT_LINES": value, **config}, environ or {})
    return list(map(str, caught.value.problems))


def test_each_line_has_the_settings_of_the_app_and_its_own_in_their_place() -> None:
    written = {"toko": HOSTED, "grosir": {"transport": "simulator", "pace": "20/minute"}}
    found = lines(written, CHATBOT_PREFIX="/wa", **PUBLIC)
    app = Settings(prefix="/wa", public_url="https://toko.example.com")
    options = {"url": "https://gateway.example.com", "key": "kunci-gateway", "name": "toko"}
    assert found == {
        "toko": replace(
            app, transport="hosted", transport_options=options, own_options=frozenset({"url", "key"}), pace=Pace(count=5, seconds=60.0)
        ),
        "grosir": replace(
            app,
            transport="simulator",
            transport_options={"name": "grosir"},
            pace=Pace(count=20, seconds=60.0),
        ),
    }
    assert list(found) == ["toko", "grosir"]


def test_the_environment_has_lines_as_json() -> None:
    environ = {"CHATBOT_LINES": json.dumps({"toko": HOSTED}), **PUBLIC}
    assert Settings.from_mapping({}, environ).lines == lines({"toko": HOSTED}, **PUBLIC)


def test_a_line_may_be_a_transport_of_the_apps_own_alone_or_with_settings_beside_it() -> None:
    toko, grosir = Simulator(name="toko"), Simulator(name="grosir")
    assert lines({"toko": toko, "grosir": {"transport": grosir, "pace": "1/second"}}) == {
        "toko": Settings(transport=toko),
        "grosir": Settings(transport=grosir, pace=Pace(count=1, seconds=1.0)),
    }


def test_what_a_line_leaves_out_is_taken_from_the_transports_own_settings() -> None:
    config = {"CHATBOT_HOSTED_URL": "https://gateway.example.com", "CHATBOT_HOSTED_KEY": "kunci-satu", **PUBLIC}
    found = lines({"toko": {"transport": "hosted"}, "grosir": {"transport": "hosted", "key": "kunci-dua"}}, **config)
    assert [each.transport_options for each in found.values()] == [
        {"url": "https://gateway.example.com", "key": "kunci-satu", "name": "toko"},
        {"url": "https://gateway.example.com", "key": "kunci-dua", "name": "grosir"},
    ]


def test_the_pace_of_the_app_is_that_of_each_line_without_one() -> None:
    found = lines({"toko": HOSTED, "grosir": {**HOSTED, "key": "kunci-dua", "pace": "1/second"}}, CHATBOT_PACE="100/jam", **PUBLIC)
    assert [each.pace for each in found.values()] == [Pace(count=100, seconds=3600.0), Pace(count=1, seconds=1.0)]


def test_an_api_key_makes_no_simulator_beside_lines() -> None:
    settings = Settings.from_mapping({"CHATBOT_LINES": {"toko": {"transport": "simulator"}}, "CHATBOT_API_KEY": "kunci-api-toko"}, {})
    assert (settings.transport, settings.has_transport) == (None, True)


def test_lines_and_a_transport_beside_them_are_refused() -> None:
    told = problems({"toko": {"transport": "simulator"}}, {"CHATBOT_TRANSPORT": "simulator"})
    assert told == [
        "CHATBOT_LINES in app.config: CHATBOT_TRANSPORT is set, too. Remove CHATBOT_TRANSPORT: each line names its own transport."
    ]


@pytest.mark.parametrize("name", ["Toko", "toko besar", "../x", "", "t" * 41, "-toko", 5])
def test_a_name_that_cannot_stand_in_an_address_is_refused(name: object) -> None:
    (told,) = problems({name: {"transport": "simulator"}})
    way_out = "Use small letters, digits, - and _, 40 at the most: it stands in addresses."
    assert told == f"CHATBOT_LINES in app.config: {name!r} cannot be the name of a line. {way_out}"


def test_the_name_of_the_webhook_is_taken() -> None:
    assert problems({"webhook": {"transport": "simulator"}}) == [
        "CHATBOT_LINES in app.config: 'webhook' cannot be the name of a line: it is that of the webhook. Choose another."
    ]


EXAMPLE = '{"toko": {"transport": "simulator"}, "grosir": {"transport": "simulator"}}'


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ([], f"it is a value of type list. Write a map from the name of each line to its settings: {EXAMPLE}"),
        ("toko", f"it is a value of type str. Write a map from the name of each line to its settings: {EXAMPLE}"),
        ({}, f"it names no line. Write a map from the name of each line to its settings: {EXAMPLE}"),
        ({"toko": "simulator"}, 'line \'toko\': it is a value of type str. Write a map: {"transport": "simulator"}'),
        ({"toko": None}, 'line \'toko\': it is a value of type NoneType. Write a map: {"transport": "simulator"}'),
        ({"toko": {"transport": "simulater"}}, "line 'toko': 'transport': 'simulater' is not a known transport. Did you mean 'simulator'?"),
        ({"toko": {"transport": "simulator", "pase": "5/jam"}}, "line 'toko': unknown key 'pase'. Did you mean 'pace'?"),
        ({"toko": {"transport": "simulator", "zz": 1}}, f"line 'toko': unknown key 'zz'. Known keys: transport, {OWN}."),
        (
            {"toko": {"transport": "simulator", "pace": "much"}},
            "line 'toko': 'pace': it is 'much'. Write a number per second, minute or hour, such as '5/minute' or '100/jam'.",
        ),
        ({"toko": Simulator()}, "line 'toko': its transport has the name 'simulator'. Give it that of the line: name='toko'"),
    ],
)
def test_a_mistake_is_told_with_the_line_the_fact_and_the_way_out(value: object, told: str) -> None:
    assert problems(value) == [f"CHATBOT_LINES in app.config: {told}"]


def test_a_line_without_a_transport_is_told_which_there_are() -> None:
    (told,) = problems({"toko": {"pace": "5/jam"}})
    assert told.startswith("CHATBOT_LINES in app.config: line 'toko': 'transport' is missing. Write simulator")


def test_all_mistakes_of_all_lines_are_told_together_and_show_no_key() -> None:
    told = problems({"toko": {"transport": "hosted", "key": "rahasia é"}, "grosir": {"transport": "simulator", "key": "rahasia"}})
    assert [each.removeprefix("CHATBOT_LINES in app.config: line ") for each in told] == [
        f"'toko': 'url' is not set, and the transport hosted needs it. {TRANSPORTS['hosted'].options[0].where}",
        "'toko': 'key': it is no key: it must be a text of one line, without accents. Copy it again.",
        f"'toko': CHATBOT_PUBLIC_URL is not set, and the transport hosted needs it. {NEEDED['CHATBOT_PUBLIC_URL']}",
        f"'grosir': unknown key 'key'. Known keys: transport, {OWN}.",
    ]
    assert "rahasia" not in "".join(told)


def test_a_wrong_name_hides_no_mistake_of_its_own_line_or_of_another() -> None:
    told = problems(
        {"Toko": {"transport": "simulater"}, "webhook": {"pase": 1}, "x": None, "grosir": {"transport": "simulator", "pase": "5/jam"}}
    )
    assert [each.removeprefix("CHATBOT_LINES in app.config: ").partition(". ")[0] for each in told] == [
        "'Toko' cannot be the name of a line",
        "line 'Toko': 'transport': 'simulater' is not a known transport",
        "'webhook' cannot be the name of a line: it is that of the webhook",
        "line 'webhook': 'transport' is missing",
        "line 'x': it is a value of type NoneType",
        "line 'grosir': unknown key 'pase'",
    ]


WAHA = {"transport": "waha", "url": "http://localhost:3000", "key": "kunci-waha", "hmac": "tanda-tangan"}
GOWA = {"transport": "gowa", "url": "http://localhost:3000", "user": "toko", "password": "sandi-gowa", "secret": "tanda-tangan"}
CLOUD = {"transport": "cloud", "phone_id": "106540352242922", "token": "EAAJB", "app_secret": "0" * 32, "verify_token": "kata"}
TELEGRAM = {"transport": "telegram", "token": "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"}


@pytest.mark.parametrize(
    ("one", "other", "option"),
    [
        (HOSTED, HOSTED, "key"),
        (HOSTED, {**HOSTED, "url": "https://GATEWAY.example.com"}, "key"),
        (CLOUD, {**CLOUD, "token": "EAAJC", "app_secret": "1" * 32}, "phone_id"),
        (WAHA, {**WAHA, "key": "lain"}, "session"),
        (WAHA, {**WAHA, "session": "default"}, "session"),
        (GOWA, {**GOWA, "device": "toko"}, "device"),
        ({**GOWA, "device": "toko"}, {**GOWA, "device": "toko"}, "device"),
        (TELEGRAM, {**TELEGRAM, "updates": "webhook"}, "token"),
    ],
)
def test_two_lines_that_are_one_account_are_refused_with_both_names_and_the_setting(
    one: dict[str, str], other: dict[str, str], option: str
) -> None:
    name = one["transport"]
    (told,) = problems({"toko": one, "lain": {"transport": "simulator"}, "grosir": other}, CHATBOT_PUBLIC_URL=PUBLIC["CHATBOT_PUBLIC_URL"])
    way_out = f"Give each its own '{option}', or leave one of them out."
    assert told == f"CHATBOT_LINES in app.config: lines 'toko' and 'grosir' are one account of {name}. {way_out}"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (HOSTED, {**HOSTED, "key": "kunci-dua"}),
        (HOSTED, {**HOSTED, "url": "https://lain.example.com"}),
        (CLOUD, {**CLOUD, "phone_id": "106540352242923"}),
        (WAHA, {**WAHA, "session": "grosir"}),
        (WAHA, {**WAHA, "url": "http://localhost:3001"}),
        ({**GOWA, "device": "toko"}, {**GOWA, "device": "grosir"}),
        (GOWA, {**WAHA}),
        (TELEGRAM, {**TELEGRAM, "token": "110201544:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"}),
        ({"transport": "simulator"}, {"transport": "simulator"}),
    ],
)
def test_two_lines_with_an_account_each_are_read(one: dict[str, str], other: dict[str, str]) -> None:
    assert list(lines({"toko": one, "grosir": other}, **PUBLIC)) == ["toko", "grosir"]


def test_a_line_that_is_written_twice_in_the_environment_is_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        Settings.from_mapping({}, {"CHATBOT_LINES": '{"toko": {"transport": "simulator"}, "toko": {"transport": "telegram"}}'})
    fact = "it begins like JSON, but cannot be read. The key 'toko' appears more than once in one object. Send it once."
    assert str(caught.value).splitlines()[0] == f"CHATBOT_LINES in the environment: {fact}"


def test_the_settings_show_no_key_of_a_line() -> None:
    settings = Settings.from_mapping({"CHATBOT_LINES": {"toko": HOSTED}, **PUBLIC}, {})
    assert "kunci-gateway" not in repr(settings)


@pytest.mark.parametrize("chosen", TRANSPORTS.values(), ids=TRANSPORTS)
def test_no_option_of_a_transport_is_called_like_a_setting_of_a_line(chosen: Any) -> None:
    own = {each.name for each in settings_fields() if each.metadata["per_line"]}
    assert {option.name for option in chosen.options} & {"transport", "name", *own} == set()


@pytest.mark.parametrize("chosen", TRANSPORTS.values(), ids=TRANSPORTS)
def test_a_line_has_an_option_by_the_end_of_its_key(chosen: Bundled) -> None:
    assert [option.name for option in chosen.options] == [option.key.split("_", 2)[2].lower() for option in chosen.options]
