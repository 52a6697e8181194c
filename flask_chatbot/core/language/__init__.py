"""How text is folded for comparison, and how numbers, durations, days and built-in sentences are written."""
