"""From nodes to plain data typed by the JSON Schema of the format, and its refusals in plain words."""
