"""Menus shown so that they can be tapped, where the connection to WhatsApp has buttons or lists."""

from collections.abc import Sequence

from flask_chatbot.core.conversation.dialogue import numbered
from flask_chatbot.core.language.sentences import Language, clip, say
from flask_chatbot.core.values.contents import Choice
from flask_chatbot.core.values.menus import ABOVE_LETTERS, BUTTON_LETTERS, Buttons, List, fit_buttons, fit_list
from flask_chatbot.core.values.replies import Reply, Text


def tappable(replies: tuple[Reply, ...], choices: Sequence[Choice], language: Language, *, buttons: bool, lists: bool) -> tuple[Reply, ...]:
    """The replies, with the text that ends in the numbers of these choices as buttons, else as a list, if it has `buttons` or `lists`.

    It stays a text if the choices are too many or too long for either, or the text above them is.

    >>> from flask_chatbot.core.language.sentences import language_of
    >>> shown = (Text("Silakan pilih.\\n1. Harga\\n2. Lokasi"),)
    >>> choices = [Choice("harga", "Harga"), Choice("lokasi", "Lokasi")]
    >>> tappable(shown, choices, language_of("id"), buttons=True, lists=True)[0].choices[1].title
    'Lokasi'
    >>> tappable(shown, choices, language_of("id"), buttons=False, lists=False) == shown
    True
    """
    lines = "\n".join(numbered(choices))
    for place in reversed(range(len(replies))):
        reply = replies[place]
        if isinstance(reply, Text) and lines and f"\n{reply.text}".endswith(f"\n{lines}"):
            menu = _menu(reply.text, lines, choices, language, buttons, lists)
            return (*replies[:place], menu, *replies[place + 1 :])
    return replies


def _menu(plain: str, lines: str, choices: Sequence[Choice], language: Language, buttons: bool, lists: bool) -> Reply:
    choose = say(language, "menu_choose")
    above = plain.removesuffix(lines).rstrip("\n") or choose
    if len(above) <= ABOVE_LETTERS and buttons and fit_buttons(choices):
        return Buttons(above, tuple(choices), plain)
    if len(above) <= ABOVE_LETTERS and lists and fit_list(choices):
        return List(above, tuple(choices), plain, clip(choose, BUTTON_LETTERS))
    return Text(plain)
