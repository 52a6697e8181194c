"""Answering, around the decision itself: incoming messages, repeated calls, history, actions and forwarding."""
