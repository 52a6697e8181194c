"""The history of incoming messages: each one that was answered, and the reasons for its answer."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from flask_chatbot.bot.effects import AnsweredMessage
from flask_chatbot.core.deciding.explain import explain, silenced
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.deciding.trials import lasting
from flask_chatbot.core.values.chats import chat_of, chat_with_sender
from flask_chatbot.core.values.contents import UNANSWERED, WRITTEN
from flask_chatbot.core.values.incoming.events import Echo
from flask_chatbot.core.values.messages import Message
from flask_chatbot.store.inbox import TAKEOVER, Kept

KNOWN_FOR = timedelta(days=8)  # a message that comes again within it is not answered again
KEPT = timedelta(days=30)  # what comes in by a transport of ours, unless CHATBOT_KEEP_MESSAGES says otherwise


@dataclass(frozen=True, slots=True)
class History:
    """Makes inbox rows; `time` is how long a text and the reasons for its answer are kept, None for not at all."""

    time: timedelta | None

    def row(self, session: str, id_: str, answered: AnsweredMessage, replies: int, answer: str | None = None) -> Kept:
        """The inbox row of an answered message; `answer` is the body that a webhook call got."""
        message, now, number = answered.message, answered.now.timestamp(), answered.book.number(answered.message.sender)
        why = self._why(answered) if self.time is not None else {}
        expires_at = now + max(KNOWN_FOR, self.time or KNOWN_FOR).total_seconds()
        return Kept(
            session=session,
            message_id=id_,
            chat=chat_of(replace(message, sender=replace(message.sender, number=number))),  # in one spelling, as the sender
            sender=number,
            person=message.sender.person,
            at=now,
            kind=message.kind,
            replies=replies,
            answer=answer,
            expires_at=expires_at,
            sent_at=_sent_at(message),
            **why,
        )

    def silence(self, session: str, id_: str, message: Message, now: datetime, why: str) -> Kept:
        """The inbox row of a message that no rule was asked about, from a sender in one form; of an edit the text is not kept."""
        at, time = now.timestamp(), (self.time or timedelta()).total_seconds()
        return Kept(
            session=session,
            message_id=id_,
            chat=chat_of(message),
            sender=message.sender.number,
            person=message.sender.person,
            at=at,
            kind=message.kind,
            text=message.text if time and message.kind not in UNANSWERED else None,
            explanations=(why,) if time else (),
            kept_until=at + time if time else None,
            expires_at=at + max(time, KNOWN_FOR.total_seconds()),
            sent_at=_sent_at(message),
        )

    def takeover(self, session: str, echo: Echo, now: float, silent_for: float) -> Kept:
        """The inbox row of a message that the owner wrote to somebody, whose text is not kept; `silent_for` is in seconds."""
        time = (self.time or timedelta()).total_seconds()
        why = f"takeover: the owner wrote to them by hand, and the bot is silent for {lasting(silent_for)}"
        return Kept(
            session=session,
            message_id=echo.id,
            chat=chat_with_sender(echo.to),
            sender=echo.to.number,
            person=echo.to.person,
            at=now,
            kind=TAKEOVER,
            text="" if time else None,
            explanations=(why,) if time else (),
            kept_until=now + time if time else None,
            expires_at=now + max(time, KNOWN_FOR.total_seconds()),
        )

    def _why(self, answered: AnsweredMessage) -> dict[str, Any]:
        message, book, decision = answered.message, answered.book, answered.decision
        rule = decision.match.rule if decision.match else None
        return {
            "text": message.text,
            "rule": rule.name if rule else None,
            "place": str(rule.mark) if rule else None,
            "rules_hash": hash_of(book),
            "kept_until": answered.now.timestamp() + self.time.total_seconds() if self.time is not None else None,
            "explanations": tuple(map(str, explain(book, message, answered.state, answered.now, decision=decision))) or _by_none(answered),
        }


def _sent_at(message: Message) -> float | None:
    return None if message.sent_at is None else message.sent_at.timestamp()


def _by_none(answered: AnsweredMessage) -> tuple[str, ...]:
    """The explanation of a message that no rule might answer: the bot keeps quiet for its sender, or it is no text."""
    if silence := silenced(answered.state, answered.message.line, answered.now.timestamp()):
        return (str(silence),)
    kind, does = answered.message.kind, "gets the sentence 'unsupported'" if answered.decision.replies else "gets no answer"
    return () if kind in WRITTEN else (f"no rule answers a message of the kind {kind!r}: it {does}",)


def hash_of(book: RuleBook) -> str:
    """A hash of the rule files by their content, wherever they are stored."""
    contents = sorted(digest.hex() for digest in book.sources.digests.values() if digest)
    return sha256(" ".join(contents).encode()).hexdigest()
