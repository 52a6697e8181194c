"""Corrections: one message that says what is missing or wrong in a customer's form, and shows how it should look."""

from collections.abc import Sequence

from flask_chatbot.core.fields.field import SURPLUS, Field, Reading, titled
from flask_chatbot.core.language.sentences import Language, clip, say
from flask_chatbot.core.values.replies import TEXT_LIMIT

_LABEL_LIMIT = 60  # characters of a label
_FORM_LIMIT = 2000  # characters of the form; the problems need the other half
_LINE_LIMIT = 500  # characters of one problem


def correction(trigger: str, fields: Sequence[Field], reading: Reading, language: Language, given: bool) -> str:
    """A line for each problem and then the form; only the form if nothing was `given`.

    A rule without a keyword that takes fields has no `trigger`, and no form to show.

    >>> from flask_chatbot.core.language.sentences import language_of
    >>> print(correction("resi#", [], Reading(problems={"nomor": "Mohon diisi ya."}), language_of("id"), given=True))
    Maaf, masih ada yang perlu diperbaiki:
    - Nomor: Mohon diisi ya.
    <BLANKLINE>
    Silakan kirim ulang dengan format:
    *resi#*
    """
    if not given:
        return f"{say(language, 'invite')}\n{_form(trigger, fields, language)}"[:TEXT_LIMIT]
    head = say(language, "still_wrong")
    tail = [f"\n{say(language, 'send_again')}\n{_form(trigger, fields, language)}"] if trigger else []
    room = TEXT_LIMIT - len(head) - len("".join(tail)) - 1
    return "\n".join([head, *_fitting(_problem_lines(fields, reading), room, language), *tail])[:TEXT_LIMIT]


def _form(trigger: str, fields: Sequence[Field], language: Language) -> str:
    """The text to write, in bold, with the meaning of its brackets."""
    written = [each for each in fields if not each.is_sent]
    form = f"*{clip(trigger + '#'.join(map(_slot, written)), _FORM_LIMIT)}*"
    return f"{form}\n{say(language, 'brackets')}" if any(each.may_be_left_out for each in written) else form


def _slot(field: Field) -> str:
    label = clip(field.title, _LABEL_LIMIT) + ("..." if field.rest else "")
    return f"[{label}]" if field.may_be_left_out else label


def _problem_lines(fields: Sequence[Field], reading: Reading) -> list[str]:
    titles = {field.name: clip(field.title, _LABEL_LIMIT) for field in fields}
    return [
        clip(f"- {sentence}" if name == SURPLUS else f"- {titles.get(name) or titled(name)}: {sentence}", _LINE_LIMIT)
        for name, sentence in reading.problems.items()
    ]


def _fitting(lines: Sequence[str], room: int, language: Language) -> list[str]:
    """The lines that fit into `room` characters, each with its line break; the last one counts the rest."""
    kept: list[str] = []
    for index, line in enumerate(lines):
        more = f"- {say(language, 'and_more', count=len(lines) - index)}"
        room -= len(line) + 1
        is_last = index == len(lines) - 1
        if room < (0 if is_last else len(more) + 1):
            return [*kept, more]
        kept.append(line)
    return kept
