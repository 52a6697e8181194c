"""The configuration of an app, read once, with every mistake in it reported together."""
