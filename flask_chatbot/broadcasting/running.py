"""Broadcasts from their preview to their end: previewed, started, stopped, and how far they have come."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection

from flask_chatbot.broadcasting.content import Composition, read_content
from flask_chatbot.broadcasting.parts import ListPart
from flask_chatbot.broadcasting.reasons import read_reason
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.reminding.quiet import Quiet, first_allowed
from flask_chatbot.core.translation.translatable import Translatable, linked, tr
from flask_chatbot.core.values.replies import Reply
from flask_chatbot.database.database import Database
from flask_chatbot.delivery.lines import Lines
from flask_chatbot.errors import NotAccepted
from flask_chatbot.store.broadcasts import broadcasts, recipients
from flask_chatbot.store.broadcasts.broadcasts import StoredBroadcast

SAMPLES = 3  # people for whom a preview shows the messages


class Sample(NamedTuple):
    """The messages that one of the people on a list gets; `to` is a number, or our id of somebody without one."""

    to: str
    replies: Sequence[Reply]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A draft as it would go out now: to how many people, why not to the others, and the messages for the first ones.

    It begins at `begins_at`, in epoch seconds, 0 for at once; `quiet` is the time of the day at which it waits, None if there is none.
    """

    broadcast: StoredBroadcast
    people: int
    begins_at: float = 0.0
    quiet: Quiet | None = None
    skipped: Sequence[tuple[Translatable, int]] = ()
    samples: Sequence[Sample] = ()

    @property
    def refusal(self) -> Translatable | None:
        """The reason why it cannot be started: nobody on the list would get it."""
        if self.people:
            return None
        reasons = linked(" ", [reason for reason, _ in self.skipped])
        return tr("Nobody on this list can get it. {reasons}", reasons=reasons)


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadcastProgress:
    """The progress of a broadcast: the numbers of people by their fate, and why some were skipped."""

    broadcast: StoredBroadcast
    counts: Mapping[str, int] = field(default_factory=dict)
    skipped: Sequence[tuple[Translatable, int]] = ()

    def waits_until(self, book: RuleBook, now: float) -> float:
        """The end of the quiet time in which it waits, in epoch seconds; 0 if it is not quiet, or nobody waits any more."""
        return waits_until(book, now) if self.counts.get("waiting") else 0.0


def preview(lines: Lines, number: int) -> Preview:
    """The preview of a draft; raises `NotAccepted` if there is none of this number."""
    with lines.database.reading() as connection:
        found = stored(connection, number)
        gateway = lines.named(found.line)
        composition, now = Composition(read_content(found.content), gateway.bot.book), gateway.clock()
        skipped: Counter[Translatable] = Counter()
        samples: list[Sample] = []
        place = people = 0
        while some := recipients.waiting(connection, number, recipients.AT_ONCE, place):
            place = some[-1].place
            part = ListPart(connection, gateway, composition, some, now)
            skipped.update(part.barred.values())
            people += len(part.reached)
            samples += [Sample(each.number or each.address, part.replies(each)) for each in part.reached[: SAMPLES - len(samples)]]
    begins_at = max(found.start_at, waits_until(gateway.bot.book, max(found.start_at, now)))
    quiet = gateway.bot.book.quiet
    return Preview(broadcast=found, people=people, begins_at=begins_at, quiet=quiet, skipped=skipped.most_common(), samples=samples)


def waits_until(book: RuleBook, now: float) -> float:
    """The end of the quiet time in which broadcasts wait, by the rules of a book, in epoch seconds; 0 if it is not quiet."""
    until = first_allowed(book.quiet, now, book.locale.timezone)
    return until if until > now else 0.0


def start(lines: Lines, number: int, by: str) -> bool:
    """Start a draft, once whoever asks and however often; False if it was started before.

    Raises `NotAccepted` if there is none of this number, or if nobody on its list can get it.
    """
    gateway = lines.first
    with gateway.database.reading() as connection:
        found = stored(connection, number)
    if found.started_at is not None:
        return False
    if found.listed is None:
        raise NotAccepted(tr("The list of broadcast {number} was not stored to its end. Begin anew.", number=number), 409)
    if (refusal := preview(lines, number).refusal) is not None:
        raise NotAccepted(refusal)
    with gateway.database.writing() as connection:
        is_started = broadcasts.start(connection, number, by, gateway.clock())
    gateway.wake()
    return is_started


def stop(database: Database, number: int, now: float) -> bool:
    """Stop a broadcast: whoever has got nothing yet gets nothing. False if it is over; raises `NotAccepted` if it was never started."""
    with database.writing() as connection:
        found = broadcasts.find(connection, number, lock=True)
        if found is None or found.started_at is None:
            raise NotAccepted(tr("There is no broadcast {number}. See: flask chatbot broadcast list", number=number), 404)
        if not found.is_open:
            return False
        broadcasts.stop(connection, number, now)
        recipients.withdraw_queued(connection, number)
        return True


def discard(database: Database, number: int) -> bool:
    """Delete a draft with its list; True if there was one: what was started stays."""
    with database.writing() as connection:
        return broadcasts.drop(connection, number)


def progress(connection: Connection, found: StoredBroadcast) -> BroadcastProgress:
    """The progress of a broadcast."""
    return BroadcastProgress(
        broadcast=found,
        counts=recipients.count(connection, found.number, is_stopped=found.stopped_at is not None),
        skipped=[(read_reason(why), people) for why, people in recipients.reasons(connection, found.number)],
    )


def stored(connection: Connection, number: int) -> StoredBroadcast:
    """The broadcast with this number; raises `NotAccepted` if there is none."""
    found = broadcasts.find(connection, number)
    if found is None:
        raise NotAccepted(tr("There is no broadcast {number}. Drafts are kept for a day, others for 30.", number=number), 404)
    return found
