"""Files that go with messages: their types by name and content, and the files beside the rules."""
