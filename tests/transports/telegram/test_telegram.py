"""A bot at Telegram: what it sends, what it understands, and what becomes of Telegram's refusals."""

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from flask_chatbot import Chatbot
from flask_chatbot.core.values.contents import Attachment, Choice, File, Reaction, SharedContact, SharedLocation
from flask_chatbot.core.values.menus import Buttons, List
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.outbound import Outbound
from flask_chatbot.core.values.people import Alias
from flask_chatbot.core.values.replies import Audio, ContactCard, Document, Image, Location, Reply, Sticker, Text, Video
from flask_chatbot.errors import BadPayload, ConfigError, NotConnected, Refused, TryLater
from flask_chatbot.settings.settings import Settings
from flask_chatbot.testing import working
from flask_chatbot.testing.transports import Recorder
from flask_chatbot.testing.transports.recorder import door
from flask_chatbot.testing.transports.whole_apps import wait_for
from flask_chatbot.testing.transports.worlds import BUDI, GROUP
from flask_chatbot.transports.base import Session
from flask_chatbot.transports.registry import TRANSPORTS
from flask_chatbot.transports.telegram.api import BAD_TOKEN, ELSEWHERE
from flask_chatbot.transports.telegram.bodies import PHOTO_LIMIT, sendings
from flask_chatbot.transports.telegram.transport import BROUGHT_ELSEWHERE, Telegram
from flask_chatbot.transports.telegram.updates import Me, read_update
from flask_chatbot.transports.webhooks import WebhookCall
from tests.delivery.apps import gateway_app
from tests.transports.telegram.bot_api import CONFIG, ME, TOKEN, USERNAME, Call
from tests.transports.telegram.world import TelegramWorld, WebhookWorld

CHAT = int(BUDI)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
WE = Me(id=ME["id"], username=USERNAME, name="Toko Maju")  # type: ignore[arg-type]


@pytest.fixture
def world() -> Iterator[TelegramWorld]:
    world = TelegramWorld(deadline=20.0)  # a file of 10 MB takes a busy machine its time
    with door(world.transport, Recorder()) as world.address:
        yield world
        world.transport.close()
        world.close()


def file(kind: str, mime: str, content: bytes = PNG, name: str = "") -> File:
    return File(content=content, kind=kind, mime=mime, name=name)  # type: ignore[arg-type]


def sent(world: TelegramWorld, reply: Reply, content: File | None = None, reply_to: str = "") -> list[tuple[str, dict[str, object]]]:
    """The calls that send a reply to Budi, without his id."""
    world.telegram.send(Outbound(id="3EB01", chat=f"{BUDI}@telegram", reply=reply, reply_to=reply_to), content)
    calls = [(method, dict(values)) for method, values in world.api.calls]
    assert {values.pop("chat_id") for _, values in calls} == {CHAT}
    return calls


BOLD = {"type": "bold", "offset": 6, "length": 4}


@pytest.mark.parametrize(
    ("reply", "calls"),
    [
        (Text("Ketik *menu*."), [("sendMessage", {"text": "Ketik menu.", "entities": [BOLD]})]),
        (Location(-6.2, 106.8), [("sendLocation", {"latitude": -6.2, "longitude": 106.8})]),
        (Location(-6.2, 106.8, "Toko"), [("sendVenue", {"latitude": -6.2, "longitude": 106.8, "title": "Toko", "address": "Toko"})]),
        (
            ContactCard("Admin", ("628111111111", "628222222222")),
            [
                ("sendContact", {"phone_number": "+628111111111", "first_name": "Admin"}),
                ("sendContact", {"phone_number": "+628222222222", "first_name": "Admin"}),
            ],
        ),
        (
            Image("https://x.id/a.png", "Ini *harga*"),
            [
                (
                    "sendPhoto",
                    {
                        "photo": "https://x.id/a.png",
                        "caption": "Ini harga",
                        "caption_entities": [{"type": "bold", "offset": 4, "length": 5}],
                    },
                )
            ],
        ),
        (Document("https://x.id/a.pdf"), [("sendDocument", {"document": "https://x.id/a.pdf"})]),
        (
            Buttons("Mau?", (Choice("ya", "Ya"), Choice("x" * 70, "Lain")), "Mau?\n1. Ya\n2. Lain"),
            [
                (
                    "sendMessage",
                    {
                        "text": "Mau?",
                        "reply_markup": {
                            "inline_keyboard": [[{"text": "Ya", "callback_data": "=ya"}], [{"text": "Lain", "callback_data": "#1"}]]
                        },
                    },
                )
            ],
        ),
        (
            List("Pilih.", (Choice("1", "Barang"),), "Pilih.\n1. Barang", "Buka"),
            [("sendMessage", {"text": "Pilih.", "reply_markup": {"inline_keyboard": [[{"text": "Barang", "callback_data": "=1"}]]}})],
        ),
    ],
)
def test_each_reply_is_a_call_of_the_bot_api(world: TelegramWorld, reply: Reply, calls: list[object]) -> None:
    assert sent(world, reply) == calls


@pytest.mark.parametrize(
    ("reply", "content", "method"),
    [
        (Image("a"), file("image", "image/png"), "sendPhoto"),
        (Image("a"), file("image", "image/png", PNG.ljust(PHOTO_LIMIT + 1)), "sendDocument"),
        (Image("a"), file("image", "image/gif"), "sendAnimation"),
        (Audio("a"), file("audio", "audio/mpeg"), "sendAudio"),
        (Audio("a"), file("audio", "audio/ogg"), "sendVoice"),
        (Audio("a"), file("audio", "audio/x-wav"), "sendDocument"),
        (Video("a"), file("video", "video/mp4"), "sendVideo"),
        (Document("a"), file("image", "image/png"), "sendDocument"),
        (Sticker("a"), file("sticker", "image/webp"), "sendSticker"),
    ],
)
def test_a_file_goes_by_the_method_that_shows_it_as_what_it_is(world: TelegramWorld, reply: Reply, content: File, method: str) -> None:
    ((called, _),) = sent(world, reply, content)
    ((_, kept),) = world.api.arrived
    assert (called, list(kept["files"].values())) == (method, [content.content])


def test_a_caption_that_is_too_long_comes_as_a_text_below_the_file(world: TelegramWorld) -> None:
    caption = "panjang " * 200
    (photo, values), (text, below) = sent(world, Image("https://x.id/a.png", caption))
    assert (photo, values, text, below) == ("sendPhoto", {"photo": "https://x.id/a.png"}, "sendMessage", {"text": caption})


def test_a_text_that_is_too_long_for_telegram_comes_in_parts(world: TelegramWorld) -> None:
    text = "\N{GRINNING FACE}" * 3000  # letters, but two units each
    parts = [str(values["text"]) for _, values in sent(world, Text(text))]
    assert ("".join(parts), [len(part) for part in parts]) == (text, [2048, 952])


@pytest.mark.parametrize(
    ("reply", "content"),
    [
        (Text("kopi " * 1600), None),
        (ContactCard("Admin", ("628111", "628222")), None),
        (Image("a", "kopi " * 400), file("image", "image/png")),
    ],
    ids=["text", "card", "caption"],
)
def test_the_part_that_telegram_took_is_not_sent_again_when_the_next_one_fails(
    world: TelegramWorld, reply: Reply, content: File | None
) -> None:
    outbound = Outbound(id="3EB01", chat=f"{BUDI}@telegram", reply=reply, reply_to=f"{CHAT}:7")
    world.api.troubles += [Call.take, lambda call: call.refuse(429, "Too Many Requests: retry after 3", retry_after=3)]
    with pytest.raises(TryLater) as failed:
        world.telegram.send(outbound, content)
    assert failed.value.taken == (f"{CHAT}:1",)
    assert world.telegram.send(replace(outbound, taken=failed.value.taken), content) == f"{CHAT}:1"
    assert len(world.api.arrived) == len(sendings(reply, content)) == 2
    assert ["reply_parameters" in values for _, values in world.api.arrived] == [True, False]


def test_a_group_that_became_a_supergroup_between_two_parts_gets_the_rest_at_its_new_id(world: TelegramWorld) -> None:
    world.api.people.add(-1009)
    upgraded = "Bad Request: group chat was upgraded to a supergroup chat"
    world.api.troubles += [Call.take, lambda call: call.refuse(400, upgraded, migrate_to_chat_id=-1009)]
    world.telegram.send(Outbound(id="3EB01", chat=f"{GROUP}@g.us", reply=ContactCard("Admin", ("628111", "628222"))))
    assert [(values["chat_id"], values["phone_number"]) for _, values in world.api.arrived] == [
        (-int(GROUP), "+628111"),
        (-1009, "+628222"),
    ]


def test_a_photo_that_telegram_cannot_show_goes_as_a_document(world: TelegramWorld) -> None:
    world.api.troubles.append(lambda call: call.refuse(400, "Bad Request: PHOTO_INVALID_DIMENSIONS"))
    calls = sent(world, Image("a", "Ini"), file("image", "image/png", name="harga.png"))
    assert [(method, values.get("document"), values["caption"]) for method, values in calls] == [
        ("sendPhoto", None, "Ini"),
        ("sendDocument", "attached harga.png", "Ini"),
    ]


def test_a_reply_quotes_a_message_of_its_chat_and_of_no_other(world: TelegramWorld) -> None:
    assert sent(world, Text("Ya"), reply_to=f"{CHAT}:7")[0][1]["reply_parameters"] == {"message_id": 7, "allow_sending_without_reply": True}
    world.api.calls.clear()
    assert "reply_parameters" not in sent(world, Text("Ya"), reply_to="-100:7")[0][1]


def test_a_reaction_goes_on_the_message_and_another_emoji_is_refused_in_telegrams_words(world: TelegramWorld) -> None:
    reaction = {"message_id": 7, "reaction": [{"type": "emoji", "emoji": "\N{FIRE}"}]}
    assert sent(world, Reaction("\N{FIRE}", f"{CHAT}:7")) == [("setMessageReaction", reaction)]
    with pytest.raises(Refused, match=r"^Telegram says: Bad Request: REACTION_INVALID\.$"):
        sent(world, Reaction("\N{TACO}", f"{CHAT}:7"))


def test_typing_is_shown(world: TelegramWorld) -> None:
    world.telegram.typing(f"{BUDI}@telegram", "x")
    assert world.api.calls == [("sendChatAction", {"chat_id": CHAT, "action": "typing"})]


@pytest.mark.parametrize("chat", ["628111@c.us", "ID.1349", "251500@lid", "toko@g.us"])
def test_who_is_not_at_telegram_is_refused(world: TelegramWorld, chat: str) -> None:
    with pytest.raises(Refused, match=r"Telegram"):
        world.telegram.send(Outbound(id="3EB01", chat=chat, reply=Text("Halo")))


@pytest.mark.parametrize(
    ("code", "description", "more", "error", "words", "after"),
    [
        (403, "Forbidden: bot was blocked by the user", {}, Refused, "Telegram says: Forbidden: bot was blocked by the user.", 0),
        (400, "Bad Request: chat not found", {}, Refused, "Telegram says: Bad Request: chat not found.", 0),
        (429, "Too Many Requests: retry after 35", {"retry_after": 35}, TryLater, "Telegram says: Too Many Requests: retry after 35.", 35),
        (500, "Internal Server Error", {}, TryLater, "Telegram says: Internal Server Error.", 0),
        (401, "Unauthorized", {}, NotConnected, "Telegram refuses the token. Correct CHATBOT_TELEGRAM_TOKEN: @BotFather shows it", 60),
        (404, "Not Found", {}, NotConnected, "Telegram refuses the token.", 60),
    ],
)
def test_a_refusal_is_final_or_passes_with_telegrams_words(
    world: TelegramWorld, code: int, description: str, more: dict[str, int], error: type[Exception], words: str, after: float
) -> None:
    world.api.troubles.append(lambda call: call.refuse(code, description, **more))
    with pytest.raises(error) as raised:
        sent(world, Text("rahasia"))
    assert (str(raised.value).startswith(words), getattr(raised.value, "after", 0.0)) == (True, after)


def test_a_group_that_became_a_supergroup_is_written_to_by_its_new_id(world: TelegramWorld) -> None:
    world.api.people.add(-1009)
    world.api.troubles.append(
        lambda call: call.refuse(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-1009)
    )
    ids = [world.telegram.send(Outbound(id=f"3EB0{each}", chat=f"{GROUP}@g.us", reply=Text("Halo"))) for each in range(2)]
    assert (ids, [values["chat_id"] for _, values in world.api.arrived]) == (["-1009:1", "-1009:2"], [-1009, -1009])


def test_the_bot_is_known_by_its_name_and_has_no_number(world: TelegramWorld) -> None:
    assert world.telegram.session() == Session(is_authenticated=True, name=USERNAME)
    with pytest.raises(Refused, match="cannot check numbers"):
        world.telegram.has_whatsapp(BUDI)


# -- what comes in -----------------------------------------------------------------------------------


def read(world: TelegramWorld, content: dict[str, object], group: str = "") -> Message | None:
    return read_update({"update_id": 9, "message": {**world.message(group=group), **content}}, WE).message


def test_a_message_has_its_id_its_sender_and_its_time(world: TelegramWorld) -> None:
    message = read(
        world, {"text": "/menu@toko_maju_bot", "reply_to_message": {"message_id": 3, "chat": {"id": CHAT}}, "forward_origin": {}}
    )
    assert message is not None
    sender = message.sender
    assert (sender.name, sender.username, sender.number, sender.aliases) == ("Budi", "budi_s", "", (Alias("telegram", BUDI),))
    assert (message.text, message.id, message.reply_to, message.forwarded) == ("menu", f"{CHAT}:1", f"{CHAT}:3", True)


PHOTO = {"photo": [{"file_id": "s", "file_size": 1}, {"file_id": "b", "file_size": 9}], "caption": "Bukti"}
PAPER = {"document": {"file_id": "d", "mime_type": "application/pdf", "file_name": "a.pdf"}}
PLACE = {"location": {"latitude": -6.2, "longitude": 106.8}}
VENUE = {**PLACE, "venue": {"title": "Toko", "address": "Jl. A"}}
CARD = {"contact": {"first_name": "Siti", "phone_number": "628222", "user_id": 77}}


@pytest.mark.parametrize(
    ("content", "kind", "part", "value"),
    [
        (PHOTO, "media", "attachments", (Attachment("image", size=9, handle="b"),)),
        (PAPER, "media", "attachments", (Attachment("document", "application/pdf", "a.pdf", handle="d"),)),
        ({"voice": {"file_id": "v"}}, "media", "attachments", (Attachment("audio", voice=True, handle="v"),)),
        ({"sticker": {"file_id": "t"}}, "media", "attachments", (Attachment("sticker", handle="t"),)),
        (PLACE, "location", "location", SharedLocation(-6.2, 106.8)),
        (VENUE, "location", "location", SharedLocation(-6.2, 106.8, "Toko", "Jl. A")),
        (CARD, "contact", "contacts", (SharedContact("Siti", ("628222",), "77@telegram"),)),
        ({"poll": {}}, "unsupported", "text", ""),
    ],
)
def test_what_is_no_text_comes_in_as_what_it_is(
    world: TelegramWorld, content: dict[str, object], kind: str, part: str, value: object
) -> None:
    message = read(world, content)
    assert message is not None
    assert (message.kind, getattr(message, part)) == (kind, value)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"text": "harga berapa?"}, None),
        ({"text": f"@{USERNAME} harga"}, "harga"),
        ({"text": f"harga dong @{USERNAME.upper()}"}, "harga dong"),
        ({"text": "/harga"}, "harga"),
        ({"text": f"/harga@{USERNAME}"}, "harga"),
        ({"text": "/harga@bot_lain"}, None),
        ({"text": "harga", "reply_to_message": {"message_id": 1, "chat": {"id": -int(GROUP)}, "from": ME}}, "harga"),
        ({"text": "kak harga", "entities": [{"type": "text_mention", "user": ME, "offset": 0, "length": 3}]}, "kak harga"),
    ],
)
def test_in_a_group_only_what_is_meant_for_the_bot_counts(world: TelegramWorld, content: dict[str, object], text: str | None) -> None:
    message = read(world, content, GROUP)
    assert (message and message.text, message and (message.chat, message.group)) == (text, message and ("group", GROUP))


@pytest.mark.parametrize(
    "update",
    [
        {},
        {"message": []},
        {"poll": {"id": "1"}},
        {"message": {"chat": {"type": "private"}, "from": 5, "text": 7}},
        {"message": {"message_id": 4, "new_chat_members": [], "from": {"id": 5}, "chat": {"id": -5, "type": "group"}, "date": 10**14}},
        {"message": {"text": "halo", "from": {"id": 5, "is_bot": True}, "chat": {"id": 5, "type": "private"}}},
        {"callback_query": {"id": "1", "data": "#7"}},
        {"message_reaction": {}},
        {"edited_message": {"location": {}, "from": {"id": 5}, "chat": {"id": 5}, "message_id": 2}},
    ],
)
def test_what_is_nothing_for_the_bot_is_left_out(update: dict[str, object]) -> None:
    assert read_update({"update_id": 9, **update}, WE).message is None


def test_a_tap_an_edit_and_a_reaction_name_the_message_that_they_are_about(world: TelegramWorld) -> None:
    shown = world.message(
        text="Mau?", reply_markup={"inline_keyboard": [[{"text": "Ya", "callback_data": "=ya"}, {"text": "Lain", "callback_data": "#1"}]]}
    )
    who, where = shown["from"], shown["chat"]
    taps = [
        read_update({"update_id": 9, "callback_query": {"id": "4", "from": who, "message": shown, "data": data}}, WE)
        for data in ("=ya", "#1")
    ]
    assert [(each.tap, each.message and (each.message.choice, each.message.text)) for each in taps] == [
        ("4", (Choice("ya", "Ya"), "Ya")),
        ("4", (Choice("Lain", "Lain"), "Lain")),
    ]
    edit = read_update({"update_id": 9, "edited_message": {**shown, "text": "Mau dong", "edit_date": 5}}, WE).message
    liked = {"chat": where, "message_id": 1, "user": who, "new_reaction": [{"type": "emoji", "emoji": "\N{FIRE}"}]}
    reacted = read_update({"update_id": 10, "message_reaction": liked}, WE).message
    assert edit is not None
    assert reacted is not None
    assert (edit.kind, edit.edits, edit.text, edit.id) == ("edit", f"{CHAT}:1", "Mau dong", "update 9")
    assert (reacted.kind, reacted.reaction, reacted.id) == ("reaction", Reaction("\N{FIRE}", f"{CHAT}:1"), "update 10")


# -- polling and webhook -----------------------------------------------------------------------------


def test_polling_removes_the_webhook_first_and_says_so(world: TelegramWorld, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    world.api.webhook = {"url": "https://toko.example.com/chatbot/in/telegram"}
    world.telegram.open(Recorder())
    assert (world.api.webhook["url"], "the webhook that was set at Telegram is removed" in caplog.text) == ("", True)


def test_a_tap_is_acknowledged_once_it_is_kept(world: TelegramWorld) -> None:
    heard = Recorder()
    world.telegram.open(heard)
    shown = world.message(text="Mau?", reply_markup={"inline_keyboard": [[{"text": "Ya", "callback_data": "=ya"}]]})
    world.api.happens(callback_query={"id": "4", "from": shown["from"], "message": shown, "data": "=ya"})
    world.settle()
    assert [each.choice for each in heard.messages] == [Choice("ya", "Ya")]
    assert ("answerCallbackQuery", {"callback_query_id": "4"}) in world.api.calls


def test_an_update_that_cannot_be_read_is_left_out_and_those_behind_it_come_in(
    world: TelegramWorld, caplog: pytest.LogCaptureFixture
) -> None:
    heard = Recorder()
    with world.api.changed:
        world.api.happens(message={**world.message(text="halo"), "message_id": ["x"]})
        world.api.happens(message={**world.message(text="lama"), "date": -(10**30)})
        world.api.happens(message=world.message(text="baru"))
    world.telegram.open(heard)
    world.settle()
    assert heard.texts == ["lama", "baru"]
    assert [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING] == [
        "line telegram: left out 1 of kind 'unreadable update (ValueError)'"
    ]


def test_a_wrong_token_is_told_when_it_is_opened(world: TelegramWorld) -> None:
    world.api.token = "another"
    with pytest.raises(TryLater, match="Correct CHATBOT_TELEGRAM_TOKEN: @BotFather shows it"):
        world.telegram.open(Recorder())


def test_a_webhook_needs_an_address_and_takes_none_that_telegram_refuses() -> None:
    telegram = Telegram(TOKEN, updates="webhook")
    assert (telegram.runs_anywhere, Telegram(TOKEN).runs_anywhere) == (True, False)
    world = WebhookWorld()
    with door(world.transport, Recorder()) as address:
        world.telegram._address = ""
        with pytest.raises(TryLater, match="needs CHATBOT_PUBLIC_URL"):
            world.telegram.open(Recorder())
        world.telegram._address = address
        world.telegram.open(Recorder())
        secret = world.api.webhook["secret_token"]
        assert (TOKEN in secret, len(secret)) == (False, 64)
        tap = {"update_id": 5, "callback_query": {"id": "4", "data": "=x"}}
        answer = world.telegram.receive(
            WebhookCall(method="POST", headers={"x-telegram-bot-api-secret-token": secret}, body=json.dumps(tap).encode())
        )
        assert json.loads(answer.answer.body) == {"method": "answerCallbackQuery", "callback_query_id": "4"}
        world.close()


def test_who_polls_is_called_by_nobody(world: TelegramWorld) -> None:
    with pytest.raises(BadPayload):
        world.telegram.receive(WebhookCall(method="POST", body=b'{"update_id": 5}'))


def test_of_two_workers_one_polls_and_all_is_answered_once(tmp_path: Path) -> None:
    world = TelegramWorld()
    apps = [app_at(tmp_path / str(each), world, f"sqlite:///{tmp_path}/shop.sqlite") for each in range(2)]
    with working(apps[0]), working(apps[1]):
        world.writes("halo", times=3)
        wait_for(lambda: len(world.arrived()) >= 1)
        world.writes("halo")
        wait_for(lambda: len(world.arrived()) >= 2)
    assert (world.arrived(), world.api.conflicts) == ([(f"{BUDI}@telegram", "Halo *Budi*!")] * 2, 0)
    for app in apps:
        app.extensions["chatbot"].lines.client.close()
        app.extensions["chatbot"].lines.database.close()
    world.close()


def app_at(folder: Path, world: TelegramWorld, database: str) -> Flask:
    folder.mkdir()
    transport = Telegram(TOKEN, url=world.api.url, deadline=2.0, poll=1.0)
    rules = "version: 1\nrules: [{keyword: halo, reply: 'Halo *{{ nama }}*!'}]\n"
    app = gateway_app(folder, Chatbot(), rules, CHATBOT_TRANSPORT=transport, CHATBOT_DATABASE_URL=database)
    for gateway in app.extensions["chatbot"].lines:
        gateway.clock = gateway.proxy.clock
    return app


# -- settings ----------------------------------------------------------------------------------------


def test_it_is_chosen_by_its_name_with_its_token_alone() -> None:
    settings = Settings.from_mapping(CONFIG, {})
    assert (settings.transport, settings.transport_options) == ("telegram", {"token": TOKEN})
    assert repr(TRANSPORTS["telegram"].make(settings.transport_options)) == "<Telegram 'telegram'>"


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (
            {"CHATBOT_TRANSPORT": "telegram"},
            "CHATBOT_TELEGRAM_TOKEN is not set, and CHATBOT_TRANSPORT=telegram needs it. Write /newbot to @BotFather",
        ),
        ({**CONFIG, "CHATBOT_TELEGRAM_TOKEN": "110201543"}, "CHATBOT_TELEGRAM_TOKEN in app.config: it is no token of a bot:"),
        (
            {**CONFIG, "CHATBOT_TELEGRAM_UPDATES": "webhok"},
            "CHATBOT_TELEGRAM_UPDATES in app.config: it is neither 'polling' nor 'webhook'. Did you mean",
        ),
        (
            {**CONFIG, "CHATBOT_TELEGRAM_UPDATES": "webhook"},
            "CHATBOT_PUBLIC_URL is not set, and CHATBOT_TRANSPORT=telegram needs it. It is the address of this app",
        ),
    ],
)
def test_settings_that_are_missing_or_wrong_are_named_with_where_to_find_them(config: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigError) as error:
        Settings.from_mapping(config, {})
    assert str(error.value).startswith(words)


# -- how the connection is ---------------------------------------------------------------------------


def fault_of(world: TelegramWorld) -> str:
    try:
        world.telegram.session()
    except TryLater as error:
        return str(error)
    return ""


def test_a_token_that_was_revoked_while_it_polls_is_told_until_it_is_good_again(world: TelegramWorld) -> None:
    world.telegram.open(Recorder())
    assert world.telegram.session() == Session(is_authenticated=True, name=USERNAME)
    world.api.token = "another"
    world.api.happens(message=world.message(text="halo"))  # the call that is under way ends
    wait_for(lambda: fault_of(world) == BAD_TOKEN)


def test_a_token_that_was_revoked_is_told_as_soon_as_a_call_is_refused(world: TelegramWorld) -> None:
    world.telegram.session()
    world.api.token = "another"
    with pytest.raises(TryLater):
        world.telegram.send(Outbound(id="3EB01", chat=f"{BUDI}@telegram", reply=Text("Halo")))
    assert fault_of(world) == BAD_TOKEN
    world.api.token = TOKEN
    assert world.telegram.session() == Session(is_authenticated=True, name=USERNAME)


def test_another_program_that_asks_for_the_same_messages_is_told(world: TelegramWorld) -> None:
    world.telegram.open(Recorder())
    other = Telegram(TOKEN, url=world.api.url, poll=1.0)
    with door(other, Recorder()):
        other.open(Recorder())
        wait_for(lambda: fault_of(world) == ELSEWHERE)
        other.close()


def test_a_webhook_that_leads_elsewhere_is_told() -> None:
    world = WebhookWorld()
    with door(world.transport, Recorder()) as world.address:
        world.telegram.open(Recorder())
        assert world.telegram.session() == Session(is_authenticated=True, name=USERNAME)
        other = Telegram(TOKEN, updates="webhook", url=world.api.url)
        with door(other, Recorder()), pytest.raises(TryLater) as told:  # its address is another one
            other.session()
        assert str(told.value) == BROUGHT_ELSEWHERE
    world.close()
