"""The commands about broadcasts."""
