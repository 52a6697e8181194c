"""The worker that delivers: in threads of a server or a process of its own, with its leadership, clocks and signals."""
