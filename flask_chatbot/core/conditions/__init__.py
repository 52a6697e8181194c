"""When a rule may answer: opening hours, days, times, dates, people, chats and lines."""
