"""The settings of WAHA and GOWA: each that is missing is named with where to find it, and no secret that everybody knows is taken."""

import pytest

from flask_chatbot.errors import ConfigError
from flask_chatbot.settings.readers import Pace
from flask_chatbot.settings.settings import Settings
from flask_chatbot.transports.registry import NEEDED, TRANSPORTS

PUBLIC = {"CHATBOT_PUBLIC_URL": "https://toko.example.com"}
WAHA = {"CHATBOT_WAHA_URL": "http://localhost:3000/", "CHATBOT_WAHA_KEY": "kunci", "CHATBOT_WAHA_HMAC": "tanda-tangan"}
GOWA = {
    "CHATBOT_GOWA_URL": "http://localhost:3000",
    "CHATBOT_GOWA_USER": "toko",
    "CHATBOT_GOWA_PASSWORD": "sandi",
    "CHATBOT_GOWA_SECRET": "tanda-tangan",
    "CHATBOT_GOWA_DEVICE": "toko-1",
}
DEFAULT = "everybody knows it, from the gateway's pages. Set another one there and here: `openssl rand -hex 32` makes one."


@pytest.mark.parametrize(
    ("name", "config", "options"),
    [
        ("waha", WAHA, {"url": "http://localhost:3000", "key": "kunci", "hmac": "tanda-tangan"}),
        (
            "gowa",
            GOWA,
            {"url": "http://localhost:3000", "user": "toko", "password": "sandi", "secret": "tanda-tangan", "device": "toko-1"},
        ),
    ],
)
def test_each_is_chosen_by_its_name_with_its_settings_and_its_pace(name: str, config: dict[str, str], options: dict[str, str]) -> None:
    settings = Settings.from_mapping({**PUBLIC, **config, "CHATBOT_TRANSPORT": name}, {})
    assert (settings.transport, settings.transport_options) == (name, options)
    assert (settings.pace, settings.address_of(name)) == (
        Pace(count=12, seconds=60.0, spread=0.8),
        f"https://toko.example.com/chatbot/in/{name}",
    )
    made = TRANSPORTS[name].make(settings.transport_options)
    assert (made.name, made.runs_anywhere) == (name, True)


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        (
            "waha",
            [
                "CHATBOT_WAHA_URL {} It is where WAHA's dashboard opens, such as http://localhost:3000 on the same machine.",
                "CHATBOT_WAHA_KEY {} It is WAHA_API_KEY in the .env file of WAHA.",
                "CHATBOT_WAHA_HMAC {} It is the HMAC key of the webhook in WAHA's session, or WHATSAPP_HOOK_HMAC_KEY of WAHA.",
                f"CHATBOT_PUBLIC_URL {{}} {NEEDED['CHATBOT_PUBLIC_URL']}",
            ],
        ),
        (
            "gowa",
            [
                "CHATBOT_GOWA_URL {} It is where GOWA's page opens, such as http://localhost:3000 on the same machine.",
                "CHATBOT_GOWA_USER {} It is what stands before the colon in APP_BASIC_AUTH of GOWA.",
                "CHATBOT_GOWA_PASSWORD {} It is what stands behind the colon in APP_BASIC_AUTH of GOWA.",
                "CHATBOT_GOWA_SECRET {} It is WHATSAPP_WEBHOOK_SECRET of GOWA, which has to be set there.",
                f"CHATBOT_PUBLIC_URL {{}} {NEEDED['CHATBOT_PUBLIC_URL']}",
            ],
        ),
    ],
)
def test_settings_that_are_missing_are_named_with_where_to_find_them(name: str, lines: list[str]) -> None:
    with pytest.raises(ConfigError) as error:
        Settings.from_mapping({"CHATBOT_TRANSPORT": name}, {})
    unset = f"is not set, and CHATBOT_TRANSPORT={name} needs it."
    assert str(error.value).splitlines() == [line.format(unset) for line in lines]


@pytest.mark.parametrize("secret", ["secret", "SECRET", "your-secret-key"])
@pytest.mark.parametrize(("name", "config", "key"), [("waha", WAHA, "CHATBOT_WAHA_HMAC"), ("gowa", GOWA, "CHATBOT_GOWA_SECRET")])
def test_a_secret_that_everybody_knows_is_refused(name: str, config: dict[str, str], key: str, secret: str) -> None:
    with pytest.raises(ConfigError) as error:
        Settings.from_mapping({**PUBLIC, **config, "CHATBOT_TRANSPORT": name, key: secret}, {})
    assert str(error.value) == f"{key} in app.config: {DEFAULT}"


@pytest.mark.parametrize("page", ["/dashboard", "/api", "/api/", "/api/sendText"])
def test_the_address_of_a_page_is_told_with_what_to_leave_out(page: str) -> None:
    with pytest.raises(ConfigError) as raised:
        Settings.from_mapping({**PUBLIC, **WAHA, "CHATBOT_WAHA_URL": f"http://localhost:3000{page}", "CHATBOT_TRANSPORT": "waha"}, {})
    told = f"CHATBOT_WAHA_URL in app.config: it is the address of one page of the gateway. Leave {page!r} out."
    assert str(raised.value) == told


@pytest.mark.parametrize("user", ["admin:rahasia", ":", " admin: "])
def test_a_user_name_with_a_colon_is_told_and_not_shown(user: str) -> None:
    with pytest.raises(ConfigError) as raised:
        Settings.from_mapping({**PUBLIC, **GOWA, "CHATBOT_GOWA_USER": user, "CHATBOT_TRANSPORT": "gowa"}, {})
    fact = "it has a colon, which ends a user name: write what stands before it, and what stands behind it as the password."
    assert str(raised.value) == f"CHATBOT_GOWA_USER in app.config: {fact}"
