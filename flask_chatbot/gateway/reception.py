"""From an app's bot to what answers the messages that come in, and does what their rules name."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from flask_chatbot.bot import Bot
from flask_chatbot.core.values.messages import Message
from flask_chatbot.database.database import Database
from flask_chatbot.gateway.actions import Actions
from flask_chatbot.gateway.forwarding import Forwarder
from flask_chatbot.gateway.inbound import Inbound
from flask_chatbot.gateway.keeping import KEPT, Keeping
from flask_chatbot.gateway.repeats import Calls
from flask_chatbot.gateway.service import Gateway
from flask_chatbot.webclient.client import HttpClient


def actions_of(bot: Bot, database: Database) -> Actions:
    """Does what the rules of a bot name."""
    settings, gateway = bot.settings, bot.gateway
    client = gateway.client if gateway is not None else HttpClient(private_hosts=settings.private_hosts)
    return Actions(database, Forwarder(client, settings.signing_secrets), gateway)


def calls_of(bot: Bot, actions: Actions) -> Calls:
    """Answers the webhook calls that are to be kept."""
    return Calls(bot, actions, Keeping(bot.settings.keep_messages))


def receiver(gateway: Gateway, context: Callable[[], AbstractContextManager[object]]) -> Callable[[Message], None]:
    """What answers a message that came in by the transport; `context` is the app's, for functions of its own."""
    actions = actions_of(gateway.bot, gateway.database)
    keeping = Keeping(gateway.bot.settings.keep_messages or KEPT)
    return Inbound(gateway, actions, keeping, context).received
