"""Texts that were not understood: in groups of those alike, with the rules that come nearest, and the lines to write next."""
