"""The sandboxed templates of replies: what is refused at load, and what is rendered for a message."""
