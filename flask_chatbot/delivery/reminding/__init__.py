"""Reminders that are due: whether they may be sent now."""
