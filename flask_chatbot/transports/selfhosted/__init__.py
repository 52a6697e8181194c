"""Gateways that a shop runs itself, WAHA and GOWA: one transport that speaks HTTP, in two dialects."""
