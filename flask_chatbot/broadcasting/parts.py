"""`ListPart`: a part of a list as it stands now, for previews and for those whose turn it is."""

from collections.abc import Sequence

from sqlalchemy import Connection

from flask_chatbot.broadcasting.content import Composition
from flask_chatbot.broadcasting.reach import Addressee, Reach
from flask_chatbot.core.values.messages import Sender
from flask_chatbot.core.values.replies import Reply
from flask_chatbot.delivery.gateway import Gateway
from flask_chatbot.store.broadcasts.recipients import Recipient


class ListPart:
    """Some people of a list: `addressees` in order, and the reasons why some are `barred`, by their addresses."""

    def __init__(self, connection: Connection, gateway: Gateway, composition: Composition, some: Sequence[Recipient], now: float) -> None:
        self._bot = gateway.bot
        self._composition = composition
        self._fields = {each.address: each.fields for each in some}
        reach = Reach(gateway)
        self.addressees = reach.addressees(connection, [each.address for each in some])
        self.barred = reach.barred(connection, self.addressees, self.replies, now)

    @property
    def reached(self) -> list[Addressee]:
        """Those who are not barred."""
        return [each for each in self.addressees if each.address not in self.barred]

    def replies(self, each: Addressee) -> Sequence[Reply]:
        """The replies for one of them; raises `NotAccepted` if there are none."""
        sender = Sender(number=each.number, person=each.person or "")
        return self._composition.replies(sender, self._fields[each.address], self._bot.clock(), self._bot.random)
