"""Putting a bot into an app: what is found, and what is refused."""

import gc
import logging
import weakref
from pathlib import Path

import pytest
from flask import Flask

import flask_chatbot
from flask_chatbot import Chatbot, ChatbotError, ConfigError, RulesError
from flask_chatbot.core.translation.translatable import untranslated
from flask_chatbot.core.values.problems import NOWHERE, Mark, Problem
from tests.apps import HALO, KEY, RULES, add_bot, halo, make_app

NO_KEY = (
    "CHATBOT_WEBHOOK_KEY is not set, so no message can come in. Put a key into app.config or the environment, "
    "the same one that the platform sends as webhookkey. "
    'Make one with: python3 -c "import secrets; print(secrets.token_urlsafe(24))"'
)
PREFIX = "CHATBOT_PREFIX in app.config: 'x' cannot be a path before '/webhook'. Write it like '/chatbot', or '/' for none."
BROKEN = "version: 1\nrules:\n  - keyword: halo\n    repply: Hai\n"


def bare(folder: Path, **config: object) -> Flask:
    """An app with a key and without a bot."""
    app = Flask(__name__, root_path=str(folder))
    app.config.update({"CHATBOT_WEBHOOK_KEY": KEY, **config})
    return app


def write(path: Path, text: str = RULES) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def answer(app: Flask, url: str = "/chatbot/webhook") -> bytes:
    return app.test_client().post(url, json=halo()).get_data()


def refused(app: Flask, bot: Chatbot | None = None) -> tuple[str, ...]:
    """The problems of an app that does not start; it is left without a trace of us."""
    rules_before = len(list(app.url_map.iter_rules()))
    with pytest.raises(ConfigError) as caught:
        (bot or Chatbot()).init_app(app)
    assert (app.extensions, app.blueprints, len(list(app.url_map.iter_rules()))) == ({}, {}, rules_before)
    return tuple(map(str, caught.value.problems))


def test_rules_yaml_is_found_in_the_apps_folder(tmp_path: Path) -> None:
    write(tmp_path / "rules.yaml")
    app = bare(tmp_path)
    Chatbot(app)
    assert answer(app) == HALO


def test_a_package_finds_rules_yaml_in_the_folder_around_it(tmp_path: Path) -> None:
    write(tmp_path / "rules.yaml")
    write(tmp_path / "shop" / "__init__.py", "")
    app = bare(tmp_path / "shop")
    Chatbot(app)
    assert answer(app) == HALO


def test_a_package_prefers_its_own_rules_yaml(tmp_path: Path) -> None:
    write(tmp_path / "rules.yaml", BROKEN)
    write(tmp_path / "shop" / "__init__.py", "")
    write(tmp_path / "shop" / "rules.yaml")
    app = bare(tmp_path / "shop")
    Chatbot(app)
    assert answer(app) == HALO


def test_a_path_in_chatbot_rules_counts_from_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "here" / "bots" / "a.yaml")
    write(tmp_path / "app" / "rules.yaml", BROKEN)
    monkeypatch.chdir(tmp_path / "here")
    app = bare(tmp_path / "app", CHATBOT_RULES="bots/a.yaml")
    Chatbot(app)
    assert answer(app) == HALO


def test_the_rules_argument_counts_from_the_apps_folder_and_wins(tmp_path: Path) -> None:
    write(tmp_path / "bots" / "a.yaml")
    app = bare(tmp_path, CHATBOT_RULES="elsewhere.yaml")
    Chatbot(app, rules="bots/a.yaml")
    assert answer(app) == HALO


def test_the_environment_is_read_when_the_app_is_set_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATBOT_WEBHOOK_KEY", f'["{KEY}"]')
    monkeypatch.setenv("CHATBOT_PREFIX", "/wa")
    monkeypatch.setenv("CHATBOT_RULES", str(write(tmp_path / "bot.yaml")))
    app = Flask(__name__, root_path=str(tmp_path))
    Chatbot(app)
    assert answer(app, "/wa/webhook") == HALO


def test_one_chatbot_serves_many_apps_and_keeps_none(tmp_path: Path) -> None:
    write(tmp_path / "one" / "rules.yaml")
    write(tmp_path / "two" / "rules.yaml")
    one, two = bare(tmp_path / "one"), bare(tmp_path / "two", CHATBOT_PREFIX="/two", CHATBOT_WEBHOOK_KEY=[KEY, "other-key"])
    bot = Chatbot()
    bot.init_app(one)
    bot.init_app(two)
    assert (answer(one), answer(two, "/two/webhook")) == (HALO, HALO)
    assert one.extensions["chatbot"].bot.settings != two.extensions["chatbot"].bot.settings
    gone = weakref.ref(one)
    del one
    gc.collect()
    assert gone() is None


def test_without_a_rule_file_it_says_where_it_looked(tmp_path: Path) -> None:
    way_out = "Write one there, or set CHATBOT_RULES to the path of yours."
    assert refused(bare(tmp_path)) == (f"There is no rule file {tmp_path / 'rules.yaml'}. {way_out}",)
    write(tmp_path / "shop" / "__init__.py", "")
    here, around = tmp_path / "shop" / "rules.yaml", tmp_path / "rules.yaml"
    assert refused(bare(tmp_path / "shop")) == (f"There is no rule file {here} or {around}. {way_out}",)


def test_a_rule_file_of_a_like_name_is_told_of(tmp_path: Path) -> None:
    write(tmp_path / "rules.yml")
    like = "There is rules.yml beside it: rename it to rules.yaml, or name it instead."
    way_out = "Write one there, or set CHATBOT_RULES to the path of yours."
    assert refused(bare(tmp_path)) == (f"There is no rule file {tmp_path / 'rules.yaml'}. {like} {way_out}",)


def test_a_rule_file_that_is_named_must_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "rules.yaml")
    monkeypatch.chdir(tmp_path)
    way_out = "Correct CHATBOT_RULES: its path is relative to the current folder."
    assert refused(bare(tmp_path, CHATBOT_RULES="a.yaml")) == (
        f"There is no rule file {tmp_path / 'a.yaml'}. That folder has rules.yaml. {way_out}",
    )
    assert refused(bare(tmp_path), Chatbot(rules=".")) == (
        f"There is no rule file {tmp_path}. Correct Chatbot(rules=...): its path is relative to the app's folder.",
    )


def test_without_a_key_the_app_does_not_start_and_says_how_to_make_one(tmp_path: Path) -> None:
    write(tmp_path / "rules.yaml")
    assert refused(bare(tmp_path, CHATBOT_WEBHOOK_KEY=None)) == (NO_KEY,)


def test_a_broken_rule_file_alone_is_a_rules_error(tmp_path: Path) -> None:
    write(tmp_path / "rules.yaml", BROKEN)
    with pytest.raises(RulesError) as caught:
        Chatbot(bare(tmp_path))
    assert str(caught.value.problems[0]).endswith("rules.yaml:4:5: unknown key 'repply'. Did you mean 'reply'?")


def test_mistakes_of_configuration_and_rules_are_told_together(tmp_path: Path) -> None:
    write(tmp_path / "rules.yaml", BROKEN)
    problems = refused(bare(tmp_path, CHATBOT_WEBHOOK_KEY="", CHATBOT_PREFIX="x"))
    assert problems[:2] == (PREFIX, NO_KEY)
    assert problems[2].endswith("rules.yaml:4:5: unknown key 'repply'. Did you mean 'reply'?")


def test_an_error_of_configuration_has_the_mistakes_of_the_rules_with_their_places(tmp_path: Path) -> None:
    write(tmp_path / "rules.yaml", BROKEN)
    with pytest.raises(ConfigError) as caught:
        Chatbot(bare(tmp_path, CHATBOT_WEBHOOK_KEY=""))
    told, broken = caught.value.problems
    assert (told, broken.message) == (Problem(NOWHERE, untranslated(NO_KEY)), "unknown key 'repply'. Did you mean 'reply'?")
    assert (bool(told.mark), broken.mark) == (False, Mark(broken.mark.file, 4, 5))


def test_mistakes_of_configuration_and_a_missing_rule_file_are_told_together(tmp_path: Path) -> None:
    problems = refused(bare(tmp_path, CHATBOT_WEBHOOK_KEY="", CHATBOT_PREFIX="x"))
    missing = f"There is no rule file {tmp_path / 'rules.yaml'}. Write one there, or set CHATBOT_RULES to the path of yours."
    assert problems == (PREFIX, NO_KEY, missing)


def test_a_mistake_is_told_once(tmp_path: Path) -> None:
    assert refused(bare(tmp_path, CHATBOT_WEBHOOK_KEY=5, CHATBOT_RULES=5)) == (
        "CHATBOT_WEBHOOK_KEY in app.config: it is a value of type int. Write a string, a list of strings, or a map of name to key.",
        "CHATBOT_RULES in app.config: it is a value of type int. Write the path of the rule file as a string.",
    )


def test_an_app_can_be_set_up_once_its_mistakes_are_mended(tmp_path: Path) -> None:
    app = bare(tmp_path)
    refused(app)
    write(tmp_path / "rules.yaml")
    Chatbot(app)
    assert answer(app) == HALO


def test_a_second_init_app_is_refused(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    with pytest.raises(ChatbotError, match=r"^This app has a Chatbot already\. Call init_app once for each app\.$"):
        Chatbot(app)


def test_init_app_after_the_first_request_is_refused(tmp_path: Path) -> None:
    app = Flask(__name__, root_path=str(tmp_path))
    app.test_client().get("/")
    with pytest.raises(ChatbotError, match=r"^This app has answered requests already\. Call init_app before the first one\.$"):
        add_bot(app)


@pytest.mark.parametrize(("key", "warnings"), [("1234567", 1), ("12345678", 0)])
def test_a_short_key_is_warned_of_and_not_shown(tmp_path: Path, caplog: pytest.LogCaptureFixture, key: str, warnings: int) -> None:
    with caplog.at_level(logging.WARNING, "flask_chatbot"):
        make_app(tmp_path, CHATBOT_WEBHOOK_KEY=key)
    told = (
        "CHATBOT_WEBHOOK_KEY: a key shorter than 8 characters is easily guessed. "
        'Make one with: python3 -c "import secrets; print(secrets.token_urlsafe(24))"'
    )
    assert [record.getMessage() for record in caplog.records] == [told] * warnings


def test_a_bot_shows_its_apps_and_handlers(tmp_path: Path) -> None:
    bot = Chatbot()
    assert repr(bot) == "<Chatbot of no app yet, handlers for 0 rules>"
    bot.rule("quote")(lambda: None)
    for name in ("a", "b"):
        write(tmp_path / name / "rules.yaml")
    apps = [bare(tmp_path / name) for name in ("a", "b")]  # kept, as the bot keeps none
    for app in apps:
        bot.init_app(app)
    files = ", ".join(f"{tmp_path / name / 'rules.yaml'} (3 rules)" for name in ("a", "b"))
    assert repr(bot) == f"<Chatbot of {files}, handlers for 1 rules>"
    assert repr(apps[1].extensions["chatbot"].bot) == f"<Bot of {tmp_path / 'b' / 'rules.yaml'}>"


def test_an_app_of_quart_is_refused() -> None:
    quart = pytest.importorskip("quart")
    with pytest.raises(ChatbotError, match=r"^This is a Quart app, and the bot answers as Flask does, without await\."):
        Chatbot(quart.Quart("toko"))


def test_the_public_names_are_there() -> None:
    assert [name for name in flask_chatbot.__all__ if not hasattr(flask_chatbot, name)] == []


def test_what_is_no_app_is_refused_with_the_way_out() -> None:
    with pytest.raises(ChatbotError, match=r"^A Chatbot goes into a Flask app, not 'app'\. Write Chatbot\(app\), or Chatbot\(app, rules="):
        Chatbot("app")  # type: ignore[arg-type]
