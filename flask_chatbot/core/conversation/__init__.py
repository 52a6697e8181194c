"""Conversations in progress: menus, forms and confirmations, and how they are remembered."""
