"""The platform's own side: its API, and the delivery of what it accepts."""
