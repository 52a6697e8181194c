"""A number at a gateway of the platform's contract: sent by its API, its acks heard, its words kept."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

import pytest

from flask_chatbot.core.values.chats import group_chat
from flask_chatbot.core.values.contents import Attachment
from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.core.values.replies import ContactCard, Document, Location, Reply, Text
from flask_chatbot.errors import BadPayload, ConfigError, Refused, TryLater
from flask_chatbot.settings.readers import Pace
from flask_chatbot.settings.settings import Settings
from flask_chatbot.testing.transports import Recorder, TransportSuite, World
from flask_chatbot.testing.transports.recorder import door
from flask_chatbot.testing.transports.worlds import outbound
from flask_chatbot.transports.base import Group, Session
from flask_chatbot.transports.hosted import GAVE_UP, Hosted
from flask_chatbot.transports.registry import NEEDED
from flask_chatbot.transports.webhooks import WebhookCall
from tests.transports.hosted.vendor import GROUP, KEY, NO_KEY, OURS, PAGE, Call, Vendor

BY_WEBHOOK = "Customers' messages come in by the webhook, which answers in its response."
UNSET = "is not set, and CHATBOT_TRANSPORT=hosted needs it."
ADDRESS = "https://toko.example.com/chatbot/in/hosted"
CONFIG = {"CHATBOT_TRANSPORT": "hosted", "CHATBOT_HOSTED_URL": "https://gw.example.com/", "CHATBOT_HOSTED_KEY": KEY}


class HostedWorld(World):
    leaves_out: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("writes", "writes_at_once", "writes_as", "aliases", "environ"), BY_WEBHOOK),
        "sends_file": "A gateway of this contract hands on no files.",
    }
    number = OURS
    secrets = (KEY,)

    def __init__(self) -> None:
        self.vendor = Vendor()
        self.hosted = Hosted(self.vendor.url, KEY, deadline=self.deadline)
        self.transport = self.hosted

    def settle(self) -> None:
        self.vendor.report()

    def arrived(self) -> Sequence[tuple[str, str]]:
        return [(chat, str(body["pesan"])) for chat, body in self.vendor.arrived if "mediaurl" not in body]

    def refuses(self) -> None:
        self.vendor.trouble = lambda call, body: call.refuse("pesan tidak dapat dikirim")

    def fails(self) -> None:
        self.vendor.trouble = lambda call, body: call.refuse("sibuk", 503)

    def loses_answer(self) -> None:
        self.vendor.trouble = Call.lose

    def hangs(self) -> None:
        self.vendor.trouble = Call.hang

    def drips(self) -> None:
        self.vendor.trouble = Call.drip

    def babbles(self) -> None:
        self.vendor.trouble = lambda call, body: call.write(200, PAGE)

    def reports_early(self) -> None:
        self.vendor.is_early = True

    def refuses_key(self) -> None:
        self.vendor.key = "another"

    def log_out(self) -> None:
        self.vendor.is_connected = False

    def scan(self) -> None:
        self.vendor.is_connected = True

    def disconnect(self) -> None:
        self.vendor.is_down = True

    def reconnect(self) -> None:
        self.vendor.is_down = False

    def close(self) -> None:
        self.vendor.end()


class TestHosted(TransportSuite):
    @pytest.fixture
    def world(self) -> HostedWorld:
        return HostedWorld()


@pytest.fixture
def world() -> Iterator[HostedWorld]:
    world = HostedWorld()
    with door(world.transport, Recorder()) as world.address:
        yield world
    world.close()


@pytest.mark.parametrize(
    ("chat", "reply", "endpoint", "body"),
    [
        ("628111@c.us", Text("Halo"), "sendwa", {"nohp": "628111", "pesan": "Halo"}),
        ("251500@lid", Text("Halo"), "sendwa", {"nohp": "251500@lid", "pesan": "Halo"}),
        ("ID.1349", Text("Halo"), "sendwa", {"nohp": "ID.1349", "pesan": "Halo"}),
        (group_chat(GROUP), Text("Halo"), "sendwatogroup", {"groupid": GROUP, "pesan": "Halo"}),
        ("628111@c.us", Document("https://x.id/a.pdf"), "sendmedia", {"nohp": "628111", "mediaurl": "https://x.id/a.pdf", "pesan": ""}),
        (
            group_chat(GROUP),
            Document("https://x.id/a.pdf", "Ini"),
            "sendmediatogroup",
            {"groupid": GROUP, "mediaurl": "https://x.id/a.pdf", "pesan": "Ini"},
        ),
        ("628111@c.us", Location(-6.2, 0.00001), "sendlocation", {"nohp": "628111", "latitude": "-6.200000", "longitude": "0.000010"}),
        (
            group_chat(GROUP),
            Location(-6.2, 106.8, "Toko"),
            "sendlocationtogroup",
            {"groupid": GROUP, "latitude": "-6.200000", "longitude": "106.800000", "pesan": "Toko"},
        ),
        ("628111@c.us", ContactCard("A", ("628",)), "sendcontact", {"nohp": "628111", "contact": {"name": "A", "numbers": ["628"]}}),
        (
            group_chat(GROUP),
            ContactCard("A", ("628",)),
            "sendcontacttogroup",
            {"groupid": GROUP, "contact": {"name": "A", "numbers": ["628"]}},
        ),
    ],
)
def test_each_of_the_eight_sends_is_the_contracts(world: HostedWorld, chat: str, reply: Reply, endpoint: str, body: object) -> None:
    message = outbound(chat=chat, reply=reply)
    assert world.hosted.send(message) == message.id
    ((called, said),) = world.vendor.calls
    assert str(said.pop("notifyurl")).startswith(f"{world.address}/{message.id}.")
    assert (called, said) == (endpoint, body)
    assert world.vendor.headers[0]["idempotency-key"] == message.id


def test_each_try_of_a_sending_has_one_key_and_one_address_and_what_is_sent_again_has_others(world: HostedWorld) -> None:
    first, again = world.outbound(), replace(world.outbound(), resent=1)
    names = [world.hosted.send(each) for each in (first, first, again)]
    keys = [each["idempotency-key"] for each in world.vendor.headers]
    addresses = [str(body["notifyurl"]) for _, body in world.vendor.calls]
    assert (names, keys) == ([first.id, first.id, f"{first.id}-1"], names)
    assert (addresses[0] == addresses[1], addresses[1] == addresses[2]) == (True, False)
    heard = [world.hosted.receive(WebhookCall(method="POST", path=each.rpartition("/")[2], body=b'{"ack": 2}')) for each in addresses]
    assert [content.receipts[0].id for content in heard] == names


def test_the_gateways_own_words_are_kept_without_numbers_and_texts(world: HostedWorld) -> None:
    world.vendor.trouble = lambda call, body: call.refuse("pesan 'rahasia toko'\nke +62 812-3456-789 ditolak")
    with pytest.raises(Refused, match=r"^The gateway says: pesan '\[\.\.\.\]' ke \[\.\.\.\] ditolak\.$"):
        world.hosted.send(outbound(reply=Text("rahasia toko")))


def answered(status: int, text: str = "", **headers: str) -> Callable[[Call, dict[str, object]], None]:
    return lambda call, body: call.write(status, text, **headers)


@pytest.mark.parametrize(
    ("trouble", "kind", "words", "after"),
    [
        (answered(502, PAGE), TryLater, "The gateway answered 502.", 0.0),
        (answered(503, '{"success": false, "errorMessage": "sibuk"}', Retry_After="90"), TryLater, "The gateway says: sibuk.", 90.0),
        (answered(429, "", Retry_After="7"), TryLater, "The gateway answered 429.", 7.0),
        (answered(404, PAGE), TryLater, "There is no gateway at CHATBOT_HOSTED_URL: it answered 404.", 0.0),
        (answered(301, "", Location="/x"), TryLater, "The gateway redirects. Put its final address into CHATBOT_HOSTED_URL.", 0.0),
        (answered(400, PAGE), TryLater, "The gateway answered 400.", 0.0),
        (answered(200, "[1]"), TryLater, "The gateway answered with something other than the JSON of the contract.", 0.0),
        (answered(200, '{"success": false, "message": "kuota habis"}'), Refused, "The gateway says: kuota habis.", None),
        (answered(400, '{"success": false}'), Refused, "The gateway answered 400.", None),
        (answered(409, '{"success": false, "errorMessage": "sudah dipakai!"}'), Refused, "The gateway says: sudah dipakai!", None),
    ],
)
def test_each_answer_is_final_only_if_it_is_about_the_message(
    world: HostedWorld, trouble: Callable[[Call, dict[str, object]], None], kind: type[Exception], words: str, after: float | None
) -> None:
    world.vendor.trouble = trouble
    with pytest.raises(kind) as failure:
        world.hosted.send(outbound())
    assert (str(failure.value), getattr(failure.value, "after", None)) == (words, after)


def test_a_wrong_key_costs_no_message_and_is_named(world: HostedWorld) -> None:
    world.refuses_key()
    for ask in (lambda: world.hosted.send(outbound()), world.hosted.groups, lambda: world.hosted.has_whatsapp("628111")):
        with pytest.raises(TryLater, match=rf"^The gateway says: {NO_KEY}\. Is CHATBOT_HOSTED_KEY the gateway's key\?$"):
            ask()
    with pytest.raises(TryLater):
        world.hosted.session()


def test_a_phone_that_is_not_connected_costs_no_message(world: HostedWorld) -> None:
    world.log_out()
    with pytest.raises(TryLater, match=r"^The gateway says: WhatsApp belum terhubung\. The gateway's phone is not connected\.$"):
        world.hosted.send(outbound())
    assert world.hosted.session() == Session(is_authenticated=False, qrcode="2@cuTD5E9F")


def test_groups_and_the_phone_are_the_gateways(world: HostedWorld) -> None:
    assert world.hosted.groups() == (Group(id=GROUP, name="Tim Toko", last_chat=1678975656),)
    assert world.hosted.session() == Session(is_authenticated=True, number=OURS, name="Toko")


def test_without_a_public_address_no_ack_is_asked_for() -> None:
    world = HostedWorld()
    with door(world.transport, Recorder()):
        assert world.hosted._tools is not None
        world.hosted.equip(type(world.hosted._tools)(client=world.hosted._tools.client))
        world.hosted.send(outbound())
    assert "notifyurl" not in world.vendor.calls[0][1]
    world.close()


def test_before_it_has_a_client_everything_is_to_be_tried_later() -> None:
    with pytest.raises(TryLater):
        Hosted("https://gw.example.com", KEY).groups()
    with pytest.raises(Refused):
        Hosted("https://gw.example.com", KEY).download(Attachment("image"))


def ack_call(hosted: Hosted, body: object, name: str = "3EB0A", method: str = "POST", token: str = "") -> WebhookCall:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return WebhookCall(method=method, path=token or hosted._token(name), body=content)


@pytest.mark.parametrize("ack", [1, 2, 3, 4])
def test_an_ack_is_that_of_the_message_whose_address_was_called_whatever_it_says(ack: int) -> None:
    hosted = Hosted("https://gw.example.com", KEY)
    (receipt,) = hosted.receive(ack_call(hosted, {"msgid": "of another", "ack": ack})).receipts
    assert (receipt.id, receipt.ack) == ("3EB0A", Ack(ack))


def test_a_message_that_the_gateway_gave_up_has_an_error() -> None:
    hosted = Hosted("https://gw.example.com", KEY)
    (receipt,) = hosted.receive(ack_call(hosted, {"msgid": "x", "ack": -1})).receipts
    assert (receipt.ack, receipt.error) == (Ack.ERROR, GAVE_UP)


@pytest.mark.parametrize("ack", [7, -2, "3", True, 2.0, None, [1]])
def test_an_ack_that_nobody_knows_is_answered_and_left_out(ack: object) -> None:
    hosted = Hosted("https://gw.example.com", KEY)
    content = hosted.receive(ack_call(hosted, {"ack": ack}))
    assert (content.receipts, content.left_out, content.answer.status) == ((), (f"ack {ack!r}",), 200)


def test_a_pending_ack_changes_nothing() -> None:
    hosted = Hosted("https://gw.example.com", KEY)
    content = hosted.receive(ack_call(hosted, {"ack": 0}))
    assert (content.receipts, content.left_out) == ((), ())


def test_an_address_that_was_not_made_here_brings_nothing() -> None:
    hosted, other = Hosted("https://gw.example.com", KEY), Hosted("https://gw.example.com", "another")
    good = hosted._token("3EB0A")
    for token in ("x", "3EB0A", "3EB0A.", "." + good.partition(".")[2], good[:-1], good + "0", good.replace("3EB0A", "3EB0B"), "é.é"):
        with pytest.raises(BadPayload) as refusal:
            hosted.receive(ack_call(hosted, {"ack": 3}, token=token))
        assert refusal.value.status == 404
    with pytest.raises(BadPayload):
        other.receive(ack_call(hosted, {"ack": 3}, token=good))


@pytest.mark.parametrize(("method", "body", "status"), [("GET", b"", 405), ("POST", b"{", 400), ("POST", [1], 400), ("POST", {}, 400)])
def test_a_call_that_is_no_ack_is_refused(method: str, body: object, status: int) -> None:
    hosted = Hosted("https://gw.example.com", KEY)
    with pytest.raises(BadPayload) as refusal:
        hosted.receive(ack_call(hosted, body, method=method))
    assert refusal.value.status == status


def test_it_is_chosen_by_its_name_with_its_settings_and_its_pace() -> None:
    settings = Settings.from_mapping({**CONFIG, "CHATBOT_PUBLIC_URL": "https://toko.example.com"}, {})
    assert (settings.transport, settings.transport_options) == ("hosted", {"url": "https://gw.example.com", "key": KEY})
    assert (settings.pace, settings.address_of("hosted")) == (Pace(count=5, seconds=60.0), ADDRESS)
    faster = Settings.from_mapping({**CONFIG, "CHATBOT_PUBLIC_URL": "https://toko.example.com", "CHATBOT_PACE": "2/second"}, {})
    assert faster.pace == Pace(count=2, seconds=1.0)


def test_settings_that_are_missing_are_named_with_where_to_find_them() -> None:
    with pytest.raises(ConfigError) as error:
        Settings.from_mapping({"CHATBOT_TRANSPORT": "hosted"}, {})
    assert str(error.value).splitlines() == [
        f"CHATBOT_HOSTED_URL {UNSET} It is what stands before /api/sendwa in the gateway's documentation.",
        f"CHATBOT_HOSTED_KEY {UNSET} The gateway's page about its API shows it as SecretKey.",
        f"CHATBOT_PUBLIC_URL {UNSET} {NEEDED['CHATBOT_PUBLIC_URL']}",
    ]


@pytest.mark.parametrize(
    ("key", "value"), [("CHATBOT_HOSTED_URL", "gw.example.com"), ("CHATBOT_HOSTED_KEY", "rahasia\nbaris"), ("CHATBOT_HOSTED_KEY", 5)]
)
def test_settings_that_are_wrong_are_named_and_not_shown(key: str, value: object) -> None:
    with pytest.raises(ConfigError) as error:
        Settings.from_mapping({**CONFIG, "CHATBOT_PUBLIC_URL": "https://toko.example.com", key: value}, {})
    assert str(error.value).startswith(f"{key} in app.config: it is no ")
    assert str(value) not in str(error.value)
