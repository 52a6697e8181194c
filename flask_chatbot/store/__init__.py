"""The rows of each table, read and written: messages, callbacks, people, and all else that outlives a process."""
