"""Suggestions remembered at little cost: rules that remember nothing else are asked for them only where that may matter."""

from dataclasses import replace

from flask_chatbot.core.conversation.dialogue import PATIENCE
from flask_chatbot.core.conversation.forms import NO, YES
from flask_chatbot.core.conversation.memory import NOTHING, Memory, State
from flask_chatbot.core.language.folding import fold

SENDERS_LIMIT = 10_000  # whose last message is kept in mind, the latest ones
WORDS_TAKING = 6  # words of a text that takes a suggestion by a yes or a number
TAKING = frozenset({*YES, *NO, "0", "1", "2", "3"})


def may_take(text: str) -> bool:
    """True if a text looks like an answer to suggestions: one of its few words is a yes, a no or a number.

    >>> may_take("Ya, kak"), may_take("nomor 2"), may_take("harga kopi")
    (True, True, False)
    """
    words = fold(text).split()
    return len(words) <= WORDS_TAKING and not TAKING.isdisjoint(words)


class LastHeard:
    """When senders last wrote something that no suggestion was looked up for, as far as this process knows."""

    __slots__ = ("_times",)

    def __init__(self) -> None:
        self._times: dict[str, float] = {}

    def __getitem__(self, sender: str) -> float:
        return self._times.get(sender, 0.0)

    def note(self, sender: str, now: float) -> None:
        self.forget(sender)
        self._times[sender] = now
        if len(self._times) > SENDERS_LIMIT:
            self._times.pop(next(iter(self._times), ""), None)

    def forget(self, sender: str) -> None:
        """Nothing was written since the last suggestion."""
        self._times.pop(sender, None)


class OffersMemory:
    """The memory of one message to rules that remember nothing but suggestions.

    A text that a rule answers needs none, so nothing is recalled at first. Whoever then has something to keep is told that another came
    first, and decides again with what was kept. What an offer is answered by is recalled at once, unless they have written something else
    since: that was known to this process alone, and kept nowhere.
    """

    __slots__ = ("_heard", "_heard_at", "_is_asked", "_memory")

    def __init__(self, memory: Memory, heard: LastHeard, text: str) -> None:
        self._memory = memory
        self._heard = heard
        self._heard_at: float | None = None
        self._is_asked = may_take(text)

    def recall(self, sender: str, now: float) -> State:
        if self._heard_at is None:
            self._heard_at = self._heard[sender]
        if not self._is_asked:
            self._is_asked = True
            self._heard.note(sender, now)
            return NOTHING
        state = self._memory.recall(sender, now)
        is_over = state.dialogue is not None and state.dialogue_until - PATIENCE <= self._heard_at
        return replace(state, dialogue=None, dialogue_until=0.0) if is_over else state

    def commit(self, sender: str, state: State, now: float) -> bool:
        kept = self._memory.commit(sender, state, now)
        if kept:
            self._heard.forget(sender)
        return kept
