"""Delivery: everything between an accepted message and its last receipt: queues, leases and retries."""
