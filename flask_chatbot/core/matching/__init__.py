"""Matching: from a text to the rules that could answer it, with one index for each kind of trigger, and their order."""
