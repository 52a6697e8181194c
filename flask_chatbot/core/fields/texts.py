"""Texts: names, addresses, whatever a customer writes, kept as it was written."""

import re
from itertools import takewhile

from flask_chatbot.core.fields.field import Context, Field, TextPattern
from flask_chatbot.core.fields.numerals import written
from flask_chatbot.core.fields.tokens import RUN, cuts, edges, own_labels, words_for
from flask_chatbot.core.language.folding import canonical, fold, nfkc
from flask_chatbot.core.language.sentences import quote, say
from flask_chatbot.core.language.signs import UNSEEN, seen
from flask_chatbot.core.language.vocabulary import Vocabulary
from flask_chatbot.core.late import late_pattern

HALVES = late_pattern("[\ud800-\udfff]")  # of characters
LABELED = late_pattern(r"(?s)\s*(?P<label>[^:=\n]{1,60}?)\s*[:=]\s*(?P<value>\S.*)")
WORD = re.compile(r"\S+")
BETWEEN = re.compile(r"[\s:=]")  # a label and its value, or two words
POSSESSIVE = "nya"  # "alamatnya Jl. Melati 5"


def read_text(text: str, field: Field, context: Context) -> str:
    """The text as it was written, without what copying left around it, its field's own label in front, and the courtesy behind a name."""
    text = visible_text(text) if field.pattern is not None else bare(seen(text) or text, field, context)
    if isinstance(field.min, int | float) and len(text) < field.min:
        raise ValueError(say(context.language, "too_short", min=written(field.min, context.language)))
    if isinstance(field.max, int | float) and len(text) > field.max:
        raise ValueError(say(context.language, "too_long", max=written(field.max, context.language)))
    if field.pattern is not None and not fits(field.pattern, text):
        raise ValueError(say(context.language, "wrong_pattern", value=quote(text)))
    return text


def bare(text: str, field: Field, context: Context) -> str:
    """The text without its field's own label in front, and without the courtesy behind a name; one word has neither."""
    if BETWEEN.search(text) is None:
        return text
    vocabulary = context.language.vocabulary
    value = without_label(text, field, vocabulary)
    return without_courtesy(value, context) if is_name(field, vocabulary) else value


def without_label(text: str, field: Field, vocabulary: Vocabulary) -> str:
    """The text without the label of its field, where that stands in front with a colon or as in "nama saya"; names need no more than it.

    >>> from flask_chatbot.core.fields.field import FieldType
    >>> from flask_chatbot.core.language.vocabulary import vocabulary_of
    >>> field, words = Field(name="nama", type="text", kind=FieldType(read=read_text)), vocabulary_of("id")
    >>> [without_label(text, field, words) for text in ("Nama: Budi", "nama saya Budi Santoso", "a/n Budi", "Budi: anak pertama")]
    ['Budi', 'Budi Santoso', 'Budi', 'Budi: anak pertama']
    """
    known = own_labels(field.name, field.label)
    found = LABELED.fullmatch(text)
    if found is not None and fold(found["label"]) in known:
        return found["value"].strip()
    names = vocabulary.labels["name"] if is_name(field, vocabulary) else frozenset()
    spans = [(match.start(), said(match[0])) for match in WORD.finditer(text)]
    words = [word for _, word in spans]
    for ahead in cuts(words, vocabulary.ahead):
        for end in range(min(ahead + RUN, len(words) - 1), ahead, -1):
            label = " ".join(words[ahead:end])
            if label not in known | names:
                continue
            linked = max(cuts(words[end:], vocabulary.links))
            if end + linked < len(words) and (linked or label in names or label.endswith(POSSESSIVE)):
                return text[spans[end + linked][0] :].strip()
    return text


def said(word: str) -> str:
    """A word as the lists have it, with the signs inside it that some of them are written with.

    >>> said("Nama,"), said("a/n"), said("A.N.")
    ('nama', 'a/n', 'a.n')
    """
    return canonical(word).strip(".,:;!")


def is_name(field: Field, vocabulary: Vocabulary) -> bool:
    """True if a field's own label says that its values are names of people."""
    return not vocabulary.labels["name"].isdisjoint(own_labels(field.name, field.label))


def without_courtesy(text: str, context: Context) -> str:
    """A name without the courtesy behind it, which is written small; at least a word is left."""
    spans = list(WORD.finditer(text))
    words = [match[0] for match in reversed(spans)]
    small = list(takewhile(lambda word: word == word.lower(), words[:-1]))
    _, behind = edges(words_for(context), context.language.vocabulary, "name")
    last = max(cuts(list(map(said, small)), behind, backwards=True))
    return text[: spans[len(spans) - 1 - last].end()].rstrip(" ,") if last else text


def visible_text(text: str) -> str:
    """The text as patterns see it, without what nobody sees.

    >>> visible_text("\\uff21\\uff221234\\u200b")
    'AB1234'
    """
    return text if text.isascii() else nfkc(UNSEEN.sub("", text)).strip()


def fits(pattern: TextPattern, text: str) -> bool:
    """True if a pattern fits a whole text."""
    # Of a text that nobody sees nothing is left, and RE2 reads UTF-8, which has no lone surrogates.
    return bool(text and not HALVES.search(text) and pattern.fullmatch(text))
