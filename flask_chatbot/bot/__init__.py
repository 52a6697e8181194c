"""The bot of one app: its rules, its Python handlers, and how a message is answered and remembered."""
