"""People and groups that messages are addressed to, read from any usual notation."""

import re
from collections.abc import Callable, Iterable

from flask_chatbot.core.language.numbers import normalize_phone
from flask_chatbot.core.language.sentences import clip
from flask_chatbot.core.language.signs import UNSEEN
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.chats import GROUP, group_chat, person_chat
from flask_chatbot.core.values.people import PERSON, is_outside_id, is_person_id

_PERSON_ENDINGS = (PERSON, "@s.whatsapp.net")
# A long number, or the old form: the number of who made the group, and when.
_GROUP_ID = re.compile(r"[0-9]{5,32}(?:-[0-9]{1,20})?")
_ANY_GROUP_ID = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9+/=_.:-]{5,200}")  # Meta's, which are base64

Seen = Callable[[str], bool]  # tells of an id, or of a group's chat, if this line has seen it


def read_person(text: str, country: str) -> str:
    """The number of a person, digits only; ValueError if it is invalid, or could belong to two people.

    >>> read_person("0812-3456-7890", "ID"), read_person("6281234567890@c.us", "ID")
    ('6281234567890', '6281234567890')
    """
    if text.strip().endswith(GROUP):
        raise ValueError(tr("{text!r} is a group, not a person. Messages to groups name them by their id, in 'groupid'.", text=text[:60]))
    return normalize_phone(text, country)


def number_or_id(text: str, country: str) -> str:
    """The number of a person, digits only, or an id that stands for them, seen before or not; ValueError for anything else.

    >>> number_or_id("0812-3456-7890", "ID"), number_or_id(" 251500@lid ", "ID")
    ('6281234567890', '251500@lid')
    """
    id_ = text.strip()
    return id_ if is_outside_id(id_) or is_person_id(id_) else normalize_phone(text, country)


def read_group(text: str) -> str:
    """The id of a group, with or without its suffix; ValueError if it is invalid.

    >>> read_group(" 120363041234567890@g.us "), read_group("628111111111-1510000000")
    ('120363041234567890', '628111111111-1510000000')
    """
    group = text.strip().removesuffix(GROUP)
    if group.endswith(_PERSON_ENDINGS):
        raise ValueError(tr("{text!r} is a person, not a group. Send to people by their number, in 'nohp'.", text=text[:60]))
    if not _GROUP_ID.fullmatch(group):
        raise ValueError(tr("{text!r} is not a group id. Send one as /api/groups lists them, such as 120363041234567890.", text=text[:60]))
    return group


def chat_with(text: str, country: str, seen: Seen) -> str:
    """The chat with a person: by a number, or by an id of theirs that this line has seen; ValueError for anything else.

    >>> chat_with("0812-3456-7890", "ID", lambda id_: False), chat_with(" ID.1349 ", "ID", lambda id_: True)
    ('6281234567890@c.us', 'ID.1349')
    """
    id_ = text.strip()
    if not (is_outside_id(id_) or is_person_id(id_)):
        return person_chat(read_person(text, country))
    if not seen(id_):
        fact = tr("{text!r} is an id that nobody on this line has.", text=clip(id_, 60))
        raise ValueError(tr("{fact} Name a number, or the id that a message of the person brought.", fact=fact))
    return id_


def chat_of_group(text: str, seen: Seen) -> str:
    """The chat of a group: by an id of digits, or by any that this line has seen; ValueError for anything else."""
    id_ = text.strip().removesuffix(GROUP)
    return group_chat(id_ if _ANY_GROUP_ID.fullmatch(id_) and seen(group_chat(id_)) else read_group(text))


def without_mention(text: str, names: Iterable[str]) -> str:
    """The text without an ``@`` and one of these numbers or names at its beginning; as it is if nothing else stands there.

    >>> without_mention("@6283111111111 menu", ["6283111111111"]), without_mention("@toko maju: menu", ["Toko Maju"])
    ('menu', 'menu')
    >>> without_mention("@62831 menu", ["6283"]), without_mention("@6283", ["6283"])
    ('@62831 menu', '@6283')
    """
    unseen = f"(?:{UNSEEN.pattern})*"
    known = "|".join(re.escape(name) for name in sorted(filter(None, names), key=len, reverse=True))
    found = re.match(rf"(?:\s|{UNSEEN.pattern})*@{unseen}\+?(?:{known}){unseen}(?!\w)[\s,:]*", text, re.IGNORECASE) if known else None
    left = text[found.end() :] if found else ""
    return left if left.strip() else text
