"""Plays the platform: hands one customer's message to a webhook."""

import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen


def ask(webhook, key, keyword, data, sender):
    """Return the replies to send. `data` is what stood after the #, or name and number."""
    body = {"keyword": keyword, "data": data, "webhookkey": key, "from": sender}
    request = Request(
        webhook, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urlopen(request, timeout=10) as answer:
            return json.load(answer)["message"]["reply"]
    except HTTPError as refusal:
        with refusal:
            raise ValueError(json.load(refusal)["message"]) from None
