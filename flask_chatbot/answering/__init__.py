"""What happens around a decision: messages from a transport, repeats, history, actions and forwarding."""
