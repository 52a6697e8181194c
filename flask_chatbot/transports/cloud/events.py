"""Events beside messages: the owner writes in the WhatsApp Business app, and people go by other names. Pure."""

import re
import time
from collections.abc import Sequence

from flask_chatbot.core.values.incoming.events import Echo, IdentityChange
from flask_chatbot.core.values.people import Alias
from flask_chatbot.transports.cloud.incoming import content_of, ids_of, sender_of, sent_at
from flask_chatbot.transports.cloud.nodes import Node, node, text

ECHOES = "smb_message_echoes"  # the field of webhooks for what the owner writes
NO_ANSWERS = frozenset({"reaction", "edit", "revoke"})  # with these the owner does not take over
_BSUID = re.compile(r"\b[A-Z]{2}\.[0-9A-Za-z]{1,128}\b")


def read_echo(given: Node, contacts: Sequence[Node], line: str) -> tuple[Echo | None, str]:
    """A message of the owner's, or else the kind of what is left out."""
    kind, name = text(given.get("type")), text(given.get("id"))
    to = sender_of({"from": given.get("to"), "from_user_id": given.get("to_user_id")}, contacts, line)
    group = text(given.get("group_id"))
    if kind in NO_ANSWERS:
        return None, f"echo {kind}"
    if not name or not (group or to.number or to.aliases):
        return None, f"echo {kind} without {'anybody it went to' if name else 'an id'}"
    return Echo(id=name, to=to, at=_at(given), group=group, text=text(content_of(kind, given).get("text"))), ""


def read_change(given: Node, line: str) -> tuple[IdentityChange | None, str]:
    """A change of somebody's number or id, or else the kind of what is left out."""
    system, name = node(given.get("system")), text(given.get("id"))
    kind = text(system.get("type"))
    if kind not in ("user_changed_number", "user_changed_user_id"):
        return None, f"message system {kind}".strip()
    number = text(system.get("wa_id")) or text(system.get("new_wa_id"))
    user, parent = text(system.get("user_id")), text(system.get("parent_user_id"))
    new = ids_of(number, user, parent, line)
    before = ids_of(text(given.get("from")), _previous(given, system, user), "", line)
    old = tuple(each for each in before if each not in new)
    if not name or not (old and _known(new)):
        return None, f"message system {kind} without names"
    return IdentityChange(id=name, old=old, new=new, at=_at(given)), ""


def _known(new: Sequence[Alias]) -> bool:
    """True if somebody can be recognised by these names: a parent's id is shared by many businesses, and is no address."""
    return any(each.scheme != "parent_bsuid" for each in new)


def _previous(given: Node, system: Node, user: str) -> str:
    """Meta's id of somebody until now: the one named so, else the one of the sender, else the other one in the sentence."""
    sender = text(given.get("from_user_id"))
    before = text(system.get("previous_user_id")) or (sender if sender != user else "")
    return before or next((each for each in _BSUID.findall(text(system.get("body"))) if each != user), "")


def _at(given: Node) -> float:
    at = sent_at(given)
    return at.timestamp() if at else time.time()
