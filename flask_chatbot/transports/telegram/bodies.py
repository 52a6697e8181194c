"""The calls that send a reply: their methods and values, as the Bot API describes them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from flask_chatbot.core.values.contents import Choice, File
from flask_chatbot.core.values.menus import Buttons, List
from flask_chatbot.core.values.replies import Audio, ContactCard, Document, Image, Location, Media, Reply, Sticker, Text, Video
from flask_chatbot.errors import Refused
from flask_chatbot.transports.telegram.marks import rendered, split, units

TEXT_LIMIT = 4096  # UTF-16 units of a text
CAPTION_LIMIT = 1024  # and of one below a file
PHOTO_LIMIT = 10 * 1024 * 1024  # bytes
DATA_LIMIT = 64  # bytes that a button carries
ADDRESS_LIMIT = 64  # letters of the name of a place that is sent as its address, too
BY_ID, BY_PLACE = "=", "#"  # how the data of a button begins: the id of its choice, or its place where that is too long

_SOUNDS = frozenset({"audio/mpeg", "audio/mp4", "audio/x-m4a", "audio/aac"})
_METHODS: Mapping[type[Media], tuple[str, str]] = {
    Image: ("sendPhoto", "photo"),
    Audio: ("sendAudio", "audio"),
    Video: ("sendVideo", "video"),
    Document: ("sendDocument", "document"),
    Sticker: ("sendSticker", "sticker"),
}
AS_DOCUMENT = _METHODS[Document]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One call: `field` is the name of the file that goes with it, if there is one."""

    method: str
    values: Mapping[str, object]
    field: str = ""


def sendings(reply: Reply, file: File | None = None) -> list[Sending]:
    """The calls that send a reply, in order. Raises `Refused` for one that Telegram has not."""
    if isinstance(reply, Text):
        return [Sending(method="sendMessage", values=_text(part)) for part in split(reply.text, TEXT_LIMIT)]
    if isinstance(reply, Buttons | List):
        return [Sending(method="sendMessage", values={**_text(reply.text), "reply_markup": keyboard(reply.choices)})]
    if isinstance(reply, Media):
        return _media(reply, file)
    if isinstance(reply, Location):
        return [_place(reply)]
    if isinstance(reply, ContactCard):
        return [_contact(reply.name, number) for number in reply.numbers]
    raise Refused("Telegram has no message of this kind.")


def keyboard(choices: Sequence[Choice]) -> dict[str, object]:
    """Buttons below a message, one to a row.

    >>> keyboard([Choice("harga", "Harga")])
    {'inline_keyboard': [[{'text': 'Harga', 'callback_data': '=harga'}]]}
    """
    rows = [[{"text": choice.title, "callback_data": _data(choice, place)}] for place, choice in enumerate(choices)]
    return {"inline_keyboard": rows}


def _data(choice: Choice, place: int) -> str:
    data = BY_ID + choice.id
    return data if len(data.encode("utf-8", "replace")) <= DATA_LIMIT else f"{BY_PLACE}{place}"


def _text(text: str, name: str = "text") -> dict[str, object]:
    """A text and its entities, under the names that texts or captions have."""
    plain, entities = rendered(text)
    marked = {"entities" if name == "text" else "caption_entities": [asdict(each) for each in entities]} if entities else {}
    return {name: plain, **marked}


def _media(reply: Media, file: File | None) -> list[Sending]:
    """A file with its caption below it; one that is too long comes as a text of its own."""
    method, field = method_of(reply, file)
    fits = method != "sendSticker" and units(reply.caption) <= CAPTION_LIMIT
    caption = _text(reply.caption, "caption") if reply.caption and fits else {}
    linked = {field: reply.url} if file is None else {}
    more = sendings(Text(reply.caption)) if reply.caption and not fits else []
    return [Sending(method=method, values={**linked, **caption}, field="" if file is None else field), *more]


def method_of(reply: Media, file: File | None) -> tuple[str, str]:
    """The method that sends a file, and the name of the file in it: a document where Telegram would not show it as what it is."""
    if file is None:
        return next((names for made, names in _METHODS.items() if isinstance(reply, made)), AS_DOCUMENT)
    if file.kind == "sticker":
        return _METHODS[Sticker]
    if isinstance(reply, Document):
        return AS_DOCUMENT
    if file.mime == "image/gif":
        return "sendAnimation", "animation"
    if file.kind == "image" and len(file.content) <= PHOTO_LIMIT:
        return _METHODS[Image]
    if file.kind == "audio":
        return _METHODS[Audio] if file.mime in _SOUNDS else ("sendVoice", "voice") if file.mime == "audio/ogg" else AS_DOCUMENT
    return _METHODS[Video] if file.kind == "video" else AS_DOCUMENT


def _place(reply: Location) -> Sending:
    """A place; one with a name needs an address at Telegram, which is the name again."""
    where: dict[str, object] = {"latitude": reply.lat, "longitude": reply.lng}
    if not reply.name:
        return Sending(method="sendLocation", values=where)
    return Sending(method="sendVenue", values={**where, "title": reply.name, "address": reply.name[:ADDRESS_LIMIT]})


def _contact(name: str, number: str) -> Sending:
    return Sending(method="sendContact", values={"phone_number": f"+{number}", "first_name": name or number})
