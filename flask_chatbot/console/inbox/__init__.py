"""The inbox: conversations, listed and searched, read, taken over by hand, with notes and labels."""
