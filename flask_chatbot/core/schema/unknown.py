"""Keys that a place does not know: what was meant, or where they belong."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from flask_chatbot.core.schema.forms import KIND_BY_ENDING, as_reply
from flask_chatbot.core.schema.shape import resolved
from flask_chatbot.core.translation.translatable import NO_MESSAGE, Translatable, tr
from flask_chatbot.core.values.habits import Meaning, by_habit, guess
from flask_chatbot.core.values.replies import KINDS, MEDIA
from flask_chatbot.core.yamltext.traps import in_quotes, put_in_quotes

OLD_COURTESY = "ignore_words"  # among the settings, until courtesy words got a list under `words`
BELOW_MEDIA = {"url": "caption", "caption": "caption", "filename": "filename"}  # what may be misplaced, and what to show with the URL
WANTED = frozenset({"required", "wajib", "harus", "mandatory", "wajib_diisi"})  # what fields are unless they say otherwise
GLUED_DASH = re.compile(r"-(?=[^\W\d_])")
AS_KIND = {
    "image": tr("an image"),
    "audio": tr("an audio"),
    "video": tr("a video"),
    "document": tr("a document"),
    "location": tr("a location"),
    "contact": tr("a contact"),
}
FILE = re.compile(r"https?://\S+\.(\w+)(?:\?\S*)?")


class UnknownKey(NamedTuple):
    """A key, the map it stands in, and the schema of that map."""

    key: str
    group: Mapping[str, Any]
    schema: Mapping[str, Any]

    @property
    def known(self) -> Mapping[str, Any]:
        """The schemas of the keys that may stand there."""
        known: Mapping[str, Any] = self.schema.get("properties", {})
        return known

    @property
    def value(self) -> Any:
        """The value of the key."""
        return self.group[self.key]

    @property
    def is_text(self) -> bool:
        """True if the whole could be a text with a colon in it: where a text may stand, a lone key with a text."""
        return "string" in self.schema.get("type", ()) and len(self.group) == 1 and isinstance(self.value, str | int | float)


def explained(unknown: UnknownKey) -> tuple[Translatable, str]:
    """A sentence about the key, and the key of ours that was meant; no key where nobody can tell."""
    for message, meant in explanations(unknown):
        if message:
            return message, meant
    if "apology" in unknown.known:  # of sixty sentences
        return tr("unknown sentence {key!r}. `flask chatbot sentences` prints all that there are.", key=unknown.key), ""
    listed = ", ".join(unknown.known)
    return tr("unknown key {key!r}. Known here: {listed}.", key=unknown.key, listed=listed), ""


def explanations(unknown: UnknownKey) -> Iterator[tuple[Translatable, str]]:
    """Sentences about the key, the surest first; each may be empty."""
    key, found = unknown.key, guess(unknown.key, unknown.known)
    if dash := GLUED_DASH.match(key):
        yield tr("a space is missing after the dash. Write - {rest}: ...", rest=key[dash.end() :]), ""
    if key == OLD_COURTESY and "groups" in unknown.known:
        yield moved_courtesy(unknown.value), ""
    yield beside_media(unknown), ""
    if key.casefold() in WANTED and "optional" in unknown.known:
        yield tr("unknown key {key!r}. Fields are required unless `optional: true`.", key=key), ""
    if found.is_sure and not (unknown.is_text and is_most_likely_text(found.word, unknown.value)):
        yield tr("unknown key {key!r}.{way_out}", key=key, way_out=found.way_out), found.word
    yield elsewhere(unknown)
    if unknown.is_text and (found.is_sure or not found.word):
        yield as_text(unknown, found), ""
    if found.word:
        yield tr("unknown key {key!r}.{way_out}", key=key, way_out=found.way_out), found.word
    if "keyword" in unknown.known and len(unknown.group) == 1 and isinstance(unknown.value, str):
        yield tr("unknown key {key!r}. Write `keyword: {key}`, and below it `reply: {value}`", key=key, value=unknown.value), "keyword"


def moved_courtesy(listed: object) -> Translatable:
    """The message of a key that stands elsewhere now, with the line to write.

    >>> moved_courtesy(["kak", "min"])[-54:]
    "write beside 'settings': `words: {ignore: [kak, min]}`"
    """
    words = [str(word) for word in (listed if isinstance(listed, list) else [listed])]
    line = f"words: {{ignore: [{', '.join(words)}]}}" if listed else "words: {ignore: {only: []}}"
    return tr(
        "courtesy words are not a setting: they add to those of the language. Remove this, and write beside 'settings': `{line}`", line=line
    )


def is_most_likely_text(kind: str, value: object) -> bool:
    """True if a text such as `Lokasi: Jl. Sudirman 5` was meant, and no reply of the kind that its first word names."""
    if kind in ("text", "one_of"):
        return False
    return not (kind in MEDIA and isinstance(value, str) and as_reply(kind, value))


def as_text(unknown: UnknownKey, found: Meaning) -> Translatable:
    """The sentence about a text with a colon in it, which may be meant as a reply of another kind."""
    text = f"{unknown.key}: {unknown.value}"
    read = tr("{text!r} was read as a key and its value.", text=text)
    file = FILE.fullmatch(str(unknown.value))
    kind = KIND_BY_ENDING.get(file[1].casefold(), "") if file else found.word
    if kind in unknown.known and (form := as_reply(kind, str(unknown.value))):
        return tr(
            "{read} To send this as {kind}, write {form}. To send it as text, put quotes around it: {text}",
            read=read,
            kind=AS_KIND[kind],
            form=form,
            text=in_quotes(text),
        )
    return tr("{read} {way_out}", read=read, way_out=put_in_quotes(text))


def beside_media(unknown: UnknownKey) -> Translatable:
    """The sentence about a caption that stands beside its picture."""
    medium = next((kind for kind in unknown.group if kind in MEDIA and kind in unknown.known), "")
    word = by_habit(unknown.key, BELOW_MEDIA) if medium else ""
    if not word or (by_habit(unknown.key, KINDS) == "text" and unknown.key not in BELOW_MEDIA):
        return NO_MESSAGE
    return tr(
        "{key!r} belongs below {medium!r}, not beside it. Write `{medium}: {{url: ..., {word}: ...}}`.",
        key=unknown.key,
        medium=medium,
        word=BELOW_MEDIA[word],
    )


def elsewhere(unknown: UnknownKey) -> tuple[Translatable, str]:
    """The sentence about a key that belongs below another, and that other; both are empty where it belongs nowhere near."""
    places = [(holder, resolved(schema)) for holder, schema in unknown.known.items() if holder != "tests"]
    places.sort(key=lambda place: place[0] != "reply")  # which knows what all others that hold replies do
    for find in (exact, by_habit) if not unknown.is_text else (exact,):
        for holder, schema in places:
            if word := find(unknown.key, properties_of(schema)):
                return belongs(unknown, word, holder, schema), holder
    return NO_MESSAGE, ""


def exact(word: str, known: Mapping[str, Any]) -> str:
    """The word, where it is known and means only one thing."""
    return word if word in known and word != "name" else ""


def belongs(unknown: UnknownKey, word: str, holder: str, schema: Mapping[str, Any]) -> Translatable:
    """The sentence about a key that belongs below `holder`, where it is called `word`."""
    written = f"{word}: {unknown.value}" if isinstance(unknown.value, str | int | float) else f"{word}: ..."
    if "properties" not in schema:
        return tr(
            "{key!r} belongs in an entry of {holder!r}. Write `{holder}:` above it, and `- {written}` indented below that.",
            key=unknown.key,
            holder=holder,
            written=written,
        )
    if holder == "reply" and holder in unknown.group:
        return tr(
            "{key!r} belongs below 'reply'. Write all replies there as a list, one of them `- {written}`.", key=unknown.key, written=written
        )
    return tr("{key!r} belongs below {holder!r}. Write `{holder}: {{{written}}}`.", key=unknown.key, holder=holder, written=written)


def properties_of(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The keys below a place, or below the entries of the list there."""
    own: Mapping[str, Any] = schema.get("properties") or resolved(schema.get("items", {})).get("properties", {})
    return own
