"""Linking the bot's phone from the console: what the connection says, looked at without holding up a page, and the steps."""
