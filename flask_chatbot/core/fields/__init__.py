"""Fields that customers fill in: their types, how values are read, and the messages about wrong ones."""
