"""Events that come in beside messages and receipts, and the form in which all of it is stored."""
