"""Meta's webhooks: signed byte by byte, read whole, and nothing in them trips anything up."""

import copy
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flask_chatbot.core.values.contents import Attachment, Choice, Reaction, Referral, SharedContact, SharedLocation
from flask_chatbot.core.values.incoming.events import Echo, IdentityChange
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.outbound import Ack, Pricing, Receipt
from flask_chatbot.core.values.people import Alias
from flask_chatbot.errors import BadPayload
from flask_chatbot.transports.cloud.failures import BAD_ACCOUNT
from flask_chatbot.transports.cloud.statuses import GAVE_UP
from flask_chatbot.transports.cloud.transport import Cloud
from flask_chatbot.transports.webhooks import WebhookCall, WebhookContent
from tests.transports.cloud.graph import APP_SECRET, PHONE_ID, TOKEN, VERIFY_TOKEN, Node, change, envelope, sign, status, webhook

CLOUD = Cloud(PHONE_ID, TOKEN, APP_SECRET, VERIFY_TOKEN)
BUDI, BSUID, PARENT = "628123456789", "ID.13491208655302741918", "ID.ENT.506847293015824"
AT = datetime.fromtimestamp(1764236400, UTC)
SENDER = Sender(number=BUDI, name="Budi", aliases=(Alias("bsuid", BSUID, "cloud"),))
CONTACT = {"profile": {"name": "Budi"}, "wa_id": BUDI, "user_id": BSUID}
ANSWERED = {"status": 200, "body": b'{"success":true}'}


def post(body: bytes, **headers: str) -> WebhookContent:
    given = {"x-hub-signature-256": sign(body), **{name.replace("_", "-"): value for name, value in headers.items()}}
    return CLOUD.receive(WebhookCall(method="POST", headers=given, body=body))


def message(kind: str, content: object, **more: object) -> Node:
    by = {"from": BUDI, "from_user_id": BSUID, "id": "wamid.1", "timestamp": "1764236400", "type": kind}
    return {**by, kind: content, **more}


def read(given: Node, *contacts: Node) -> WebhookContent:
    return post(webhook({"contacts": list(contacts) or [CONTACT], "messages": [given]}))


def expected(text: str = "", **parts: Any) -> Message:
    return Message(text=text, **{"id": "wamid.1", "sender": SENDER, "line": "cloud", "sent_at": AT, **parts})


CONTENTS: dict[str, tuple[Node, Message]] = {
    "a text": (message("text", {"body": "halo # \ud83d\ude00"}), expected("halo # \U0001f600")),
    "a quote": (message("text", {"body": "ya"}, context={"from": "628", "id": "wamid.0"}), expected("ya", reply_to="wamid.0")),
    "a forwarded text": (message("text", {"body": "ya"}, context={"forwarded": True}), expected("ya", forwarded=True)),
    "an often forwarded text": (message("text", {"body": "ya"}, context={"frequently_forwarded": True}), expected("ya", forwarded=True)),
    "an answer to an advertisement": (
        message("text", {"body": "ya"}, referral={"source_id": "12", "headline": "Diskon", "ctwa_clid": "Aff"}),
        expected("ya", referral=Referral("12", "Diskon", "Aff")),
    ),
    "a text in a group": (
        message("text", {"body": "ya"}, group_id="Y2FwaV9ncm91cDox"),
        expected("ya", chat="group", group="Y2FwaV9ncm91cDox"),
    ),
    "a picture": (
        message(
            "image", {"id": "77", "mime_type": "image/jpeg", "sha256": "RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=", "caption": "Ini"}
        ),
        expected(
            "Ini",
            kind="media",
            attachments=(
                Attachment(
                    "image",
                    "image/jpeg",
                    sha256="44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
                    handle="77",
                ),
            ),
        ),
    ),
    "a voice note": (
        message("audio", {"id": "77", "mime_type": "audio/ogg; codecs=opus", "voice": True}),
        expected(kind="media", attachments=(Attachment("audio", "audio/ogg", voice=True, handle="77"),)),
    ),
    "a document": (
        message("document", {"id": "77", "mime_type": "application/pdf", "filename": "Bukti.pdf"}),
        expected(kind="media", attachments=(Attachment("document", "application/pdf", "Bukti.pdf", handle="77"),)),
    ),
    "a sticker": (
        message("sticker", {"id": "77", "mime_type": "image/webp", "animated": False}),
        expected(kind="media", attachments=(Attachment("sticker", "image/webp", handle="77"),)),
    ),
    "a place": (
        message("location", {"latitude": -6.2, "longitude": "106.8", "name": "Toko", "address": "Jl. Melati 5"}),
        expected(kind="location", location=SharedLocation(-6.2, 106.8, "Toko", "Jl. Melati 5")),
    ),
    "contacts": (
        message("contacts", [{"name": {"formatted_name": "Siti"}, "phones": [{"phone": "+62 8111", "wa_id": "628111"}]}]),
        expected(kind="contact", contacts=(SharedContact("Siti", ("628111",)),)),
    ),
    "a tapped button": (
        message(
            "interactive", {"type": "button_reply", "button_reply": {"id": "harga", "title": "Daftar harga"}}, context={"id": "wamid.0"}
        ),
        expected("Daftar harga", kind="choice", choice=Choice("harga", "Daftar harga"), reply_to="wamid.0"),
    ),
    "a tapped entry": (
        message("interactive", {"type": "list_reply", "list_reply": {"id": "7", "title": "Kopi", "description": "500 g"}}),
        expected("Kopi", kind="choice", choice=Choice("7", "Kopi", "500 g")),
    ),
    "a template's button": (
        message("button", {"payload": "batal", "text": "Batalkan"}),
        expected("Batalkan", kind="choice", choice=Choice("batal", "Batalkan")),
    ),
    "a reaction": (
        message("reaction", {"message_id": "wamid.0", "emoji": "\u2764"}),
        expected(kind="reaction", reaction=Reaction("\u2764", "wamid.0")),
    ),
    "a reaction that is taken back": (
        message("reaction", {"message_id": "wamid.0"}),
        expected(kind="reaction", reaction=Reaction("", "wamid.0")),
    ),
    "an edited text": (
        message("edit", {"original_message_id": "wamid.0", "message": {"type": "text", "text": {"body": "3 kopi"}}}),
        expected("3 kopi", kind="edit", edits="wamid.0"),
    ),
    "an edited caption": (
        message("edit", {"original_message_id": "wamid.0", "message": {"type": "image", "image": {"id": "7", "caption": "Baru"}}}),
        expected("Baru", kind="edit", edits="wamid.0"),
    ),
    "a deletion": (message("revoke", {"original_message_id": "wamid.0"}), expected(kind="deletion", deletes="wamid.0")),
    "an order": (message("order", {"catalog_id": "1", "product_items": []}), expected(kind="unsupported")),
    "what Meta cannot show": (message("unsupported", {}, errors=[{"code": 131051}]), expected(kind="unsupported")),
}


@pytest.mark.parametrize("kind", CONTENTS)
def test_each_kind_of_message_comes_in_with_its_content(kind: str) -> None:
    given, wanted = CONTENTS[kind]
    content = read(given)
    assert (content.messages, content.receipts, content.left_out) == ((wanted,), (), ())


@pytest.mark.parametrize("kind", ["poll", "interactive", "image", "reaction", "edit", "revoke", "contacts", ""])
def test_a_kind_that_nobody_knows_or_without_its_content_comes_in_as_unsupported_and_is_logged(kind: str) -> None:
    content = read(message(kind, {"type": "nfm_reply", "nfm_reply": {}}))
    assert (content.messages, content.left_out) == ((expected(kind="unsupported"),), (f"message {kind}",))


def test_what_nobody_wrote_is_left_out() -> None:
    content = read(message("request_welcome", {}))
    assert (content.messages, content.left_out) == ((), ("message request_welcome",))


@pytest.mark.parametrize(
    ("by", "contact", "wanted"),
    [
        ({"from_user_id": BSUID}, {"user_id": BSUID, "profile": {"name": "B", "username": "budi"}}, Sender(name="B", username="budi")),
        ({"from_user_id": BSUID}, {}, Sender()),
        ({}, {"user_id": BSUID, "profile": {"name": "B"}}, Sender(name="B")),
        ({"from_user_id": BSUID, "from": "not a number"}, {"user_id": BSUID}, Sender()),
    ],
)
def test_people_without_a_number_are_known_by_metas_id(by: Node, contact: Node, wanted: Sender) -> None:
    given = {"id": "wamid.1", "timestamp": "1764236400", "type": "text", "text": {"body": "halo"}, **by}
    (found,) = read(given, contact).messages
    assert found.sender == Sender(name=wanted.name, username=wanted.username, aliases=(Alias("bsuid", BSUID, "cloud"),))


def test_the_id_that_several_businesses_share_comes_along() -> None:
    (found,) = read(message("text", {"body": "halo"}, from_parent_user_id=PARENT)).messages
    assert found.sender.aliases == (Alias("bsuid", BSUID, "cloud"), Alias("parent_bsuid", PARENT, "cloud"))


def test_a_contact_without_an_id_of_metas_is_known_by_the_number() -> None:
    given = {"from": BUDI, "id": "wamid.1", "type": "text", "text": {"body": "halo"}}
    (found,) = read(given, {"wa_id": BUDI, "profile": {"name": "Budi"}}).messages
    assert (found.sender, found.sent_at) == (Sender(number=BUDI, name="Budi"), None)


def test_a_name_belongs_to_the_contact_with_the_same_number() -> None:
    other = {"profile": {"name": "Siti"}, "wa_id": "628222"}
    assert read(message("text", {"body": "x"}), other, CONTACT).messages[0].sender == SENDER
    assert read(message("text", {"body": "x"}), other, {**other, "wa_id": "628333"}).messages[0].sender.name == ""


@pytest.mark.parametrize(("left", "words"), [("from", "a sender"), ("id", "an id")])
def test_a_message_of_nobody_and_one_without_an_id_are_left_out(left: str, words: str) -> None:
    given = {name: value for name, value in message("text", {"body": "x"}).items() if name not in (left, "from_user_id")}
    content = read(given, {"profile": {}})
    assert (content.messages, content.left_out) == ((), (f"message text without {words}",))


def test_every_entry_change_message_and_status_of_a_batch_comes_in_in_order() -> None:
    texts = iter(range(100))

    def some() -> Node:
        return {
            "messages": [
                {**message("text", {"body": str(number)}), "id": f"wamid.{number}"} for _, number in zip(range(25), texts, strict=False)
            ],
            "statuses": [status("wamid.out", "read"), status("wamid.out", "sent")],
        }

    content = post(envelope([change(some()), change(some())], [change(some())], [change(some())]))
    assert [each.text for each in content.messages] == [str(number) for number in range(100)]
    assert [each.ack for each in content.receipts] == [Ack.READ, Ack.SENT] * 4
    assert content.answer.status == 200


@pytest.mark.parametrize(("kind", "ack"), [("sent", Ack.SENT), ("delivered", Ack.DELIVERED), ("read", Ack.READ), ("played", Ack.PLAYED)])
def test_a_status_is_a_receipt_with_its_price(kind: str, ack: Ack) -> None:
    (receipt,) = post(webhook({"statuses": [status("wamid.9", kind)]})).receipts
    price = Pricing(category="service", is_billable=True, model="PMP")
    assert receipt == Receipt(id="wamid.9", ack=ack, at=1764236400.0, pricing=price)


def test_a_status_names_our_message_if_meta_hands_its_id_back() -> None:
    (receipt,) = post(webhook({"statuses": [status("wamid.9", "sent", {"biz_opaque_callback_data": "3EB0A"})]})).receipts
    assert (receipt.id, receipt.message) == ("wamid.9", "3EB0A")


def test_a_failure_has_metas_own_words_without_numbers() -> None:
    error = {"code": 131026, "title": "Message undeliverable", "error_data": {"details": f"Cannot reach {BUDI}"}}
    failed = status("wamid.9", "failed", errors=[error])
    (receipt,) = post(webhook({"statuses": [failed]})).receipts
    assert (receipt.ack, receipt.error) == (Ack.ERROR, "Meta says: (#131026) Message undeliverable: Cannot reach [...].")
    (silent,) = post(webhook({"statuses": [status("wamid.9", "failed")]})).receipts
    assert (silent.error, silent.again_after) == (GAVE_UP, None)


@pytest.mark.parametrize(
    ("codes", "after"),
    [
        ([131056], 6.0),
        ([130429], 5.0),
        ([131016], 5.0),
        (["131016"], 5.0),
        ([131042], 3600.0),
        ([131016, 131056], 6.0),
        ([131026], None),
        ([131016, 131026], None),
        ([131047], None),
        ([131049], None),
        ([None], None),
        ([], None),
    ],
)
def test_a_failure_that_passes_says_after_how_long_and_any_other_is_final(codes: list[object], after: float | None) -> None:
    errors = [{"title": "Failed", **({"code": code} if code else {})} for code in codes]
    (receipt,) = post(webhook({"statuses": [status("wamid.9", "failed", errors=errors)]})).receipts
    assert (receipt.ack, receipt.again_after) == (Ack.ERROR, after)


def test_a_failure_because_of_the_account_says_where_to_look() -> None:
    failed = status("wamid.9", "failed", errors=[{"code": 131042, "title": "Business eligibility payment issue"}])
    (receipt,) = post(webhook({"statuses": [failed]})).receipts
    assert receipt.error == f"Meta says: (#131042) Business eligibility payment issue. {BAD_ACCOUNT}"


def owner(given: Node, *contacts: Node) -> WebhookContent:
    return post(webhook({"contacts": list(contacts), "message_echoes": [given]}, field="smb_message_echoes"))


def test_what_the_owner_writes_is_an_echo_with_whom_it_went_to() -> None:
    given = {"from": "6283111111111", "to": BUDI, "id": "wamid.e", "timestamp": "1764236400", "type": "text", "text": {"body": "Sebentar"}}
    content = owner(given, CONTACT)
    assert content.echoes == (Echo(id="wamid.e", to=SENDER, at=1764236400.0, text="Sebentar"),)
    hidden = {name: value for name, value in given.items() if name != "to"}
    (echo,) = owner({**hidden, "to_user_id": BSUID, "type": "image", "image": {"id": "7", "caption": "Ini"}}).echoes
    assert (echo.to.aliases, echo.text) == ((Alias("bsuid", BSUID, "cloud"),), "Ini")


@pytest.mark.parametrize(
    ("given", "left_out"),
    [
        ({"to": BUDI, "id": "wamid.e", "type": "reaction"}, "echo reaction"),
        ({"to": BUDI, "id": "wamid.e", "type": "revoke"}, "echo revoke"),
        ({"id": "wamid.e", "type": "text"}, "echo text without anybody it went to"),
        ({"to": BUDI, "type": "text"}, "echo text without an id"),
    ],
)
def test_with_a_reaction_nobody_takes_over(given: Node, left_out: str) -> None:
    content = owner(given)
    assert (content.echoes, content.left_out) == ((), (left_out,))


OLD, NEW = Alias("number", BUDI), Alias("number", "628777")
OLD_ID, NEW_ID = Alias("bsuid", BSUID, "cloud"), Alias("bsuid", "ID.777", "cloud")
CHANGES: dict[str, tuple[Node, Node, tuple[Alias, ...], tuple[Alias, ...]]] = {
    "a number": ({"from": BUDI}, {"type": "user_changed_number", "wa_id": "628777"}, (OLD,), (NEW,)),
    "a number, as Meta told it before": ({"from": BUDI}, {"type": "user_changed_number", "new_wa_id": "628777"}, (OLD,), (NEW,)),
    "a number and the id with it": (
        {"from": BUDI},
        {"type": "user_changed_number", "wa_id": "628777", "user_id": "ID.777", "previous_user_id": BSUID},
        (OLD, OLD_ID),
        (NEW, NEW_ID),
    ),
    "an id": ({}, {"type": "user_changed_user_id", "user_id": "ID.777", "previous_user_id": BSUID}, (OLD_ID,), (NEW_ID,)),
    "an id of the sender": ({"from_user_id": BSUID}, {"type": "user_changed_user_id", "user_id": "ID.777"}, (OLD_ID,), (NEW_ID,)),
    "an id in the sentence": (
        {"from_user_id": "ID.777"},
        {"type": "user_changed_user_id", "user_id": "ID.777", "body": f"User Budi changed from {BSUID} to ID.777"},
        (OLD_ID,),
        (NEW_ID,),
    ),
    "an id of somebody with the same number": (
        {"from": BUDI},
        {"type": "user_changed_user_id", "user_id": "ID.777", "previous_user_id": BSUID, "wa_id": BUDI},
        (OLD_ID,),
        (OLD, NEW_ID),
    ),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_a_change_of_names_has_the_old_and_the_new_ones(kind: str) -> None:
    by, system, old, new = CHANGES[kind]
    given = {**by, "id": "wamid.s", "timestamp": "1764236400", "type": "system", "system": system}
    content = post(webhook({"messages": [given]}))
    assert content.changes == (IdentityChange(id="wamid.s", old=old, new=new, at=1764236400.0),)
    assert (content.messages, content.left_out) == ((), ())


@pytest.mark.parametrize(
    ("system", "left_out"),
    [
        ({"type": "user_changed_number"}, "message system user_changed_number without names"),
        ({"type": "user_changed_number", "wa_id": BUDI}, "message system user_changed_number without names"),
        ({"type": "user_changed_user_id", "user_id": "ID.777"}, "message system user_changed_user_id without names"),
        ({"type": "customer_identity_changed"}, "message system customer_identity_changed"),
        ({}, "message system"),
    ],
)
def test_a_change_without_names_is_left_out(system: Node, left_out: str) -> None:
    by = {} if system.get("type") == "user_changed_user_id" else {"from": BUDI}
    content = post(webhook({"messages": [{**by, "id": "wamid.s", "type": "system", "system": system}]}))
    assert (content.changes, content.messages, content.left_out) == ((), (), (left_out,))


@pytest.mark.parametrize(
    ("body", "left_out"),
    [
        (webhook({"statuses": [status("wamid.9", "warning")]}), ("status warning",)),
        (webhook({"statuses": [{"status": "sent"}]}), ("status without an id",)),
        (webhook({"errors": [{"code": 130429}]}), ("error 130429",)),
        (webhook({"messages": [message("text", {"body": "x"})]}, field="standby"), ("field standby",)),
        (webhook({"event": "APPROVED"}, field="message_template_status_update"), ("field message_template_status_update",)),
        (webhook({"messages": [message("text", {"body": "x"})]}, phone_id="999"), ("messages of another number",)),
        (b'{"object": "page", "entry": []}', ("object page",)),
        (b"[]", ("object ",)),
        (b'{"object": "whatsapp_business_account", "entry": 5}', ("unreadable entry (no list)",)),
    ],
)
def test_what_is_not_for_the_bot_is_answered_and_logged_by_its_kind(body: bytes, left_out: tuple[str, ...]) -> None:
    content = post(body)
    assert (content.messages, content.receipts, content.left_out) == ((), (), left_out)
    assert {"status": content.answer.status, "body": content.answer.body} == ANSWERED


def test_fields_that_nobody_knows_change_nothing() -> None:
    given = message("text", {"body": "halo", "new": 1}, also_new={"deep": [1]})
    assert read(given, {**CONTACT, "new": None}).messages == (expected("halo"),)


@pytest.mark.parametrize(
    "header", ["", "sha256=", "sha256=" + "0" * 64, sign(b"another"), sign(b"{}", "f" * 32), "sha1=abc", "sha256=\u00e9\ud800"]
)
def test_a_wrong_signature_is_refused(header: str) -> None:
    with pytest.raises(BadPayload) as refusal:
        post(b"{}", x_hub_signature_256=header)
    assert refusal.value.status == 401


def test_the_signature_is_of_the_bytes_as_they_came() -> None:
    body = webhook({"contacts": [CONTACT], "messages": [message("text", {"body": "\u00e9 \U0001f600"})]})
    assert b"\\u00e9 \\ud83d\\ude00" in body
    assert post(body).messages == (expected("\u00e9 \U0001f600"),)
    again = json.dumps(json.loads(body), ensure_ascii=False).encode()
    with pytest.raises(BadPayload):
        post(again, x_hub_signature_256=sign(body))


def shake(**query: str) -> WebhookContent:
    return CLOUD.receive(WebhookCall(method="GET", query={name.replace("_", ".", 1): value for name, value in query.items()}))


def test_the_handshake_gives_the_challenge_back() -> None:
    answer = shake(hub_mode="subscribe", hub_verify_token=VERIFY_TOKEN, hub_challenge="1158201444").answer
    assert (answer.status, answer.body, answer.content_type) == (200, b"1158201444", "text/plain; charset=utf-8")


@pytest.mark.parametrize("query", [{}, {"hub_mode": "subscribe"}, {"hub_verify_token": VERIFY_TOKEN}])
def test_a_handshake_with_another_token_is_refused(query: dict[str, str]) -> None:
    for token in ({}, {"hub_verify_token": "another"}, {"hub_mode": "subscribe", "hub_verify_token": "\u00e9"}):
        with pytest.raises(BadPayload) as refusal:
            shake(**{**query, **token}, hub_challenge="1")
        assert refusal.value.status == 403


def test_addresses_below_its_own_are_none() -> None:
    body = webhook({})
    with pytest.raises(BadPayload) as refusal:
        CLOUD.receive(WebhookCall(method="POST", path="more", headers={"x-hub-signature-256": sign(body)}, body=body))
    assert refusal.value.status == 404


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
WHOLE = [
    {"contacts": [CONTACT], "messages": [given for given, _ in CONTENTS.values()], "statuses": [status("wamid.9", "failed", errors=[{}])]},
    {"messages": [{**by, "id": "wamid.s", "type": "system", "system": system} for by, system, _, _ in CHANGES.values()]},
]


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_whatever_stands_in_a_webhook_is_read_or_left_out(data: st.DataObject) -> None:
    document = copy.deepcopy(json.loads(webhook(*WHOLE)))
    for _ in range(data.draw(st.integers(1, 4))):
        at: Any = document
        while True:
            keys = list(at) if isinstance(at, dict) else list(range(len(at))) if isinstance(at, list) else []
            if not keys:
                break
            key = data.draw(st.sampled_from(keys))
            if not isinstance(at[key], dict | list) or not at[key] or data.draw(st.integers(0, 5)) == 0:
                at[key] = data.draw(JSON)
                break
            at = at[key]
    content = post(json.dumps(document).encode())
    assert content.answer.status == 200
    assert all(each.id and (each.sender.number or each.sender.aliases) for each in content.messages)
