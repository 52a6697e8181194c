"""Messages sent from Python: the same way as through the API, with its errors in Python's way."""

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from flask_chatbot import Ack, Chatbot, ChatbotError, HandlerError, Image, Message, MessageTemplate, NotAccepted, Sender, Text
from flask_chatbot.errors import AnswerFailed
from flask_chatbot.store import optouts, outbox, stored
from flask_chatbot.store.outbox import Claim
from flask_chatbot.transports.base import Capabilities, Group
from flask_chatbot.transports.simulator import Simulator
from tests.delivery.apps import BUDI, GROUP, START, callbacks_of, gateway_app, gateway_of

PICTURE = Image("https://example.com/paket.png")


@pytest.fixture
def bot() -> Chatbot:
    return Chatbot()


@pytest.fixture
def app(tmp_path: Path, bot: Chatbot) -> Iterator[Flask]:
    """The bot's app, whose context is the current one."""
    app = gateway_app(tmp_path, bot)
    with app.app_context():
        yield app
    gateway_of(app).database.close()


def accepted(app: Flask, now: float = START) -> list[Claim]:
    """What was accepted, in the order in which it would go out."""
    gateway, found = gateway_of(app), []
    with gateway.database.writing() as connection:
        while claims := outbox.claim(connection, gateway.transport.name, now, 60.0, 100):
            found += claims
            outbox.settle_sent(connection, claims, now)
    return found


def said(app: Flask, now: float = START) -> list[tuple[str, object]]:
    return [(claim.chat, claim.outbound.reply) for claim in accepted(app, now)]


def test_a_text_a_reply_or_a_list_of_these_is_sent_to_a_number_as_people_write_it(app: Flask, bot: Chatbot) -> None:
    ids = [*bot.send("0812-3456-7890", "Halo"), *bot.send(f"+{BUDI}", ["Satu", [PICTURE]])]
    claims = accepted(app)
    assert [(claim.outbound.id, claim.chat, claim.outbound.reply) for claim in claims] == [
        (ids[0], f"{BUDI}@c.us", Text("Halo")),
        (ids[1], f"{BUDI}@c.us", Text("Satu")),
        (ids[2], f"{BUDI}@c.us", PICTURE),
    ]


def test_a_template_is_sent_with_its_values_in_order(app: Flask, bot: Chatbot) -> None:
    bot.send(BUDI, MessageTemplate("pesanan_dikirim", parameters=["Budi", "JP-12"]))  # type: ignore[arg-type]
    bot.send_group(GROUP, MessageTemplate("rapat", "en_US"))
    template = MessageTemplate("pesanan_dikirim", "id", ("Budi", "JP-12"))
    assert said(app) == [(f"{BUDI}@c.us", template), (f"{GROUP}@g.us", MessageTemplate("rapat", "en_US", ()))]


def test_a_template_is_refused_where_the_connection_has_none(app: Flask, bot: Chatbot) -> None:
    phones = gateway_of(app).transport
    assert isinstance(phones, Simulator)
    phones.capabilities = Capabilities()
    with pytest.raises(NotAccepted, match=r"^This connection to WhatsApp has no templates\. Send the text itself\.$"):
        bot.send(BUDI, MessageTemplate("pesanan_dikirim"))
    assert said(app) == []


@pytest.mark.parametrize(
    ("template", "told"),
    [
        (MessageTemplate(" "), r"^MessageTemplate\.name is a text that is not empty\.$"),
        (MessageTemplate("a", ""), r"^MessageTemplate\.language is a text that is not empty\.$"),
        (MessageTemplate("a", parameters="Budi"), r"^MessageTemplate\.parameters is a list of texts, one for each place"),  # type: ignore[arg-type]
        (MessageTemplate("a", plain=5), r"^MessageTemplate\.plain is a text\.$"),  # type: ignore[arg-type]
        (MessageTemplate("a", parameters=(" ",)), r"^MessageTemplate\.parameters is a list of texts, .* none of them empty\.$"),
    ],
)
def test_a_template_with_a_part_that_cannot_be_sent_is_told(app: Flask, bot: Chatbot, template: MessageTemplate, told: str) -> None:
    with pytest.raises(TypeError, match=told):
        bot.send(BUDI, template)


def test_a_message_to_a_group_is_sent_by_its_id(app: Flask, bot: Chatbot) -> None:
    bot.send_group(f"{GROUP}@g.us", "Halo semua")
    bot.send_group(GROUP, rule="dikirim", barang="Topi", kota="Dumai")
    assert said(app) == [(f"{GROUP}@g.us", reply) for reply in (Text("Halo semua"), Text("Topi dikirim ke Dumai."), PICTURE)]


def test_the_replies_of_a_rule_are_sent_with_the_values_given(app: Flask, bot: Chatbot) -> None:
    bot.send(BUDI, rule="dikirim", barang="Topi", kota="Siak", resi="TM1")
    assert said(app) == [(f"{BUDI}@c.us", Text("Topi dikirim ke Siak. Resi TM1.")), (f"{BUDI}@c.us", PICTURE)]


@pytest.mark.parametrize(
    ("rule", "values", "message"),
    [
        ("dikirm", {}, r"^There is no rule 'dikirm'\. Did you mean 'dikirim'\?$"),
        ("zzz", {}, r"^There is no rule 'zzz'\. Look up its name in the rule files\.$"),
        (
            "dikirim",
            {"barang": "Topi"},
            r"^Rule 'dikirim' at .*rules\.yaml:5:5 needs kota\. Give each by its name: send\(\.\.\., values=\{'kota': \.\.\.\}\)\.$",
        ),
        (
            "dikirim",
            {"barang": "Topi", "kota": "Siak", "resih": "TM1"},
            r"^Rule 'dikirim' at .*rules\.yaml:5:5 has no use for the value 'resih' in its templates\. Did you mean 'resi'\?$",
        ),
        (
            "dikirim",
            {"barang": "Topi", "kota": "Siak", "xyz": 1},
            r"has no use for the value 'xyz' in its templates\. They use: barang, resi, kota\.$",
        ),
        ("tetap", {"nama": "Budi"}, r"^Rule 'tetap' at .* has no use for the value 'nama' in its templates\. Leave it out\.$"),
        ("pilihan", {}, r"shows a menu, whose numbers work only for a customer who asked for it\. Send a rule without one\.$"),
        ("diam", {}, r"^Rule 'diam' at .* has nothing to say\. Write a reply for it\.$"),
    ],
)
def test_a_rule_that_cannot_be_sent_is_reported(app: Flask, bot: Chatbot, rule: str, values: dict[str, Any], message: str) -> None:
    with pytest.raises(ChatbotError, match=message):
        bot.send(BUDI, rule=rule, **values)
    assert said(app) == []


AWKWARD = ("number", "to", "reply", "rule", "values", "notify", "at", "promo", "session", "names", "group")
ODD = """\
version: 1
rules:
  - {name: promo, needs: [NAMES], reply: "{{ nama }}: REPLY"}
"""


def test_fields_may_be_called_anything(tmp_path: Path) -> None:
    bot = Chatbot()
    rules = ODD.replace("NAMES", ", ".join(AWKWARD)).replace("REPLY", " ".join(f"{{{{ {name} }}}}" for name in AWKWARD))
    app = gateway_app(tmp_path, bot, rules)
    with app.app_context():
        bot.send(Sender(number=BUDI, name="Budi"), rule="promo", values={name: place for place, name in enumerate(AWKWARD)})
        bot.send_group(GROUP, rule="promo", values={"nama": "Ani", **dict.fromkeys(AWKWARD, "x")})
        numbers = " ".join(map(str, range(len(AWKWARD))))
        assert said(app) == [(f"{BUDI}@c.us", Text(f"Budi: {numbers}")), (f"{GROUP}@g.us", Text(f"Ani: {'x ' * len(AWKWARD)}".strip()))]
    gateway_of(app).database.close()


def test_a_message_goes_to_a_sender_as_to_their_number(app: Flask, bot: Chatbot) -> None:
    bot.send(Sender(number=BUDI, name="Budi"), "Halo")
    assert said(app) == [(f"{BUDI}@c.us", Text("Halo"))]
    assert bot.has_whatsapp(Sender(number=BUDI)) is True


def test_a_sender_without_a_number_cannot_be_written_to(app: Flask, bot: Chatbot) -> None:
    with pytest.raises(NotAccepted):
        bot.send(Sender(number="", name="Budi"), "Halo")


def test_a_file_that_can_never_be_fetched_is_not_accepted(app: Flask, bot: Chatbot) -> None:
    with pytest.raises(NotAccepted, match=r"^The file cannot be fetched: The URL does not begin with "):
        bot.send(BUDI, ["Halo", Image("file:///etc/passwd")])
    with pytest.raises(NotAccepted, match=r"^The file cannot be fetched: 10\.0\.0\.1 is a private address\."):
        bot.send_group(GROUP, Image("http://10.0.0.1/a"))
    assert said(app) == []


class Moody:
    """A value that no template can print."""

    def __str__(self) -> str:
        raise LookupError


def test_a_value_that_does_not_fit_a_rule_is_reported_with_the_rule(app: Flask, bot: Chatbot) -> None:
    with pytest.raises(AnswerFailed, match=r"^Rule 'dikirim' at .* cannot be sent: LookupError in the template "):
        bot.send(BUDI, rule="dikirim", barang=Moody(), kota="Siak")


@pytest.mark.parametrize(
    ("send", "message"),
    [
        (lambda bot: bot.send(BUDI), r"give either a reply or rule='\.\.\.'\."),
        (lambda bot: bot.send(BUDI, "a", rule="diam"), r"give either a reply or rule='\.\.\.'\."),
        (lambda bot: bot.send(BUDI, "a", nama="Budi"), r"nama: these names are for the templates of a rule\. Name it: rule='\.\.\.'\."),
        (lambda bot: bot.send(BUDI, "  "), r"this reply has nothing in it to send\."),
        (lambda bot: bot.send(6281234567890, "a"), r"the number is a value of type int\. Give it as a text, such as '6281234567890'\."),
        (lambda bot: bot.send_group(12036304, "a"), r"the group is a value of type int\. Give its id, as groups\(\) returns it\."),
        (
            lambda bot: bot.send(BUDI, rule="tetap", at="besok"),
            r"'at' is a value of type str\. Give a datetime\. The value of a field with this name goes into values=\{\.\.\.\}\.",
        ),
        (
            lambda bot: bot.send(BUDI, rule="tetap", promo="10%"),
            r"'promo' is a value of type str\. Give True or False\. The value of a field with this name goes into values=\{\.\.\.\}\.",
        ),
        (lambda bot: bot.send(BUDI, rule="tetap", values=[1]), r"'values' is a value of type list\. Give a dict of names and values\."),
        (
            lambda bot: bot.send(BUDI, rule="dikirim", values={"kota": 1}, kota=2),
            r"kota is given twice, by its name and in 'values'\. Give it once\.",
        ),
        (lambda bot: bot.send(BUDI, 5), r"a value of type int is not a reply\. Return a text, a reply or a list of these\."),
    ],
)
def test_a_call_that_cannot_be_meant_so_is_a_type_error(app: Flask, bot: Chatbot, send: Callable[[Chatbot], object], message: str) -> None:
    with pytest.raises(TypeError, match=f"^{message}$"):
        send(bot)


@pytest.mark.parametrize(
    "send", [lambda bot: bot.send("628123xxxxxx", "a"), lambda bot: bot.send_group("toko", "a"), lambda bot: bot.has_whatsapp("12")]
)
def test_what_is_no_number_and_no_group_is_not_accepted(app: Flask, bot: Chatbot, send: Callable[[Chatbot], object]) -> None:
    with pytest.raises(NotAccepted):
        send(bot)


def test_a_promotion_to_a_number_that_opted_out_is_not_accepted(app: Flask, bot: Chatbot) -> None:
    with gateway_of(app).database.writing() as connection:
        optouts.opt_out(connection, BUDI, START)
    with pytest.raises(NotAccepted, match=r"^This number opted out of promotion\."):
        bot.send(BUDI, "Diskon!", promo=True)
    bot.send(BUDI, "Pesanan Anda dikirim.")
    assert said(app) == [(f"{BUDI}@c.us", Text("Pesanan Anda dikirim."))]


@pytest.mark.parametrize(
    "at",
    [
        datetime.fromtimestamp(START + 3600, UTC),
        datetime.fromtimestamp(START + 3600, timezone(timedelta(hours=7))),
        datetime.fromtimestamp(START + 3600, timezone(timedelta(hours=7))).replace(tzinfo=None),  # that of the rules: Jakarta
    ],
    ids=str,
)
def test_a_message_for_later_goes_out_then(app: Flask, bot: Chatbot, at: datetime) -> None:
    bot.send(BUDI, "Jangan lupa", at=at)
    assert (said(app, START + 3599), len(said(app, START + 3600))) == ([], 1)


def test_each_message_of_a_send_tells_its_acks_to_the_url(app: Flask, bot: Chatbot) -> None:
    bot.send(BUDI, ["a", "b"], notify="https://example.com/acks")
    assert [claim.outbound.notify_url for claim in accepted(app)] == ["https://example.com/acks"] * 2
    (name,) = bot.send(BUDI, "c", notify="bukan url")
    assert [each.state for each in callbacks_of(gateway_of(app), name)] == ["refused"]


def test_a_reply_goes_to_the_chat_of_the_message_and_before_other_sends(app: Flask, bot: Chatbot) -> None:
    bot.send("6285555555555", "Promo")
    bot.reply(Message(text="halo", sender=Sender(number="0812-3456-7890")), "Sebentar ya.")
    bot.reply(Message(text="halo", sender=Sender(number="81234567890")), "Konnichiwa.")  # a sender's number has its country code
    bot.reply(Message(text="halo", sender=Sender(number=BUDI), chat="group", group=GROUP), "Halo semua.")
    assert sorted(claim.chat for claim in accepted(app) if claim.is_reply) == [f"{GROUP}@g.us", f"{BUDI}@c.us", "81234567890@c.us"]


def test_groups_and_numbers_are_asked_of_whatsapp(app: Flask, bot: Chatbot) -> None:
    phones = gateway_of(app).transport
    assert isinstance(phones, Simulator)
    phones.group(GROUP, "Toko")
    phones.phone("6285555555555", has_whatsapp=False)
    assert bot.groups() == (Group(id=GROUP, name="Toko"),)
    assert [bot.has_whatsapp(number) for number in ("0812-3456-7890", "0855-5555-5555")] == [True, False]


def test_without_a_way_to_whatsapp_nothing_can_be_sent_and_the_error_says_the_way_out(tmp_path: Path, bot: Chatbot) -> None:
    app = gateway_app_without(tmp_path, bot)
    with (
        app.app_context(),
        pytest.raises(ChatbotError, match=r"^There is no connection to WhatsApp, so nothing can be sent\. Set CHATBOT_TRANSPORT\.$"),
    ):
        bot.send(BUDI, "Halo")


def gateway_app_without(folder: Path, bot: Chatbot) -> Flask:
    """An app that answers webhook calls only."""
    (folder / "rules.yaml").write_text("version: 1\nrules:\n  - keyword: halo\n    reply: Hai\n", encoding="utf-8")
    app = Flask("shop", root_path=str(folder), instance_path=str(folder / "instance"))
    app.config["CHATBOT_WEBHOOK_KEY"] = "kunci-webhook"
    bot.init_app(app)
    return app


def test_in_another_app_that_has_no_bot_the_error_says_the_way_out(bot: Chatbot) -> None:
    with Flask("other").app_context(), pytest.raises(ChatbotError, match=r"^This app has no Chatbot\. Call init_app\(app\) first\.$"):
        bot.groups()


def test_functions_that_hear_of_acks_are_called_by_the_names_of_their_parameters(app: Flask, bot: Chatbot) -> None:
    heard: list[object] = []
    bot.on_ack(lambda message_id, ack: heard.append((message_id, ack)))

    @bot.on_ack
    def arrived(number: str, error: str | None) -> None:
        heard.append((number, error))

    gateway = gateway_of(app)
    (name,) = bot.send_group(GROUP, "a")
    gateway.call_ack_handlers(name, Ack.SENT)
    with gateway.database.writing() as connection:
        stored.move_ack(connection, name, Ack.ERROR, START, "WhatsApp could not deliver it.")
    gateway.call_ack_handlers(name, Ack.ERROR)
    gateway.call_ack_handlers("3EB0FFFFFFFFFFFFFFFF", Ack.SENT)
    assert gateway.hears_acks is True
    assert heard == [(name, Ack.SENT), (GROUP, None), (name, Ack.ERROR), (GROUP, "WhatsApp could not deliver it.")]


def test_one_function_that_fails_keeps_no_other_from_hearing(app: Flask, bot: Chatbot) -> None:
    heard: list[str] = []

    @bot.on_ack
    def fail(message_id: str) -> None:
        raise LookupError(message_id)

    @bot.on_ack
    def hear(message_id: str) -> None:
        heard.append(message_id)

    (name,) = bot.send(BUDI, "a")
    with pytest.raises(LookupError):
        gateway_of(app).call_ack_handlers(name, Ack.SENT)
    assert heard == [name]


def test_a_function_that_wants_what_no_ack_has_is_refused(bot: Chatbot) -> None:
    with pytest.raises(HandlerError, match=r"wants 'pesan', which it cannot get here\. It may ask for: message_id, ack, number, error\.$"):
        bot.on_ack(lambda pesan: None)
    with pytest.raises(HandlerError, match=r"^@bot\.on_ack takes no parentheses\."):
        bot.on_ack()


def test_the_log_has_ids_of_what_is_sent_and_nothing_else(app: Flask, bot: Chatbot, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "flask_chatbot"):
        ids = bot.send(BUDI, ["rahasia satu", "rahasia dua"])
    assert caplog.messages == [f"accepted 2 messages: {', '.join(ids)}"]
