"""Functions of the app that wait for what nothing ever tells it: reactions, and messages that are changed or deleted."""

from flask_chatbot.bot.bot import Bot
from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.values.problems import listed

log = get_logger(__name__)


def describe_deaf_functions(bot: Bot, *, tells_of_edits: bool) -> str:
    """The sentence that names them, empty if all may be called; `tells_of_edits` if some connection to WhatsApp does."""
    handlers, settings = bot.handlers, bot.settings
    if not settings.file_lines:
        names = [*handlers.reactions, *handlers.edits, *handlers.deletions]
        way_out = "Messages do not come by this transport; another one brings them" if settings.has_transport else "Set CHATBOT_TRANSPORT"
        fact = f"only texts come by the webhook: no reaction, and no message that is changed or deleted. {way_out}. Never called:"
    else:
        names = [] if tells_of_edits else [*handlers.edits, *handlers.deletions]
        fact = "this connection to WhatsApp tells of no changed and no deleted message. Never called:"
    return f"{fact} {listed(names, ', ')}" if names else ""


def warn_of_deaf_functions(bot: Bot, *, tells_of_edits: bool) -> None:
    """Log them, if there are any."""
    if described := describe_deaf_functions(bot, tells_of_edits=tells_of_edits):
        log.warning("%s", described)
