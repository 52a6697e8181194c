"""Values that are sent and not written: files and places, which a message holds in place of a text, or beside it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from flask_chatbot.core.fields.field import Context, Field, FieldType
from flask_chatbot.core.language.sentences import Language, say
from flask_chatbot.core.values.contents import Attachment
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.sent import SENT, ContactValue, FileValue, PlaceValue, SentValue, is_picture, kinds_in


def sent_type(name: str) -> FieldType:
    """The type of a field whose value is a message of that kind; a text gets the sentence that asks for it."""

    def read(text: str, field: Field, context: Context) -> SentValue:
        value = context.sent.get(field.name)
        if value is None or not suits(field, value):
            raise ValueError(say(context.language, f"not_{name}"))
        return replace(value, called=say(context.language, f"kind_{value.kind}")) if isinstance(value, FileValue) else value

    return FieldType(read=read, takes=kinds_in([name]))


def suits(field: Field, value: SentValue) -> bool:
    """True if something sent is a value of a field. A picture sent as a document is a picture, too.

    >>> field = Field(name="bukti", type="image", kind=sent_type("image"))
    >>> suits(field, FileValue(kind="document", mime="image/png")), suits(field, FileValue(kind="video"))
    (True, False)
    """
    if isinstance(value, FileValue) and value.is_unfit:
        return False
    is_image = isinstance(value, FileValue) and value.kind == "document" and is_picture(value.mime)
    return value.kind in field.kind.takes or (is_image and "image" in field.kind.takes)


def sent_in(message: Message, language: Language) -> tuple[SentValue, ...]:
    """The files, the place and the contacts of a message as values, in order; nothing for texts."""
    return tuple(_each(message, language)) if message.kind in SENT else ()


def _each(message: Message, language: Language) -> Iterator[SentValue]:
    yield from (as_file(attachment, language) for attachment in message.attachments)
    if (place := message.location) is not None:
        yield PlaceValue(lat=place.lat, lng=place.lng, name=place.name, address=place.address)
    yield from (ContactValue(name=contact.name, numbers=contact.numbers) for contact in message.contacts)


def as_file(attachment: Attachment, language: Language) -> FileValue:
    """The value of an attachment, with the words for its kind."""
    return FileValue(
        kind=attachment.kind,
        mime=attachment.mime,
        name=attachment.name,
        size=attachment.size,
        handle=attachment.handle,
        file=attachment.file,
        is_unfit=attachment.is_unfit,
        called=say(language, f"kind_{attachment.kind}"),
    )


def first_taking(fields: Sequence[Field], values: Sequence[SentValue]) -> tuple[Field, SentValue] | None:
    """The first of several fields that takes something sent, and the value; None if nothing fits."""
    return next(((each, value) for each in fields if each.is_sent for value in values if suits(each, value)), None)


def fitted(fields: Sequence[Field], values: Sequence[SentValue]) -> dict[str, SentValue]:
    """The values of the fields that take something sent, each the first that suits and that no field before it has."""
    left, found = list(values), dict[str, SentValue]()
    for each in fields:
        if each.is_sent and (fitting := first_taking([each], left)) is not None:
            found[each.name] = fitting[1]
            left.remove(fitting[1])
    return found


def spread(fields: Sequence[Field], written: Sequence[str], sent: Mapping[str, SentValue]) -> list[str]:
    """One text for each field, and then those that no field takes: of what is written, and words for what was sent.

    >>> fields = [Field(name="bukti", type="image", kind=sent_type("image")), Field(name="nomor", type="integer", kind=FieldType(read=str))]
    >>> spread(fields, ["12", "13"], {"bukti": FileValue(kind="image", called="foto")})
    ['foto', '12', '13']
    """
    texts = iter(written)
    return [*(str(sent.get(each.name, "")) if each.is_sent else next(texts, "") for each in fields), *texts]
