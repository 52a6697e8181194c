"""The expectation of tests about reminders: when the customer gets which.

Staff move rows in tests as well, since some reminders begin or end with a state.
"""

from collections.abc import Mapping, Sequence

from flask_chatbot.core.deciding.reminders import Plan
from flask_chatbot.core.translation.translatable import tr


def check_reminds(wanted: Mapping[str, str | None], due: Sequence[Plan]) -> tuple[str, str] | None:
    """Both sides, a line for each reminder, if the times differ or a text lacks its part; None if all is as it was expected.

    >>> check_reminds({"2026-11-28 09:00": "Besok"}, [])
    ('2026-11-28 09:00: Besok', 'no reminder')
    >>> check_reminds({}, []) is None
    True

    Two reminders may be due at one time: each has to have the part.
    """
    found = [(f"{plan.at:%Y-%m-%d %H:%M}", plan.text) for plan in due]
    times = {at for at, _ in found}
    if times == set(wanted) and all((wanted[at] or "") in text for at, text in found):
        return None
    expected = "\n".join(f"{at}: {part or ''}".rstrip(" :") for at, part in wanted.items())
    return expected or tr("no reminder"), "\n".join(f"{at}: {text}" for at, text in found) or tr("no reminder")
