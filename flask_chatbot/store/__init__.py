"""The rows of each table, read and written: messages, callbacks, people, and everything else that outlives a process."""
