"""Customers who are handed over to staff by `pause` or `notify`, and given back by a word of the member of staff who was notified."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from flask_chatbot.answering.operations import resume
from flask_chatbot.answering.staff import named
from flask_chatbot.bot.effects import AnsweredMessage
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.deciding.staff_turn import StaffDone
from flask_chatbot.core.language.sentences import say
from flask_chatbot.core.values.actions import Notify, Pause
from flask_chatbot.core.values.chats import person_chat
from flask_chatbot.core.values.messages import Message
from flask_chatbot.database.database import Database
from flask_chatbot.store import transport_ids
from flask_chatbot.store.console import handovers
from flask_chatbot.store.console.handovers import Handover
from flask_chatbot.store.memory import StoreMemory

FEWEST = 4  # digits of a number that say whom


def hand_over(connection: Connection, answered: AnsweredMessage, told: Sequence[tuple[str, str | None]]) -> None:
    """Record that a customer waits for staff, who were notified in these chats by these messages, if a rule hands them over."""
    match, sender = answered.decision.match, answered.message.sender
    if match is None or not sender.person or not any(isinstance(action, Pause | Notify) for action in answered.decision.actions):
        return
    made = [
        Handover(
            person=sender.person,
            line=answered.message.line or "",
            name=named(sender, answered.book.locale),
            rule=match.rule.name,
            at=answered.now.timestamp(),
            told=chat,
            notice=notice,
        )
        for chat, notice in told or [("", None)]
    ]
    handovers.add(connection, made)


def give_back(database: Database, book: RuleBook, wanted: StaffDone, message: Message, now: datetime) -> str:
    """Let the bot answer a customer again about whom the sender was notified; return the answer, empty to leave the message to the rules.

    That is the one of the notice that is quoted, or the one named, else the only one for whom the bot is silent, else the only one at all.
    Where there are several, it asks.
    """
    at, language = now.timestamp(), book.locale.language
    quoted, told = _told(database, book, message, at)
    waiting = {each.person: each for each in told if each.is_open}
    if quoted is None and wanted.about:
        waiting = {person: each for person, each in waiting.items() if is_meant(each.name, wanted.about)}
    elif quoted is None:
        paused = {person: each for person, each in waiting.items() if is_paused(database, each, at)}
        waiting = paused or waiting
    chosen = [quoted] if quoted is not None else list(waiting.values())
    if not chosen:
        return say(language, "given_back_nobody") if told and not wanted.about else ""
    if len(chosen) > 1:
        rows = "\n".join(f"{wanted.word} {each.name}" for each in chosen)
        return say(language, "given_back_which", rows=rows)
    (found,) = chosen
    resume(database, found.person, at, found.line)
    return say(language, "given_back", name=found.name)


def _told(database: Database, book: RuleBook, message: Message, now: float) -> tuple[Handover | None, list[Handover]]:
    """The handover whose notice a message quotes, and all about which its sender was notified, the latest of each customer last."""
    sender = message.sender
    chats = [person_chat(book.number(sender)), *(alias.chat for alias in sender.aliases)]
    with database.reading() as connection:
        told = handovers.told(connection, chats, now)
        ours = transport_ids.message_of(connection, message.line or "", message.reply_to) if message.reply_to else None
        quoted = handovers.by_notice(connection, ours) if ours else None
    return (quoted if quoted is not None and quoted.told in chats else None), told


def is_paused(database: Database, handover: Handover, now: float) -> bool:
    """True if the bot keeps quiet for a customer on the line by which they wrote."""
    return StoreMemory(database).recall(handover.person, now).paused_on(handover.line or None) > now


def is_meant(name: str, about: str) -> bool:
    """True if a customer is meant, by name or by the end of the number, however it is written.

    >>> [is_meant("Budi +62 812-3456-7890", about) for about in ("budi", "0812 3456 7890", "7890", "812", "Siti")]
    [True, True, True, False, False]
    """
    digits = "".join(each for each in about if each.isdecimal()).removeprefix("0")
    if digits:
        return len(digits) >= FEWEST and "".join(each for each in name if each.isdecimal()).endswith(digits)
    return about.casefold() in name.casefold()
