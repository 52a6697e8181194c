"""Saved rows as rules describe them: how they are numbered, and how many there may be."""
