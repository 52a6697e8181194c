"""The commands about what messages cost."""
