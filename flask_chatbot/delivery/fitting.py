"""Messages in the form that a connection to WhatsApp is able to send."""

from collections.abc import Sequence
from dataclasses import replace

from flask_chatbot.core.media.local import STICKERS
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.contents import File, Reaction
from flask_chatbot.core.values.menus import Buttons, List, MessageTemplate
from flask_chatbot.core.values.outbound import Outbound
from flask_chatbot.core.values.replies import Image, Reply, Sticker, Text
from flask_chatbot.errors import Refused
from flask_chatbot.transports.base import Capabilities

NO_TEMPLATES = tr("This connection to WhatsApp has no templates. Send the text itself.")
NO_NUMBERS = tr("This line knows nobody by number. Send to the id of somebody who has written to the bot by it, such as 77001234@telegram.")
NO_REACTIONS = tr(
    "This connection to WhatsApp has no reactions, and this one was accepted for another. Send a text in its place if it matters."
)


def aimed(replies: Sequence[Reply], able: Capabilities, to: str) -> tuple[Reply, ...]:
    """The replies, with each reaction on the message with the transport's id `to`, unless it names another.

    A reaction is left out where the connection has none, and where there is no message that it could be on.

    >>> aimed([Reaction("\N{THUMBS UP SIGN}"), Text("Siap!")], Capabilities(), "M1")
    (Text(text='Siap!'),)
    """
    kept = (reply for reply in replies if not isinstance(reply, Reaction) or (able.reactions and (reply.to or to)))
    return tuple(replace(reply, to=reply.to or to) if isinstance(reply, Reaction) else reply for reply in kept)


def fitted(outbound: Outbound, able: Capabilities, file: File | None = None) -> Outbound:
    """The message as the connection can send it: it was accepted for one that may have been able to do more.

    Its file has been fetched: only a WebP picture is a sticker.
    """
    reply = fitted_reply(outbound.reply, able, file)
    reply_to = outbound.reply_to if able.quotes else ""
    same = reply is outbound.reply and reply_to == outbound.reply_to
    return outbound if same else replace(outbound, reply=reply, reply_to=reply_to)


def fitted_reply(reply: Reply, able: Capabilities, file: File | None = None) -> Reply:
    """The reply, or the nearest form of it that the connection has. Raises `Refused` if there is none.

    >>> from flask_chatbot.core.values.contents import Choice
    >>> fitted_reply(Buttons("Pilih:", (Choice("harga", "Harga"),), "Pilih:\\n1. Harga"), Capabilities())
    Text(text='Pilih:\\n1. Harga')
    """
    if (isinstance(reply, Buttons) and not able.buttons) or (isinstance(reply, List) and not able.lists):
        return Text(reply.plain)
    if isinstance(reply, MessageTemplate) and not able.templates:
        if not reply.plain:
            raise Refused(NO_TEMPLATES)
        return Text(reply.plain)
    if isinstance(reply, Reaction) and not able.reactions:
        raise Refused(NO_REACTIONS)
    if isinstance(reply, Sticker) and (not able.stickers or reply.caption or file is None or file.mime != STICKERS):
        return Image(reply.url, reply.caption, reply.filename)
    return reply


def fitted_file(reply: Reply, file: File | None) -> File | None:
    """The file of a reply that is sent, as a sticker if the reply is one."""
    return replace(file, kind="sticker") if file is not None and isinstance(reply, Sticker) else file
