"""The files of a message that its decision takes: as the value of a field, or for a rule that saves or forwards what was sent."""

from collections.abc import Iterator
from typing import Any

from flask_chatbot.core.conversation.memory import State
from flask_chatbot.core.conversation.stored_dialogues import read_dialogues
from flask_chatbot.core.deciding.decision import Decision
from flask_chatbot.core.fields.sent import as_file
from flask_chatbot.core.language.sentences import Language
from flask_chatbot.core.matching.match import Match
from flask_chatbot.core.values.actions import Forward, Save
from flask_chatbot.core.values.contents import Attachment
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.sent import FileValue


def taken_by(match: Match, message: Message, *, forwards: bool) -> tuple[Attachment, ...]:
    """The files of a message that a match takes and nobody has fetched. One that is forwarded counts only if `forwards`."""
    values = [value for value in match.fields.values() if isinstance(value, FileValue)]
    actions, is_sent = match.rule.actions, bool(match.rule.sends)
    takes = any((isinstance(each, Save) and is_sent) or (isinstance(each, Forward) and forwards) for each in actions)
    if takes and not values:
        return tuple(each for each in message.attachments[:1] if not (each.file or each.is_unfit))
    return tuple(_unfetched(values, message))


def taken_in(decision: Decision, message: Message, time: float, *, forwards: bool) -> tuple[Attachment, ...]:
    """The files of a message that a decision takes, in a form that goes on too, and nobody has fetched."""
    found = taken_by(decision.match, message, forwards=forwards) if decision.match is not None else ()
    return tuple(dict.fromkeys([*found, *_unfetched(waiting(decision.remember, time), message)]))


def waiting(state: State | None, time: float) -> list[FileValue]:
    """The files in the forms of a state."""
    if state is None or not state.dialogue:
        return []
    dialogues = read_dialogues(state.dialogue, time).values()
    forms = [form for each in dialogues for form in (each.form, each.aside, *(form for form, _ in each.below)) if form is not None]
    return [value for form in forms for value in form.sent.values() if isinstance(value, FileValue)]


def row_of(match: Match, message: Message, language: Language) -> dict[str, Any]:
    """The fields of a row to save; for a rule that answers what is sent and has no field for it, the file under `media`."""
    fields = dict(match.fields)
    if match.rule.sends and message.attachments and not any(isinstance(value, FileValue) for value in fields.values()):
        fields.setdefault("media", as_file(message.attachments[0], language))
    return fields


def _unfetched(values: list[FileValue], message: Message) -> Iterator[Attachment]:
    for value in values:
        said = (value.kind, value.mime, value.name, value.size, value.handle)
        for each in message.attachments:
            if not (value.file or each.file or each.is_unfit) and said == (each.kind, each.mime, each.name, each.size, each.handle):
                yield each
