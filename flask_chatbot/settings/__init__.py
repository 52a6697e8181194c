"""The configuration of an app, read once; all mistakes are reported together."""
