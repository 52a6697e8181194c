"""Characters that are not letters: emoji, emoticons, invisible marks, and variants of apostrophe, hyphen, digit and number sign."""

import re
import unicodedata
from functools import lru_cache

from flask_chatbot.core.late import late_pattern

# Default-ignorable code points, the fillers that show as blanks, and the frame of a keycap.
_UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20e3\u2800\u3164\ufe00-\ufe0f\ufeff"
    "\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
UNSEEN = re.compile(f"[{_UNSEEN}](?:(?<=\u200d)[\u2640\u2642])?")  # the joined signs make a man or a woman of an emoji
# What copying leaves around a value; joiners and variants stay, since a name may be written with them.
COPIED = late_pattern("[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]+")
FRAMED = re.compile("[#*]\ufe0f?\u20e3")  # a keycap that shows no digit

# The blocks of Unicode that emoji lie in, with those not given out yet: arrows, technical signs, shapes, dingbats, pictographs.
_EMOJI = (
    "\u2190-\u21ff\u2300-\u2426\u2500-\u2775\u2794-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030\u303d"
    "\U0001f000-\U0001f0ff\U0001f10d-\U0001faff\U0001fc00-\U0001fffd"
)
EMOJI = re.compile(f"([{_EMOJI}])[\U0001f3fb-\U0001f3ff]*")  # with its skin tones
_TONED = f"(?:[{_EMOJI}\u00a9\u00ae\u203c\u2049\u2122\u2139\u24c2\u3297\u3299]\ufe0f?[\U0001f3fb-\U0001f3ff]?[\U000e0020-\U000e007f]*)"
_FLAG = "[\U0001f1e6-\U0001f1ff]{2}"
_ONE_EMOJI = late_pattern(f"{_FLAG}|[0-9#*]\ufe0f?\u20e3|{_TONED}(?:\u200d{_TONED})*")
EMOTICON = re.compile(r"[:;][-'^]?([dpovxsc30*])\1*|=([dp3])\2*|</?3+|([otux])_\3")  # a whole word, lower case
HEART = re.compile(r"(?<=\w)</?3+$")  # on a word
_ANY_SIGN = re.compile(f"[{_EMOJI}:;=<_]")

_APOSTROPHES = "\u0060\u00b4\u02b9\u02bb\u02bc\u02bd\u02c8\u02cb\u055a\u1fbd\u1fbf\u1fef\u1ffd\u2018\u2019\u201b\u2032\u2035\uff07\uff40"
_HYPHENS = "\u058a\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u207b\u208b\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d"
_DIGITS = "".join(map(chr, (*range(0x2776, 0x2794), *range(0x24EB, 0x2500), 0x1F10B, 0x1F10C)))  # in circles, without a decomposition
LOOK_ALIKES = (
    dict.fromkeys(_APOSTROPHES, "'")
    | dict.fromkeys(_HYPHENS, "-")
    | {digit: str(int(unicodedata.numeric(digit))) for digit in _DIGITS}
    | {"\U0001f51f": "10"}
)
_LOOK_ALIKE = re.compile(f"[{''.join(LOOK_ALIKES)}]")


def without_look_alikes(text: str) -> str:
    """The text with one apostrophe and one hyphen, and plain digits for those in circles.

    >>> without_look_alikes("menu\u2019s \u2776")
    "menu's 1"
    """
    return _LOOK_ALIKE.sub(lambda found: LOOK_ALIKES[found[0]], text)


def without_frames(text: str) -> str:
    """The text without keycaps that show no digit.

    >>> without_frames("#\ufe0f\u20e3 menu 1\ufe0f\u20e3") == "  menu 1\ufe0f\u20e3"
    True
    """
    return FRAMED.sub(" ", text) if "\u20e3" in text else text


def with_marks(text: str) -> str:
    """The text with ``#`` for number signs of other widths; a keycap that shows a number sign is left alone.

    >>> with_marks("order\\uff03kaos #\\ufe0f\\u20e3")
    'order#kaos  '
    """
    return text if text.isascii() else without_frames(text).replace("\uff03", "#").replace("\ufe5f", "#")


def seen(text: str) -> str:
    """The text without invisible characters from copying and without surrounding white space.

    >>> seen(" \\u202a+62 812\\u202c ")
    '+62 812'
    """
    return text.strip() if text.isascii() else COPIED.sub("", text).strip()


@lru_cache(maxsize=1024)  # a text of emoji asks for each of them several times
def is_sign(word: str) -> bool:
    """True if a folded word is an emoji or an emoticon.

    >>> [is_sign(word) for word in ("\\U0001f64f", ":3", "3", "\\u2605")]
    [True, True, False, True]
    """
    return EMOJI.fullmatch(word) is not None or EMOTICON.fullmatch(word) is not None


def is_emoji(text: str) -> bool:
    """True if a text is one emoji, with its skin tone, its joined parts, or its frame.

    >>> [is_emoji(text) for text in ("\\U0001f44d\\U0001f3fd", "\\u2764\\ufe0f", "\\U0001f1ee\\U0001f1e9", "3\\ufe0f\\u20e3", "ok")]
    [True, True, True, True, False]
    """
    return _ONE_EMOJI.fullmatch(text) is not None


def has_signs(folded: str) -> bool:
    """True if a folded text may contain an emoji or an emoticon."""
    return not folded.isalnum() and _ANY_SIGN.search(folded) is not None
