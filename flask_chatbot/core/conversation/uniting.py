"""Uniting the states of two people who turn out to be one."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask_chatbot.core.conversation.memory import State, lasting, write_state


def united(one: State, other: State, now: float) -> State:
    """The state of both together: the later note wins key by key, the later dialogue chat by chat, and the longer silence.

    Its version is higher than both, so that nothing decided from one of them is kept.

    >>> united(State(notes={"kota": "Solo"}, notes_until=60.0), State(notes={"kota": "Medan", "usia": 9}, notes_until=50.0), 0.0).notes
    {'kota': 'Solo', 'usia': 9}
    """
    one, other = one.at(now), other.at(now)
    earlier, later = sorted((one, other), key=lambda state: (state.notes_until, write_state(state)))
    dialogue = _dialogues(one, other, now)
    return replace(
        later,
        dialogue=dialogue or None,
        dialogue_until=max(one.dialogue_until, other.dialogue_until) if dialogue else 0.0,
        answered=_latest(one.answered, other.answered),
        seen=one.seen or other.seen,
        notes={**earlier.notes, **later.notes},
        notes_until=later.notes_until,
        paused_until=max(one.paused_until, other.paused_until),
        pauses=_latest(one.pauses, other.pauses),
        takeovers=_latest(one.takeovers, other.takeovers),
        version=max(one.version, other.version) + 1,
    )


def _dialogues(one: State, other: State, now: float) -> dict[str, Any]:
    """The dialogues of both; of two in one chat the one that lasts longer."""
    mine, theirs = (dict(state.dialogue or {}) for state in (one, other))
    my_ends, their_ends = (lasting(state.dialogue or {}, state.dialogue_until, now) for state in (one, other))
    lost = {chat for chat in mine.keys() & theirs.keys() if my_ends.get(chat, 0.0) < their_ends.get(chat, 0.0)}
    return {**theirs, **{chat: kept for chat, kept in mine.items() if chat not in lost}}


def _latest(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    return {name: max(one.get(name, 0.0), other.get(name, 0.0)) for name in {**one, **other}}
