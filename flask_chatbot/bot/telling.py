"""`Telling`: the functions of the app that hear of something, and answer nothing."""

from collections.abc import Mapping

from flask_chatbot.bot.handlers import Handlers
from flask_chatbot.bot.signatures import Handler
from flask_chatbot.bot.tracebacks import private, redacted
from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.values.messages import Message

log = get_logger(__name__)


class Telling:
    """Calls the `handlers` that hear of people, reactions, edits and deletions."""

    __slots__ = ()
    handlers: Handlers

    def forget_person(self, person: str, number: str) -> None:
        """Call the app's functions that forget people, in the app's context; the first error is raised."""
        for handler in self.handlers.forgets.values():
            handler({"person": person, "number": number})

    def people_merged(self, old: str, new: str) -> None:
        """Call the app's functions for people who were merged, in the app's context. One that fails is logged: it cannot be undone."""
        self.tell(self.handlers.merges, {"old": old, "new": new}, f"for person {old}, who is {new} now", [])

    def happened(self, message: Message, sent: str, *, raises: bool = False) -> None:
        """Call the app's functions for a reaction, an edit or a deletion, in the app's context; one that fails is logged.

        With `raises`, its error is raised instead. `sent` is our id of the message that it is about, empty if it is not ours.
        """
        events = {"reaction": self.handlers.reactions, "edit": self.handlers.edits, "deletion": self.handlers.deletions}
        values = {"message": message, "message_id": sent}
        self.tell(events[message.kind], values, f"for a message of the kind {message.kind!r}", private(message), raises=raises)

    def tell(self, told: Mapping[str, Handler], args: Mapping[str, object], about: str, hidden: list[str], *, raises: bool = False) -> None:
        """Call functions that answer nothing. A failing one is logged, without what is `hidden`: it must not stop the message."""
        for handler in told.values():
            try:
                returned = handler(args)
            except Exception as error:  # whatever the app's own code raises
                if raises:
                    raise
                log.error("%s at %s failed %s\n%s", handler.name, handler.mark, about, redacted(error, hidden))
                continue
            if returned is not None:
                log.warning("%s at %s returned a value, which nobody gets. Call bot.reply(message, ...)", handler.name, handler.mark)
