"""Faults that strike a running shop, what became of its messages, and how long it took to recover.

A fault is a function in one of the modules here, registered by `fault`; `catalogue` lists them in the order of the page.
"""
