"""Statements about messages that went out, beside their acks: the price that a platform names for each."""
