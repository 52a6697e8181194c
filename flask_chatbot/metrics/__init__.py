"""Metrics for Prometheus: numbers of the store, read when it asks, and the timings of this process."""
