"""Messages that kill each process that touches them, among those of others."""

from benchmarks.faults.fault import fault
from benchmarks.faults.line import DEADLY, POISON
from benchmarks.faults.shop import Shop
from benchmarks.faults.traffic import Client
from flask_chatbot.delivery.crashes import CRASHED


@fault("an answer that kills each worker that sends it", seconds=1, short=0)
def sent(shop: Shop, seconds: float) -> str:
    """It alone is given up."""
    before = shop.deaths
    deliver(shop, POISON)
    count = f"SELECT count(*) FROM chatbot_messages WHERE state = 'failed' AND error = '{CRASHED}'"  # noqa: S608  our own
    shop.wait_until("the end of the poison", lambda: shop.cluster.execute(count)[0][0] > 0, 600.0)
    return f"{shop.deaths - before} processes died of it, then it was given up"


@fault("a message that kills each worker that answers it", seconds=1, short=0)
def answered(shop: Shop, seconds: float) -> str:
    """The same before there is an answer."""
    before = shop.deaths
    deliver(shop, DEADLY)
    chat = "6289900000001"
    count = f"SELECT count(*) FROM chatbot_events WHERE settled_at IS NULL AND chat LIKE '{chat}%'"  # noqa: S608  our own
    shop.wait_until("the end of the poison", lambda: shop.cluster.execute(count)[0][0] == 0, 600.0)
    return f"{shop.deaths - before} processes died of it, then it was given up"


def deliver(shop: Shop, text: str) -> None:
    """A customer writes it."""
    client = Client(shop.port)
    shop.wait_until("the poison to be taken", lambda: client.deliver(f"poison-{text}", "6289900000001", text))
    client.close()


FAULTS = (sent, answered)
