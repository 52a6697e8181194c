"""Values that travel through the whole house: messages, replies, actions, problems with their places."""
