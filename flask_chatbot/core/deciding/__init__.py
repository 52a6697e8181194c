"""Deciding: from a message and a rule book to a decision, and the reasons for it."""
