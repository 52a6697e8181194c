"""Trials: each rule that a message might be answered by, tried by itself."""

from math import ceil
from typing import NamedTuple

from flask_chatbot.core.conditions.conditions import is_clock
from flask_chatbot.core.conversation.memory import State, on_line
from flask_chatbot.core.deciding.context import MessageContext
from flask_chatbot.core.matching.match import Candidate, Kind
from flask_chatbot.core.translation.translatable import Translatable, linked, msgid, tr

KINDS = {
    Kind.KEYWORD: tr("keyword"),
    Kind.FIELDS: tr("keyword with #"),
    Kind.PATTERN: tr("pattern"),
    Kind.SENDS: tr("message kind"),
    Kind.CONTAINS: tr("contains"),
    Kind.SIMILAR: tr("similar"),
    Kind.FALLBACK: tr("fallback"),
    Kind.MENU: tr("menu"),
    Kind.FORM: tr("form"),
    Kind.GUESS: tr("guess"),
}
UNITS = (  # one, several, and seconds
    (msgid("{number} day"), msgid("{number} days"), 86_400),
    (msgid("{number} hour"), msgid("{number} hours"), 3600),
    (msgid("{number} minute"), msgid("{number} minutes"), 60),
    (msgid("{number} second"), msgid("{number} seconds"), 1),
)
WINS = tr("wins")


class Trial(NamedTuple):
    """A candidate by itself: `reason` says how it answers, or why it does not."""

    candidate: Candidate
    reason: str
    answers: bool = True


def trial(context: MessageContext, candidate: Candidate, state: State) -> Trial:
    """Try a rule by its conditions."""
    rule = candidate.rule
    unmet = context.unmet(rule)
    if unmet:
        reasons = linked("; ", [each.sentence for each in unmet])
        if rule.otherwise and is_clock(unmet):
            return Trial(candidate, tr("answers with its 'otherwise'. {reasons}", reasons=reasons))
        return Trial(candidate, tr("its conditions do not hold. {reasons}", reasons=reasons), answers=False)
    left = state.answered.get(on_line(context.message.line, rule.name), 0.0) - context.time
    return Trial(candidate, tr("keeps quiet: 'once_per' has {time} left", time=lasting(left))) if left > 0 else Trial(candidate, WINS)


def lasting(seconds: float) -> Translatable:
    """A length of time in its two largest units.

    >>> lasting(599.5), lasting(3661), lasting(86_400)
    ('10 minutes', '1 hour 1 minute', '1 day')
    """
    left = ceil(seconds)
    parts = []
    for one, several, size in UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append(tr(several if count > 1 else one, number=count))
    return linked(" ", parts[:2])
