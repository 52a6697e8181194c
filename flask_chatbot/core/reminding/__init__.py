"""Reminders of saved rows: when each is due, and what it says."""
