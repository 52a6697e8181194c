"""`doctor`: a line for each check, and what each finds."""

import re
import shutil
import time
from pathlib import Path

import pytest
from celery import Celery
from flask import Flask
from flask.cli import ScriptInfo

from flask_chatbot import Chatbot, Message
from flask_chatbot.cli.main import chatbot
from flask_chatbot.database.database import Database
from flask_chatbot.media.folder import MARK, MediaFolder
from flask_chatbot.media.mark import find_fault
from flask_chatbot.store import leases
from flask_chatbot.worker.leadership import DURATION, Lease, holder_name
from tests.cli.shops import KEY, Shop, open_shop, runner
from tests.transports.telegram.bot_api import TOKEN, USERNAME, BotApi


def lines(shop: Shop, *options: str) -> list[str]:
    """The lines that are printed, without the last."""
    return shop.run("doctor", *options).stdout.splitlines()[:-1]


def wrong(shop: Shop, *options: str) -> list[str]:
    """The lines of what is wrong, without their first word."""
    outcome = shop.run("doctor", *options)
    found = [line.removeprefix("wrong  ") for line in outcome.stdout.splitlines() if line.startswith("wrong  ")]
    assert outcome.exit_code == (1 if found else 0)
    return found


def shop_with(folder: Path, rule: str, **config: str) -> Shop:
    """A shop of one rule, which the webhook alone reaches."""
    folder.mkdir(exist_ok=True)
    (folder / "rules.yaml").write_text(f"version: 1\nrules: [{rule}]\n", "utf-8")
    app = Flask("toko", root_path=str(folder), instance_path=str(folder / "instance"))
    app.config |= {"CHATBOT_WEBHOOK_KEY": KEY, **config}
    Chatbot(app)
    return Shop(app, Database(None, folder / "instance"))


def test_nothing_is_wrong_with_an_app_that_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shop = open_shop(tmp_path, None, CHATBOT_WEBHOOK_KEY=KEY)
    outcome = shop.run("doctor")
    assert (outcome.exit_code, outcome.stdout.splitlines()) == (
        0,
        [
            "ok     configuration  app 'toko' starts",
            "ok     rules          rules.yaml: 4 rules",
            "ok     keys           CHATBOT_WEBHOOK_KEY: 1 key",
            "ok     keys           CHATBOT_API_KEY: 1 key",
            "ok     transport      messages go to the simulator, as CHATBOT_TRANSPORT says, and reach nobody",
            f"ok     database       {shop.database.place} will be created when something is first stored",
            "ok     worker         no message waits that is due; none runs now, and a thread of the server will send them",
            "ok     webhook        /chatbot/webhook answers",
            "8 checks, nothing wrong",
        ],
    )
    assert not (tmp_path / "instance").exists()


def test_a_database_that_is_there_is_read_and_written(shop: Shop) -> None:
    shop.queue("3EB0A")
    assert f"ok     database       {shop.database.place} can be read and written" in lines(shop)


def test_a_file_that_cannot_be_written_is_wrong(tmp_path: Path) -> None:
    shop = open_shop(tmp_path, f"sqlite:///{tmp_path}/shop.sqlite")
    shop.queue("3EB0A")
    shop.database.close()
    # A write version above 2 makes SQLite open the file to read only, whoever asks: rights mean nothing to root.
    with (tmp_path / "shop.sqlite").open("r+b") as file:
        file.seek(18)
        file.write(b"\3")
    (said,) = wrong(shop)
    assert said.startswith(f"database       The database {tmp_path}/shop.sqlite cannot be written. ")


def test_messages_for_a_simulator_that_nobody_named_are_wrong(tmp_path: Path) -> None:
    said = "CHATBOT_TRANSPORT is not set: messages go to the simulator, and reach nobody. Set it to 'simulator' if that is intended."
    assert wrong(open_shop(tmp_path, None, CHATBOT_TRANSPORT=None)) == [f"transport      {said}"]


def test_a_worker_that_runs_is_told_from_one_that_died_and_one_that_ended(shop: Shop) -> None:
    def told() -> str:
        (line,) = (line for line in lines(shop) if "worker " in line)
        return line

    lease = Lease(shop.database, name="worker", holder=holder_name(), clock=time.time, timer=time.monotonic)
    assert lease.hold()
    assert told() == "ok     worker         it runs, and no message waits that is due; a thread of the server sends them"
    lease.give_up()
    assert told() == "ok     worker         no message waits that is due; none runs now, and a thread of the server will send them"
    with shop.database.writing() as connection:
        assert leases.take(connection, "worker", "another machine", time.time() - 600, DURATION)
    assert told().startswith("wrong  worker         it died: it was last known at ")


def test_a_rule_whose_handler_is_missing_is_wrong(tmp_path: Path) -> None:
    shop = shop_with(tmp_path, "{keyword: harga, needs: [harga], reply: '{{ harga }}'}")
    fact = "rule 'harga' needs harga, and no handler supplies it. Write one: @bot.rule('harga')"
    assert wrong(shop) == [f"rules          {tmp_path}/rules.yaml:2:9: {fact}"]


def test_a_file_that_is_no_database_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "shop.sqlite").write_text("This is no database. " * 100)
    about_database, about_worker = wrong(open_shop(tmp_path, f"sqlite:///{tmp_path}/shop.sqlite"))
    assert about_database.startswith(f"database       The database {tmp_path}/shop.sqlite is a file of another kind.")
    assert about_worker == "worker         unknown while the database fails"


def test_messages_that_nobody_takes_are_wrong(shop: Shop) -> None:
    shop.put_off("3EB0A", time.time() - 600, time.time() - 300)
    said = "worker         1 message due for more than a minute. Start the server, or flask chatbot worker; its log says more."
    assert wrong(shop) == [said]


def test_a_short_key_is_wrong(tmp_path: Path) -> None:
    said = "keys           CHATBOT_WEBHOOK_KEY: a key shorter than 8 characters is easily guessed. Make a longer one."
    assert wrong(open_shop(tmp_path, None, CHATBOT_WEBHOOK_KEY="toko")) == [said]


def test_a_page_in_front_of_the_webhook_is_wrong(tmp_path: Path) -> None:
    shop = open_shop(tmp_path, None, CHATBOT_WEBHOOK_KEY=KEY)
    shop.app.before_request(lambda: ("<h1>Log in</h1>", 403))
    said = (
        "/chatbot/webhook answers 403, and not as the bot does. Is the address right? Does a login, a CSRF check or a proxy take the call?"
    )
    assert wrong(shop) == [f"webhook        {said}"]


def test_notices_that_reach_nobody_are_wrong(tmp_path: Path) -> None:
    shop = shop_with(tmp_path, "{keyword: cs, notify: '628117601234', reply: Ok}")
    said = "rules          nobody can be notified without a connection to WhatsApp, and cs would. Set CHATBOT_TRANSPORT."
    assert wrong(shop) == [said]


def test_rules_for_files_are_wrong_where_only_texts_come_in(tmp_path: Path) -> None:
    shop = shop_with(tmp_path, "{name: bukti, sends: image, reply: Ok}")
    assert wrong(shop) == ["rules          only texts come by the webhook, and bukti waits for more. Set CHATBOT_TRANSPORT."]
    hosted = {
        "CHATBOT_HOSTED_URL": "https://gw.example.com",
        "CHATBOT_HOSTED_KEY": "kunci",
        "CHATBOT_PUBLIC_URL": "https://toko.example.com",
    }
    shop = shop_with(tmp_path / "hosted", "{name: bukti, sends: image, reply: Ok}", CHATBOT_TRANSPORT="hosted", **hosted)
    said = "rules          only texts come by the webhook, and bukti waits for more. Another CHATBOT_TRANSPORT brings it."
    assert said in wrong(shop)


def test_an_app_that_does_not_start_is_wrong_and_the_mistakes_are_named() -> None:
    def create_app() -> Flask:
        app = Flask("toko")
        app.config["CHATBOT_PREFIX"] = "chatbot"
        Chatbot(app)
        return app

    outcome = runner().invoke(chatbot, ["doctor"], obj=ScriptInfo(create_app=create_app), catch_exceptions=False)
    printed = outcome.stdout.splitlines()
    assert (outcome.exit_code, printed[0], printed[-1]) == (
        1,
        "wrong  configuration  the app does not start. It says:",
        "1 check, 1 wrong",
    )
    assert any("CHATBOT_PREFIX in app.config: 'chatbot' cannot be a path" in line for line in printed)


def test_an_address_that_nobody_answers_at_is_wrong(tmp_path: Path) -> None:
    (said,) = wrong(open_shop(tmp_path, None), "--url", "http://127.0.0.1:1/chatbot/webhook")
    assert said.startswith("webhook        http://127.0.0.1:1/chatbot/webhook: ")


def test_a_key_that_changes_with_each_start_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules.yaml").write_text("version: 1\nrules: [{keyword: halo, reply: Halo!}]\n", "utf-8")
    outcome = runner().invoke(chatbot, ["doctor"], obj=ScriptInfo(), catch_exceptions=False)
    assert outcome.stdout.splitlines()[2].startswith("wrong  keys           CHATBOT_WEBHOOK_KEY is not set, so each start makes another.")


FILES = "{name: arsip, sends: document, save: arsip, reply: Disimpan.}"


def shop_with_files(folder: Path) -> Shop:
    """A shop that keeps what customers send."""
    (folder / "rules.yaml").write_text(f"version: 1\nrules: [{FILES}]\n", "utf-8")
    app = Flask("toko", root_path=str(folder), instance_path=str(folder / "instance"))
    app.config.update(CHATBOT_TRANSPORT="simulator", CHATBOT_WORKER="off")
    Chatbot(app)
    return Shop(app, Database(None, folder / "instance"))


def test_the_folder_of_kept_files_is_looked_at_and_nothing_is_written(tmp_path: Path) -> None:
    shop = shop_with_files(tmp_path)
    media = tmp_path / "instance/media"
    assert f"ok     files          what customers send is kept in {media}, which will be created" in lines(shop)
    assert not (tmp_path / "instance").exists()
    assert find_fault(shop.database, MediaFolder(media)) is None
    assert f"ok     files          what customers send is kept in {media}" in lines(shop)
    (media / MARK).write_text("another")
    (said,) = wrong(shop)
    assert said.startswith(f"files          {media} keeps the files of another bot's database. ")
    shop.database.close()


def test_a_folder_of_kept_files_that_is_none_is_wrong(tmp_path: Path) -> None:
    shop = shop_with_files(tmp_path)
    assert find_fault(shop.database, MediaFolder(tmp_path / "instance/media")) is None
    shutil.rmtree(tmp_path / "instance/media")
    (tmp_path / "instance/media").write_text("no folder")
    (said,) = wrong(shop)
    assert said.startswith(f"files          The folder of kept files {tmp_path}/instance/media cannot be used: Not a directory. ")
    shop.database.close()


def test_functions_that_nothing_calls_are_wrong(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text("version: 1\nrules: [{keyword: halo, reply: Halo}]\n", "utf-8")
    app = Flask("toko", root_path=str(tmp_path), instance_path=str(tmp_path / "instance"))
    app.config["CHATBOT_WEBHOOK_KEY"] = KEY
    bot = Chatbot(app)

    @bot.on_reaction
    def thanked(message: Message) -> None:
        """Hear of it."""

    (said,) = wrong(Shop(app, Database(None, tmp_path / "instance")))
    told = "only texts come by the webhook: no reaction, and no message that is changed or deleted. Set CHATBOT_TRANSPORT. Never called: "
    assert said == f"functions      {told}{__name__}.test_functions_that_nothing_calls_are_wrong.<locals>.thanked"


def test_each_connection_over_http_is_asked_and_a_refused_token_is_wrong(tmp_path: Path) -> None:
    api = BotApi()
    right = {"transport": "telegram", "token": TOKEN, "url": api.url}
    shop = open_shop(
        tmp_path, None, CHATBOT_TRANSPORT=None, CHATBOT_LINES={"tele": right, "lain": {**right, "token": f"110201544:{'A' * 35}"}}
    )
    found = [line for line in lines(shop) if " transport " in line]
    shop.app.extensions["chatbot"].lines.client.close()
    api.end()
    way_out = "Correct 'token' of the line 'lain' in CHATBOT_LINES: @BotFather shows it under /mybots, 'API Token'."
    assert found == [
        f"ok     transport      tele: connected {USERNAME}",
        f"wrong  transport      lain: unknown: Telegram refuses the token. {way_out}",
    ]


UNREACHED = "cannot be reached (OperationalError), and nobody wakes Celery's workers. Start it, or correct its URL."


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("memory://", "ok     broker         memory://localhost// answers"),
        ("redis://:rahasia@127.0.0.1:1/0", f"wrong  broker         redis://127.0.0.1:1/0 {UNREACHED}"),
    ],
)
def test_a_broker_is_asked_where_celery_carries(tmp_path: Path, url: str, told: str) -> None:
    shop = shop_with(tmp_path, "{keyword: halo, reply: Halo}")
    app = Flask("toko", root_path=str(tmp_path), instance_path=str(tmp_path / "instance"))
    app.extensions["celery"] = Celery(broker=url, set_as_current=False)
    nowhere = "postgresql://127.0.0.1:1/nowhere"
    app.config |= {"CHATBOT_API_KEY": KEY, "CHATBOT_TRANSPORT": "simulator", "CHATBOT_WORKER": "celery", "CHATBOT_DATABASE_URL": nowhere}
    Chatbot(app)
    assert [line for line in lines(Shop(app, shop.database)) if "broker " in line] == [told]


def test_it_says_when_the_last_wake_up_came_to_celery(postgresql: str, tmp_path: Path) -> None:
    celery = {"CHATBOT_WORKER": "celery", "CHATBOT_CELERY": "redis://127.0.0.1:1/0", "CHATBOT_TRANSPORT": "simulator"}
    shop = open_shop(tmp_path, postgresql, None, **celery)

    def told() -> list[str]:
        return [re.sub(r"\d+ seconds", "N seconds", line) for line in lines(shop) if "Celery's processes" in line]

    assert told() == []
    reached = [f"{word} wake-ups       the last one, N seconds ago, reached Celery's processes" for word in ("ok    ", "wrong ")]
    late = ", though its workers run. Start the broker; their log says if they listen to its queue."
    with shop.database.writing() as connection:
        leases.take(connection, leases.LEADER, "another:machine:::", time.time(), 3600.0)
    assert told() == [f"wrong  wake-ups       none has ever reached Celery's processes{late}"]
    for ago, line in ((5.0, reached[0]), (600.0, reached[1] + late)):
        with shop.database.writing() as connection:
            leases.note(connection, leases.WOKEN, "another:machine:::", time.time() - ago)
        assert told() == [line]
