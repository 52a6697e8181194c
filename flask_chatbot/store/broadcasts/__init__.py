"""Broadcasts as they are stored: drafts, those under way and those that are over, and the people on their lists."""
