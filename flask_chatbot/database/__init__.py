"""The database: opened, kept whole and brought up to date: SQLite's file, PostgreSQL's server, the tables, and their migrations."""
