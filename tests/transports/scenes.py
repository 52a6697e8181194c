"""The people, the groups and the files in tests of transports."""

from flask_chatbot.core.values.chats import person_chat
from flask_chatbot.core.values.contents import File
from flask_chatbot.core.values.outbound import Outbound
from flask_chatbot.core.values.replies import Reply, Text

OURS = "6283111111111"
BUDI = "628123456789"
NOBODY = "628999999999"  # a number without WhatsApp
GROUP = "120363041234567890"  # Budi and the bot are in it
PICTURE = File(content=b"\x89PNG", kind="image", mime="image/png")


def outbound(id: str = "3EB0000000000000000A", chat: str = person_chat(BUDI), reply: Reply = Text("Halo")) -> Outbound:  # noqa: A002, B008
    """A message to Budi."""
    return Outbound(id=id, chat=chat, reply=reply)
