"""`Strangers`: holds what goes to people who never wrote by a line while WhatsApp takes nothing to them, and checks their numbers first."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import Connection

from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.values.chats import number_of
from flask_chatbot.core.values.people import PERSON, is_person_id
from flask_chatbot.delivery.send import Later, SendResult, Sent
from flask_chatbot.errors import Refused
from flask_chatbot.store.outbox import Claim
from flask_chatbot.store.strangers import acquaintances, restrictions
from flask_chatbot.store.strangers.restrictions import HOUR

Known = Mapping[str, bool]  # True for those who wrote

NO_WHATSAPP = "This number does not use WhatsApp."

log = get_logger(__name__)


class Strangers:
    """The strangers of one line. `has_whatsapp` asks for a number before the first message to it; None if that cannot be asked.

    `staff` returns the numbers and ids of those who are no strangers although they never wrote.
    """

    def __init__(self, line: str, has_whatsapp: Callable[[str], bool] | None, staff: Callable[[], Collection[str]] = frozenset) -> None:
        self._line = line
        self._staff = staff
        self._has_whatsapp = has_whatsapp
        self._unchecked: set[int] = set()  # the rows of claims to numbers that were never asked for

    def allowed(self, connection: Connection, claims: Sequence[Claim], now: float) -> list[Claim]:
        """The claims that may be sent now; the others are put off until WhatsApp takes them.

        One whose time is over is among them, with WhatsApp's reason: its try gives it up.
        """
        known = acquaintances.known(connection, self._line, _people(claims), now)
        strange = [claim for claim in claims if self._is_strange(claim, known)]
        restriction = restrictions.find(connection, self._line, now) if strange else None
        if restriction is None:
            self._unchecked.update(claim.seq for claim in strange if claim.order_key not in known)
            return list(claims)
        over = [replace(claim, error=restriction.why) for claim in strange if now >= claim.expires_at]
        for claim in strange:
            if now < claim.expires_at:
                restrictions.postpone(connection, claim, restriction.until, restriction.why)
        held = {claim.seq for claim in strange}
        return [*over, *(claim for claim in claims if claim.seq not in held)]

    def check(self, claim: Claim) -> None:
        """Raise `Refused` if a number that is written to for the first time has no WhatsApp, `TryLater` if nobody knows now."""
        if claim.seq not in self._unchecked or self._has_whatsapp is None or not claim.chat.endswith(PERSON):
            return
        if not self._has_whatsapp(number_of(claim.chat)):
            raise Refused(NO_WHATSAPP)

    def heard(self, connection: Connection, results: Sequence[SendResult], now: float) -> list[SendResult]:
        """Note what came of messages to strangers; return the results that are still to be recorded.

        A message that WhatsApp does not take now is put off, and the try is not counted: nothing is wrong with the message.
        """
        known = acquaintances.known(connection, self._line, _people([result.claim for result in results]), now)
        self._reached(connection, [each.claim for each in results if isinstance(each, Sent)], known, now)
        self._unchecked -= {result.claim.seq for result in results}
        kept: list[SendResult] = []
        for each in results:
            if isinstance(each, Later) and each.restricted_for is not None:
                self._restricted(connection, each, each.restricted_for, known, now)
            else:
                kept.append(each)
        return kept

    def _reached(self, connection: Connection, claims: Sequence[Claim], known: Known, now: float) -> None:
        strange = [claim.order_key for claim in claims if self._is_strange(claim, known)]
        if not strange:
            return
        acquaintances.add(connection, self._line, [person for person in strange if person not in known], now, has_written=False)
        if restrictions.find(connection, self._line, now) is None:
            restrictions.lift(connection, self._line)

    def _restricted(self, connection: Connection, later: Later, after: float, known: Known, now: float) -> None:
        """Put a message off that WhatsApp did not take."""
        claim = later.claim
        until = now + max(after, HOUR)
        if self._is_strange(claim, known):
            until = restrictions.restrict(connection, self._line, now, later.error, after)
            log.warning("line %s writes to no strangers until %s: %s", self._line, _shown(until), later.error)
        restrictions.postpone(connection, claim, until, later.error)

    def _is_strange(self, claim: Claim, known: Known) -> bool:
        if not is_person_id(claim.order_key) or known.get(claim.order_key):
            return False
        return not {claim.chat, number_of(claim.chat)} & set(self._staff())


def _people(claims: Sequence[Claim]) -> set[str]:
    return {claim.order_key for claim in claims if is_person_id(claim.order_key)}


def _shown(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
