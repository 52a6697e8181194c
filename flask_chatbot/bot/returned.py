"""The return values of Python functions, turned into replies that can be sent."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from math import isfinite
from typing import Any

from flask_chatbot.core.language.contacts import dialled
from flask_chatbot.core.language.signs import is_emoji
from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.values.contents import Reaction
from flask_chatbot.core.values.long_texts import split_text
from flask_chatbot.core.values.replies import KINDS, REPLIES_LIMIT, TEXT_LIMIT, ContactCard, Location, Menu, Reply, Text, kind_of
from flask_chatbot.core.values.rows import holder

log = get_logger(__name__)

ENTRIES_LIMIT = 30  # of a menu, as in rule files
ITEMS_LIMIT = 2000  # items looked at, empty texts and lists among them
CLASSES: tuple[type[Any], ...] = (*(kind.make for kind in KINDS.values()), Menu)
UNCUT = ("url", "filename")  # half of one leads nowhere


def replies_of(value: object, country: str = "ID") -> tuple[Reply | Menu, ...]:
    """Turn a text, a reply, or a (nested) list or generator of these into replies; raise `TypeError` for anything else.

    A contact card's local numbers belong to `country`; ValueError names the first that cannot be called. A text that is too long for one
    message becomes several; of all of them, the first ten are sent. Empty texts are left out, and an endless generator is read only as far
    as can be sent.

    >>> replies_of(["Halo", [Text("apa kabar"), ""]])
    (Text(text='Halo'), Text(text='apa kabar'))
    """
    room = iter(range(ITEMS_LIMIT + 1))
    replies = tuple(islice(flat(value, room, country), REPLIES_LIMIT + 1))
    if len(replies) > REPLIES_LIMIT:
        log.warning("a handler returned more than %d replies; the others are dropped", REPLIES_LIMIT)
    elif next(room, None) is None:
        log.warning("a handler returned more than %d items, most of them empty; the others are ignored", ITEMS_LIMIT)
    return replies[:REPLIES_LIMIT]


def plain_replies_of(value: object, country: str = "ID") -> tuple[Reply, ...]:
    """Turn a value into replies as `replies_of` does; raise `TypeError` for a menu, which needs a rule."""
    replies = []
    for reply in replies_of(value, country):
        if isinstance(reply, Menu):
            raise TypeError("a Menu is for handlers of rules: its numbers go back to the rule that showed it.")
        replies.append(reply)
    return tuple(replies)


def flat(value: object, room: Iterator[int], country: str) -> Iterator[Reply | Menu]:
    """Yield each reply in a returned value; every item at any depth takes one place of the `room`, until none is left."""
    if isinstance(value, str):
        yield from fitted(Text(value), country)
    elif isinstance(value, list | tuple | Iterator):
        for _, each in zip(room, value, strict=False):
            yield from flat(each, room, country)
    elif isinstance(value, CLASSES):
        yield from fitted(value, country)
    elif holder(value) is not None:
        raise TypeError("a dict of names cannot be mixed with replies. Return the dict itself.")
    else:
        kind = "None" if value is None else f"a value of type {type(value).__name__}"
        raise TypeError(f"{kind} is not a reply. Return a text, a reply or a list of these.")


def fitted(reply: Reply | Menu, country: str) -> Iterator[Reply | Menu]:
    """Yield the reply in sendable form, or nothing if it has no text or URL; raise `TypeError` if a part has the wrong type."""
    if isinstance(reply, Text):
        if text_of(reply.text, "Text.text").strip():
            yield from map(Text, split_text(str(reply.text)))
    elif isinstance(reply, Menu):
        yield menu_of(reply)
    elif isinstance(reply, Location):
        name = text_of(reply.name, "Location.name")[:TEXT_LIMIT]
        yield Location(degrees(reply.lat, 90, "lat"), degrees(reply.lng, 180, "lng"), name)
    elif isinstance(reply, Reaction):
        yield reaction_of(reply)
    elif isinstance(reply, ContactCard):
        yield dialled(card_of(reply), country)
    else:
        yield from fitted_parts(reply)


def fitted_parts(reply: Reply) -> Iterator[Reply]:
    """Yield a reply of another kind with its texts checked and cut to length; nothing if a required part is missing."""
    kind = kind_of(reply)
    names = [part.name for part in kind.parts if part.holds is str]
    texts = {name: text_of(getattr(reply, name), f"{type(reply).__name__}.{name}") for name in names}
    if kind.needs not in texts or texts[kind.needs].strip():
        fitting: dict[str, Any] = {name: text if name in UNCUT else text[:TEXT_LIMIT] for name, text in texts.items()}
        yield replace(reply, **fitting)


def reaction_of(reaction: Reaction) -> Reaction:
    """Check that a reaction is an emoji, and on a message if it names one."""
    if not isinstance(reaction.emoji, str) or not is_emoji(reaction.emoji):
        raise TypeError("Reaction.emoji is a text of one emoji.")
    return Reaction(reaction.emoji, text_of(reaction.to, "Reaction.to"))


def card_of(card: ContactCard) -> ContactCard:
    """Check that the parts of a contact card are texts."""
    numbers: object = card.numbers
    if not isinstance(numbers, list | tuple) or not numbers:
        raise TypeError("ContactCard.numbers is a list of texts, one for each telephone number.")
    name = text_of(card.name, "ContactCard.name")[:TEXT_LIMIT]
    return ContactCard(name, tuple(text_of(number, "each of ContactCard.numbers") for number in numbers))


def menu_of(menu: Menu) -> Menu:
    """The menu, cut to the number of entries that a rule file may have."""
    entries: object = menu.entries
    if not isinstance(entries, Mapping) or not entries or not all(isinstance(each, str) for each in (*entries, *entries.values())):
        raise TypeError("the entries of a Menu are a dict, from the words shown to the name of a rule.")
    if len(entries) > ENTRIES_LIMIT:
        log.warning("a handler returned a menu of more than %d entries; the others are dropped", ENTRIES_LIMIT)
    return Menu(text_of(menu.text, "Menu.text")[:TEXT_LIMIT], dict(islice(entries.items(), ENTRIES_LIMIT)))


def text_of(value: object, what: str) -> str:
    """Return the value if it is a text; raise `TypeError` otherwise."""
    if not isinstance(value, str):
        raise TypeError(f"{what} is a text, not {type(value).__name__}.")
    return str(value)


def degrees(value: object, limit: int, what: str) -> float:
    """A latitude or longitude, from any kind of number or from a text that holds one, as databases return them.

    >>> degrees("0.5070", 90, "lat")
    0.507
    """
    try:
        number = float(value)  # type: ignore[arg-type]  # what has no number in it is what we are here for
    except (TypeError, ValueError):
        number = float("nan")
    if not isfinite(number) or abs(number) > limit:
        raise TypeError(f"Location.{what} must be a number from -{limit} to {limit}.")
    return number
