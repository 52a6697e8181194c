"""The command line: flask chatbot check, test, try and chat, and the operator's commands."""
