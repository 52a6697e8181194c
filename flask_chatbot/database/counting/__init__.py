"""Counts of what happened: noted in the transaction in which it happens, and kept when the rows are gone that it happened to."""
