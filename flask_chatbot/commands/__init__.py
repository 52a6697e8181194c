"""The commands of ``flask chatbot``, as far as they are more than a look at rule files."""
