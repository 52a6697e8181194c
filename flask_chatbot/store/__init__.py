"""What outlives a process: the database and the tables in it."""
