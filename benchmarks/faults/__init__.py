"""Faults that strike a running set-up, what became of its messages, and how long it took to recover."""
