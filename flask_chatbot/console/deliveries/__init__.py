"""The pages about deliveries: the log of messages in both directions, and the life of one."""
