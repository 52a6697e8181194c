"""Prepares a broadcast as a draft: everything that is wrong with it is reported before it can be started."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy import Connection

from flask_chatbot.broadcasting.content import BroadcastContent, Composition, write_content
from flask_chatbot.broadcasting.lists import RecipientList, by_line, labelled, read_list, wrote_within
from flask_chatbot.broadcasting.reach import NO_NUMBERS
from flask_chatbot.core.translation.translatable import Translatable, reason_of, tr
from flask_chatbot.core.values.chats import person_in
from flask_chatbot.core.values.messages import Sender
from flask_chatbot.core.values.people import PERSON
from flask_chatbot.delivery.fitting import NO_TEMPLATES
from flask_chatbot.delivery.gateway import Gateway
from flask_chatbot.delivery.lines import Lines
from flask_chatbot.errors import NotAccepted
from flask_chatbot.store.broadcasts import broadcasts, recipients
from flask_chatbot.store.broadcasts.broadcasts import NewBroadcast
from flask_chatbot.store.broadcasts.recipients import Recipient

ONLY_NUMBERS = tr(
    "This connection writes only to people who wrote to it, and not to telephone numbers. Choose a label, or the days within which people "
    "wrote."
)
TIMES = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M")


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """The list that is asked for, one of three: a CSV file with its name, a label, or a number of days within which people wrote."""

    file: bytes | None = None
    name: str = ""
    label: str = ""
    days: int | None = None

    def read(self, connection: Connection, lines: Lines, gateway: Gateway, now: float) -> RecipientList:
        """The people on the list, for the line of a gateway; raises `NotAccepted` if it cannot be used."""
        if sum((self.file is not None, bool(self.label), self.days is not None)) != 1:
            raise NotAccepted(tr("Give one list: a CSV file, a label, or the days within which people wrote."))
        if self.file is not None:
            return read_list(connection, self.file, self.name, gateway.transport.name, gateway.bot.book.locale)
        if self.label:
            return labelled(connection, self.label)
        return wrote_within(connection, lines.sessions_of(gateway.transport.name), self.days or 0, now, gateway.bot.book.staff)


def read_at(written: str, zone: tzinfo, now: float) -> float:
    """The time at which a broadcast begins, in epoch seconds; 0 for at once, if nothing is written.

    >>> from datetime import UTC
    >>> read_at("2026-12-01 09:00", UTC, 0.0), read_at(" ", UTC, 0.0)
    (1796115600.0, 0.0)
    """
    if not written.strip():
        return 0.0
    for form in TIMES:
        try:
            at = datetime.strptime(written.strip(), form).replace(tzinfo=zone).timestamp()
        except (ValueError, OverflowError):
            continue
        if at <= now:
            raise NotAccepted(tr("{at} is over. Give a time to come, or none for at once.", at=written.strip()))
        return at
    raise NotAccepted(tr("{at!r} is no time. Write it like 2026-12-01 09:00, in the time zone of the rules.", at=written.strip()[:40]))


def prepare(lines: Lines, line: str, content: BroadcastContent, audience: Audience, *, at: str = "", author: str = "") -> int:
    """Keep a draft with its list, and return its number. Raises `NotAccepted` with everything wrong: nothing is kept then."""
    gateway = lines.choose(line)
    book, name = gateway.bot.book, gateway.transport.name
    now = gateway.clock()
    start_at = read_at(at, book.locale.timezone, now)
    if content.template and not gateway.proxy.capabilities.templates:
        raise NotAccepted(NO_TEMPLATES)
    with gateway.database.reading() as connection:
        found = audience.read(connection, lines, gateway, now)
        _check_reach(found, gateway)
        composition = Composition(content, book, found.columns)
        problems = _problems(composition, found, gateway)
    if problems:
        raise NotAccepted(by_line(problems))
    new = NewBroadcast(
        line=name,
        content=write_content(content),
        audience=found.name,
        author=author,
        repeated=found.repeated,
        created_at=now,
        start_at=start_at,
    )
    return _keep(gateway, new, found)


def _check_reach(found: RecipientList, gateway: Gateway) -> None:
    """Raise `NotAccepted` if the file holds telephone numbers and the line writes to none."""
    numbered = [each for each in found.people if each.line and each.address.endswith(PERSON)]
    if gateway.proxy.capabilities.by_number or not numbered:
        return
    if len(numbered) == len(found.people):
        raise NotAccepted(ONLY_NUMBERS)
    raise NotAccepted(by_line([(each.line, NO_NUMBERS) for each in numbered]))


def _keep(gateway: Gateway, new: NewBroadcast, found: RecipientList) -> int:
    """Store a draft; its people a part at a time, so that nobody who writes meanwhile waits for long."""
    with gateway.database.writing() as connection:
        number = broadcasts.add(connection, new)
    for start in range(0, len(found.people), recipients.AT_ONCE):
        some = found.people[start : start + recipients.AT_ONCE]
        with gateway.database.writing() as connection:
            recipients.add(
                connection,
                number,
                (Recipient(place=place, address=each.address, fields=each.fields) for place, each in enumerate(some, start + 1)),
            )
    with gateway.database.writing() as connection:
        broadcasts.complete(connection, number, len(found.people))
    return number


def _problems(composition: Composition, found: RecipientList, gateway: Gateway) -> list[tuple[int, Translatable]]:
    """The people for whom there is nothing to send, with their lines in the file and the reasons; without columns all are alike."""
    problems: list[tuple[int, Translatable]] = []
    now, random = gateway.bot.clock(), gateway.bot.random
    for each in found.people if found.columns else found.people[:1]:
        number = person_in(each.address) if each.address.endswith(PERSON) else ""
        try:
            composition.replies(Sender(number=number), each.fields, now, random)
        except NotAccepted as error:
            problems.append((each.line, reason_of(error)))
    return problems
