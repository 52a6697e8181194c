"""Statements of the console's pages."""
