"""Messages that take several calls: what was taken by a call is not sent again when a later one fails."""

from collections.abc import Callable, Sequence

from flask_chatbot.core.values.outbound import Outbound


def in_parts(outbound: Outbound, parts: Sequence[Callable[[], str]]) -> tuple[str, ...]:
    """Hand over the parts of a message in order, and return their ids; those that `outbound` says were taken before are left out.

    If one fails, its error has the ids of those that were taken, as `taken`: whoever sends the message keeps them, and passes them on when
    it is tried again.

    >>> from flask_chatbot.core.values.replies import Text
    >>> in_parts(Outbound(id="3EB0", chat="628111@c.us", reply=Text("Halo"), taken=("A1",)), [lambda: "B1", lambda: "B2"])
    ('A1', 'B2')
    """
    taken = list(outbound.taken)
    for part in parts[len(taken) :]:
        try:
            taken.append(part())
        except Exception as error:
            error.taken = tuple(taken)  # type: ignore[attr-defined]  # whatever kind it is
            raise
    return tuple(taken)
