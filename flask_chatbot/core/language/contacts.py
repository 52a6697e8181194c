"""Contact cards whose numbers can all be called."""

from collections.abc import Iterable
from dataclasses import replace

from flask_chatbot.core.language.numbers import contact_number
from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.translation.translatable import reason_of
from flask_chatbot.core.values.replies import ContactCard, Reply

log = get_logger(__name__)


class UnusableNumber(ValueError):
    """A number on a card that cannot be called: its `place`, counted from 0, and `why`, which names the number."""

    def __init__(self, place: int, why: str) -> None:
        self.place = place
        self.why = why
        super().__init__(f"numbers[{place}]: {why}")


def dialled(card: ContactCard, country: str) -> ContactCard:
    """The card with its numbers as the wire has them; `country` is that of local numbers. `UnusableNumber` names the first bad one.

    >>> dialled(ContactCard("Admin", ("0812-3456-7890",)), "ID")
    ContactCard(name='Admin', numbers=('6281234567890',))
    """
    numbers = []
    for place, number in enumerate(card.numbers):
        try:
            numbers.append(contact_number(number, country))
        except ValueError as error:
            raise UnusableNumber(place, reason_of(error)) from None
    return replace(card, numbers=tuple(numbers))


def as_sent(reply: Reply, country: str) -> Reply:
    """A reply as it goes out: a card's valid numbers become those of the wire.

    >>> as_sent(ContactCard("Admin", ("0812-3456-7890", "x")), "ID")
    ContactCard(name='Admin', numbers=('0812-3456-7890', 'x'))
    """
    try:
        return dialled(reply, country) if isinstance(reply, ContactCard) else reply
    except UnusableNumber:
        return reply


def callable_only(replies: Iterable[Reply], country: str) -> tuple[Reply, ...]:
    """Another program's replies, without the cards that nobody could call; the log counts these."""
    kept: list[Reply] = []
    dropped = 0
    for reply in replies:
        try:
            kept.append(dialled(reply, country) if isinstance(reply, ContactCard) else reply)
        except UnusableNumber:
            dropped += 1
    if dropped:
        log.warning("%d contacts of another webhook are not sent: a number of each is no valid one", dropped)
    return tuple(kept)
