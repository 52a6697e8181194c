"""From a message and a rule book to a decision, and why it was that one."""
