"""Suggestions remembered at little cost: rules that remember nothing else are asked for them only if that may matter."""

from collections.abc import Callable

from flask_chatbot.core.conversation.changes import with_dialogue
from flask_chatbot.core.conversation.dialogue import chat_key
from flask_chatbot.core.conversation.forms import NO, YES
from flask_chatbot.core.conversation.heard import hear
from flask_chatbot.core.conversation.memory import NOTHING, Memory, State
from flask_chatbot.core.conversation.stored_dialogues import read_dialogue
from flask_chatbot.core.language.folding import fold
from flask_chatbot.core.language.readings import Folding
from flask_chatbot.core.language.words import Words
from flask_chatbot.core.values.messages import Message

SENDERS_LIMIT = 10_000  # whose last message is kept in mind, the latest ones
LETTERS_TAKING = 40  # of a text that takes a suggestion by a yes or a number
NUMBERS = frozenset({"0", "1", "2", "3"})
TAKING = frozenset({*YES, *NO, *NUMBERS})


def taking(words: Words) -> frozenset[str]:
    """The words of texts that take or decline suggestions, with those of a bot's own.

    >>> "nggeh" in taking(Words(yes=frozenset({"nggeh"})))
    True
    """
    return TAKING.union(*(run.split() for run in (*words.yes, *words.no, *words.counting)))


def may_take(text: str, folding: Folding, words: frozenset[str] = TAKING) -> bool:
    """True if a text may answer suggestions, whatever they are: it is short, and without its courtesy a yes, a no or a number.

    >>> from flask_chatbot.core.language.words import words_of
    >>> [may_take(text, Folding(words_of("id"))) for text in ("Ya, kak", "2 kak", "harga kopi", "tolong cek harga ya")]
    [True, True, False, False]
    """
    if len(text) > LETTERS_TAKING or words.isdisjoint(fold(text).split()):  # as most texts, at little cost
        return False
    heard = hear(text, folding)
    return not heard.said.isdisjoint(NUMBERS) or heard.means("yes", "no")


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

    __slots__ = ("_chat", "_heard", "_heard_at", "_may_take", "_memory", "_text")

    def __init__(self, memory: Memory, heard: LastHeard, message: Message, may_take: Callable[[str], bool]) -> None:
        self._memory = memory
        self._heard = heard
        self._chat = chat_key(message)
        self._may_take = may_take
        self._text = message.text
        self._heard_at: float | None = None

    def recall(self, sender: str, now: float) -> State:
        if self._heard_at is None:
            times, here = self._heard.times, (sender, self._chat)
            self._heard_at = times.pop(here, 0.0)
            times[here] = now
            if len(times) > SENDERS_LIMIT:
                times.pop(next(iter(times), here), None)
            if not self._may_take(self._text):
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
