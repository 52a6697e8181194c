"""The JSON of messages that go out, as Meta's description of the Cloud API has it. Pure."""

from typing import Any

from flask_chatbot.core.values.chats import is_group, number_of
from flask_chatbot.core.values.contents import Choice, Reaction
from flask_chatbot.core.values.menus import ABOVE_LETTERS, BUTTON_LETTERS, Buttons, List, MessageTemplate
from flask_chatbot.core.values.outbound import Outbound
from flask_chatbot.core.values.people import DIGITS_LIMIT, PERSON, alias_of_id, is_outside_id
from flask_chatbot.core.values.replies import ContactCard, Location, Reply, Text
from flask_chatbot.errors import Refused

Body = dict[str, Any]

DESCRIPTION_LETTERS = 72  # of an entry of a list
NO_CHAT = "Meta's Cloud API reaches people by their number or by Meta's id of them, and this is neither."
NO_KIND = "Meta's Cloud API has no message of this kind."


def envelope(outbound: Outbound) -> Body:
    """The part of a message that all kinds share: to whom, what it quotes, and our id, which comes back with each status."""
    quote = {"context": {"message_id": outbound.reply_to}} if outbound.reply_to else {}
    return {"messaging_product": "whatsapp", **_address(outbound.chat), **quote, "biz_opaque_callback_data": outbound.id}


def content(reply: Reply, *, in_group: bool = False) -> Body:
    """The part of a message that its kind has, for all but files. Groups get no menus to tap.

    >>> content(Text("Halo"))
    {'type': 'text', 'text': {'body': 'Halo'}}
    """
    if isinstance(reply, Text):
        return {"type": "text", "text": {"body": reply.text}}
    if isinstance(reply, Location):
        place = {"latitude": f"{reply.lat:.6f}", "longitude": f"{reply.lng:.6f}"}
        return {"type": "location", "location": {**place, **({"name": reply.name} if reply.name else {})}}
    if isinstance(reply, ContactCard):
        phones = [_phone(number) for number in reply.numbers]
        return {"type": "contacts", "contacts": [{"name": {"formatted_name": reply.name, "first_name": reply.name}, "phones": phones}]}
    if isinstance(reply, Reaction):
        return {"type": "reaction", "reaction": {"message_id": reply.to, "emoji": reply.emoji}}
    if isinstance(reply, MessageTemplate):
        return {"type": "template", "template": _template(reply)}
    if isinstance(reply, Buttons | List):
        return _menu(reply, in_group)
    raise Refused(NO_KIND)


def read_mark(message_id: str) -> Body:
    """Mark a message as read, and show for up to 25 seconds that an answer is on its way."""
    return {"messaging_product": "whatsapp", "status": "read", "message_id": message_id, "typing_indicator": {"type": "text"}}


def _address(chat: str) -> Body:
    if is_group(chat):
        return {"recipient_type": "group", "to": number_of(chat)}
    name = chat.removesuffix(PERSON)
    if is_outside_id(name) and alias_of_id(name).scheme == "bsuid":
        return {"recipient_type": "individual", "recipient": name}
    if not (chat.endswith(PERSON) and name.isascii() and name.isdecimal() and len(name) <= DIGITS_LIMIT):
        raise Refused(NO_CHAT)
    return {"recipient_type": "individual", "to": name}


def _phone(number: str) -> Body:
    """A number of a contact card; with its country code it can be written to from the card."""
    digits = "".join(sign for sign in number if sign.isascii() and sign.isdecimal())
    is_whole = number[:1] != "0" and digits[:1] not in ("", "0") and 8 <= len(digits) <= DIGITS_LIMIT
    return {"phone": f"+{digits}", "wa_id": digits} if is_whole else {"phone": number}


def _template(reply: MessageTemplate) -> Body:
    """Meta takes no line breaks and no runs of spaces in a value."""
    values = [{"type": "text", "text": " ".join(value.split())} for value in reply.parameters]
    components = [{"type": "body", "parameters": values}] if values else []
    language = {"policy": "deterministic", "code": reply.language}
    return {"name": reply.name, "language": language, **({"components": components} if components else {})}


def _menu(reply: Buttons | List, in_group: bool) -> Body:
    if in_group or not reply.text.strip() or len(reply.text) > ABOVE_LETTERS:
        return content(Text(reply.plain))
    if isinstance(reply, Buttons):
        buttons = [{"type": "reply", "reply": {"id": each.id, "title": each.title}} for each in reply.choices]
        menu: Body = {"type": "button", "body": {"text": reply.text}, "action": {"buttons": buttons}}
    else:
        action = {"button": reply.button[:BUTTON_LETTERS], "sections": [{"rows": [_row(each) for each in reply.choices]}]}
        menu = {"type": "list", "body": {"text": reply.text}, "action": action}
    return {"type": "interactive", "interactive": menu}


def _row(choice: Choice) -> Body:
    described = {"description": choice.description[:DESCRIPTION_LETTERS]} if choice.description else {}
    return {"id": choice.id, "title": choice.title, **described}
