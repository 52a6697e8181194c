"""Telephone numbers, from the way people write them to their form on the wire."""

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask_chatbot.core.language.controls import visible
from flask_chatbot.core.language.sentences import clip
from flask_chatbot.core.translation.translatable import tr

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")  # come along when a number is copied from a contact card
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_WRITTEN = re.compile(r"[ (]*\+?[0-9 ().-]+")
_DECIMAL = re.compile(r"(\+?[0-9]+)\.00?")  # a spreadsheet's number, written as it calculates
_ADDRESS = re.compile(r"([1-9][0-9]*)@(?:c\.us|s\.whatsapp\.net)")  # of a person on WhatsApp: the country code is always there
# How WhatsApp calls people whose numbers grew a digit, or lost one, after they came: Brazil's 9, Mexico's 1. Each with the number of today.
_RENUMBERED = ((re.compile(r"55([1-9][0-9])([6-9][0-9]{7})"), r"+55\g<1>9\2"), (re.compile(r"521([0-9]{10})"), r"+52\1"))
# The form that nearly all numbers of staff and senders have is read without the library, which is slow to load; a test compares the two.
_INDONESIAN_MOBILE = re.compile(r"\+?(628[1-35-9][0-9]{7,10})")
_DIGITS_LIMIT = 15  # of a number with its country code (E.164)
_STARS = 20  # at most, of a masked number: whoever sends a message may call himself anything
_KEPT = 7  # characters of a masked number that stay: the first 4 and the last 3


@dataclass(frozen=True, slots=True)
class Known:
    """A valid number: its digits with the country code."""

    digits: str


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Digits that are valid twice: as a number in the country, and as one `abroad`."""

    local: str
    abroad: str


@dataclass(frozen=True, slots=True)
class InvalidNumber:
    """Not a valid telephone number."""


Reading = Known | Ambiguous | InvalidNumber


def read_number(text: str, country: str = "ID") -> Reading:
    """Read a text as a telephone number; `country` is that of local numbers.

    It is international with a plus or ``00``, as a WhatsApp address, or if it starts with the country's own code. Otherwise it is local if
    it has its zero, or is a valid mobile number without it; else international if that is valid.

    >>> read_number("0812-3456-7890"), read_number("81234567890"), read_number("+81234567890")
    (Known(digits='6281234567890'), Ambiguous(local='6281234567890', abroad='81234567890'), Known(digits='81234567890'))
    """
    plain = _DASHES.sub("-", _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))).strip()
    plain = _ADDRESS.sub(r"+\1", plain) if _ADDRESS.fullmatch(plain) else plain
    if decimal := _DECIMAL.fullmatch(plain):  # its zeros read as digits, it would be somebody else's
        plain = decimal[1]
    if not _WRITTEN.fullmatch(plain):  # before parsing: the library reads letters as the keys of a telephone
        return InvalidNumber()
    written = re.sub("[^0-9+]", "", plain)
    if country == "ID" and (mobile := _INDONESIAN_MOBILE.fullmatch(written)):
        return Known(mobile[1])
    abroad = _abroad(written.removeprefix("+").removeprefix("00"))
    local = "" if written.startswith("+") or (abroad and _has_own_code(written, country)) else _local(written, country)
    if local and abroad and local != abroad:
        return Ambiguous(local, abroad)
    return Known(local or abroad) if local or abroad else InvalidNumber()


def read_beginning(digits: str, country: str = "ID") -> Known | Ambiguous:
    """Read the first digits of a number as a whole one is read: if mobile numbers of the country start so, they may be meant.

    >>> read_beginning("0812"), read_beginning("62"), read_beginning("89"), read_beginning("812")
    (Known(digits='62812'), Known(digits='62'), Known(digits='6289'), Ambiguous(local='62812', abroad='812'))
    """
    import phonenumbers

    code = str(phonenumbers.country_code_for_region(country))
    if digits.startswith("0"):
        trunk = phonenumbers.ndd_prefix_for_region(country, True) or ""  # none in Italy, where the 0 stays
        return Known(code + digits.removeprefix(trunk))
    if digits.startswith(code) or not _may_begin_mobile(code + digits):
        return Known(digits)
    if _may_begin_country(digits):
        return Ambiguous(code + digits, digits)
    return Known(code + digits)


def normalize_phone(text: str, country: str = "ID") -> str:
    """The number with its country code, digits only; `country` is that of local numbers.

    ValueError names a text that is invalid, or that could belong to two people, with both ways to write it.

    >>> normalize_phone("0812-3456-7890"), normalize_phone("+62 812 3456 7890"), normalize_phone("0062812.3456.7890")
    ('6281234567890', '6281234567890', '6281234567890')
    >>> normalize_phone("1 (650) 253-0000")
    '16502530000'
    """
    match read_number(text, country):
        case Known(digits):
            return digits
        case Ambiguous(local, abroad):
            raise ValueError(
                tr(
                    "{text!r} may be a number in {country} or one abroad. Write +{local} or +{abroad}.",
                    text=clip(text, 60),
                    country=country,
                    local=local,
                    abroad=abroad,
                )
            )
    raise ValueError(
        tr("{text!r} is not a possible phone number. Write it with its country code, such as 6281234567890.", text=clip(text, 60))
    )


def customers_phone(text: str, country: str = "ID") -> str:
    """The number that a customer writes into a field, read as local if ambiguous; ValueError as for `normalize_phone`.

    >>> customers_phone("812 3456 7890")
    '6281234567890'
    """
    reading = read_number(text, country)
    return reading.local if isinstance(reading, Ambiguous) else normalize_phone(text, country)


def example_phone(country: str = "ID") -> str:
    """A mobile number of a country as people there write it, which belongs to nobody.

    >>> example_phone("ID"), example_phone("US")
    ('0812-345-678', '(201) 555-0123')
    """
    import phonenumbers

    number = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL) if number is not None else "+62 812-3456-7890"


def contact_number(text: str, country: str = "ID") -> str:
    """A contact card's number for the wire: with its country code, or a short one of the country such as 119.

    ValueError as for `normalize_phone`.

    >>> contact_number("0812-3456-7890"), contact_number("119")
    ('6281234567890', '119')
    """
    try:
        return normalize_phone(text, country)
    except ValueError:
        short = text.strip()
        if not (short.isascii() and short.isdecimal() and _is_short(short, country)):
            raise
        return short


def senders_phone(text: str, country: str = "ID") -> str:
    """A sender's number, which platforms send with its country code; a text that is no number stays as it is.

    >>> senders_phone("0812-3456-7890"), senders_phone("81234567890"), senders_phone("6282386xxxxxx")
    ('6281234567890', '81234567890', '6282386xxxxxx')
    """
    match read_number(text, country):
        case Known(digits) | Ambiguous(abroad=digits):
            return digits
    return text


def format_phone(number: str, country: str = "ID") -> str:
    """The number formatted for people; a text that is no number stays as it is.

    >>> format_phone("6281234567890")
    '+62 812-3456-7890'
    >>> format_phone("6282386xxxxxx")
    '6282386xxxxxx'
    """
    import phonenumbers

    digits = senders_phone(number, country)
    parsed = _parsed(f"+{digits}") if digits.isdecimal() else None
    return number if parsed is None else phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def mask(text: str) -> str:
    """A number in a form that is safe to log; below ten characters only the last one stays.

    >>> mask("6281234567890"), mask("12345")
    ('6281******890', '****5')
    """
    if len(text) < _KEPT + 3:  # fewer than three stars would hide nothing
        return visible("*" * (len(text) - 1) + text[-1:], keep="")
    return visible(text[:4] + "*" * min(len(text) - _KEPT, _STARS) + text[-3:], keep="")


def is_mobile(digits: str) -> bool:
    """True if a number with its country code is a mobile number, or may be one."""
    import phonenumbers

    number = _parsed(f"+{digits}")
    kinds = {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE}
    return number is not None and phonenumbers.number_type(number) in kinds


def _abroad(digits: str) -> str:
    """The digits of an international number, or an empty text."""
    if any(each.fullmatch(digits) and _parsed(each.sub(today, digits)) for each, today in _RENUMBERED):
        return digits
    return _digits(_parsed(f"+{digits}"))


def _may_begin_mobile(digits: str) -> bool:
    """True if valid mobile numbers start so: found by padding, since the library offers no such check."""
    room = range(_DIGITS_LIMIT - len(digits) + 1)
    return any(is_mobile(digits + digit * more) for digit in "0123456789" for more in room)


def _may_begin_country(digits: str) -> bool:
    """True if a country code starts so, or the digits start with one."""
    import phonenumbers

    codes = map(str, phonenumbers.COUNTRY_CODE_TO_REGION_CODE)
    return any(digits.startswith(code) or code.startswith(digits) for code in codes)


def _local(written: str, country: str) -> str:
    """The digits of a number dialled within the country, or of a mobile number without its zero; or an empty text."""
    import phonenumbers

    trunk = phonenumbers.ndd_prefix_for_region(country, True) or "0"
    digits = _digits(_parsed(written, country))
    return digits if written.startswith(("0", trunk)) or is_mobile(digits) else ""


def _is_short(digits: str, country: str) -> bool:
    """True for emergency numbers and other short ones that are dialled within the country."""
    import phonenumbers

    try:
        return bool(phonenumbers.is_valid_short_number_for_region(phonenumbers.parse(digits, country), country))
    except phonenumbers.NumberParseException:
        return False


def _has_own_code(written: str, country: str) -> bool:
    import phonenumbers

    return written.startswith(str(phonenumbers.country_code_for_region(country)))


def _parsed(written: str, country: str | None = None) -> "PhoneNumber | None":
    """The valid number that this text is, if any."""
    import phonenumbers  # its metadata is slow to import, and most rule books never read a number

    try:
        number = phonenumbers.parse(written, country)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) and len(_digits(number)) <= _DIGITS_LIMIT else None


def _digits(number: "PhoneNumber | None") -> str:
    import phonenumbers

    return "" if number is None else phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164).removeprefix("+")
