"""YAML text: from the bytes of a file to nodes that know their line and column, and sentences about what YAML misreads."""
