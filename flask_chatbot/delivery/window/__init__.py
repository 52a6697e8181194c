"""The 24 hours after a customer wrote, in which anything may be sent to them; after that, only texts that WhatsApp has approved."""
