"""The ways into the console: sessions, passwords, the guard of the app, the link of a debug server, and what each viewer may do."""
