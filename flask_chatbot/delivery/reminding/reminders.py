"""`Reminders`: puts reminders off that may not be sent now, in the night and while a person talks with the owner."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection

from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.reminding.quiet import first_allowed
from flask_chatbot.delivery.send import Failed
from flask_chatbot.store import memory
from flask_chatbot.store.outbox import Claim
from flask_chatbot.store.rows import reminders

NO_TIME_LEFT = "Its time was over before it could be sent: the bot was quiet until then."

log = get_logger(__name__)


class Reminders:
    """The reminders of one line, as the rules of `book` let them go out."""

    def __init__(self, line: str, *, book: Callable[[], RuleBook]) -> None:
        self._line = line
        self._book = book

    def allowed(self, connection: Connection, claims: Sequence[Claim], now: float) -> list[Claim | Failed]:
        """The claims that may be sent now, and the failures of reminders that cannot be put off any more; the others are put off."""
        timed = [claim.outbound.id for claim in claims if claim.start_at]
        known = reminders.among(connection, timed) if timed else set()
        return [found for claim in claims if (found := self._checked(connection, claim, now) if claim.outbound.id in known else claim)]

    def _checked(self, connection: Connection, claim: Claim, now: float) -> Claim | Failed | None:
        at = self._next(connection, claim, now)
        if at <= now:
            return claim
        if at >= claim.expires_at:
            return Failed(claim, NO_TIME_LEFT, "expired")
        reminders.postpone(connection, claim, at)
        until = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
        log.info("reminder %(message_id)s waits until %(until)s", {"message_id": claim.outbound.id, "until": until})
        return None

    def _next(self, connection: Connection, claim: Claim, now: float) -> float:
        """The first time from now on at which a reminder may be sent, in epoch seconds."""
        book = self._book()
        at = max(now, memory.paused_until(connection, claim.order_key, self._line, now))
        return first_allowed(book.quiet, at, book.locale.timezone)
