"""Texts as the one value of a template: in the form that WhatsApp takes there."""

from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.errors import Refused
from flask_chatbot.wire.template_calls import PARAMETER_LIMIT

CUT = "..."
BETWEEN = " | "  # two lines, unless the first ends with a sign of its own


def as_parameter(text: str, *, may_cut: bool = False) -> str:
    r"""A text as the value of a template, which takes no line breaks, no tabs and no four spaces in a row.

    Raises `Refused` if it is longer than 1,024 characters, unless it `may_cut` it.

    >>> as_parameter("Pesanan 12:\n- Topi\t2x\n- Payung\n\nTotal Rp90.000")
    'Pesanan 12: - Topi 2x | - Payung | Total Rp90.000'
    """
    joined = ""
    for line in filter(None, (" ".join(line.split()) for line in text.splitlines())):
        joined += ("" if not joined else " " if joined.endswith((".", ",", ":", ";", "!", "?")) else BETWEEN) + line
    if len(joined) <= PARAMETER_LIMIT:
        return joined
    if may_cut:
        return joined[: PARAMETER_LIMIT - len(CUT)].rstrip() + CUT
    raise Refused(
        tr(
            "This person has not written in the last 24 hours, so the text goes into the template of CHATBOT_TEMPLATE, which takes at most "
            "{limit} characters; it has {length}. Send a shorter one.",
            limit=f"{PARAMETER_LIMIT:,}",
            length=f"{len(joined):,}",
        )
    )
