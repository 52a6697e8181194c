"""Warnings about rules that load but probably do not do what their author wants, and the tests in rule files."""
