"""The people who are no strangers to a line, and the lines by which WhatsApp takes nothing to strangers for now."""
