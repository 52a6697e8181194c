"""The first look at the connections to WhatsApp: a wrong key is in the log when the app starts, not when the first message fails."""

import threading
from typing import TYPE_CHECKING

from flask_chatbot.core.logs import get_logger
from flask_chatbot.errors import TransportError
from flask_chatbot.transports.webhooks import HttpTransport

if TYPE_CHECKING:
    from flask_chatbot.delivery.gateway import Gateway
    from flask_chatbot.delivery.lines import Lines

log = get_logger(__name__)


def look_at_connections(lines: "Lines") -> list[threading.Thread]:
    """Ask each connection that is reached by HTTP how it is, each in a thread of its own, which is returned; others say so as they open."""
    asked = [each for each in lines if isinstance(each.transport, HttpTransport)]
    threads = [threading.Thread(target=report, args=[each], name="chatbot-look", daemon=True) for each in asked]
    for thread in threads:
        thread.start()
    return threads


def report(gateway: "Gateway") -> None:
    """Log the reason if a connection does not answer, or has no phone."""
    name = gateway.transport.name
    try:
        session = gateway.transport.session()
    except TransportError as error:
        log.error("line %s is not connected: %s", name, error)
    except Exception as error:  # noqa: BLE001  a transport may raise anything, and the bot goes on
        log.error("line %s is not connected: it failed with %s", name, type(error).__name__)
    else:
        if not session.is_authenticated:
            log.warning("line %s has no phone that is linked. See: flask chatbot lines", name)
