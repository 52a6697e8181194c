"""Mistakes that only show once an app is whole: they are logged when it begins to serve."""

import logging

from flask import Flask

from flask_chatbot.bot.bot import Bot
from flask_chatbot.bot.handlers import check_needs
from flask_chatbot.errors import HandlerError

log = logging.getLogger(__name__)


def log_what_is_missing(bot: Bot) -> None:
    """Say in the log which handlers are missing, if any are. Until they are there, the bot answers nobody."""
    try:
        bot.begin()
    except HandlerError as error:
        log.error("the bot answers nobody, since handlers are missing: %s", " | ".join(map(str, error.problems)))


def watch_first_request(app: Flask, bot: Bot) -> None:
    """Look at the first request for handlers that are missing now: they may be registered until then."""
    is_done = not any(check_needs(bot.handlers, bot.book))
    if is_done:
        return

    def look(_endpoint: str | None, _values: object) -> None:
        nonlocal is_done
        if not is_done:
            is_done = True
            log_what_is_missing(bot)

    app.url_value_preprocessors[None].insert(0, look)
