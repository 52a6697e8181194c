"""Telephone numbers, from what people write to what goes on the wire."""

import re
import unicodedata

from flask_chatbot.core.sentences import clip

_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")  # come along when a number is copied from a contact card
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_WRITTEN = re.compile(r"[ (]*\+?[0-9 ().-]+")
_SHOWN = 7  # characters of a masked number that stay: the first 4 and the last 3


def normalize_phone(text: str, country: str = "ID") -> str:
    """The number with its country code, digits only; `country` is where a local one belongs.

    ValueError names a text that is no possible number, or that would be read as another number once its plus is gone.

    >>> normalize_phone("0812-3456-7890"), normalize_phone("+62 812 3456 7890"), normalize_phone("0062812.3456.7890")
    ('6281234567890', '6281234567890', '6281234567890')
    >>> normalize_phone("1 (650) 253-0000")
    '16502530000'
    """
    digits = _digits(text, country)
    if not digits:
        raise ValueError(f"{clip(text, 60)!r} is no possible phone number. Write it with its country code, such as 6281234567890.")
    return digits


def format_phone(number: str, country: str = "ID") -> str:
    """The number as people read it; what is no number comes back as it is.

    >>> format_phone("6281234567890")
    '+62 812-3456-7890'
    >>> format_phone("6282386xxxxxx")
    '6282386xxxxxx'
    """
    import phonenumbers

    digits = _digits(number, country)
    if not digits:
        return number
    return phonenumbers.format_number(phonenumbers.parse(f"+{digits}"), phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def mask(text: str) -> str:
    """A number as a log may show it; of one under ten characters only the last stays.

    >>> mask("6281234567890"), mask("12345")
    ('6281******890', '****5')
    """
    if len(text) < _SHOWN + 3:  # fewer than three stars would hide nothing
        return "*" * (len(text) - 1) + text[-1:]
    return text[:4] + "*" * (len(text) - _SHOWN) + text[-3:]


def _digits(text: str, country: str) -> str:
    """The number with its country code, or an empty text."""
    plain = _DASHES.sub("-", _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))).strip()
    if not _WRITTEN.fullmatch(plain):  # before parsing: the library reads letters as the keys of a telephone
        return ""
    written = re.sub("[^0-9+]", "", plain)
    if written.startswith("00"):
        written = f"+{written[2:]}"
    digits = _parse(written, country) if written.startswith(("+", "0")) else _without_plus(written, country)
    return digits if _without_plus(digits, country) == digits else ""  # else it would reach somebody else when it comes back


def _without_plus(digits: str, country: str) -> str:
    """Digits read as the contract wants them, with a country code; as a mobile number of `country` where that is likelier."""
    abroad = _parse(f"+{digits}", country)
    if abroad and _is_valid(abroad):
        return abroad
    local = _parse(digits, country)
    return local if local and _is_valid(local, mobile=True) else abroad


def _parse(written: str, country: str) -> str:
    """The digits of a number that can be dialled from anywhere, or an empty text."""
    import phonenumbers  # its metadata is slow to import, and most rule books never read a number

    try:
        number = phonenumbers.parse(written, country)
    except phonenumbers.NumberParseException:
        return ""
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164).removeprefix("+")


def _is_valid(digits: str, *, mobile: bool = False) -> bool:
    import phonenumbers

    kind = phonenumbers.number_type(phonenumbers.parse(f"+{digits}"))
    if mobile:
        return kind in {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE}
    return kind != phonenumbers.PhoneNumberType.UNKNOWN
