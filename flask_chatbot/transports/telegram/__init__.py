"""Telegram bots: the Bot API by long polling, which needs no public address, or by webhook."""
