"""From a text to the rules that could answer it: one index for each kind of trigger, and their order."""
