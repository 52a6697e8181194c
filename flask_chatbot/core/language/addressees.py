"""People and groups that messages are addressed to, read from any usual notation."""

import re

from flask_chatbot.core.language.numbers import normalize_phone
from flask_chatbot.core.values.chats import GROUP, PERSON

_PERSON_ENDINGS = (PERSON, "@s.whatsapp.net")
# A long number, or the old form: the number of who made the group, and when.
_GROUP_ID = re.compile(r"[0-9]{5,32}(?:-[0-9]{1,20})?")


def read_person(text: str, country: str) -> str:
    """The number of a person, digits only; ValueError if it is invalid, or could belong to two people.

    >>> read_person("0812-3456-7890", "ID"), read_person("6281234567890@c.us", "ID")
    ('6281234567890', '6281234567890')
    """
    if text.strip().endswith(GROUP):
        raise ValueError(f"{text[:60]!r} is a group, not a person. Send to groups by their id, in 'groupid'.")
    return normalize_phone(text, country)


def read_group(text: str) -> str:
    """The id of a group, with or without its suffix; ValueError if it is invalid.

    >>> read_group(" 120363041234567890@g.us "), read_group("628111111111-1510000000")
    ('120363041234567890', '628111111111-1510000000')
    """
    group = text.strip().removesuffix(GROUP)
    if group.endswith(_PERSON_ENDINGS):
        raise ValueError(f"{text[:60]!r} is a person, not a group. Send to people by their number, in 'nohp'.")
    if not _GROUP_ID.fullmatch(group):
        raise ValueError(f"{text[:60]!r} is not a group id. Send one as /api/groups lists them, such as 120363041234567890.")
    return group
