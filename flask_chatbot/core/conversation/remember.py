"""Remembering the result of a message while other messages of the same sender come in."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask_chatbot.core.conversation.memory import NO_MEMORY, NOTHING, Memory, State, write_state
from flask_chatbot.core.language.numbers import mask
from flask_chatbot.core.logs import get_logger

TRIES = 5  # at remembering, while others come between

log = get_logger(__name__)


@dataclass(slots=True, eq=False)
class Remembering:
    """The memory of one sender during one message: it records who was looked up, when, and the state it `recalled`."""

    memory: Memory
    sender: str = ""
    now: float = 0.0
    recalled: State = NOTHING

    def recall(self, sender: str, now: float) -> State:
        self.sender, self.now, self.recalled = sender, now, self.memory.recall(sender, now)
        return self.recalled

    def keep(self, state: State | None, must: bool = False, memory: Memory | None = None) -> bool:
        """Store a state, if there is one; False if another came first, unless it `must` be stored: then both are merged.

        `memory` is the same memory within a transaction.
        """
        if state is None:
            return True
        if memory is None or self.memory is NO_MEMORY:
            memory = self.memory
        state = storable(self.sender, state, self.recalled)
        return memory.commit(self.sender, state, self.now) or (must and self._merge(state, memory))

    def commit(self, sender: str, state: State, now: float) -> bool:
        """Store a state as any memory does; callers that only read never use it."""
        return self.memory.commit(sender, state, now)

    def _merge(self, state: State, memory: Memory) -> bool:
        """Store a state merged with those that others stored since it was recalled."""
        for _ in range(TRIES):
            theirs = memory.recall(self.sender, self.now)
            both = storable(self.sender, merged(self.recalled, state, theirs), theirs)
            if memory.commit(self.sender, both, self.now):
                return True
        log.error("the result of a message from %s is not remembered: too many came at once", mask(self.sender))
        return True


def storable(sender: str, state: State, before: State) -> State:
    """The state; if JSON cannot hold its notes from handlers, with the earlier notes."""
    if state.notes is before.notes:
        return state
    try:
        write_state(State(notes=state.notes))
    except ValueError as error:
        log.error("the handlers' memory of %s stays as it was: %s", mask(sender), error)  # its words hold no notes
        return replace(state, notes=before.notes, notes_until=before.notes_until)
    return state


def merged(base: State, ours: State, theirs: State) -> State:
    """Their state with everything that differs in ours from the common `base`.

    >>> merged(State(), State(answered={"harga": 60.0}), State(answered={"promo": 90.0}, version=3)).answered
    {'promo': 90.0, 'harga': 60.0}
    """
    dialogue = merged_chats(base.dialogue or {}, ours.dialogue or {}, theirs.dialogue or {})
    return replace(
        theirs,
        dialogue=dialogue or None,
        dialogue_until=max(ours.dialogue_until, theirs.dialogue_until) if dialogue else 0.0,
        answered={**theirs.answered, **ours.answered},
        seen=theirs.seen or ours.seen,
        notes=merged_notes(base.notes, ours.notes, theirs.notes),
        notes_until=max(theirs.notes_until, ours.notes_until),
        paused_until=ours.paused_until if ours.paused_until != base.paused_until else theirs.paused_until,
        pauses=merged_chats(base.pauses, ours.pauses, theirs.pauses),
        takeovers=merged_chats(base.takeovers, ours.takeovers, theirs.takeovers),
    )


def merged_chats(base: Mapping[str, Any], ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    """Their dialogues, with ours for the chats that differ from the common `base`.

    >>> merged_chats({"a": 1, "b": 1}, {"a": 2}, {"a": 1, "b": 1, "c": 1})
    {'a': 2, 'c': 1}
    """
    kept = {chat: dialogue for chat, dialogue in theirs.items() if chat in ours or chat not in base}
    return kept | {chat: dialogue for chat, dialogue in ours.items() if chat not in base or dialogue != base[chat]}


def merged_notes(base: Mapping[str, Any], ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    """Their notes with every key that differs in ours from the common `base`, nested keys included.

    >>> merged_notes({"a": 1, "b": 1}, {"a": 2}, {"a": 1, "b": 1, "c": 1})
    {'a': 2, 'c': 1}
    """
    notes = {key: value for key, value in theirs.items() if key in ours or key not in base}
    for key, value in ours.items():
        before, other = base.get(key), theirs.get(key)
        if isinstance(value, dict) and isinstance(other, dict):
            notes[key] = merged_notes(before if isinstance(before, dict) else {}, value, other)
        elif key not in base or value != before:
            notes[key] = value
    return notes
