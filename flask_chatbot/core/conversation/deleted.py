"""Deletes from memory the text that its sender has deleted: a form asks for it again."""

from dataclasses import replace

from flask_chatbot.core.conversation.changes import with_dialogue
from flask_chatbot.core.conversation.dialogue import Dialogue
from flask_chatbot.core.conversation.forms import Form
from flask_chatbot.core.conversation.memory import State
from flask_chatbot.core.conversation.stored_dialogues import read_dialogues
from flask_chatbot.core.values.messages import split_parts

SURE = 4  # characters: a shorter value may stand in a longer text by chance


def without_text(state: State, text: str, now: float) -> State:
    """The state without the values that a text gave to forms, whether they wait or were set aside; the same one if there are none."""
    for chat, dialogue in read_dialogues(state.dialogue, now).items():
        changed = _without(dialogue, text)
        if changed != dialogue:
            state = with_dialogue(state, chat, changed)
    return state


def _without(dialogue: Dialogue, text: str) -> Dialogue:
    return replace(
        dialogue,
        form=dialogue.form and _emptied(dialogue.form, text),
        aside=dialogue.aside and _emptied(dialogue.aside, text),
        below=tuple((_emptied(form, text), until) for form, until in dialogue.below),
    )


def _emptied(form: Form, text: str) -> Form:
    """The form without what came from a text: what is missing when all else is known is asked for again."""
    kept = {name: value for name, value in form.texts.items() if not came_from(value, text)}
    unclear = "" if came_from(form.unclear, text) else form.unclear
    if len(kept) == len(form.texts) and unclear == form.unclear:
        return form
    settled = tuple(address for address in form.settled if address in kept.values())
    times = {name: time for name, time in form.times.items() if name in kept or name not in form.texts}
    return replace(form, texts=kept, times=times, settled=settled, unclear=unclear)


def came_from(value: str, text: str) -> bool:
    """True if a value was given by a text: it is all of it, a part between ``#`` or on a line, or a longer piece of it.

    >>> [came_from(value, "pesan#Budi#2") for value in ("Budi", "2", "", "esan#", "3")]
    [True, True, False, True, False]
    """
    value = value.strip()
    parts = [part.rpartition(":")[2].strip() for line in text.splitlines() for part in (line, *split_parts(line))]
    return bool(value) and (value in (text.strip(), *parts) or (len(value) >= SURE and value in text))
