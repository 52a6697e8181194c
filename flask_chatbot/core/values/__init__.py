"""Values that travel through the whole package: messages, replies, actions, problems with their places."""
