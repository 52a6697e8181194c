"""From the bytes of a YAML file to nodes that know their line and column, and words for what YAML misreads."""
