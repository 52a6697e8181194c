"""`chat`: a conversation with the bot in the terminal, with the rules alone or through the whole of an app."""
