"""`Window`: tells to whom anything may be sent now, and makes what may be sent to the others."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from flask_chatbot.core.translation.translatable import reason_of, tr
from flask_chatbot.core.values.chats import is_group
from flask_chatbot.core.values.menus import Buttons, List, MessageTemplate
from flask_chatbot.core.values.replies import Reply, Text
from flask_chatbot.delivery.send import Failed
from flask_chatbot.delivery.window.templating import as_parameter
from flask_chatbot.errors import NotAccepted, Refused
from flask_chatbot.settings.default_template import DefaultTemplate
from flask_chatbot.store import inbox
from flask_chatbot.store.outbox import Claim

OPEN_FOR = 24 * 3600.0  # seconds after a customer wrote
CLOSED = tr(
    "This person has not written in the last 24 hours, and to them WhatsApp takes templates only. Send a 'template', or set "
    "CHATBOT_TEMPLATE to one with a single place, into which such texts go."
)
TEXTS_ONLY = tr(
    "This person has not written in the last 24 hours, and to them WhatsApp takes templates only: no files, places, contacts and the "
    "like. Send a text or a 'template', or send this once they have written."
)


class Window:
    """The hours in which a line may send anything to a person: 24 from their last private message by that line.

    Outside of them a text goes into the `template`, in the rules' `language` unless that says another one.
    """

    def __init__(self, line: str, *, template: DefaultTemplate | None, language: Callable[[], str]) -> None:
        self._line = line
        self._template = template
        self._language = language

    def closes_at(self, connection: Connection, persons: Collection[str], now: float) -> dict[str, float]:
        """The end of the window of each of these people, by our ids; those to whom it is closed are missing."""
        wrote = inbox.last_wrote(connection, self._line, persons, since=now - OPEN_FOR)
        return {person: at + OPEN_FOR for person, at in wrote.items() if at + OPEN_FOR > now}

    def check(self, connection: Connection, person: str | None, replies: Iterable[Reply], now: float, *, may_cut: bool = False) -> None:
        """Raise `NotAccepted` if one of these replies cannot be sent to somebody now, even if it `may_cut` texts; None is a stranger."""
        if person is not None and self.closes_at(connection, [person], now):
            return
        for reply in replies:
            try:
                self.outside(reply, may_cut=may_cut)
            except Refused as error:
                raise NotAccepted(reason_of(error)) from None

    def allowed(self, connection: Connection, claims: Sequence[Claim], now: float) -> list[Claim | Failed]:
        """The claims with what may be sent to each person now; in place of those for which there is no such form, their failure."""
        persons = {claim.order_key for claim in claims if not is_group(claim.chat)}
        closed = persons - self.closes_at(connection, persons, now).keys()
        return [self._as_template(claim) if claim.order_key in closed else claim for claim in claims]

    def _as_template(self, claim: Claim) -> Claim | Failed:
        try:
            # Nobody hears of it if what a rule sends is refused, such as a notice for staff: that is better cut than lost.
            reply = self.outside(claim.outbound.reply, may_cut=claim.is_reply or bool(claim.rule))
        except Refused as error:
            return Failed(claim, str(error), "window")
        return replace(claim, outbound=replace(claim.outbound, reply=reply))

    def outside(self, reply: Reply, *, may_cut: bool = False) -> MessageTemplate:
        """The reply as it may be sent outside of the window; raises `Refused` if there is no such form, or `may_cut` a text too long."""
        if isinstance(reply, MessageTemplate):
            return reply
        text = reply.text if isinstance(reply, Text) else reply.plain if isinstance(reply, Buttons | List) else None
        if text is None:
            raise Refused(TEXTS_ONLY)
        if self._template is None:
            raise Refused(CLOSED)
        language = self._template.language or self._language()
        return MessageTemplate(self._template.name, language, (as_parameter(text, may_cut=may_cut),))
