"""What a person is in the middle of: menus, forms and confirmations, and how that is remembered."""
