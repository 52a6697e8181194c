"""Suggestions remembered at little cost: rules that remember nothing else are asked for them only if that may matter."""

from flask_chatbot.core.conversation.changes import with_dialogue
from flask_chatbot.core.conversation.dialogue import chat_key
from flask_chatbot.core.conversation.forms import NO, YES
from flask_chatbot.core.conversation.memory import NOTHING, Memory, State
from flask_chatbot.core.conversation.stored_dialogues import read_dialogue
from flask_chatbot.core.language.folding import fold
from flask_chatbot.core.language.words import Words
from flask_chatbot.core.values.messages import Message

SENDERS_LIMIT = 10_000  # whose last message is kept in mind, the latest ones
LETTERS_TAKING = 40  # of a text that takes a suggestion by a yes or a number
TAKING = frozenset({*YES, *NO, "0", "1", "2", "3"})


def taking(words: Words) -> frozenset[str]:
    """The words of texts that take or decline suggestions, with those of a bot's own.

    >>> "nggeh" in taking(Words(yes=frozenset({"nggeh"})))
    True
    """
    return TAKING.union(*(run.split() for run in (*words.yes, *words.no, *words.counting)))


def may_take(text: str, words: frozenset[str] = TAKING) -> bool:
    """True if a text looks like an answer to suggestions: it is short, and one of its words is a yes, a no or a number.

    >>> may_take("Ya, kak"), may_take("nomor 2"), may_take("harga kopi")
    (True, True, False)
    """
    return len(text) <= LETTERS_TAKING and not words.isdisjoint(fold(text).split())


class LastHeard:
    """The last times when senders wrote something in a chat without suggestions, as far as this process knows."""

    __slots__ = ("times",)

    def __init__(self) -> None:
        self.times: dict[tuple[str, str], float] = {}


class OffersMemory:
    """The memory of one message to rules that remember nothing but suggestions.

    A text that a rule answers needs no memory, so nothing is recalled at first. Where something is to be kept then, and something was kept
    before, the commit fails as if another message had come between: the message is decided again, with what was kept. What looks like an
    answer to suggestions is recalled at once, unless this process has heard something else from the sender since they were made.
    """

    __slots__ = ("_chat", "_heard", "_heard_at", "_memory", "_taking", "_text")

    def __init__(self, memory: Memory, heard: LastHeard, message: Message, words: frozenset[str] = TAKING) -> None:
        self._memory = memory
        self._heard = heard
        self._chat = chat_key(message)
        self._taking = words
        self._text = message.text
        self._heard_at: float | None = None

    def recall(self, sender: str, now: float) -> State:
        if self._heard_at is None:
            times, here = self._heard.times, (sender, self._chat)
            self._heard_at = times.pop(here, 0.0)
            times[here] = now
            if len(times) > SENDERS_LIMIT:
                times.pop(next(iter(times), here), None)
            if not may_take(self._text, self._taking):
                return NOTHING
        state = self._memory.recall(sender, now)
        dialogue = read_dialogue(state.dialogue, self._chat, now)
        is_over = dialogue.offer is not None and dialogue.offered_at <= self._heard_at
        return with_dialogue(state, self._chat, dialogue.heard()) if is_over else state

    def commit(self, sender: str, state: State, now: float) -> bool:
        kept = self._memory.commit(sender, state, now)
        if kept:
            self._heard.times.pop((sender, self._chat), None)
        return kept
