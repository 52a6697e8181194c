"""Everything between a message that was accepted and its last receipt: queues, workers, leases and retries."""
