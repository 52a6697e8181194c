"""Loading: from rule files to a rule book, or every problem at once with its place."""
