"""Suggestions remembered at little cost: rules that remember nothing else are asked for them only if that may matter."""

from dataclasses import replace

from flask_chatbot.core.conversation.dialogue import PATIENCE
from flask_chatbot.core.conversation.forms import NO, YES
from flask_chatbot.core.conversation.memory import NOTHING, Memory, State
from flask_chatbot.core.language.folding import fold

SENDERS_LIMIT = 10_000  # whose last message is kept in mind, the latest ones
LETTERS_TAKING = 40  # of a text that takes a suggestion by a yes or a number
TAKING = frozenset({*YES, *NO, "0", "1", "2", "3"})


def may_take(text: str) -> bool:
    """True if a text looks like an answer to suggestions: it is short, and one of its words is a yes, a no or a number.

    >>> may_take("Ya, kak"), may_take("nomor 2"), may_take("harga kopi")
    (True, True, False)
    """
    return len(text) <= LETTERS_TAKING and not TAKING.isdisjoint(fold(text).split())


class LastHeard:
    """The last times when senders wrote something without suggestions, as far as this process knows."""

    __slots__ = ("times",)

    def __init__(self) -> None:
        self.times: dict[str, float] = {}


class OffersMemory:
    """The memory of one message to rules that remember nothing but suggestions.

    A text that a rule answers needs no memory, so nothing is recalled at first. Where something is to be kept then, and something was kept
    before, the commit fails as if another message had come between: the message is decided again, with what was kept. What looks like an
    answer to suggestions is recalled at once, unless this process has heard something else from the sender since they were made.
    """

    __slots__ = ("_heard", "_heard_at", "_memory", "_text")

    def __init__(self, memory: Memory, heard: LastHeard, text: str) -> None:
        self._memory = memory
        self._heard = heard
        self._text = text
        self._heard_at: float | None = None

    def recall(self, sender: str, now: float) -> State:
        if self._heard_at is None:
            times = self._heard.times
            self._heard_at = times.pop(sender, 0.0)
            times[sender] = now
            if len(times) > SENDERS_LIMIT:
                times.pop(next(iter(times), ""), None)
            if not may_take(self._text):
                return NOTHING
        state = self._memory.recall(sender, now)
        is_over = state.dialogue is not None and state.dialogue_until - PATIENCE <= self._heard_at
        return replace(state, dialogue=None, dialogue_until=0.0) if is_over else state

    def commit(self, sender: str, state: State, now: float) -> bool:
        kept = self._memory.commit(sender, state, now)
        if kept:
            self._heard.times.pop(sender, None)
        return kept
