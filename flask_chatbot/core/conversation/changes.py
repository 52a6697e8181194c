"""Changes that a message makes to the state of its sender."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask_chatbot.core.conversation.dialogue import Dialogue
from flask_chatbot.core.conversation.memory import State
from flask_chatbot.core.conversation.stored_dialogues import write_dialogues

NOTES_KEPT = 30 * 24 * 3600.0  # seconds a handler's `memory` lives after its last change


def with_dialogue(state: State, chat: str, dialogue: Dialogue) -> State:
    """The state with the dialogue of one chat; other chats are untouched, so that messages there find theirs unchanged."""
    others = {name: kept for name, kept in (state.dialogue or {}).items() if name != chat}
    written, until = write_dialogues({chat: dialogue})
    return replace(
        state,
        dialogue={**others, **(written or {})} or None,
        dialogue_until=max(until, state.dialogue_until) if others else until,
    )


def with_notes(state: State, notes: Mapping[str, Any], time: float) -> State:
    """The state with a handler's notes."""
    return replace(state, notes=notes, notes_until=time + NOTES_KEPT)


def differ(notes: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    """True if notes have changed, or cannot be compared."""
    try:
        return bool(notes != before)
    except Exception:  # noqa: BLE001  a handler may put anything there
        return True
