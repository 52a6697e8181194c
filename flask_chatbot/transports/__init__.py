"""Transports to WhatsApp: one module for each, all with the same few methods."""
