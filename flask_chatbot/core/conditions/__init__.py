"""Conditions of rules: opening hours, days, times, dates, people, chats and lines."""
