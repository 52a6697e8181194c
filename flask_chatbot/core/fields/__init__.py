"""What customers fill in: the types of fields, how values are read, and what is said when one is wrong."""
