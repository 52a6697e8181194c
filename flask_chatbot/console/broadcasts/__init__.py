"""Broadcasts: written and previewed, started, watched and stopped."""
