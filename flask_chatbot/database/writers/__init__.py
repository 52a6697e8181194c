"""Threads that write to one database: to a SQLite file in turn, and together where they come at the same time."""
