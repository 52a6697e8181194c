"""Addresses of WhatsApp Web, and the names of chats and people that stand for them: numbers, lids, groups. Pure."""

from collections.abc import Iterable

from flask_chatbot.core.values.chats import GROUP, is_group
from flask_chatbot.core.values.messages import Sender
from flask_chatbot.core.values.people import LID, PERSON, Alias, alias_of

WEB = "@s.whatsapp.net"  # how whatsmeow ends the address of a number
_NUMBERS = (PERSON, WEB)


def plain(address: object) -> str:
    """An address without its device; empty if it is no text with an ending.

    >>> plain("628123456789:12@s.whatsapp.net"), plain("251500@lid"), plain(None)
    ('628123456789@s.whatsapp.net', '251500@lid', '')
    """
    if not isinstance(address, str) or "@" not in address:
        return ""
    user, _, server = address.strip().partition("@")
    return f"{user.partition(':')[0]}@{server}"


def number_in(address: object) -> str:
    """The number of an address; empty if it has none.

    >>> number_in("628123456789@c.us"), number_in("251500@lid")
    ('628123456789', '')
    """
    user, at, server = plain(address).partition("@")
    return user if at + server in _NUMBERS and alias_of(user or "0").scheme == "number" else ""


def sender_of(addresses: Iterable[object], name: object = "") -> Sender:
    """Whoever has these addresses, of which those of other kinds count for nothing.

    >>> sender_of(["251500@lid", "628123456789:3@s.whatsapp.net"], "Budi")
    Sender(number='628123456789', name='Budi', person='', username='', aliases=(Alias(scheme='lid', value='251500', scope=''),))
    """
    known = [plain(each) for each in addresses]
    lids = dict.fromkeys(each.removesuffix(LID) for each in known if each.endswith(LID) and each.removesuffix(LID).isdecimal())
    return Sender(
        number=next(filter(None, map(number_in, known)), ""),
        name=name if isinstance(name, str) else "",
        aliases=tuple(Alias("lid", lid) for lid in lids),
    )


def is_person(address: str) -> bool:
    """True for the address of one person; False for those of groups, channels and status updates."""
    return bool(number_in(address)) or plain(address).endswith(LID)


def group_in(address: object) -> str:
    """The id of the group that an address is of, if it is one.

    >>> group_in("120363041234567890@g.us"), group_in("628123456789@c.us")
    ('120363041234567890', '')
    """
    found = plain(address)
    return found.removesuffix(GROUP) if is_group(found) else ""


def address_of(chat: str, ending: str) -> str:
    """The address of a chat, for a gateway that ends those of numbers so.

    >>> address_of("628123456789@c.us", WEB), address_of("251500@lid", WEB)
    ('628123456789@s.whatsapp.net', '251500@lid')
    """
    return chat.removesuffix(PERSON) + ending if chat.endswith(PERSON) else chat
