"""The names of chats, as the contract writes them: people are ``<number>@c.us``, groups ``<id>@g.us``."""

import re

from flask_chatbot.core.numbers import normalize_phone
from flask_chatbot.core.values.messages import Message

_PERSON, _GROUP = "@c.us", "@g.us"
_PERSON_ENDINGS = (_PERSON, "@s.whatsapp.net")
# A long number, or the old form: the number of who made the group, and when.
_GROUP_ID = re.compile(r"[0-9]{5,32}(?:-[0-9]{1,20})?")


def person_chat(number: str) -> str:
    """The chat with one person.

    >>> person_chat("628123456789")
    '628123456789@c.us'
    """
    return number + _PERSON


def group_chat(group: str) -> str:
    """The chat of a group, by its id.

    >>> group_chat("120363041234567890")
    '120363041234567890@g.us'
    """
    return group + _GROUP


def chat_of(message: Message) -> str:
    """The chat a message was written in."""
    return group_chat(message.group) if message.group else person_chat(message.sender.number)


def is_group(chat: str) -> bool:
    """Whether a chat is that of a group."""
    return chat.endswith(_GROUP)


def number_of(chat: str) -> str:
    """The number or group id in the name of a chat.

    >>> number_of("628123456789@c.us"), number_of("120363041234567890@g.us")
    ('628123456789', '120363041234567890')
    """
    return chat.partition("@")[0]


def read_person(text: str, country: str) -> str:
    """The number of a person, digits only; ValueError where it is none, or may be two people's.

    >>> read_person("0812-3456-7890", "ID"), read_person("6281234567890@c.us", "ID")
    ('6281234567890', '6281234567890')
    """
    if text.strip().endswith(_GROUP):
        raise ValueError(f"{text[:60]!r} is a group, not a person. Send to groups by their id, in 'groupid'.")
    return normalize_phone(text, country)


def read_group(text: str) -> str:
    """The id of a group, with or without its ending; ValueError where it is none.

    >>> read_group(" 120363041234567890@g.us "), read_group("628111111111-1510000000")
    ('120363041234567890', '628111111111-1510000000')
    """
    group = text.strip().removesuffix(_GROUP)
    if group.endswith(_PERSON_ENDINGS):
        raise ValueError(f"{text[:60]!r} is a person, not a group. Send to people by their number, in 'nohp'.")
    if not _GROUP_ID.fullmatch(group):
        raise ValueError(f"{text[:60]!r} is no group id. Send one as /api/groups lists them, such as 120363041234567890.")
    return group
