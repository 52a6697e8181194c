"""The guarded HTTP client: the addresses it may call, its limits of time and size, and signatures."""
