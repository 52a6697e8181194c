"""Who does the work of delivery, where and how long: threads of a server, or a process of their own; leases, clocks and signals."""
