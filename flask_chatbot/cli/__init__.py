"""The command line: flask chatbot check, test, try, chat, and the operator's commands."""
