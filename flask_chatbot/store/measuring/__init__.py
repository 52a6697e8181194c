"""Numbers for monitoring: what waits now, and what has been counted so far."""
