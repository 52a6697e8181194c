"""The console: web pages for those who run a bot. Served by the extension where CHATBOT_CONSOLE is set."""
