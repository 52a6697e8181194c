"""How the database is opened, kept whole and brought up to date: SQLite's file, PostgreSQL's server, the tables, and their migrations."""
