"""The chat: messages written as a customer, the answer as a phone shows it, and the reasons for it."""
