"""Rows that rules save: found by their fields, and moved on from one state to the next."""
