"""Statuses of messages that were sent, from the JSON of Meta's webhooks. Pure."""

import time
from collections.abc import Mapping

from flask_chatbot.core.values.outbound import Ack, Pricing, Receipt
from flask_chatbot.transports.cloud.failures import advice_on, passing_after, words_of
from flask_chatbot.transports.cloud.incoming import sent_at
from flask_chatbot.transports.cloud.nodes import Node, node, nodes, text, whole

GAVE_UP = "Meta could not deliver it, and does not say why."
ACKS: Mapping[str, Ack] = {
    "sent": Ack.SENT,
    "delivered": Ack.DELIVERED,
    "read": Ack.READ,
    "played": Ack.PLAYED,
    "failed": Ack.ERROR,
}


def read_status(given: Node) -> tuple[Receipt | None, str]:
    """A receipt, or else the kind of what was not understood."""
    name, status = text(given.get("id")), text(given.get("status"))
    if not name or status not in ACKS:
        return None, f"status {status}" if name else "status without an id"
    at = sent_at(given)
    receipt = Receipt(
        id=name,
        ack=ACKS[status],
        at=at.timestamp() if at else time.time(),
        error=_error(given) if status == "failed" else "",
        again_after=_again_after(given) if status == "failed" else None,
        pricing=_pricing(node(given.get("pricing"))),
        message=text(given.get("biz_opaque_callback_data")),
    )
    return receipt, ""


def _error(given: Node) -> str:
    errors = nodes(given.get("errors"))
    advice = {advice_on(code) for each in errors if (code := whole(each.get("code")))}
    return " ".join(filter(None, [*map(words_of, errors), *sorted(advice)])) or GAVE_UP


def _again_after(given: Node) -> float | None:
    """The seconds until Meta may take it, if every error passes: Meta reports some errors of sends by a status only."""
    codes = [whole(each.get("code")) for each in nodes(given.get("errors"))]
    waits = [passing_after(code) if code else None for code in codes]  # one without a code says nothing
    known = [wait for wait in waits if wait is not None]
    return max(known) if known and len(known) == len(waits) else None


def _pricing(given: Node) -> Pricing | None:
    category = text(given.get("category"))
    if not category:
        return None
    return Pricing(category=category, is_billable=given.get("billable") is True, model=text(given.get("pricing_model")))
