"""Language: folding text for comparison, and the notation of numbers, durations, days and built-in sentences."""
