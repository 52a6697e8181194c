"""Messages in the form that a connection to WhatsApp is able to send."""

from dataclasses import replace

from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.menus import Buttons, List, MessageTemplate
from flask_chatbot.core.values.outbound import Outbound
from flask_chatbot.core.values.replies import Reply, Text
from flask_chatbot.errors import Refused
from flask_chatbot.transports.base import Capabilities

NO_TEMPLATES = tr("This connection to WhatsApp has no templates. Send the text itself.")


def fitted(outbound: Outbound, able: Capabilities) -> Outbound:
    """The message as the connection can send it: it was accepted for one that may have been able to do more."""
    reply = fitted_reply(outbound.reply, able)
    return outbound if reply is outbound.reply else replace(outbound, reply=reply)


def fitted_reply(reply: Reply, able: Capabilities) -> Reply:
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
    return reply
