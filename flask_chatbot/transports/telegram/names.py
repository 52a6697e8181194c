"""Names at Telegram and in the bot: chats, groups and messages. Pure."""

from flask_chatbot.core.values.chats import is_group, number_of
from flask_chatbot.core.values.people import TELEGRAM
from flask_chatbot.errors import Refused

NO_NUMBERS = "Telegram knows nobody by a number. Send to the id of somebody who has written to the bot, such as 77001234@telegram."
NOT_A_GROUP = "This is no id of a group at Telegram. Use one of a group that the bot is in."


def chat_id(chat: str) -> int:
    """Telegram's id of a chat; a group's is below zero. Raises `Refused` if it cannot be one.

    >>> chat_id("77001234@telegram"), chat_id("1001234567890@g.us")
    (77001234, -1001234567890)
    """
    name = number_of(chat)
    is_number = name.isascii() and name.isdecimal() and len(name) <= 18
    if is_group(chat):
        if not is_number:
            raise Refused(NOT_A_GROUP)
        return -int(name)
    if not is_number or not chat.endswith(TELEGRAM):
        raise Refused(NO_NUMBERS)
    return int(name)


def message_name(chat: int, message: int) -> str:
    """The id of a message for the bot: Telegram counts the messages of each chat by itself.

    >>> message_name(77001234, 5)
    '77001234:5'
    """
    return f"{chat}:{message}"


def message_id(name: str, chat: int) -> int:
    """Telegram's id of a message of this chat; 0 if it is of another, or no message.

    >>> message_id("77001234:5", 77001234), message_id("77001234:5", -100), message_id("A1", 77001234)
    (5, 0, 0)
    """
    there, _, number = name.partition(":")
    return int(number) if there == str(chat) and number.isascii() and number.isdecimal() and len(number) <= 18 else 0
