"""Files of customers that rules take: fetched once, kept in a folder by their content, and deleted when nothing refers to them."""
