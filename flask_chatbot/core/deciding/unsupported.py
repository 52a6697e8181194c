"""The answer to messages that are no text, where no rule has one: one sentence a day, and never the fallback."""

from flask_chatbot.core.conversation.memory import on_line
from flask_chatbot.core.deciding.answering import Answering
from flask_chatbot.core.deciding.decision import Decision
from flask_chatbot.core.deciding.form_turn import unread
from flask_chatbot.core.language.folding import is_blank
from flask_chatbot.core.language.sentences import say
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.replies import Text

DAY = 24 * 3600.0  # seconds
UNSUPPORTED = "\x1funsupported"  # among what was answered; no rule can be called so


def says_nothing(message: Message) -> bool:
    """True if a message has no words that a fallback could be about, such as a sticker.

    >>> says_nothing(Message(text="", kind="location")), says_nothing(Message(text="?"))
    (True, False)
    """
    return message.media is None and is_blank(message.text)


def unsupported(turn: Answering) -> Decision:
    """The sentence for what the bot cannot read: at most once a day for each person and line, and never in a group.

    A form asks its question again below it, and without it for the rest of the day.
    """
    text, key = say(turn.language, "unsupported"), on_line(turn.message.line, UNSUPPORTED)
    if turn.message.chat == "group":
        return Decision(None)
    if not text.strip() or turn.answered.get(key, 0.0) > turn.time:
        return unread(turn, "") or Decision(None)
    turn.answered = {**turn.answered, key: turn.time + DAY}
    return unread(turn, text) or Decision(None, (Text(text),))
