"""Messages that the app sends on its own, passed to the gateway. Everything here needs the app's context."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from flask import current_app

from flask_chatbot.bot.bot import Bot
from flask_chatbot.bot.returned import plain_replies_of
from flask_chatbot.bot.turn import current_sends
from flask_chatbot.core.language.addressees import chat_of_group, chat_with
from flask_chatbot.core.language.numbers import Ambiguous, read_number
from flask_chatbot.core.language.sentences import clip
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.chats import chat_of, number_of, person_chat
from flask_chatbot.core.values.contents import Reaction
from flask_chatbot.core.values.menus import MessageTemplate, read_template
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.people import is_outside_id, is_person_id
from flask_chatbot.core.values.replies import Reply
from flask_chatbot.errors import ChatbotError, NotAccepted

if TYPE_CHECKING:
    from flask_chatbot.delivery.gateway import Gateway
    from flask_chatbot.delivery.lines import Lines
    from flask_chatbot.startup.state import AppState


AS_VALUE = "The value of a field with this name goes into values={...}."


def send(
    chat: str,
    replies: tuple[Reply, ...],
    *,
    line: str = "",
    notify: str | None = None,
    at: datetime | None = None,
    promo: bool = False,
    session: object = None,
    rule: str | None = None,
) -> tuple[str, ...]:
    """Accept replies for a chat, in the transaction of a `session` if one is given; return the ids of the messages.

    They go by the `line` named, else by the one that `gateway_for` chooses. What a handler sends without a session is stored with the
    commit of its turn.
    """
    if not isinstance(at, datetime | None):
        raise TypeError(f"'at' is a value of type {type(at).__name__}. Give a datetime. {AS_VALUE}")
    if not isinstance(promo, bool):
        raise TypeError(f"'promo' is a value of type {type(promo).__name__}. Give True or False. {AS_VALUE}")
    if at is not None and at.tzinfo is None:
        at = at.replace(tzinfo=_bot().book.locale.timezone)
    from flask_chatbot.delivery.accepted import Terms

    start_at = 0.0 if at is None else at.timestamp()
    turn = None if session is not None else current_sends()
    by = gateway_for(chat, line)
    has_written = _has_written(chat, by.transport.name)
    terms = Terms(notify_url=notify or None, start_at=start_at, promo=promo, has_written=has_written, rule=rule or "")
    if turn is None:
        return by.send_all(chat, replies, terms, session=session)
    ids, store = by.prepare(chat, replies, terms)
    turn.add(store)
    return ids


def reply(message: Message, reply: object, quote: bool | None) -> tuple[str, ...]:
    """Accept more replies to a message, at once; return the ids of the messages. Without `quote`, they quote it in groups."""
    if not isinstance(quote, bool | None):
        raise TypeError(f"'quote' is a value of type {type(quote).__name__}. Give True or False.")
    from flask_chatbot.delivery.accepted import Terms

    here = lines().behind(message.line)
    answers = message.id or "" if here is not None else ""  # an id of the webhook's is none of the transport's
    quotes = message.chat == "group" if quote is None else quote
    return (here or gateway_for(chat(message))).send_all(chat(message), _given(reply), Terms(is_reply=True, answers=answers, quotes=quotes))


def what(
    to: str | Sender,
    reply: object,
    rule: str | None,
    values: Mapping[str, object] | None,
    names: Mapping[str, object],
    *,
    chat: str = "",
    line: str = "",
) -> tuple[Reply, ...]:
    """The replies to send to a chat: those given, or those of a rule with its values, some of which are given by `names`.

    Where lines have rules of their own, the rule is that of the line by which they go, else that of another file.
    """
    if (reply is None) is (rule is None):
        raise TypeError("give either a reply or rule='...'.")
    values = joined(values, names)
    if rule is None:
        if values:
            raise TypeError(f"{', '.join(values)}: these names are for the templates of a rule. Name it: rule='...'.")
        replies = _given(reply)
        if any(isinstance(each, Reaction) and not each.to for each in replies):
            raise TypeError("a Reaction is on a message: bot.reply(message, Reaction(...)), or Reaction(..., to=message.id).")
        return replies
    from flask_chatbot.answering.rendering import render

    bot = _bot_with(rule, chat, line)
    return render(bot.book, rule, _named(to), values, bot.clock(), bot.random)


def _bot_with(rule: str, chat: str, line: str) -> Bot:
    """The bot whose rule of that name is meant: the one of the line by which a message to a chat goes, if it has such a rule."""
    bots = _state().bots
    if len(bots) == 1:
        return bots.own
    first = gateway_for(chat, line).bot
    return next((each for each in (first, *bots) if rule in each.book.by_name), first)


def _given(reply: object) -> tuple[Reply, ...]:
    """The replies of an app's own function; raises `TypeError` if there are none."""
    if isinstance(reply, MessageTemplate):
        return (read_template(reply),)
    replies = plain_replies_of(reply, _bot().book.locale.country)
    if not replies:
        raise TypeError("this reply has nothing in it to send.")
    return replies


def _named(to: str | Sender) -> Sender:
    """The person who is written to, with the number if it is known: ids are not numbers."""
    who = to if isinstance(to, Sender) else Sender(person=to.strip()) if _is_id(to) else Sender(number=to)
    if who.number or not who.person:
        return who
    person, number = lines().known(who.person)
    return replace(who, person=person or who.person, number=number)


def _is_id(text: str) -> bool:
    """True if a text has the form of an id in place of a number, ours or of the outside world."""
    return is_person_id(text.strip()) or is_outside_id(text.strip())


def joined(values: Mapping[str, object] | None, names: Mapping[str, object]) -> dict[str, object]:
    """The values of both; raises `TypeError` if one is given twice, or `values` is no mapping.

    >>> joined({"promo": 5}, {"barang": "Topi"})
    {'promo': 5, 'barang': 'Topi'}
    """
    if not isinstance(values, Mapping | None):
        raise TypeError(f"'values' is a value of type {type(values).__name__}. Give a dict of names and values.")
    if twice := (values or {}).keys() & names.keys():
        raise TypeError(f"{', '.join(sorted(twice))} is given twice, by its name and in 'values'. Give it once.")
    return {**(values or {}), **names}


def person(number: str | Sender, line: str = "") -> str:
    """The chat with a person, by a number in any usual spelling, an id that this line has seen, or the sender of a message.

    Raises `NotAccepted` for any other text.
    """
    if isinstance(number, Sender):
        return sender(number)
    if not isinstance(number, str):
        raise TypeError(f"the number is a value of type {type(number).__name__}. Give it as a text, such as '6281234567890'.")
    try:
        return chat_with(number, _bot().book.locale.country, lambda id_: lines().has_seen(id_, line))
    except ValueError as error:
        raise NotAccepted(str(error)) from None


def number(of: str | Sender) -> str:
    """A person's number, digits only; raises `NotAccepted` for anything else, such as a sender who hides it."""
    written = of.number if isinstance(of, Sender) else of
    if isinstance(written, str) and _is_id(written):
        raise NotAccepted(tr("{text!r} is an id and no number. Give a number.", text=clip(written, 60)))
    return number_of(person(replace(of, person="") if isinstance(of, Sender) else of))


def group(id_: str, line: str = "") -> str:
    """The chat of a group; raises `NotAccepted` if this is not a group id."""
    if not isinstance(id_, str):
        raise TypeError(f"the group is a value of type {type(id_).__name__}. Give its id, as groups() returns it.")
    try:
        return chat_of_group(id_, lambda chat: lines().has_seen(chat, line))
    except ValueError as error:
        raise NotAccepted(str(error)) from None


def chat(message: Message) -> str:
    """The chat in which a message was written."""
    return chat_of(message) if message.group else sender(message.sender)


def sender(who: Sender) -> str:
    """The chat with a person who wrote to the bot: of those without a number, by our own id of theirs."""
    if who.person and not who.number:
        return who.person
    reading = read_number(who.number, _bot().book.locale.country)  # platforms tell a sender's number with its country code
    return person_chat(reading.abroad) if isinstance(reading, Ambiguous) else person(who.number)


def lines() -> "Lines":
    """The lines of the current app; raises `ChatbotError` if it has none."""
    found: Lines | None = _state().lines
    if found is None:
        raise ChatbotError("There is no connection to WhatsApp, so nothing can be sent. Set CHATBOT_TRANSPORT.")
    return found


def gateway_for(chat: str, line: str = "") -> "Gateway":
    """The gateway for a message to a chat: that of the line named, or of the only one.

    Of several, it is the one by which the message came that a handler answers, for the chat that this came from; else the one by which was
    last written from there; else that of a handler's message, whoever it is for. Raises `NotAccepted` if none of these is known.
    """
    by = lines()
    turn = current_sends() if len(by) > 1 and not line else None
    here = by.behind(turn.message.line) if turn is not None else None
    if here is None:
        return by.for_chat(chat, line)
    if turn is not None and _is_from(turn.message, chat):
        return here
    return by.last_of(chat) or here


def _is_from(message: Message, name: str) -> bool:
    """True if a message was written in the chat of that name."""
    try:
        return chat(message) == name
    except NotAccepted:  # by whoever has no chat
        return False


def _has_written(there: str, line: str) -> bool:
    """True if the handler that is running answers a private message from this chat, which came by this line."""
    turn = current_sends()
    message = None if turn is None else turn.message
    if message is None or message.chat != "private" or message.line != line:
        return False
    names = (message.sender.person, *(alias.value for alias in message.sender.aliases))
    return there in names or _is_from(message, there)


def _bot() -> Bot:
    bot: Bot = _state().bot
    return bot


def _state() -> "AppState":
    state: AppState | None = current_app.extensions.get("chatbot")
    if state is None:
        raise ChatbotError("This app has no Chatbot. Call init_app(app) first.")
    return state
