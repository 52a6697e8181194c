"""People and their names as the bot keeps them, whatever spelling a transport uses; and those who go by other names from now on."""

from collections.abc import Sequence
from dataclasses import replace

from flask_chatbot.bot.bot import Bot
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.values.incoming.events import IdentityChange
from flask_chatbot.core.values.messages import Sender
from flask_chatbot.core.values.people import CHAT_ENDINGS, Alias
from flask_chatbot.database.database import Database
from flask_chatbot.store.merging import rename

SHOWN = 40  # characters of an unknown scheme that the log shows

log = get_logger(__name__)


def named(book: RuleBook, sender: Sender) -> Sender:
    """The sender with the number in its one form, and those names that can be kept."""
    return replace(sender, number=book.number(sender), aliases=usable(sender.aliases))


def usable(names: Sequence[Alias]) -> tuple[Alias, ...]:
    """Those of the names by which people can be known. An empty one does not count: it would be that of everybody who has it.

    One of an unknown scheme, as a transport of somebody else's may give it, is left out, and the log says so.
    """
    if unknown := {alias.scheme: None for alias in names if not alias.is_known}:
        shown, known = ", ".join(f"{str(scheme)[:SHOWN]!r}" for scheme in unknown), ", ".join(CHAT_ENDINGS)
        log.error("a transport gives somebody a name of the scheme %s, which is unknown: it is left out. Use one of %s.", shown, known)
    return tuple(alias for alias in names if alias.is_known and alias.value.strip())


class Renaming:
    """Gives people their new names in place of the old ones."""

    def __init__(self, bot: Bot, database: Database) -> None:
        self._bot = bot
        self._database = database

    def changed(self, change: IdentityChange, now: float) -> Sequence[tuple[str, str]]:
        """Keep the new names of somebody; return the ids (old, new) of people who were merged with them.

        Nothing is kept of a stranger, who is met under the new names.
        """
        new = self._kept(change.new)
        with self._database.writing() as connection:
            found = rename(connection, self._kept(change.old), new, now)
        if found is None:
            log.info("somebody who never wrote goes by another name now")
            return ()
        log.info("person %s goes by another name now: %s", found.person, ", ".join(alias.scheme for alias in new))
        return found.merged

    def _kept(self, names: Sequence[Alias]) -> list[Alias]:
        """Names with the number in its one form, without those that cannot be kept."""
        number = self._bot.book.number
        return [replace(name, value=number(Sender(number=name.value))) if name.scheme == "number" else name for name in usable(names)]
