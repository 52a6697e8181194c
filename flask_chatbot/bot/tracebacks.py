"""Tracebacks that are safe to log: without customers' texts and telephone numbers."""

import re
import traceback
from collections.abc import Iterable

from flask_chatbot.core.language.controls import visible
from flask_chatbot.core.late import late_pattern
from flask_chatbot.core.values.messages import Message, split_parts

BETWEEN_WORDS = re.compile(r"[\s#\"]+")
SHORTEST = 3  # characters; what is shorter stands in every traceback, and tells nothing
HIDDEN = "[...]"
NUMBER = late_pattern(r"(?<![0-9A-Za-z])\+?[0-9]{9,15}(?![0-9A-Za-z])")


def redacted(error: BaseException, hidden: Iterable[str]) -> str:
    """The traceback of an error, with dots for each text in `hidden` and for anything that could be a telephone number.

    Control characters that a terminal would obey are made visible: an error may quote what a customer wrote.

    >>> try:
    ...     int("Jalan Mawar")
    ... except ValueError as error:
    ...     print(redacted(error, ["Jalan Mawar"]).splitlines()[-1])
    ValueError: invalid literal for int() with base 10: '[...]'
    """
    text = "".join(traceback.format_exception(error)).rstrip()
    spellings = {spelling for each in hidden for spelling in (each, repr(each)[1:-1], each.casefold())}
    for spelling in sorted(spellings, key=len, reverse=True):
        if len(spelling) >= SHORTEST:
            text = text.replace(spelling, HIDDEN)
    return visible(NUMBER.sub(HIDDEN, text))


def private(message: Message) -> list[str]:
    """The parts of a message that must not reach a log: its text, its words except a keyword before ``#``, and its sender."""
    words = split_parts(message.text.partition("#")[2]) if "#" in message.text else (message.text,)
    return [message.text, *with_words(*words, message.sender.number, message.sender.name)]


def with_words(*texts: str) -> list[str]:
    """The texts, and each of their words.

    >>> with_words("a#b c")
    ['a#b c', 'a', 'b', 'c']
    """
    return [part for text in texts for part in (text, *BETWEEN_WORDS.split(text))]
