"""Look-ups: CSV files beside the rules as tables, and the rows that a rule finds."""
