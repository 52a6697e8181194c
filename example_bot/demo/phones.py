"""The WhatsApp of the example: phones in memory, and what they receive is shown in the terminal."""

import sys

from flask_chatbot import Text
from flask_chatbot.transports.faults import Arrived
from flask_chatbot.transports.simulator import Simulator

GROUP = "120363041234567890"
STAFF = "628117601234"  # the number of `admin` in the rules


def simulator() -> Simulator:
    """A WhatsApp with a member of staff and two customers, who are in a group of the shop."""
    whatsapp = Simulator(on_delivery=show)
    whatsapp.phone(STAFF, name="Admin")
    budi, sari = whatsapp.phone("6281234567890", name="Budi"), whatsapp.phone("6282345678901", name="Sari")
    whatsapp.group(GROUP, "Pelanggan Toko Maju", [budi, sari])
    return whatsapp


def show(arrived: Arrived) -> None:
    """Print a message as it arrives on a phone."""
    reply = arrived.reply
    # In one piece: phones receive in several threads at once, and `print` writes the end of a line by itself.
    sys.stdout.write(f"The simulated phone {arrived.chat} received: {reply.text if isinstance(reply, Text) else reply}\n")
    sys.stdout.flush()
