"""Sound pieces of what came in: one of which a part is wrong is left out, since nothing could keep it, and the others go on."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar, cast

from flask_chatbot.core.values.incoming.events import Incoming
from flask_chatbot.core.values.incoming.flaws import called, flaw_in
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.outbound import Receipt
from flask_chatbot.transports.reading import log_left_out
from flask_chatbot.transports.webhooks import WebhookContent

LATEST = 253_402_300_799.0  # the end of the year 9999, in epoch seconds: nothing shows what is later

T = TypeVar("T", bound=Incoming | Receipt)


def sound(line: str, piece: T) -> T | None:
    """The piece as it can be kept; None if it cannot. The log says what is left out, and why."""
    kept, left_out = _sound([piece])
    log_left_out(line, left_out)
    return kept[0] if kept else None


def only_sound(content: WebhookContent) -> WebhookContent:
    """The content of a call as it can be kept; what cannot is among the kinds that are left out."""
    messages, receipts = _sound(content.messages), _sound(content.receipts)
    echoes, changes = _sound(content.echoes), _sound(content.changes)
    left_out = [kind for _, kinds in (messages, receipts, echoes, changes) for kind in kinds]
    until = content.restricted_until
    if until is not None and not (math.isfinite(until) and until <= LATEST):
        left_out.append("restriction (without an end that can be)")
        content = replace(content, restricted_until=None)
    if not left_out:
        return content
    return replace(
        content,
        messages=messages[0],
        receipts=receipts[0],
        echoes=echoes[0],
        changes=changes[0],
        left_out=(*content.left_out, *left_out),
    )


def _sound(given: Sequence[T]) -> tuple[tuple[T, ...], list[str]]:
    """The pieces that can be kept, and the kinds of what is left out. A message whose place is wrong is kept without it, to be answered."""
    kept, left_out = [], []
    for each in given:
        flaw = flaw_in(each)
        bare = replace(each, location=None) if flaw and isinstance(each, Message) and each.location is not None else None
        if flaw and (bare is None or flaw_in(bare)):
            left_out.append(f"{called(each)} ({flaw})")
        elif flaw:
            left_out.append(f"place ({flaw})")
            kept.append(cast("T", bare))
        else:
            kept.append(each)
    return tuple(kept), left_out
