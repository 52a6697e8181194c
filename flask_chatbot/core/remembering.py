"""Remembering what came of a message, though other messages of the same sender come in at the same time."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask_chatbot.core.memory import NOTHING, Memory, State, write_state
from flask_chatbot.core.numbers import mask

TRIES = 5  # at remembering, while others come between

log = logging.getLogger(__name__)


class Remembering:
    """The memory of one sender for the time of one message: it knows what it recalled last."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._recalled = NOTHING

    def recall(self, sender: str, now: float) -> State:
        self._recalled = self._memory.recall(sender, now)
        return self._recalled

    def commit(self, sender: str, state: State, now: float) -> bool:
        """Remember a state; False where another came first."""
        return self._memory.commit(sender, storable(sender, state, self._recalled), now)

    def merge(self, sender: str, state: State, now: float) -> None:
        """Remember a state together with those that others remembered since it was recalled."""
        state = storable(sender, state, self._recalled)
        for _ in range(TRIES):
            theirs = self._memory.recall(sender, now)
            if self._memory.commit(sender, storable(sender, merged(self._recalled, state, theirs), theirs), now):
                return
        log.error("what came of a message of %s is not remembered: too many came at once", mask(sender))


def storable(sender: str, state: State, before: State) -> State:
    """The state; where the notes of handlers in it cannot be kept, with those from before."""
    if state.notes is before.notes:
        return state
    try:
        write_state(State(notes=state.notes))
    except ValueError as error:
        log.error("the memory that handlers have of %s stays as it was: %s", mask(sender), error)  # its words hold no notes
        return replace(state, notes=before.notes, notes_until=before.notes_until)
    return state


def merged(base: State, ours: State, theirs: State) -> State:
    """Their state with all that is other in ours than in the `base` of both.

    >>> merged(State(), State(answered={"harga": 60.0}), State(answered={"promo": 90.0}, version=3)).answered
    {'promo': 90.0, 'harga': 60.0}
    """
    if ours.dialogue != base.dialogue:
        theirs = replace(theirs, dialogue=ours.dialogue, dialogue_until=ours.dialogue_until)
    return replace(
        theirs,
        answered={**theirs.answered, **ours.answered},
        seen=theirs.seen or ours.seen,
        notes=merged_notes(base.notes, ours.notes, theirs.notes),
        notes_until=max(theirs.notes_until, ours.notes_until),
    )


def merged_notes(base: Mapping[str, Any], ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    """Their notes with every key that is other in ours than in the `base` of both; groups of keys likewise.

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
