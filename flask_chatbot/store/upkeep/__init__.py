"""Upkeep of the tables: what expired is deleted, by itself or on request."""
