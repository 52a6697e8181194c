"""Commands about what rules save: the rows of a table, and one row with its states."""
