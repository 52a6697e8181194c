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

from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.core.values.replies import Text
from flask_chatbot.database.database import Database
from flask_chatbot.database.tables import messages
from flask_chatbot.store import outbox, stored
from flask_chatbot.store.outbox import MOST_CRASHES, Claim
from flask_chatbot.store.outgoing import new_messages
from flask_chatbot.store.outgoing.new_messages import NewMessage
from tests.examples import at_most

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
    crashes: int = 0
    begun: bool = False
    until: float = 0.0

    @property
    def is_dead(self) -> bool:
        return self.begun and self.crashes + 1 >= MOST_CRASHES


@dataclass
class Book:
    """The outbox as it should be."""

    kept: dict[str, Expected] = field(default_factory=dict)
    now: float = 1000.0

    def unsettled(self, chat: str) -> list[Expected]:
        return [each for each in self.kept.values() if each.chat == chat and each.state in ("queued", "claimed")]

    def may_go(self) -> list[Expected]:
        """Of each chat what may be sent now; one that a single worker crashed with is among them."""
        return [each for chat in {each.chat for each in self.kept.values()} if (each := self.first(chat))]

    def first(self, chat: str) -> Expected | None:
        waiting = self.unsettled(chat)
        if claimed := [each for each in waiting if each.state == "claimed"]:
            return claimed[0] if self.has_crashed_once(claimed[0]) else None
        started = [each for each in waiting if each.start_at <= self.now]
        return started[0] if started and started[0].due_at <= self.now else None

    def has_crashed_once(self, kept: Expected) -> bool:
        return kept.state == "claimed" and kept.until <= self.now and not kept.crashes

    def crashed(self) -> list[Expected]:
        """What two dead workers held, in the order in which it is tried."""
        over = [each for each in self.kept.values() if each.state == "claimed" and each.until <= self.now and not each.is_dead]
        over = [each for each in over if each.crashes]
        return sorted(over, key=lambda each: (each.crashes, not each.is_reply, each.place))

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
            new_messages.add(connection, new)
        for each in new:
            place = int(each.id[4:], 16)
            self.book.kept[each.id] = Expected(place, each.id, chat, is_reply, start_at, due_at=start_at)

    @rule(target=claims, limit=st.integers(1, 4))
    def claim(self, limit: int) -> MultipleResults[Claim]:
        may_go = {each.id: each for each in self.book.may_go()}
        with self.database.writing() as connection:
            got = outbox.claim(connection, "main", self.book.now, LEASE, limit)
        ids = [each.outbound.id for each in got]
        assert len(ids) == min(limit, len(may_go))
        assert set(ids) <= set(may_go)
        crashed = sum(map(self.book.has_crashed_once, may_go.values()))
        assert [self.book.has_crashed_once(may_go[name]) for name in ids] == [place < crashed for place in range(len(got))]
        replies = sum(each.is_reply for each in may_go.values() if not self.book.has_crashed_once(each))
        assert [each.is_reply for each in got[crashed:]] == [place < replies for place in range(len(got[crashed:]))]
        for each in got:
            self.take(each, begun=False)
        return multiple(*got)

    @rule(target=claims)
    def claim_crashed(self) -> MultipleResults[Claim]:
        expected = self.book.crashed()[:1]
        with self.database.writing() as connection:
            got = outbox.claim_crashed(connection, "main", self.book.now, LEASE)
        assert ([got.outbound.id] if got else []) == [each.id for each in expected]
        if got is None:
            return multiple()
        self.take(got, begun=True)
        return multiple(got)

    def take(self, claim: Claim, *, begun: bool) -> None:
        kept = self.book.kept[claim.outbound.id]
        kept.crashes += kept.state == "claimed"
        kept.state, kept.fence, kept.tries, kept.until = "claimed", kept.fence + 1, kept.tries + 1, self.book.now + LEASE
        kept.begun = begun
        assert (claim.fence, claim.tries, claim.crashes, claim.leased_until) == (kept.fence, kept.tries, kept.crashes, kept.until)

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
            kept.due_at, kept.crashes, kept.begun = self.book.now + 20.0, 0, False
        if word == "back":
            kept.state, kept.until = "claimed" if kept.begun else "queued", 0.0
            kept.tries, kept.crashes, kept.begun = kept.tries - 1, kept.crashes - kept.begun, False

    @rule()
    def give_up_the_deadly(self) -> None:
        kept = self.book.kept
        expected = {each.id for each in kept.values() if each.state == "claimed" and each.until <= self.book.now and each.is_dead}
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
            assert stored.resend(connection, list(self.book.kept), END) == len(failed)
        for each in failed:
            each.state, each.due_at, each.start_at, each.tries, each.crashes, each.begun = "queued", 0.0, 0.0, 0, 0, False

    @invariant()
    def the_rows_are_as_expected(self) -> None:
        with self.database.reading() as connection:
            rows = connection.execute(select(messages.c.id, messages.c.state, messages.c.fence, messages.c.crashes)).all()
        told = {row.id: ("queued" if row.state == "waiting" else row.state, row.fence, row.crashes) for row in rows}
        assert told == {each.id: (each.state, each.fence, each.crashes) for each in self.book.kept.values()}

    def teardown(self) -> None:
        """Whatever happened, all that is left goes out, each chat in order."""
        self.book.now += 1000.0
        self.give_up_the_deadly()
        while self.send_all():
            pass
        with self.database.reading() as connection:
            settled = select(func.count()).where(messages.c.state.in_(("sent", "failed")))
            assert connection.execute(settled).scalar_one() == len(self.book.kept)

    def send_all(self) -> list[Claim]:
        expected = self.book.may_go() + self.book.crashed()[:1]
        with self.database.writing() as connection:
            got = outbox.claim(connection, "main", self.book.now, LEASE, 100)
            crashed = outbox.claim_crashed(connection, "main", self.book.now, LEASE)
            got += [crashed] if crashed else []
            assert {each.outbound.id for each in got} == {each.id for each in expected}
            assert outbox.settle_sent(connection, got, self.book.now) == got
        for each in expected:
            each.state = "sent"
        return got


def test_nothing_is_lost_and_every_chat_keeps_its_order(database: Database) -> None:
    machine = type("Outbox", (Outbox,), {"database": database})
    run_state_machine_as_test(machine, settings=settings(max_examples=at_most(60), stateful_step_count=50, deadline=None))
