"""Settings from app.config and the environment."""

from datetime import timedelta
from pathlib import Path

import pytest

from flask_chatbot.core.translation.translatable import any_of, untranslated
from flask_chatbot.core.values.problems import NOWHERE, Problem
from flask_chatbot.errors import ConfigError
from flask_chatbot.settings.keys import Key
from flask_chatbot.settings.readers import Pace
from flask_chatbot.settings.settings import Settings
from flask_chatbot.transports.registry import TRANSPORTS, options
from flask_chatbot.transports.simulator import Simulator

KNOWN = (
    "CHATBOT_WEBHOOK_KEY, CHATBOT_RULES, CHATBOT_PREFIX, CHATBOT_RELOAD, CHATBOT_DATABASE_URL, CHATBOT_API_KEY, CHATBOT_TRANSPORT, "
    "CHATBOT_LINES, CHATBOT_WORKER, CHATBOT_CELERY, CHATBOT_SEND_THREADS, CHATBOT_SIGNING_SECRET, CHATBOT_WEBHOOK_SIGNING_SECRET, "
    "CHATBOT_PRIVATE_HOSTS, CHATBOT_KEEP_MESSAGES, CHATBOT_PACE, CHATBOT_TEMPLATE, CHATBOT_PUBLIC_URL, CHATBOT_MEDIA, CHATBOT_LANGUAGE, "
    "CHATBOT_CONSOLE, CHATBOT_CONSOLE_PASSWORD, CHATBOT_CONSOLE_EDIT, " + ", ".join(option.key for option in options())
)
WAY_OUT = 'Make one with: python3 -c "import secrets; print(secrets.token_urlsafe(24))"'


def problems(config: dict[str, object], **environ: str) -> tuple[str, ...]:
    """What is told of a wrong configuration."""
    with pytest.raises(ConfigError) as caught:
        Settings.from_mapping(config, environ)
    told = tuple(map(str, caught.value.problems))
    assert str(caught.value) == "\n".join(told)
    return told


def keys(value: object) -> tuple[Key, ...]:
    return Settings.from_mapping({"CHATBOT_WEBHOOK_KEY": value}, {}).webhook_keys


def test_nothing_set_gives_the_defaults() -> None:
    assert Settings.from_mapping({"DEBUG": True, "SECRET_KEY": "x"}, {"PATH": "/bin"}) == Settings(
        webhook_keys=(), rules=None, prefix="/chatbot"
    )


def test_each_key_is_read_from_app_config() -> None:
    config = {"CHATBOT_WEBHOOK_KEY": "s3cret-word", "CHATBOT_RULES": Path("bot.yaml"), "CHATBOT_PREFIX": "/wa/bot"}
    assert Settings.from_mapping(config, {}) == Settings(
        webhook_keys=(Key(None, b"s3cret-word"),), rules=Path("bot.yaml"), prefix="/wa/bot"
    )


def test_each_key_is_read_from_the_environment() -> None:
    environ = {"CHATBOT_WEBHOOK_KEY": "s3cret-word", "CHATBOT_RULES": "bot.yaml", "CHATBOT_PREFIX": "/wa"}
    assert Settings.from_mapping({}, environ) == Settings(webhook_keys=(Key(None, b"s3cret-word"),), rules=Path("bot.yaml"), prefix="/wa")


def test_app_config_wins_over_the_environment() -> None:
    assert Settings.from_mapping({"CHATBOT_PREFIX": "/ours"}, {"CHATBOT_PREFIX": "/theirs"}).prefix == "/ours"


@pytest.mark.parametrize("written", [32, "32", " 32 "])
def test_the_threads_that_send_are_a_whole_number(written: object) -> None:
    assert Settings.from_mapping({"CHATBOT_SEND_THREADS": written}, {}).send_threads == 32


@pytest.mark.parametrize(("written", "shown"), [(0, "0"), ("257", "'257'"), ("many", "'many'"), (2.5, "2.5"), (True, "True")])
def test_other_numbers_of_threads_are_refused(written: object, shown: str) -> None:
    assert problems({"CHATBOT_SEND_THREADS": written}) == (
        f"CHATBOT_SEND_THREADS in app.config: it is {shown}. Write a whole number from 1 to 256.",
    )


def test_a_line_may_have_threads_of_its_own() -> None:
    lines = {"toko": {"transport": "simulator", "send_threads": 40}, "grosir": {"transport": "simulator"}}
    found = Settings.from_mapping({"CHATBOT_LINES": lines, "CHATBOT_SEND_THREADS": 4}, {}).lines
    assert (found["toko"].send_threads, found["grosir"].send_threads) == (40, 4)


@pytest.mark.parametrize("content", ["s3cret-word", "s3cret-word\n", "\ufeffs3cret-word\r\n"])
def test_a_value_may_stand_in_a_file(tmp_path: Path, content: str) -> None:
    secret = tmp_path / "key"
    secret.write_bytes(content.encode())
    wanted = (Key(None, b"s3cret-word"),)
    assert Settings.from_mapping({}, {"CHATBOT_WEBHOOK_KEY_FILE": str(secret)}).webhook_keys == wanted
    assert Settings.from_mapping({"CHATBOT_WEBHOOK_KEY_FILE": secret}, {"CHATBOT_WEBHOOK_KEY": "another-word"}).webhook_keys == wanted


def test_a_file_may_hold_json_and_the_option_of_a_transport(tmp_path: Path) -> None:
    lines, token = tmp_path / "lines", tmp_path / "token"
    lines.write_text('{"toko": {"transport": "telegram"}}\n')
    token.write_text("12345:abcdefghijklmnopqrstuvwxyz012345678\n")
    environ = {"CHATBOT_LINES_FILE": str(lines), "CHATBOT_TELEGRAM_TOKEN_FILE": str(token)}
    found = Settings.from_mapping({}, environ).lines["toko"]
    assert found.transport_options["token"] == "12345:abcdefghijklmnopqrstuvwxyz012345678"


def test_files_that_are_missing_empty_or_beside_a_value_are_reported_and_not_shown(tmp_path: Path) -> None:
    empty, binary, fine = (tmp_path / name for name in ("empty", "binary", "fine"))
    empty.write_text("\n")
    binary.write_bytes(b"\xff\xfe\x00")
    fine.write_text("s3cret-word")
    where = {"CHATBOT_API_KEY_FILE": str(empty), "CHATBOT_WEBHOOK_KEY_FILE": str(fine), "CHATBOT_WEBHOOK_KEY": "another-word"}
    assert problems({"CHATBOT_SIGNING_SECRET_FILE": 5}, CHATBOT_DATABASE_URL_FILE=str(tmp_path / "no"), **where) == (
        "CHATBOT_WEBHOOK_KEY in the environment: CHATBOT_WEBHOOK_KEY_FILE is set, too. Remove one of the two.",
        f"CHATBOT_DATABASE_URL_FILE in the environment: the file {tmp_path / 'no'} cannot be read: No such file or directory.",
        f"CHATBOT_API_KEY_FILE in the environment: the file {empty} is empty, or has more than 1048576 bytes.",
        "CHATBOT_SIGNING_SECRET_FILE in app.config: it is not a path. Write the path of a file that holds the value.",
    )
    assert problems({}, CHATBOT_API_KEY_FILE=str(binary)) == (
        f"CHATBOT_API_KEY_FILE in the environment: the file {binary} is not UTF-8 text.",
    )


@pytest.mark.parametrize("unset", [None, ""])
def test_none_and_the_empty_string_leave_the_word_to_the_environment(unset: object) -> None:
    config = {"CHATBOT_WEBHOOK_KEY": unset, "CHATBOT_RULES": unset}
    environ = {"CHATBOT_WEBHOOK_KEY": "s3cret-word", "CHATBOT_RULES": "bot.yaml"}
    assert Settings.from_mapping(config, environ) == Settings.from_mapping({}, environ)


def test_empty_variables_are_not_set() -> None:
    assert Settings.from_mapping({}, {"CHATBOT_WEBHOOK_KEY": "", "CHATBOT_RULES": "", "CHATBOT_PREFIX": ""}) == Settings()


@pytest.mark.parametrize(("config", "environ"), [({"CHATBOT_PREFIX": ""}, {"CHATBOT_PREFIX": "/x"}), ({}, {"CHATBOT_PREFIX": "/"})])
def test_the_prefix_may_be_nothing(config: dict[str, object], environ: dict[str, str]) -> None:
    assert Settings.from_mapping(config, environ).prefix == ""


@pytest.mark.parametrize("several", [["key-one-1", "key-two-2"], ("key-one-1", "key-two-2"), {"toko": "key-one-1", "gudang": "key-two-2"}])
def test_several_keys_are_kept_in_their_order(several: object) -> None:
    names = list(several) if isinstance(several, dict) else [None, None]
    assert keys(several) == (Key(names[0], b"key-one-1"), Key(names[1], b"key-two-2"))


@pytest.mark.parametrize("written", ['["key-one-1", "key-two-2"]', ' {"toko": "key-one-1", "gudang": "key-two-2"}'])
def test_lists_and_maps_of_the_environment_are_json(written: str) -> None:
    found = Settings.from_mapping({}, {"CHATBOT_WEBHOOK_KEY": written}).webhook_keys
    names = ["toko", "gudang"] if "toko" in written else [None, None]
    assert found == (Key(names[0], b"key-one-1"), Key(names[1], b"key-two-2"))


def test_a_key_of_app_config_is_never_read_as_json() -> None:
    assert keys("[bracketed]") == (Key(None, b"[bracketed]"),)


@pytest.mark.parametrize(
    ("key", "written"),
    [
        ("CHATBOT_CONSOLE_PASSWORD", '{"ani": {"role": "look", "password": "scrypt:32768:8:1$salt$00ff"}}'),
        ("CHATBOT_LINES", ' {"toko": {"transport": "simulator"}}'),
        ("CHATBOT_PRIVATE_HOSTS", '["10.0.0.0/8", "intern"]'),
        ("CHATBOT_TEMPLATE", '{"name": "kabar", "language": "en"}'),
    ],
)
def test_json_as_a_string_in_app_config_is_refused_with_the_way_out(key: str, written: str) -> None:
    way_out = "it is a string that holds JSON. Write the list or map itself: JSON is read only from the environment, or from a file."
    assert problems({key: written}) == (f"{key} in app.config: {way_out}",)
    Settings.from_mapping({}, {key: written})


def test_keys_are_utf_8_bytes() -> None:
    assert keys("kunci-é-😀") == (Key(None, "kunci-é-😀".encode()),)


def test_no_key_is_ever_printed() -> None:
    keys = ["CHATBOT_WEBHOOK_KEY", "CHATBOT_API_KEY", "CHATBOT_SIGNING_SECRET", "CHATBOT_WEBHOOK_SIGNING_SECRET"]
    settings = Settings.from_mapping(dict.fromkeys(keys, "s3cret-word"), {})
    assert repr(settings) == (
        "Settings(webhook_keys=(Key(name=None),), rules=None, prefix='/chatbot', reload=True, api_keys=(Key(name=None),), "
        "transport='simulator', worker='thread', send_threads=8, private_hosts=(), keep_messages=None, pace=None, template=None, "
        "public_url='', "
        "media=PosixPath('media'), language='', console=False, console_edit=False)"
    )


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (12345678, ["it is a value of type int. Write a string, a list of strings, or a map of name to key."]),
        (b"s3cret-word", ["it is a value of type bytes. Write a string, a list of strings, or a map of name to key."]),
        ([], [f"it holds no key. {WAY_OUT}"]),
        ("   ", [f"the key is empty. {WAY_OUT}"]),
        ("s3cret-word\n", ["the key has white space around it. Remove it."]),
        ("s3cret-one\ns3cret-two", ["the key has a line break in it. Write several keys as a list, in a file as JSON."]),
        ("s3cret-\udcff", [f"the key is not UTF-8. {WAY_OUT}"]),
        (["key-one-1", ""], [f"key 2 is empty. {WAY_OUT}"]),
        (["key-one-1", "key-one-1"], ["key 2 appears twice. Write each key once."]),
        ([b"x", None], [f"key {n} is a value of type {t}. Write it as a string, in quotes." for n, t in [(1, "bytes"), (2, "NoneType")]]),
        ({"toko": 5}, ["the key of 'toko' is a value of type int. Write it as a string, in quotes."]),
        ({"a": "key-one-1", "b": "key-one-1"}, ["the key of 'b' appears twice. Write each key once."]),
        ({"": "key-one-1"}, ["'' is not a name for a key. Write a word, in quotes."]),
        ({7: "key-one-1"}, ["7 is not a name for a key. Write a word, in quotes."]),
    ],
    ids=repr,
)
def test_keys_that_cannot_be_used_are_told_without_showing_them(value: object, told: list[str]) -> None:
    assert problems({"CHATBOT_WEBHOOK_KEY": value}) == tuple(f"CHATBOT_WEBHOOK_KEY in app.config: {each}" for each in told)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (
            '["s3cret-word"',
            "it begins like JSON, but cannot be read. This is not valid JSON: Expecting ',' delimiter at line 1, column 15.",
        ),
        (
            '{"a": "s3cret-word", "a": "x"}',
            "it begins like JSON, but cannot be read. The key 'a' appears more than once in one object. Send it once.",
        ),
        ("[12345678]", "key 1 is a value of type int. Write it as a string, in quotes."),
        ("{}", f"it holds no key. {WAY_OUT}"),
        ("s3cret-word\r", "the key has white space around it. Remove it."),
    ],
)
def test_keys_of_the_environment_that_cannot_be_used_are_told_without_showing_them(written: str, told: str) -> None:
    assert problems({}, CHATBOT_WEBHOOK_KEY=written) == (f"CHATBOT_WEBHOOK_KEY in the environment: {told}",)


@pytest.mark.parametrize("prefix", ["chatbot", "/chatbot/", "//chatbot", "/a b", "/<x>", "/chatbot?x", "/a\n"])
def test_a_prefix_that_is_no_path_is_told(prefix: str) -> None:
    assert problems({"CHATBOT_PREFIX": prefix}) == (
        f"CHATBOT_PREFIX in app.config: {prefix!r} cannot be a path before '/webhook'. Write it like '/chatbot', or '/' for none.",
    )


@pytest.mark.parametrize("url", ["sqlite:///shop.sqlite", "postgresql://toko:s3cret-word@db/shop"])
def test_the_url_of_the_database_is_kept_as_written_and_not_printed(url: str) -> None:
    settings = Settings.from_mapping({}, {"CHATBOT_DATABASE_URL": url})
    assert settings == Settings(database_url=url)
    assert repr(settings) == repr(Settings())


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (5, "it is a value of type int. Write a URL as a string, such as 'sqlite:///chatbot.sqlite'."),
        (
            "mysql://toko:s3cret-word@db/shop",
            "'mysql' is not a supported database. Write sqlite:///chatbot.sqlite or postgresql://user:password@host/name.",
        ),
    ],
)
def test_a_database_that_cannot_be_used_is_told_without_its_url(value: object, told: str) -> None:
    assert problems({"CHATBOT_DATABASE_URL": value}) == (f"CHATBOT_DATABASE_URL in app.config: {told}",)


def test_variables_for_test_suites_are_left_alone() -> None:
    assert Settings.from_mapping({}, {"CHATBOT_TEST_POSTGRES": "postgresql://127.0.0.1/test"}) == Settings()


@pytest.mark.parametrize("name", ["chatbot_rules", "RULES", "MY_CHATBOT_RULES", 5])
def test_keys_of_others_are_left_alone(name: object) -> None:
    assert Settings.from_mapping({name: "x"}, {}) == Settings()  # type: ignore[dict-item]


@pytest.mark.parametrize(
    "name",
    ["SERVICE_HOST", "SERVICE_PORT", "SERVICE_PORT_HTTP", "PORT", "PORT_5000_TCP", "PORT_5000_TCP_ADDR", "WEB_SERVICE_HOST", "WEB_PORT"],
)
def test_what_container_systems_set_beside_a_service_called_chatbot_is_left_alone(name: str) -> None:
    assert Settings.from_mapping({}, {f"CHATBOT_{name}": "tcp://10.0.0.1:5000"}) == Settings()


@pytest.mark.parametrize("name", ["TOKEN", "URL", "KEY", "HOST", "SECRET", "WEBHOOK_URL", "WEBHOOK_SECRET", "REDIS_URL", "ZZZZZZ", ""])
def test_a_variable_of_another_program_does_not_stop_the_app(name: str) -> None:
    assert Settings.from_mapping({}, {f"CHATBOT_{name}": "theirs"}) == Settings()


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("WEBHOOK_KEYS", "WEBHOOK_KEY"),
        ("WEBHOK_KEY", "WEBHOOK_KEY"),
        ("WEBHOOKKEY", "WEBHOOK_KEY"),
        ("RULE", "RULES"),
        ("RULSE", "RULES"),
        ("PREFFIX", "PREFIX"),
        ("API_KEYS_FILE", "API_KEY_FILE"),
    ],
)
def test_a_misspelt_variable_is_told_with_what_was_meant_and_not_its_value(name: str, meant: str) -> None:
    told = f"CHATBOT_{name} in the environment: unknown key. Did you mean 'CHATBOT_{meant}'?"
    assert problems({}, **{f"CHATBOT_{name}": "s3cret-word"}) == (told,)


def test_an_unknown_key_of_app_config_is_told_with_those_there_are() -> None:
    assert problems({"CHATBOT_ZEBRA": "x"}) == (f"CHATBOT_ZEBRA in app.config: unknown key. Known keys: {KNOWN}.",)


def test_all_mistakes_are_told_together() -> None:
    config = {
        "CHATBOT_WEBHOOK_KEY": 5,
        "CHATBOT_RULES": 5,
        "CHATBOT_PREFIX": 5,
        "CHATBOT_WEBHOK_KEY": "s3cret-word",
        "CHATBOT_ZZZZZZZZZZZZ": 1,
    }
    assert problems(config, CHATBOT_PREFIXX="/x") == (
        "CHATBOT_WEBHOOK_KEY in app.config: it is a value of type int. Write a string, a list of strings, or a map of name to key.",
        "CHATBOT_RULES in app.config: it is a value of type int. Write the path of the rule file as a string.",
        "CHATBOT_PREFIX in app.config: it is a value of type int. Write a path as a string, such as '/chatbot'.",
        "CHATBOT_WEBHOK_KEY in app.config: unknown key. Did you mean 'CHATBOT_WEBHOOK_KEY'?",
        f"CHATBOT_ZZZZZZZZZZZZ in app.config: unknown key. Known keys: {KNOWN}.",
        "CHATBOT_PREFIXX in the environment: unknown key. Did you mean 'CHATBOT_PREFIX'?",
    )


@pytest.mark.parametrize(
    ("value", "reload"), [(True, True), (1, True), ("On", True), (" yes ", True), (False, False), (0, False), ("0", False)]
)
def test_a_switch_is_written_as_people_write_it(value: object, reload: bool) -> None:
    assert Settings.from_mapping({"CHATBOT_RELOAD": value}, {}).reload is reload


@pytest.mark.parametrize(
    ("value", "kind"), [("maybe", "'maybe'"), (2, "a value of type int"), (1.0, "a value of type float"), ([], "a value of type list")]
)
def test_what_is_no_switch_is_told(value: object, kind: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Settings.from_mapping({"CHATBOT_RELOAD": value}, {})
    assert caught.value.problems == (Problem(NOWHERE, untranslated(f"CHATBOT_RELOAD in app.config: it is {kind}. Write True or False.")),)


def test_the_environment_may_turn_a_switch_off() -> None:
    assert Settings.from_mapping({}, {"CHATBOT_RELOAD": "false"}).reload is False


@pytest.mark.parametrize("several", ["key-one-1", ["key-one-1", "key-two-2"], {"kasir": "key-one-1"}])
def test_the_keys_of_the_api_are_written_like_those_of_the_webhook(several: object) -> None:
    assert Settings.from_mapping({"CHATBOT_API_KEY": several}, {}).api_keys == keys(several)
    assert problems({"CHATBOT_API_KEY": ["key-one-1", ""]}) == (f"CHATBOT_API_KEY in app.config: key 2 is empty. {WAY_OUT}",)


def test_the_simulator_is_the_transport_where_the_api_is_served_and_nothing_else_is_set() -> None:
    own = Simulator()
    read = [
        Settings.from_mapping(config, {}).transport
        for config in (
            {},
            {"CHATBOT_WEBHOOK_KEY": "key-one-1"},
            {"CHATBOT_API_KEY": "key-one-1"},
            {"CHATBOT_TRANSPORT": "simulator"},
            {"CHATBOT_API_KEY": "key-one-1", "CHATBOT_TRANSPORT": own},
        )
    ]
    assert read == [None, None, "simulator", "simulator", own]
    assert Settings.from_mapping({}, {"CHATBOT_TRANSPORT": "simulator"}).transport == "simulator"


TRANSPORT_WAY_OUT = "Write 'simulator', or put an object with the methods of a Transport into app.config."


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("simulater", "'simulater' is not a known transport. Did you mean 'simulator'?"),
        ("web", f"'web' is not a known transport. Write {any_of(TRANSPORTS)}."),
        (5, f"it is a value of type int. {TRANSPORT_WAY_OUT}"),
        (Simulator, f"it is a value of type type. {TRANSPORT_WAY_OUT}"),
        pytest.param(object(), f"it is a value of type object. {TRANSPORT_WAY_OUT}", id="object"),
    ],
    ids=repr,
)
def test_what_is_no_transport_is_told(value: object, told: str) -> None:
    assert problems({"CHATBOT_TRANSPORT": value}) == (f"CHATBOT_TRANSPORT in app.config: {told}",)


@pytest.mark.parametrize(("value", "worker"), [("thread", "thread"), ("celery", "celery"), (" OFF ", "off")])
def test_the_worker_is_a_thread_celery_or_off(value: str, worker: str) -> None:
    assert Settings.from_mapping({"CHATBOT_WORKER": value}, {}).worker == worker


@pytest.mark.parametrize(("value", "kind"), [("on", "'on'"), (True, "a value of type bool")])
def test_what_is_no_kind_of_worker_is_told(value: object, kind: str) -> None:
    assert problems({"CHATBOT_WORKER": value}) == (f"CHATBOT_WORKER in app.config: it is {kind}. Write thread or celery or off.",)


@pytest.mark.parametrize(
    ("value", "secrets"),
    [
        ("rahasia-toko", (b"rahasia-toko",)),
        ("whsec_a3VuY2k=", (b"kunci",)),
        (["whsec_a3VuY2k=", "rahasia-toko"], (b"kunci", b"rahasia-toko")),
    ],
)
def test_signing_secrets_are_read_as_bytes(value: object, secrets: tuple[bytes, ...]) -> None:
    config = {"CHATBOT_SIGNING_SECRET": value, "CHATBOT_WEBHOOK_SIGNING_SECRET": value}
    settings = Settings.from_mapping(config, {})
    assert (settings.signing_secrets, settings.webhook_signing_secrets) == (secrets, secrets)


@pytest.mark.parametrize("value", ["whsec_s3cret-word!", ["rahasia-toko", "whsec_s3cret-word!"], {"a": "s3cret-word"}, 5, ""])
def test_signing_secrets_that_cannot_be_used_are_told_without_showing_them(value: object) -> None:
    if value == "":
        assert Settings.from_mapping({"CHATBOT_SIGNING_SECRET": value}, {}).signing_secrets == ()
        return
    (told,) = problems({"CHATBOT_SIGNING_SECRET": value})
    assert (told.startswith("CHATBOT_SIGNING_SECRET in app.config: "), "s3cret" in told, told[-1]) == (True, False, ".")


@pytest.mark.parametrize("value", ["crm.local, 10.0.0.0/24,", ["crm.local", "10.0.0.0/24"], '["crm.local", "10.0.0.0/24"]'])
def test_private_hosts_are_a_list_or_a_text_with_commas(value: object) -> None:
    config, environ = ({}, {"CHATBOT_PRIVATE_HOSTS": value}) if str(value).startswith('["') else ({"CHATBOT_PRIVATE_HOSTS": value}, {})
    assert Settings.from_mapping(config, environ).private_hosts == ("crm.local", "10.0.0.0/24")  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [5, [5], "crm.local, http://crm.local/"])
def test_what_is_no_host_is_told(value: object) -> None:
    (told,) = problems({"CHATBOT_PRIVATE_HOSTS": value})
    assert told.startswith("CHATBOT_PRIVATE_HOSTS in app.config: ")


@pytest.mark.parametrize("value", ["30 days", "30 hari", timedelta(days=30)])
def test_messages_are_kept_for_a_length_of_time_as_rule_files_write_it(value: object) -> None:
    assert Settings.from_mapping({"CHATBOT_KEEP_MESSAGES": value}, {}).keep_messages == timedelta(days=30)


@pytest.mark.parametrize("value", ["30", "400 days", 30, timedelta(0)])
def test_what_is_no_length_of_time_is_told(value: object) -> None:
    (told,) = problems({"CHATBOT_KEEP_MESSAGES": value})
    assert told.startswith("CHATBOT_KEEP_MESSAGES in app.config: ")


@pytest.mark.parametrize(
    ("value", "count", "seconds"),
    [("5/minute", 5, 60.0), ("5/menit", 5, 60.0), ("1/detik", 1, 1.0), ("100 / Jam", 100, 3600.0), ("2/seconds", 2, 1.0)],
)
def test_a_pace_is_so_many_in_a_second_a_minute_or_an_hour(value: str, count: int, seconds: float) -> None:
    assert Settings.from_mapping({"CHATBOT_PACE": value}, {}).pace == Pace(count=count, seconds=seconds)


@pytest.mark.parametrize(
    ("value", "kind"), [("0/minute", "'0/minute'"), ("5/hari", "'5/hari'"), ("fast", "'fast'"), (5, "a value of type int")]
)
def test_what_is_no_pace_is_told(value: object, kind: str) -> None:
    way_out = "Write a number per second, minute or hour, such as '5/minute' or '100/jam'."
    assert problems({"CHATBOT_PACE": value}) == (f"CHATBOT_PACE in app.config: it is {kind}. {way_out}",)


def test_a_language_is_a_word() -> None:
    assert Settings.from_mapping({"CHATBOT_LANGUAGE": " ID "}, {}).language == "id"
    assert Settings.from_mapping({}, {"CHATBOT_LANGUAGE": "en"}).language == "en"
    way_out = "Write the name of a language as a string: 'id' or 'en'."
    assert problems({"CHATBOT_LANGUAGE": 5}) == (f"CHATBOT_LANGUAGE in app.config: it is a value of type int. {way_out}",)


@pytest.mark.parametrize(
    "value", [5, "toko.example.com", "ftp://toko.example.com", "https://a:b@toko.example.com", "https://toko.example.com/?x=1"]
)
def test_a_public_address_is_an_http_url_without_a_query(value: object) -> None:
    (told,) = problems({"CHATBOT_PUBLIC_URL": value})
    assert told.startswith("CHATBOT_PUBLIC_URL in app.config: it is ")
    assert (
        Settings.from_mapping({"CHATBOT_PUBLIC_URL": "https://toko.example.com/"}, {}).address_of("toko")
        == "https://toko.example.com/chatbot/in/toko"
    )
