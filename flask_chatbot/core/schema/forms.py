"""Values in the form that their place takes, written out of those that it refuses."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from flask_chatbot.core.fields.types import FIELD_TYPES
from flask_chatbot.core.schema.shape import resolved
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.habits import by_habit
from flask_chatbot.core.values.replies import KINDS, MEDIA
from flask_chatbot.core.yamltext.traps import in_quotes

PARTS = re.compile(r"\s*[,;#|/]\s*|\s+(?:dan|atau|and|or)\s+")  # what people write between the entries of a list
BARE = re.compile(r"[^\W_][\w .-]*")  # what a list takes without quotes
NUMBER = re.compile(r"[-+]?[0-9]+(?:[.,][0-9]+)?")
COORDINATES = re.compile(r"(?<![0-9.])(-?[0-9]{1,3}\.[0-9]+)(?:,|\s|%2C|!4d)+(-?[0-9]{1,3}\.[0-9]+)")
LAT_LIMIT, LNG_LIMIT = 90, 180  # degrees
ADDRESS = ("http://", "https://", "{{")  # how the address of a file begins
PHONE = re.compile(r"\+?[0-9][0-9 .()-]{5,}")
DAYS_AHEAD = re.compile(r"([^\W\d][^\d]*?)[ :]*([0-9].*)")
KIND_BY_ENDING = {ending: name for name, kind in KINDS.items() for ending in kind.endings}  # of the address of a file
LIST_OF_RULES = tr("Write `version: 1` and `rules:` on lines of their own above it, and indent the list below `rules:`.")
OPEN = {"open": "true", "closed": "false"}
ENTRIES = tr("Begin each entry with '-'.")
LINK = re.compile(r"(?:wa\.me/|phone=)\+?([0-9]{6,15})")
ENTRY = tr("Write an entry as the words shown and the rule they lead to")


def form_of(path: tuple[str | int, ...], value: Any, kinds: list[str], schema: Mapping[str, Any]) -> str:
    """The right form of a value of a wrong type, as a sentence; empty where nobody can tell.

    >>> form_of(("rules", 0, "fields"), "nama, alamat", ["array"], {"items": {"type": ["string", "object"]}})
    'Write a list: [nama, alamat]'
    >>> form_of(("lat",), "-7,28", ["number"], {})
    'Write -7.28'
    """
    key = next((step for step in reversed(path) if isinstance(step, str)), "")
    if kinds == ["array"] or ("array" in kinds and isinstance(value, str)):
        return as_list(key, value, schema)
    if "object" in kinds and path[-3:-2] == ("fields",) and (options := options_in(value)):
        return tr("Write its options as {field}: {{type: choice, options: [{options}]}}", field=path[-1], options=", ".join(options))
    if not isinstance(value, str):
        return LIST_OF_RULES if isinstance(value, list) and not path else ""
    if path[-3:-2] in (("fields",), ("ask",)) and (kind := by_habit(value, FIELD_TYPES)):
        return tr("Write its type as {field}: {{type: {kind}}}", field=path[-1], kind=kind)
    if "object" in kinds:
        return FORMS[key](value) if key in FORMS else ""
    if "number" in kinds or ("integer" in kinds and value.isdecimal()):
        return as_number(value)
    if kinds == ["boolean"]:
        return as_truth(key, value)
    return ""


def as_list(key: str, value: Any, schema: Mapping[str, Any]) -> str:
    """The entries that were written as one text, or as a map."""
    if isinstance(value, dict):
        known = resolved(schema.get("items", {})).get("properties", {})
        return as_rules(value) if key == "rules" and known.keys().isdisjoint(value) else ENTRIES
    if not isinstance(value, str):
        return ""
    parts = [part for part in PARTS.split(value.strip(" #,")) if part]
    if key == "menu":
        return tr(
            "{way_out}, each on a line of its own: {entries}",
            way_out=ENTRY,
            entries=" ".join(f"`- {entry_of(part)}`" for part in parts[:2]),
        )
    if "string" not in resolved(schema.get("items", {})).get("type", ["string"]):
        return ""
    if key == "ask" and by_habit(value, ("true", "false")):
        return tr("Write the fields that it asks for, such as [nama, alamat]")
    names = [part.replace(" ", "_") if key in ("fields", "ask") else part for part in parts]
    return tr("Write a list: [{names}]", names=", ".join(map(plain, names)))


def as_rules(group: Mapping[str, Any]) -> str:
    """The first entry of rules that were written as a map of keywords and their replies."""
    words, reply = next(iter(group.items()), ("", None))
    return (
        tr("Write an entry for each, such as `- {{keyword: {keyword}, reply: {reply}}}`", keyword=plain(words), reply=plain(reply))
        if isinstance(reply, str)
        else ENTRIES
    )


def plain(text: str) -> str:
    """A text as it stands in brackets or braces: in quotes only where it needs them.

    >>> plain("Halo kak"), plain("Halo, kak")
    ('Halo kak', '"Halo, kak"')
    """
    return text if BARE.fullmatch(text) else in_quotes(text)


def options_in(value: Any) -> list[str]:
    """The options that were written in the place of a field's keys; empty where there are not several.

    >>> options_in("S/M/L"), options_in(["Cuci", "Setrika"]), options_in("Siapa nama kakak?")
    (['S', 'M', 'L'], ['Cuci', 'Setrika'], [])
    """
    parts = PARTS.split(value.strip()) if isinstance(value, str) and not value.endswith("?") else value
    fits = isinstance(parts, list) and len(parts) > 1 and all(isinstance(part, str) and part for part in parts)
    return list(map(plain, parts)) if fits else []


def field_of(group: Mapping[str, Any]) -> str:
    """The entry of a field whose name was written behind a key of its own; empty for others.

    >>> field_of({"name": "nama barang", "type": "angka"}), field_of({"nama": {}, "type": {}})
    ('nama_barang: {type: integer}', '')
    """
    key, *rest = group
    name = group[key]
    if not by_habit(key, ("name",)) or not isinstance(name, str) or not all(isinstance(group[each], str | int | float) for each in rest):
        return ""
    keys = {each: by_habit(str(group[each]), FIELD_TYPES) or plain(str(group[each])) for each in rest}
    return f"{'_'.join(re.findall(r'[A-Za-z0-9]+', name))}: {{{', '.join(f'{each}: {value}' for each, value in keys.items())}}}"


def entry_of(words: str) -> str:
    """An entry of a menu, which leads to a rule that is called by its words.

    >>> entry_of("Daftar harga")
    'Daftar harga: daftar harga'
    """
    return f"{words}: {words.casefold()}"


def as_number(text: str) -> str:
    """A number out of one in quotes, or with a decimal comma.

    >>> as_number("112,79"), as_number("1.5"), as_number("dua")
    ('Write 112.79', 'Write 1.5, without quotes.', '')
    """
    plain = text.strip()
    if not NUMBER.fullmatch(plain):
        return ""
    return tr("Write {written}", written=plain.replace(",", ".")) if "," in plain else tr("Write {written}, without quotes.", written=plain)


def as_truth(key: str, text: str) -> str:
    """True or false out of a yes or no; of a fallback, where its text belongs."""
    if word := by_habit(text, ("true", "false")):
        return tr("Write {word}.", word=word)
    return tr("Write `fallback: true`, and the text below it: `reply: {text}`", text=text) if key == "fallback" else ""


def as_location(text: str) -> str:
    """A place on the map, with the coordinates of a link that has them."""
    if written := coordinates_in(text):
        return tr("Write {written}", written=written)
    return tr("Write its coordinates, which a map shows for the place, such as {{lat: -6.2, lng: 106.816}}")


def coordinates_in(text: str) -> str:
    """The coordinates in a text as a location takes them, in their order, since no latitude is beyond 90; empty without any.

    >>> coordinates_in("112.79, -7.28"), coordinates_in("https://maps.google.com/?q=-7.28,112.79"), coordinates_in("Jl. Sudirman 5")
    ('{lat: -7.28, lng: 112.79}', '{lat: -7.28, lng: 112.79}', '')
    """
    if not (found := COORDINATES.search(text)):
        return ""
    lat, lng = found[1], found[2]
    if abs(float(lat)) > LAT_LIMIT:
        lat, lng = lng, lat
    return f"{{lat: {lat}, lng: {lng}}}" if abs(float(lat)) <= LAT_LIMIT and abs(float(lng)) <= LNG_LIMIT else ""


def as_reply(kind: str, text: str) -> str:
    """The entry that sends a text as a reply of another kind; empty where the text does not hold what the kind needs.

    >>> as_reply("location", "-7.28, 112.79"), as_reply("location", "Jl. Sudirman 5"), as_reply("image", "menyusul")
    ('location: {lat: -7.28, lng: 112.79}', '', '')
    """
    if kind in MEDIA:
        return f"{kind}: {text}" if text.startswith(ADDRESS) or text.rpartition(".")[2].casefold() in KIND_BY_ENDING else ""
    if kind == "location" and (written := coordinates_in(text)):
        return f"location: {written}"
    return f"contact: {{name: Admin, numbers: {in_quotes(text)}}}" if kind == "contact" and PHONE.fullmatch(text) else ""


def as_degrees(key: str, beside: Mapping[str, Any]) -> str:
    """The way out where a coordinate is beyond its limits: with both swapped, or as degrees.

    >>> as_degrees("lat", {"lat": 112.7, "lng": -7.2})
    'The two are swapped. Write {lat: -7.2, lng: 112.7}'
    """
    lat, lng = beside.get("lng"), beside.get("lat")
    if isinstance(lat, int | float) and isinstance(lng, int | float) and abs(lat) <= LAT_LIMIT < abs(lng) <= LNG_LIMIT:
        return tr("The two are swapped. Write {{lat: {lat}, lng: {lng}}}", lat=lat, lng=lng)
    return tr("Write degrees with a decimal point, such as {example}.", example="-6.2" if key == "lat" else "106.816")


def as_hours(text: str) -> str:
    """Opening hours by their days, of all days where none is named."""
    found = DAYS_AHEAD.fullmatch(text.strip())
    day, span = (found[1].strip(), found[2]) if found else ("mon-sun", text.strip())
    return tr("Write the days first: {{{day}: {span}}}", day=day, span=span)


def as_contact(text: str) -> str:
    """A contact card out of a number, a link to a chat, or a name.

    >>> as_contact("https://wa.me/628117601234"), as_contact("Bu Ani")
    ('Write {name: Admin, numbers: "628117601234"}', 'Write {name: Bu Ani, numbers: "6281234567890"}, with the number of the contact.')
    """
    if not any(map(str.isdigit, text)):
        return tr('Write {{name: {name}, numbers: "6281234567890"}}, with the number of the contact.', name=plain(text))
    found = LINK.search(text)
    return tr("Write {{name: Admin, numbers: {numbers}}}", numbers=in_quotes(found[1] if found else text))


FORMS: Mapping[str, Callable[[str], str]] = {
    "location": as_location,
    "hours": as_hours,
    "contact": as_contact,
    "when": lambda text: tr("Write {{open: {word}}}", word=OPEN[word]) if (word := by_habit(text, OPEN)) else "",
    "find": lambda text: tr("Write {{in: {name}, by: nomor}}, with the field that it is looked up by", name=text),
    "forward": lambda text: tr("Write {{url: {url}}}", url=text),
    "menu": lambda text: tr("{way_out}: `{entry}`", way_out=ENTRY, entry=entry_of(text)),
    "rules": lambda text: tr("Begin it with its keyword, such as `- keyword: halo`"),
}
