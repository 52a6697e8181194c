"""Messages to strangers, by lines that WhatsApp cuts off from them if they write to many: checked first, and held while it does."""
