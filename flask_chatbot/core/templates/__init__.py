"""The sandboxed templates of replies: checked at load, rendered for each message."""
