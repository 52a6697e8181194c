"""Replies that only some connections to WhatsApp have: menus to tap, and texts that WhatsApp has approved."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flask_chatbot.core.late import late_pattern
from flask_chatbot.core.translation.translatable import NO_MESSAGE, Translatable, tr
from flask_chatbot.core.values.contents import Choice

BUTTONS_LIMIT = 3
BUTTON_LETTERS = 20  # of a button, and of what opens a list
ROWS_LIMIT = 10
ROW_LETTERS = 24
ABOVE_LETTERS = 1024  # of the text above
ID_LETTERS = 200
TEMPLATE_LANGUAGE = "id"  # if none is given
TEMPLATE_NAME = r"[a-z0-9_]{1,512}"
_NAME = re.compile(TEMPLATE_NAME)
TEMPLATE_LANGUAGES = r"[A-Za-z]{2,3}(?:[_-][A-Za-z0-9]{2,8})*"
_LANGUAGE = late_pattern(TEMPLATE_LANGUAGES)


@dataclass(frozen=True, slots=True)
class Buttons:
    """A text with up to 3 buttons below it; `plain` is the same as one text, with numbers."""

    text: str
    choices: tuple[Choice, ...]
    plain: str


@dataclass(frozen=True, slots=True)
class List:
    """A text with a list of up to 10 entries, which a button with the words in `button` opens; `plain` is as for buttons."""

    text: str
    choices: tuple[Choice, ...]
    plain: str
    button: str


@dataclass(frozen=True, slots=True)
class MessageTemplate:
    """A text that WhatsApp has approved under a name, with the values of its places in order, for `bot.send`.

    `language` is the one it was approved in, such as ``id`` or ``en_US``. A connection to WhatsApp without templates sends `plain` in its
    place, and refuses it if there is none.
    """

    name: str
    language: str = TEMPLATE_LANGUAGE
    parameters: tuple[str, ...] = ()
    plain: str = ""


def no_template_name(written: str) -> Translatable:
    """The complaint about what is no name of a template; empty for a name that WhatsApp may have approved one under."""
    if _NAME.fullmatch(written):
        return NO_MESSAGE
    return tr("{value!r} is no name of a template. They have small letters, digits and underscores, like 'pemberitahuan'.", value=written)


def no_template_language(written: object) -> Translatable:
    """The complaint about what is no language of a template; empty for one that may be."""
    if isinstance(written, str) and _LANGUAGE.fullmatch(written):
        return NO_MESSAGE
    return tr("{value!r} is no language of a template. Write it as Meta does, like 'id' or 'en_US'.", value=written)


def read_template(value: MessageTemplate) -> MessageTemplate:
    """The template with its parts as they are sent; raises `TypeError` or `ValueError` if it can be none of WhatsApp's.

    >>> read_template(MessageTemplate("pesanan_dikirim", parameters=["Budi", "JP-12"])).parameters
    ('Budi', 'JP-12')
    """
    parameters: object = value.parameters
    for part, text in (("name", value.name), ("language", value.language)):
        if not isinstance(text, str) or not text.strip():
            raise TypeError(f"MessageTemplate.{part} is a text that is not empty.")
    if not isinstance(parameters, list | tuple) or not all(isinstance(each, str) and each.strip() for each in parameters):
        raise TypeError("MessageTemplate.parameters is a list of texts, one for each place of the template, none of them empty.")
    if not isinstance(value.plain, str):
        raise TypeError("MessageTemplate.plain is a text.")
    if complaint := no_template_name(value.name.strip()) or no_template_language(value.language.strip()):
        raise ValueError(complaint)
    return MessageTemplate(value.name.strip(), value.language.strip(), tuple(parameters), value.plain.strip())


def fit_buttons(choices: Sequence[Choice]) -> bool:
    """True if choices can be buttons.

    >>> fit_buttons([Choice("harga", "Daftar harga")]), fit_buttons([Choice("harga", "Daftar harga semua barang")])
    (True, False)
    """
    return _fit(choices, BUTTONS_LIMIT, BUTTON_LETTERS)


def fit_list(choices: Sequence[Choice]) -> bool:
    """True if choices can be the entries of a list.

    >>> fit_list([Choice(str(number), f"Cabang {number}") for number in range(10)])
    True
    """
    return _fit(choices, ROWS_LIMIT, ROW_LETTERS)


def _fit(choices: Sequence[Choice], most: int, letters: int) -> bool:
    titles = {choice.title for choice in choices}
    short = all(len(choice.title) <= letters and len(choice.id) <= ID_LETTERS for choice in choices)
    return short and 0 < len(choices) <= most and len(titles) == len(choices)
