"""Menus to tap, for connections that have them: as buttons, or as a list that opens."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_chatbot.core.values.contents import Choice

BUTTONS_LIMIT = 3
BUTTON_LETTERS = 20  # of a button, and of what opens a list
ROWS_LIMIT = 10
ROW_LETTERS = 24
ABOVE_LETTERS = 1024  # of the text above
ID_LETTERS = 200


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
