"""Rules that take files of customers, and what they need: an address for other programs, and one folder for all hosts."""

from typing import TYPE_CHECKING

from flask_chatbot.bot.bot import Bot
from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.values.actions import Forward
from flask_chatbot.core.values.problems import listed
from flask_chatbot.core.values.sent import kinds_in
from flask_chatbot.errors import StoreError

# SQLAlchemy is slow to load, and most bots keep no files.
if TYPE_CHECKING:
    from flask_chatbot.database.database import Database

log = get_logger(__name__)


def takes_files(rule: Rule) -> bool:
    """True if a rule answers files, or asks for one."""
    taken = [kinds_in(rule.sends), *(each.kind.takes for each in rule.fields or ())]
    return not frozenset[str]().union(*taken) <= {"location", "contact"}


def warn_of_forwarded_files(bot: Bot, *, has_transport: bool) -> None:
    """Log the rules that forward what they take, if it may be a file and nothing says where others reach the app."""
    rules = [f"{rule.name!r} at {rule.mark}" for rule in bot.book.rules if takes_files(rule) and _forwards(rule)]
    if rules and has_transport and not bot.settings.public_url:
        log.warning(
            "files are forwarded without a mediaurl, since nothing says where others reach the app. Set CHATBOT_PUBLIC_URL to its address, "
            "such as https://toko.example.com, for: %s",
            listed(rules, ", "),
        )


def keeps_files(bot: Bot) -> bool:
    """True if rules take files, or forward them to programs that can fetch them."""
    public = bool(bot.settings.public_url)
    return any(takes_files(rule) or (public and _forwards(rule)) for rule in bot.book.rules)


def look_at_folder(bot: Bot, database: "Database") -> None:
    """Log it if rules take files and the folder for them is not that of the database, as where hosts see different ones."""
    if not keeps_files(bot):
        return
    from flask_chatbot.media.folder import MediaFolder
    from flask_chatbot.media.mark import find_fault

    try:
        fault = find_fault(database, MediaFolder(bot.settings.media))
    except StoreError as error:
        log.warning("the folder of kept files could not be compared with the database: %s", error)
        return
    if fault is not None:
        log.error("%s", fault)


def _forwards(rule: Rule) -> bool:
    return any(isinstance(each, Forward) for each in rule.actions)
