"""The names of chats, as the contract writes them: people are ``<number>@c.us``, groups ``<id>@g.us``."""

from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.people import PERSON

GROUP = "@g.us"  # how the name of a group's chat ends


def person_chat(number: str) -> str:
    """The chat with one person.

    >>> person_chat("628123456789")
    '628123456789@c.us'
    """
    return number + PERSON


def group_chat(group: str) -> str:
    """The chat of a group, by its id.

    >>> group_chat("120363041234567890")
    '120363041234567890@g.us'
    """
    return group + GROUP


def chat_of(message: Message) -> str:
    """The chat that a message was written in."""
    if message.group:
        return group_chat(message.group)
    return chat_with_sender(message.sender)


def chat_with_sender(sender: Sender) -> str:
    """The private chat with a sender: by their number, else by an id of theirs.

    >>> from flask_chatbot.core.values.people import Alias
    >>> chat_with_sender(Sender(aliases=(Alias("lid", "251500"),)))
    '251500@lid'
    """
    aliases = [alias for alias in sender.aliases if alias.scheme != "parent_bsuid"]
    return aliases[0].chat if aliases and not sender.number else person_chat(sender.number)


def is_group(chat: str) -> bool:
    """True if a chat is that of a group."""
    return chat.endswith(GROUP)


def person_in(chat: str) -> str:
    """The text that stands for the person in the name of their chat.

    >>> person_in("628123456789@c.us"), person_in("251500@lid")
    ('628123456789', '251500@lid')
    """
    return chat.removesuffix(PERSON)


def number_of(chat: str) -> str:
    """The number or group id in the name of a chat.

    >>> number_of("628123456789@c.us"), number_of("120363041234567890@g.us")
    ('628123456789', '120363041234567890')
    """
    return chat.partition("@")[0]
