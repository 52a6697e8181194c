"""Memory of people: `State` is its value, `Memory` the place where states are kept."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from flask_chatbot.core.late import Late, Once, new_lock

SEEN_KEPT = 400 * 86_400  # seconds after the last commit
CHATS_LIMIT = 50  # chats in which one person may be in the middle of something
NOTES_LIMIT = 65_536  # characters of JSON; a handler that only ever adds must hear of it


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The memory of one sender, as JSON data. Times are epoch seconds; each is the first moment at which it no longer counts."""

    dialogue: Mapping[str, Any] | None = None  # by chat, the form or menu they are in the middle of
    dialogue_until: float = 0.0  # when the last of them is over
    answered: Mapping[str, float] = field(default_factory=dict)  # `on_line` of a rule -> until when once_per keeps it quiet
    seen: bool = False  # has written before
    notes: Mapping[str, Any] = field(default_factory=dict)  # the `memory` of handlers
    notes_until: float = 0.0
    paused_until: float = 0.0  # the bot keeps quiet for them, on every line
    pauses: Mapping[str, float] = field(default_factory=dict)  # by line, until when it keeps quiet there
    takeovers: Mapping[str, float] = field(default_factory=dict)  # the same, since the owner wrote to them by hand
    version: int = 0  # of what was recalled; 0: nothing was

    def at(self, now: float) -> "State":
        """The state without its expired parts.

        >>> State(answered={"harga": 50.0, "promo": 70.0}, dialogue={"form": "survei"}, dialogue_until=60.0).at(60.0).answered
        {'promo': 70.0}
        """
        chats = lasting(self.dialogue, self.dialogue_until, now) if self.dialogue else {}
        return replace(
            self,
            dialogue={chat: self.dialogue[chat] for chat in chats} if self.dialogue and chats else None,
            dialogue_until=max(chats.values(), default=0.0),
            answered={rule: until for rule, until in self.answered.items() if until > now},
            notes=self.notes if self.notes_until > now else {},
            notes_until=self.notes_until if self.notes_until > now else 0.0,
            paused_until=self.paused_until if self.paused_until > now else 0.0,
            pauses={line: until for line, until in self.pauses.items() if until > now},
            takeovers={line: until for line, until in self.takeovers.items() if until > now},
        )

    def paused_on(self, line: str | None) -> float:
        """The time until which the bot keeps quiet for them on a line; 0 if it does not.

        >>> [State(pauses={"toko": 60.0}).paused_on(line) for line in ("toko", "bengkel", None)], State(paused_until=9.0).paused_on("toko")
        ([60.0, 0.0, 0.0], 9.0)
        """
        return max(self.paused_until, self.pauses.get(line or "", 0.0), self.takeovers.get(line or "", 0.0))

    def is_taken_over(self, line: str | None) -> bool:
        """True if the bot keeps quiet on a line because the owner writes to them by hand.

        >>> [State(pauses={"toko": until}, takeovers={"toko": 60.0}).is_taken_over("toko") for until in (59.0, 61.0)]
        [True, False]
        """
        return 0.0 < self.paused_on(line) == self.takeovers.get(line or "", 0.0)

    def pausing(self, line: str | None, until: float) -> "State":
        """The state with a pause on a line; a line without a name stands for all."""
        return replace(self, pauses={**self.pauses, line: until}) if line else replace(self, paused_until=until)

    def taken_over(self, line: str, until: float) -> "State":
        """The state with the owner writing to them on a line; one that was to last longer stays."""
        return replace(self, takeovers={**self.takeovers, line: max(until, self.takeovers.get(line, 0.0))})

    def resumed(self, line: str = "") -> "State":
        """The state without what keeps the bot quiet on a line; on any, if none is given.

        >>> State(pauses={"toko": 5.0, "bengkel": 5.0}, takeovers={"toko": 9.0}).resumed("toko") == State(pauses={"bengkel": 5.0})
        True
        """

        def others(kept: Mapping[str, float]) -> dict[str, float]:
            return {other: until for other, until in kept.items() if line and other != line}

        return replace(self, paused_until=0.0, pauses=others(self.pauses), takeovers=others(self.takeovers))

    @property
    def last_pause(self) -> float:
        """The time until which the bot keeps quiet for them on any line."""
        return max(self.paused_until, *self.pauses.values(), *self.takeovers.values(), 0.0)

    def kept_until(self, now: float) -> float:
        """The time when all of it has expired and it may be deleted.

        >>> State(dialogue={"form": "survei"}, dialogue_until=900.0, answered={"harga": 600.0}).kept_until(0.0)
        900.0
        """
        kept = (self.dialogue_until, *self.answered.values(), self.notes_until, self.last_pause)
        return max(*kept, now + SEEN_KEPT if self.seen else now)


def on_line(line: str | None, name: str) -> str:
    """The key of something that counts for one line only: a chat, or a rule that was answered.

    >>> on_line("toko", "harga"), on_line(None, "harga")
    ('toko\\x1fharga', 'harga')
    """
    return f"{line}\x1f{name}" if line else name


def lasting(dialogue: Mapping[str, Any], until: float, now: float) -> dict[str, float]:
    """The unfinished dialogues by chat, with their ends; if there are too many, the longest. One without an end gets `until`.

    >>> lasting({"a": {"until": 50.0}, "b": {"until": 70.0}, "c": {}}, 90.0, 60.0)
    {'b': 70.0, 'c': 90.0}
    """
    ends = {}
    for chat, kept in dialogue.items():
        end = kept.get("until") if isinstance(kept, Mapping) else None
        ends[chat] = min(end, until) if isinstance(end, int | float) else until
    latest = sorted((chat for chat in ends if ends[chat] > now), key=ends.__getitem__)[-CHATS_LIMIT:]
    return {chat: end for chat, end in ends.items() if chat in latest}


class Memory(Protocol):
    """A place where states are kept. `sender` is any text; two different texts are two people."""

    def recall(self, sender: str, now: float) -> State:
        """The state of a sender, without expired parts."""

    def commit(self, sender: str, state: State, now: float) -> bool:
        """Store a state derived from a recalled one, version included; False if another came first: then recall and decide again.

        `ValueError` if the state holds something that JSON cannot. After reading, tuples are lists and the keys of dicts are text.
        """


NOTHING = State()  # one for all, since most messages need nothing else


class NoMemory:
    """Remembers nobody."""

    def recall(self, sender: str, now: float) -> State:
        return NOTHING

    def commit(self, sender: str, state: State, now: float) -> bool:
        return True


NO_MEMORY = NoMemory()


class ShortMemory:
    """Remembers as long as the process lives, and for this process only. Threads may share it."""

    _lock = Late(new_lock)

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, int, float]] = {}

    def recall(self, sender: str, now: float) -> State:
        kept = self._kept.get(sender)
        return NOTHING if kept is None else read_state(*kept, now)

    def commit(self, sender: str, state: State, now: float) -> bool:
        text = write_state(state.at(now))
        with self._lock:
            if self._kept.get(sender, ("", 0, 0.0))[1] != state.version:
                return False
            self._kept[sender] = text, state.version + 1, state.kept_until(now)
            return True


class LateMemory:
    """The memory that `make` returns, made on first use."""

    def __init__(self, make: Callable[[], Memory]) -> None:
        self._make = Once(make)
        self._made: Memory | None = None

    def recall(self, sender: str, now: float) -> State:
        return (self._made or self._memory()).recall(sender, now)

    def commit(self, sender: str, state: State, now: float) -> bool:
        return self._memory().commit(sender, state, now)

    def _memory(self) -> Memory:
        self._made = self._make()
        return self._made


def write_state(state: State) -> str:
    """The state as ASCII JSON, without its version; raises `ValueError` with a sentence if JSON cannot hold it.

    >>> write_state(State(seen=True, notes={"nama": "Budi"}, notes_until=60.0))
    '{"seen":true,"notes":{"nama":"Budi"},"notes_until":60.0}'
    """
    data = {name: value for name in _NAMES if (value := getattr(state, name)) != getattr(NOTHING, name)}
    text = _write(data)
    if len(text) > NOTES_LIMIT and len(_write(state.notes)) > NOTES_LIMIT:
        raise ValueError(f"The memory of this sender is longer than {NOTES_LIMIT} characters of JSON. Keep less in it.")
    return text


def _write(value: object) -> str:
    try:
        return json.dumps(value, allow_nan=False, separators=(",", ":"))
    except RecursionError:
        raise ValueError(f"This cannot be remembered: it is nested too deeply. {_WAY_OUT}") from None
    except (TypeError, ValueError) as error:
        raise ValueError(f"This cannot be remembered: {error}. {_WAY_OUT}") from None


def read_state(text: str, version: int, until: float, now: float) -> State:
    """Read the text that `write_state` wrote, without expired parts; raise `ValueError` for anything else.

    >>> read_state('{"notes":{"nama":"Budi"},"notes_until":60.0}', version=3, until=60.0, now=59.0).notes
    {'nama': 'Budi'}
    """
    if until <= now:
        return State(version=version)
    try:
        data = json.loads(text)
    except (TypeError, ValueError, RecursionError):
        raise ValueError("it is no JSON") from None
    if not isinstance(data, dict):
        raise ValueError("it is no JSON object")
    if not _is_sound(data):
        raise ValueError("a part of it is of the wrong type")
    return State(version=version, **{name: data[name] for name in _NAMES if name in data}).at(now)


def _is_sound(data: dict[str, Any]) -> bool:
    maps = [data.get(name, {}) for name in ("dialogue", "answered", "notes", "pauses", "takeovers")]
    if not all(isinstance(each, dict) for each in maps) or not isinstance(data.get("seen", False), bool):
        return False
    times = [
        data.get("dialogue_until", 0.0),
        data.get("notes_until", 0.0),
        data.get("paused_until", 0.0),
        *maps[1].values(),
        *maps[3].values(),
        *maps[4].values(),
    ]
    # NaN, too, fails the comparison.
    return all(isinstance(each, int | float) and not isinstance(each, bool) and abs(each) < math.inf for each in times)


_WAY_OUT = "Keep text, finite numbers, True, False, None, and lists and dicts of these."
_NAMES = ("dialogue", "dialogue_until", "answered", "seen", "notes", "notes_until", "paused_until", "pauses", "takeovers")
