"""One message of a test's customer, and what came of it."""

from datetime import datetime

from flask_chatbot.core.conversation.memory import State
from flask_chatbot.core.deciding.decision import Decision
from flask_chatbot.core.deciding.explain import explain
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.values.contents import Choice
from flask_chatbot.core.values.messages import Message
from flask_chatbot.testing.replies import Replies


class Turn:
    """One message and its result."""

    def __init__(self, book: RuleBook, state: State, message: Message, now: datetime, decision: Decision) -> None:
        self._book = book
        self._state = state
        self._now = now
        self.message = message
        self.decision = decision
        self.replies = Replies(decision.replies)

    @property
    def rule(self) -> str | None:
        """The name of the rule that answered; None if none did."""
        return self.decision.match.rule.name if self.decision.match else None

    @property
    def fields(self) -> dict[str, object]:
        """The values of the rule's fields; None for those that are missing or wrong."""
        return dict(self.decision.match.fields) if self.decision.match else {}

    @property
    def invalid(self) -> dict[str, str]:
        """The missing or wrong fields, each with a sentence."""
        return dict(self.decision.match.invalid) if self.decision.match else {}

    @property
    def choices(self) -> tuple[Choice, ...]:
        """The entries of the menu that the replies show, which `Chat.taps` taps; empty if there is none."""
        shown = (choice for reply in self.replies for choice in getattr(reply, "choices", ()))
        return self.decision.choices or tuple(shown)

    def explain(self) -> str:
        """A line for every rule that might answer the message, with why it won or lost."""
        explanations = explain(self._book, self.message, self._state, self._now, decision=self.decision)
        return "\n".join(map(str, explanations)) or "no rule matches"

    def __repr__(self) -> str:
        return f"<{self.message.text!r} -> rule {self.rule!r}: {self.replies!r}>"
