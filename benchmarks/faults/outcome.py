"""What became of the messages: lost, out of order, answered twice, sent twice; and how long it took."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.faults.traffic import Accepted


@dataclass(frozen=True, slots=True)
class Send:
    """A message as WhatsApp got it."""

    at: float
    process: int
    chat: str
    id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of the messages that were accepted while a fault struck; times are in seconds.

    `recovery` is from the end of the fault until the last message accepted by then had been answered, `slowest` the longest that any
    message waited for its answer.
    """

    accepted: int
    lost: int
    out_of_order: int
    answered_twice: int
    repeats: int  # sends of a message that had been sent, under the same id
    recovery: float
    slowest: float

    @property
    def is_kept(self) -> bool:
        """True if all that is promised was kept."""
        return not (self.lost or self.out_of_order or self.answered_twice)


def read_journal(path: Path, prefix: str) -> list[Send]:
    """The sends to chats whose numbers begin so, in order."""
    lines = path.read_text("ascii").splitlines() if path.exists() else []
    found = [line.split(" ", 4) for line in lines]
    sends = [Send(float(at), int(process), chat.partition("@")[0], id_, text) for at, process, chat, id_, text in found]
    return [each for each in sends if each.chat.startswith(prefix)]


def judge(accepted: Sequence[Accepted], sends: Sequence[Send], ended_at: float) -> Outcome:
    """Compare what was accepted with what was sent.

    >>> taken = [Accepted("628", 0, 1.0), Accepted("628", 1, 2.0), Accepted("628", 2, 9.0)]
    >>> sent = [Send(5.0, 1, "628", "A", "0"), Send(6.0, 1, "628", "A", "0"), Send(7.0, 2, "628", "B", "1")]
    >>> judge(taken, sent, 4.0)
    Outcome(accepted=3, lost=1, out_of_order=0, answered_twice=0, repeats=1, recovery=3.0, slowest=5.0)
    """
    first: dict[tuple[str, int], Send] = {}
    ids: dict[tuple[str, int], set[str]] = {}
    for each in sends:
        key = each.chat, int(each.text)
        first.setdefault(key, each)
        ids.setdefault(key, set()).add(each.id)
    waits = {
        (each.chat, each.number): (each.at, first[each.chat, each.number].at) for each in accepted if (each.chat, each.number) in first
    }
    before = [sent - ended_at for at, sent in waits.values() if at <= ended_at]
    return Outcome(
        accepted=len(accepted),
        lost=len(accepted) - len(waits),
        out_of_order=out_of_order(first),
        answered_twice=sum(len(each) - 1 for each in ids.values()),
        repeats=len(sends) - sum(len(each) for each in ids.values()),
        recovery=max([0.0, *before]),
        slowest=max((sent - at for at, sent in waits.values()), default=0.0),
    )


def out_of_order(sent: Iterable[tuple[str, int]]) -> int:
    """How many were sent after a later one of their chat.

    >>> out_of_order([("a", 0), ("b", 1), ("a", 2), ("a", 1), ("b", 2)])
    1
    """
    latest: dict[str, int] = {}
    count = 0
    for chat, number in sent:
        count += number < latest.get(chat, 0)
        latest[chat] = max(number, latest.get(chat, 0))
    return count
