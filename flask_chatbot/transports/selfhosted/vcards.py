"""Contact cards as WhatsApp has them: vCard 3.0, as far as names and telephone numbers. Pure."""

import re

from flask_chatbot.core.values.contents import SharedContact
from flask_chatbot.core.values.replies import ContactCard

_WAID = re.compile(r"waid=([0-9]{5,15})", re.IGNORECASE)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_FOLD = re.compile(r"\r?\n[ \t]")
MOST_NUMBERS = 20


def write_card(card: ContactCard) -> str:
    r"""A card as a vCard, whose numbers can be written to on WhatsApp.

    >>> write_card(ContactCard("Admin, Toko", ("628111",))).splitlines()[2:4]
    ['FN:Admin\\, Toko', 'TEL;type=CELL;type=VOICE;waid=628111:+628111']
    """
    name = re.sub(r"([\\,;])", r"\\\1", " ".join(card.name.split()))
    digits = ["".join(filter(str.isdecimal, number)) for number in card.numbers]
    lines = [f"TEL;type=CELL;type=VOICE;waid={each}:+{each}" for each in digits]
    return "\n".join(["BEGIN:VCARD", "VERSION:3.0", f"FN:{name}", *lines, "END:VCARD"])


def read_card(text: str, name: str = "") -> SharedContact:
    r"""The contact of a vCard; `name` stands in if the card has none.

    >>> read_card("BEGIN:VCARD\nFN:Budi\\, Toko\nitem1.TEL;waid=628111:+62 811-1\nEND:VCARD")
    SharedContact(name='Budi, Toko', numbers=('628111',), user_id='')
    """
    numbers: dict[str, None] = {}
    for line in _FOLD.sub("", text).splitlines():
        head, colon, value = line.partition(":")
        key = head.partition(";")[0].rpartition(".")[2].upper()
        if not colon:
            continue
        if key == "FN":
            name = _ESCAPED.sub(r"\1", value).strip() or name
        elif key == "TEL":
            waid = _WAID.search(head)
            digits = waid[1] if waid else "".join(sign for sign in value if sign.isascii() and sign.isdecimal())
            if digits:
                numbers[digits] = None
    return SharedContact(name=name, numbers=tuple(numbers)[:MOST_NUMBERS])
