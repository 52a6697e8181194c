"""Two workers, crashes, renewals and late words: nothing accepted is lost, and each chat keeps its order."""

from dataclasses import dataclass, field, replace
from itertools import count

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, func, select

from flask_chatbot.core.outbound import Ack
from flask_chatbot.core.replies import Text
from flask_chatbot.store import outbox, stored
from flask_chatbot.store.database import Database
from flask_chatbot.store.outbox import MOST_DEATHS, Claim, NewMessage
from flask_chatbot.store.tables import messages

LEASE = 10.0
END = 1e9


@dataclass
class Expected:
    """What the outbox should know of a message."""

    place: int
    id: str
    chat: str
    is_reply: bool
    start_at: float
    due_at: float
    state: str = "queued"
    fence: int = 0
    tries: int = 0
    deaths: int = 0
    until: float = 0.0


@dataclass
class Book:
    """The outbox as it should be."""

    kept: dict[str, Expected] = field(default_factory=dict)
    now: float = 1000.0

    def unsettled(self, chat: str) -> list[Expected]:
        return [each for each in self.kept.values() if each.chat == chat and each.state in ("queued", "claimed")]

    def may_go(self) -> list[Expected]:
        """Of each chat what may be sent now, in the order of claims."""
        found = [each for chat in {each.chat for each in self.kept.values()} if (each := self.first(chat))]
        return sorted(found, key=lambda each: (not each.is_reply, each.due_at, each.place))

    def first(self, chat: str) -> Expected | None:
        waiting = self.unsettled(chat)
        for each in waiting:
            if each.state == "claimed":
                return each if each.until <= self.now and each.deaths + 1 < MOST_DEATHS else None
        started = [each for each in waiting if each.start_at <= self.now]
        return started[0] if started and started[0].due_at <= self.now else None

    def holds(self, claim: Claim) -> bool:
        kept = self.kept[claim.outbound.id]
        return kept.state == "claimed" and kept.fence == claim.fence


class Outbox(RuleBasedStateMachine):
    """An outbox beside its book; claims are kept when their worker is dead, so that late words come, too."""

    claims: Bundle[Claim] = Bundle("claims")

    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.numbers = count(1)
        self.book = Book()

    @initialize()
    def begin(self) -> None:
        with self.database.writing() as connection:
            connection.execute(delete(messages))

    @rule(chat=st.sampled_from("abc"), later=st.sampled_from([0.0, 0.0, 15.0]), is_reply=st.booleans(), many=st.integers(1, 3))
    def accept(self, chat: str, later: float, is_reply: bool, many: int) -> None:
        start_at = self.book.now + later if later else 0.0
        new = [
            NewMessage(
                id=f"3EB0{next(self.numbers):016X}",
                session="main",
                chat=chat,
                type="text",
                reply=Text("Halo"),
                is_reply=is_reply,
                created_at=self.book.now,
                start_at=start_at,
                expires_at=END,
            )
            for _ in range(many)
        ]
        with self.database.writing() as connection:
            outbox.add(connection, new)
        for each in new:
            due_at = max(each.created_at, start_at)
            place = int(each.id[4:], 16)
            self.book.kept[each.id] = Expected(place, each.id, chat, is_reply, start_at, due_at)

    @rule(target=claims, limit=st.integers(1, 4))
    def claim(self, limit: int) -> MultipleResults[Claim]:
        may_go = {each.id: each for each in self.book.may_go()}
        with self.database.writing() as connection:
            got = outbox.claim(connection, "main", self.book.now, LEASE, limit)
        ids = [each.outbound.id for each in got]
        assert len(ids) == min(limit, len(may_go))
        assert ids == [each for each in may_go if each in ids]
        for each in got:
            kept = may_go[each.outbound.id]
            kept.deaths += kept.state == "claimed"
            kept.state, kept.fence, kept.tries, kept.until = "claimed", kept.fence + 1, kept.tries + 1, self.book.now + LEASE
            assert (each.fence, each.tries, each.deaths, each.leased_until) == (kept.fence, kept.tries, kept.deaths, kept.until)
        return multiple(*got)

    @rule(seconds=st.sampled_from([1.0, 5.0, LEASE, 30.0]))
    def wait(self, seconds: float) -> None:
        self.book.now += seconds

    @rule(claim=claims, word=st.sampled_from(["sent", "sent", "failed", "later", "back", "error"]))
    def hear(self, claim: Claim, word: str) -> None:
        """A worker's word about its claim, in time or late; or a receipt's."""
        kept = self.book.kept[claim.outbound.id]
        held = self.book.holds(claim)
        with self.database.writing() as connection:
            if word == "sent":
                assert outbox.settle_sent(connection, [claim], self.book.now) == [claim] * held
            elif word == "failed":
                assert outbox.settle_failed(connection, claim, "refused", self.book.now) is held
            elif word == "later":
                assert outbox.settle_later(connection, claim, self.book.now + 20.0, "busy") is held
            elif word == "back":
                outbox.hand_back(connection, [claim])
            else:
                held = stored.move_ack(connection, claim.outbound.id, Ack.ERROR, self.book.now, "unknown number") is not None
        if held:
            self.note(kept, word)

    @rule(claim=claims)
    def renew(self, claim: Claim) -> None:
        """A worker that lives, though its lease may be over, holds on to what is still its own."""
        until, held = self.book.now + LEASE, self.book.holds(claim)
        with self.database.writing() as connection:
            assert outbox.renew(connection, [claim], until) == [replace(claim, leased_until=until)] * held
        if held:
            self.book.kept[claim.outbound.id].until = until

    def note(self, kept: Expected, word: str) -> None:
        kept.state = {"sent": "sent", "failed": "failed", "error": "failed"}.get(word, "queued")
        if word == "later":
            kept.due_at, kept.deaths = self.book.now + 20.0, 0
        if word == "back":
            kept.tries -= 1

    @rule()
    def give_up_the_deadly(self) -> None:
        kept = self.book.kept
        expected = {
            each.id for each in kept.values() if each.state == "claimed" and each.until <= self.book.now and each.deaths + 1 >= MOST_DEATHS
        }
        with self.database.writing() as connection:
            dead = outbox.dead(connection, "main", self.book.now)
            assert {each.outbound.id for each in dead} == expected
            assert all(outbox.settle_failed(connection, each, "it killed its worker", self.book.now) for each in dead)
        for each in dead:
            kept[each.outbound.id].state = "failed"

    @rule()
    def resend(self) -> None:
        failed = [each for each in self.book.kept.values() if each.state == "failed"]
        with self.database.writing() as connection:
            assert stored.resend(connection, list(self.book.kept), self.book.now, END) == len(failed)
        for each in failed:
            each.state, each.due_at, each.start_at, each.tries, each.deaths = "queued", self.book.now, 0.0, 0, 0

    @invariant()
    def the_rows_are_as_expected(self) -> None:
        with self.database.reading() as connection:
            rows = connection.execute(select(messages.c.id, messages.c.state, messages.c.fence, messages.c.deaths)).all()
        told = {row.id: ("queued" if row.state == "waiting" else row.state, row.fence, row.deaths) for row in rows}
        assert told == {each.id: (each.state, each.fence, each.deaths) for each in self.book.kept.values()}

    def teardown(self) -> None:
        """Whatever happened, all that is left goes out, each chat in order."""
        self.book.now += 1000.0
        sent: list[Claim] = []
        while more := self.send_all():
            sent += more
        self.give_up_the_deadly()
        while more := self.send_all():
            sent += more
        with self.database.reading() as connection:
            settled = select(func.count()).where(messages.c.state.in_(("sent", "failed")))
            assert connection.execute(settled).scalar_one() == len(self.book.kept)

    def send_all(self) -> list[Claim]:
        expected = self.book.may_go()
        with self.database.writing() as connection:
            got = outbox.claim(connection, "main", self.book.now, LEASE, 100)
            assert [each.outbound.id for each in got] == [each.id for each in expected]
            assert outbox.settle_sent(connection, got, self.book.now) == got
        for each in expected:
            each.state = "sent"
        return got


def test_nothing_is_lost_and_every_chat_keeps_its_order(database: Database) -> None:
    machine = type("Outbox", (Outbox,), {"database": database})
    run_state_machine_as_test(machine, settings=settings(max_examples=60, stateful_step_count=50, deadline=None))
