"""Readers of Telegram's settings: each returns a value, or raises ValueError with a sentence that shows no secret. Pure."""

import re

from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.problems import did_you_mean
from flask_chatbot.transports.options import read_token

WAYS = ("polling", "webhook")
_TOKEN = re.compile(r"[0-9]{3,20}:[A-Za-z0-9_-]{20,}")


def read_bot_token(value: object) -> str:
    """Read the token of a bot.

    >>> read_bot_token(" 110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw ")[:10]
    '110201543:'
    """
    token = read_token(value)
    if not _TOKEN.fullmatch(token):
        raise ValueError(tr("it is no token of a bot: it has digits, a colon and 35 letters. Copy it whole from @BotFather."))
    return token


def read_updates(value: object) -> str:
    """Read the way in which messages come.

    >>> read_updates("Webhook")
    'webhook'
    """
    way = str(value).strip().lower()
    if way not in WAYS:
        raise ValueError(tr("it is neither 'polling' nor 'webhook'.{guess}", guess=did_you_mean(way, WAYS)))
    return way
