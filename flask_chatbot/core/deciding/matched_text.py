"""The text of a message that rules match, whatever kind of message it is."""

from flask_chatbot.core.conversation.dialogue import OUT
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.language.folding import is_blank
from flask_chatbot.core.matching.match import Kind
from flask_chatbot.core.matching.steps import EXACT
from flask_chatbot.core.values.contents import WITHOUT_WORDS, WRITTEN
from flask_chatbot.core.values.messages import Message


def matched_text(message: Message, book: RuleBook) -> str:
    """The text that rules match: of a choice its id if that is a keyword, else its title; of a file its caption.

    >>> from flask_chatbot.core.language.readings import Folding
    >>> from flask_chatbot.core.language.sentences import Locale
    >>> from flask_chatbot.core.matching.index import Index
    >>> from flask_chatbot.core.values.contents import Choice
    >>> book = RuleBook(rules=(), by_name={}, index=Index((), Folding()), locale=Locale())
    >>> matched_text(Message(text="", kind="choice", choice=Choice("1", "Harga")), book)
    'Harga'
    >>> matched_text(Message(text="?", kind="location"), book)
    ''
    """
    if message.kind in WITHOUT_WORDS:
        return ""
    if message.choice is None:
        return message.text
    choice = message.choice
    found = next(iter(book.index.candidates(choice.id, lambda _: True)), None) if choice.id else None
    is_keyword = found is not None and found.kind in (Kind.KEYWORD, Kind.FIELDS) and found.step in EXACT
    return choice.id if is_keyword else choice.title or message.text


def is_empty(message: Message, book: RuleBook) -> bool:
    """True if a message holds neither words nor anything in their place, so that nothing is to be answered.

    Some connections to WhatsApp pass on no words of what was tapped: then the id of the choice says it.

    >>> from flask_chatbot.core.language.readings import Folding
    >>> from flask_chatbot.core.language.sentences import Locale
    >>> from flask_chatbot.core.matching.index import Index
    >>> book = RuleBook(rules=(), by_name={}, index=Index((), Folding()), locale=Locale())
    >>> is_empty(Message(text="  "), book), is_empty(Message(text="", kind="location"), book)
    (True, False)
    """
    choice = message.choice
    leads_on = choice is not None and (choice.id == OUT or choice.id in book.by_name)
    return message.kind in WRITTEN and message.media is None and is_blank(message.text) and not leads_on
