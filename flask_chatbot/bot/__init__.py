"""The bot of one app: its rules and Python handlers, and the steps that answer a message and remember it."""
