"""Mistakes that only show once an app is whole: they are logged when it begins to serve."""

import logging

from flask import Flask

from flask_chatbot.bot.bot import Bot

log = logging.getLogger(__name__)


def log_what_is_missing(bot: Bot) -> None:
    """Log the rules whose handlers are missing, if any are. Until they are there, these rules apologise."""
    if missing := bot.missing:
        log.error("handlers are missing, and customers get an apology instead: %s", " | ".join(map(str, missing)))


def watch_first_request(app: Flask, bot: Bot) -> None:
    """Look at the first request for handlers that are missing now: they may be registered until then."""
    if not bot.missing:
        return
    is_done = False

    def look(_endpoint: str | None, _values: object) -> None:
        nonlocal is_done
        if not is_done:
            is_done = True
            log_what_is_missing(bot)

    app.url_value_preprocessors[None].insert(0, look)
