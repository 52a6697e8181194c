"""Messages of staff that are for the bot: a saved row is moved, or a customer who was handed over is given back."""

from collections.abc import Mapping
from typing import NamedTuple

from flask_chatbot.core.conversation.heard import list_of, readings
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.language.folding import fold
from flask_chatbot.core.lookups.staff_moves import StaffMove, Tables, move_of, moves_like
from flask_chatbot.core.values.actions import Save
from flask_chatbot.core.values.messages import Message, Sender

LONGEST = 3  # words by which somebody is given back
ABOUT_LIMIT = 80  # characters that say whom


class StaffDone(NamedTuple):
    """A customer is given back, by the `word` that was written; `about` is what says whom, if anything does."""

    word: str
    about: str


def wanted_by_staff(book: RuleBook, message: Message) -> StaffMove | StaffDone | None:
    """The wish of a member of staff in a private message; None for any other message, which the rules answer."""
    return (move_of(tables_of(book), message.text) or done_in(book, message)) if is_by_staff(book, message) else None


def wanted_otherwise(book: RuleBook, message: Message) -> list[StaffMove]:
    """The moves that a message of staff may mean for which no rule has an answer."""
    return moves_like(tables_of(book), message.text, book.folding) if is_by_staff(book, message) else []


def tables_of(book: RuleBook) -> Tables:
    """The `save` of the tables whose rows have states."""
    return {save.name: save for rule in book.rules if (save := rule.save) is not None and save.states}


def is_by_staff(book: RuleBook, message: Message) -> bool:
    """True for a private message of a member of staff."""
    return bool(book.staff) and message.chat == "private" and is_staff(book, message.sender)


def is_staff(book: RuleBook, sender: Sender) -> bool:
    """True if rules notify somebody."""
    return not book.staff.isdisjoint({book.number(sender), *(alias.chat for alias in sender.aliases)})


def customer_of(book: RuleBook, save: Save, fields: Mapping[str, object], sender: Sender) -> Sender:
    """The customer whose row it is: whoever a member of staff names in the field for it, else the sender.

    What anybody else writes there makes nobody a customer, so that no stranger gets messages they never asked for.
    """
    number = str(fields.get(save.customer) or "") if save.customer else ""
    return Sender(number=number) if number and number != book.number(sender) and is_staff(book, sender) else sender


def done_in(book: RuleBook, message: Message) -> StaffDone | None:
    """The customer who is given back by a word such as "selesai", alone or with a number or a name behind it."""
    words = list_of("done", book.folding)
    if found := readings(message.text, book.folding) & words:
        return StaffDone(min(found, key=len), "")
    parts = message.text.split()
    for count in range(1, min(len(parts), LONGEST + 1)):
        if (word := fold(" ".join(parts[:count]))) in words:
            return StaffDone(word, " ".join(parts[count:])[:ABOUT_LIMIT])
    return None
