"""The page with charts: drawn on the server as SVG, with the same numbers as a table beside each."""
