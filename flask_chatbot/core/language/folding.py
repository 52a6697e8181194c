"""The normal form in which all texts of customers are compared."""

import re
import unicodedata
from collections.abc import Container
from functools import lru_cache

from flask_chatbot.core.language.signs import EMOJI, EMOTICON, HEART, UNSEEN, has_signs, is_sign, without_frames, without_look_alikes

TEXT_LIMIT = 4096  # characters of a message that count, before and after NFKC
# The characters that become four to eighteen by NFKC, and some beside them that become fewer.
LONG = re.compile(
    "[\u2057\u2152\u2167\u2177\u247d-\u2487\u2a0c\u321d\u321e\u3300-\u3357\u337f\u3389\u33a8\u33ae\u33af\u33c2\u33c6\u33d8\ufdf2-\ufdfc]"
)
# Punctuation between words that were written without a space, as in "halo,kak"; between digits it belongs to a number.
JOINTS = re.compile(r"(?<=[^\W\d_])[,;!?]+(?=[^\W_])|(?<=\d)[,;!?]+(?=[^\W\d_])")
PAUSE = re.compile("[,;!?]")  # faster to look for than a joint
LIKE_PUNCTUATION = "~`^"  # WhatsApp's marks for struck and fixed text are symbols to Unicode
# Vowel marks, tatweel and the signs of the Koran.
ARABIC_MARKS = re.compile("[\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u08d3-\u08e1\u08e3-\u08ff]")
ALEFS = re.compile("[\u0622\u0623\u0625\u0671-\u0673\u0675]")
# Chinese, Japanese, Thai and their neighbours are written without spaces: there, each character is a word.
WITHOUT_SPACES = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai and Lao, Burmese, Khmer
    "\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)
UNUSUAL = re.compile(r"[\W_]+")  # in a word


def fold(text: str) -> str:
    """The normal form: NFKC, case folded, single spaces, one apostrophe and one hyphen, no punctuation or emoji around words.

    ``#`` is not punctuation, and a text of nothing but punctuation or emoji keeps them.

    >>> fold("  Selamat,   PAGI!! "), fold("*Menu* \\U0001f64f"), fold("\\uff2d\\uff25\\uff2e\\uff35"), fold("1\\ufe0f\\u20e3"), fold("?")
    ('selamat pagi', 'menu', 'menu', '1', '?')
    """
    return without_signs(fold_with_signs(text))


@lru_cache(maxsize=4)  # one message is asked for several times, and a long one costs a millisecond
def fold_with_signs(text: str) -> str:
    """The normal form with each emoji as a word of its own, without skin tone and without repeats.

    >>> fold_with_signs("Menu\\U0001f64f\\U0001f3fd\\U0001f64f")
    'menu \U0001f64f'
    """
    text = text[:TEXT_LIMIT].strip()
    if text.isascii() and text.isalnum():  # as most keywords
        return text.lower()
    text = fold_characters(text)
    if text.isalnum():
        return text
    if "#" not in text:
        return fold_words(text)
    return "#".join([part if not part or part.isalnum() else fold_words(part) for part in text.split("#")])


def canonical(text: str) -> str:
    """The normal form with its punctuation, for values that it may distinguish.

    >>> canonical(" A- "), canonical("5 %")
    ('a-', '5 %')
    """
    return " ".join(fold_characters(text[:TEXT_LIMIT]).split())


def fold_characters(text: str) -> str:
    """The text in lower case, with one notation for equivalent characters and emoji separated from words."""
    if text.isascii():
        return text.lower().replace("`", "'") if "`" in text else text.lower()
    text = nfkc(without_look_alikes(UNSEEN.sub("", without_frames(text))))
    text = without_look_alikes(unicodedata.normalize("NFKC", ARABIC_MARKS.sub("", text.casefold())))
    return " ".join(EMOJI.split(ALEFS.sub("\u0627", text))).strip()


def without_signs(folded: str, kept: Container[str] = ()) -> str:
    """The folded text without its emoji and emoticons, except those `kept`; unchanged if nothing else would be left.

    >>> without_signs("menu \U0001f64f"), without_signs("menu :3", {":3"}), without_signs("\U0001f64f")
    ('menu', 'menu :3', '\U0001f64f')
    """
    if not has_signs(folded):
        return folded
    parts = [" ".join([word for word in part.split(" ") if word in kept or not is_sign(word)]) for part in folded.split("#")]
    left = "#".join(parts)
    return left if left.strip("#") else folded


def is_blank(text: str) -> bool:
    """True if a text has nothing visible.

    >>> is_blank(" \\u200b\\n"), is_blank("\\u3164"), is_blank("?")
    (True, True, False)
    """
    return not (text[:1].isascii() and text[:1].isalnum()) and not UNSEEN.sub("", text).strip()


@lru_cache(maxsize=4)
def nfkc(text: str) -> str:
    """The first 4,096 characters of the NFKC of a text.

    One character may become eighteen, so a text ends where those that become so many fill it by themselves: whatever comes behind them
    changes the last one at the most.

    >>> len(nfkc("\\ufdfa" * 4096)), nfkc("\\uff21")
    (4096, 'A')
    """
    left = TEXT_LIMIT
    for found in LONG.finditer(text):
        left -= len(unicodedata.normalize("NFKC", found[0]))
        if left < 0:
            text = text[: found.end()]
            break
    return unicodedata.normalize("NFKC", text)[:TEXT_LIMIT]


def fold_words(text: str) -> str:
    """The words of a lower-case text without surrounding punctuation or repeated emoji."""
    words = text.split()
    if "".join(words).isalnum():
        return " ".join(words)
    words = JOINTS.sub(" ", text).split() if PAUSE.search(text) else words
    bare = list(filter(None, [word if word.isalnum() else strip_punctuation(word) for word in words])) or words
    return " ".join([word for place, word in enumerate(bare) if not place or word != bare[place - 1] or not is_sign(word)])


def strip_punctuation(word: str) -> str:
    """The word without punctuation at its ends; emoticons stay whole, and a heart attached to a word is dropped.

    >>> [strip_punctuation(word) for word in ("(ya)!", ":3.", "makasih<3")]
    ['ya', ':3', 'makasih']
    """
    if len(word) == 1:
        return "" if is_punctuation(word) else word
    if not word.isascii() or word[0] in ":;=<otux":
        alone = word.rstrip(".,!?")
        if EMOTICON.fullmatch(alone):
            return alone
    word = HEART.sub("", word) if "<" in word else word
    start, end = 0, len(word)
    while start < end and is_punctuation(word[start]):
        start += 1
    while end > start and is_punctuation(word[end - 1]):
        end -= 1
    return word[start:end]


def is_punctuation(character: str) -> bool:
    """True if a character is ignored at the end of a word."""
    return not character.isalnum() and (character in LIKE_PUNCTUATION or unicodedata.category(character)[0] == "P")


def split_words(folded: str) -> list[str]:
    """The words of a folded text, as phrases look for them.

    Punctuation inside a word splits it, except between digits; ``#``, symbols such as emoji, and each character of a script without spaces
    are words of their own.

    >>> split_words("kak,harga-nya rp10.000#ok\U0001f64f"), split_words("\u4ef7\u683c 5kg")
    (['kak', 'harga', 'nya', 'rp10.000', '#', 'ok', '\U0001f64f'], ['\u4ef7', '\u683c', '5kg'])
    """
    written = folded.replace("#", " # ").split()
    if "".join(written).replace("#", "").isalnum() and (folded.isascii() or not WITHOUT_SPACES.search(folded)):
        return written
    words: list[str] = []
    for word in written:
        if word == "#" or (word.isascii() and word.isalnum()) or is_sign(word):
            words.append(word)
        else:
            words += spaced(word).split()
    return words


def spaced(word: str) -> str:
    """A word with a space for what splits it, and with spaces around what is a word of its own.

    >>> spaced("a.b1.5"), spaced("5kg\u4ef7\u683c")
    ('a b1.5', '5kg \u4ef7 \u683c ')
    """
    spaced = UNUSUAL.sub(parted_run, word)
    return spaced if spaced.isascii() else WITHOUT_SPACES.sub(lambda found: f" {' '.join(found[0])} ", spaced)


def parted_run(found: re.Match[str]) -> str:
    """The same of characters in a row that are no letters or digits; one that stands between digits splits no word."""
    parts = list(map(parted, found[0]))
    if " " in parts:
        word = found.string
        for place, part in enumerate(parts, found.start()):
            if part == " " and word[place - 1 : place].isdigit() and word[place + 1 : place + 2].isdigit():
                parts[place - found.start()] = word[place]
    return "".join(parts)


@lru_cache(maxsize=4096)
def parted(character: str) -> str:
    """The character with spaces around it if it is a word of its own; a space if it splits two words."""
    is_symbol = unicodedata.category(character) == "So" or "\U0001f3fb" <= character <= "\U0001f3ff"  # skin tones
    if is_symbol or WITHOUT_SPACES.match(character):
        return f" {character} "
    return " " if is_punctuation(character) else character
