"""The tables of a rule file: CSV files that it names, rows that its rules save, and what its rules find in them."""
