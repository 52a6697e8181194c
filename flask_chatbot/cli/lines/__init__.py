"""Commands about the connections to WhatsApp: send by them, see how they are, link their phones."""
