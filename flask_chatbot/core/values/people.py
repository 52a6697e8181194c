"""People and their aliases: a person is known by an id of ours, and by the names that the outside world has for them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from secrets import randbelow
from typing import Literal

Scheme = Literal["number", "bsuid", "parent_bsuid", "lid", "telegram", "opaque"]

VALUE_LIMIT = 200  # characters of an alias
SCOPE_LIMIT = 64  # characters of its scope
DIGITS_LIMIT = 15  # of a telephone number with its country code (E.164)
PERSON = "@c.us"  # how the name of a chat with a person ends
LID = "@lid"  # how WhatsApp Web ends the names of people whose number it does not tell
TELEGRAM = "@telegram"  # its ids are digits, and would be taken for telephone numbers
CHAT_ENDINGS: Mapping[Scheme, str] = {
    "number": PERSON,
    "opaque": PERSON,
    "bsuid": "",
    "parent_bsuid": "",
    "lid": LID,
    "telegram": TELEGRAM,
}  # of the names of private chats
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: none is taken for another
_TIME, _CHANCE = 9, 16  # digits of 5 bits
_OUTSIDE_ID = re.compile(r"[A-Z]{2}\.[0-9A-Za-z]{1,128}|[0-9]{3,32}@(?:lid|telegram)")  # a parent's id is nobody's address
_PERSON_ID = re.compile(f"P[{_DIGITS}]{{{_TIME + _CHANCE}}}")


@dataclass(frozen=True, slots=True)
class Alias:
    """A name of a person: unique within its scheme and `scope`, which is the line or business where ids differ between them."""

    scheme: Scheme
    value: str
    scope: str = ""

    @property
    def chat(self) -> str:
        """The name of the chat with whoever has this alias, as transports know it.

        >>> Alias("number", "6281234567890").chat, Alias("lid", "251500").chat, Alias("telegram", "77001").chat
        ('6281234567890@c.us', '251500@lid', '77001@telegram')
        >>> Alias("bsuid", "ID.1349").chat
        'ID.1349'
        """
        return self.value.removesuffix(LID if self.scheme == "lid" else "") + CHAT_ENDINGS.get(self.scheme, "")

    @property
    def is_known(self) -> bool:
        """True if it is of a scheme that this version knows: people are not found by any other, nor written to.

        >>> Alias("lid", "251500").is_known, Alias("signal", "251500").is_known  # type: ignore[arg-type]
        (True, False)
        """
        return self.scheme in CHAT_ENDINGS


def alias_of(name: str) -> Alias:
    """The alias that a sender's text is: a number if it is written as one, else opaque.

    >>> alias_of("6281234567890").scheme, alias_of("6282386xxxxxx").scheme
    ('number', 'opaque')
    """
    is_number = name.isascii() and name.isdecimal() and name[0] != "0" and len(name) <= DIGITS_LIMIT
    return Alias("number" if is_number else "opaque", name)


def is_person_id(text: str) -> bool:
    """True if a text has the form of our own ids of people.

    >>> is_person_id("P01KB2T3A4XQ5R6S7T8V9W0X1Y"), is_person_id("6281234567890")
    (True, False)
    """
    return _PERSON_ID.fullmatch(text) is not None


def is_outside_id(text: str) -> bool:
    """True if a text has the form of an id that stands for somebody in place of a number: Meta's, WhatsApp Web's, or Telegram's.

    >>> is_outside_id("ID.13491208655302741918"), is_outside_id("251500@lid"), is_outside_id("6281234567890@c.us")
    (True, True, False)
    """
    return _OUTSIDE_ID.fullmatch(text) is not None


def alias_of_id(id_: str) -> Alias:
    """The alias that an id in place of a number stands for, of any scope.

    >>> alias_of_id("ID.1349"), alias_of_id("77001@telegram")
    (Alias(scheme='bsuid', value='ID.1349', scope=''), Alias(scheme='telegram', value='77001', scope=''))
    """
    for scheme in ("lid", "telegram"):
        if id_.endswith(ending := CHAT_ENDINGS[scheme]):
            return Alias(scheme, id_.removesuffix(ending))
    return Alias("bsuid", id_)


def new_person_id(at: float) -> str:
    """An id that nobody else has: 26 characters, and one given at a later millisecond sorts behind it.

    >>> new_person_id(1_764_043_200.0)[:10], len(new_person_id(0.0))
    ('P1KAWJP5G0', 26)
    """
    return "P" + _written(max(int(at * 1000), 0), _TIME) + _written(randbelow(32**_CHANCE), _CHANCE)


def _written(number: int, digits: int) -> str:
    text = ""
    for _ in range(digits):
        number, digit = divmod(number, 32)
        text = _DIGITS[digit] + text
    return text
