"""Decides on a message whose file a rule takes: the file is fetched first, so that what it really is decides."""

from collections.abc import Container
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import Protocol

from flask_chatbot.core.conversation.memory import Memory
from flask_chatbot.core.deciding.decision import Decision, Handle, Notes, Outcome
from flask_chatbot.core.deciding.engine import decide
from flask_chatbot.core.deciding.leftovers import with_above
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.deciding.taking import taken_by, taken_in
from flask_chatbot.core.language.sentences import Language, say
from flask_chatbot.core.lookups.find import LookUp, nowhere
from flask_chatbot.core.matching.match import Match
from flask_chatbot.core.values.contents import Attachment
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.replies import Text
from flask_chatbot.core.values.saving.slots import HasPlace, always
from flask_chatbot.errors import Skip


class _FilesWanted(Exception):
    """Raised out of a decision by a rule that takes files, before anything of its own has run."""

    def __init__(self, files: tuple[Attachment, ...]) -> None:
        self.files = files
        super().__init__(f"{len(files)} files are wanted")


class HasMessage(Protocol):
    """Has the `message` that is being answered, with the files in it that were kept so far."""

    message: Message


@dataclass(slots=True, eq=False)
class Taking:
    """Fetches the files that the decision of a turn takes; with `forwards`, those that are forwarded, too, since they get an address."""

    turn: HasMessage
    forwards: bool = False

    def decide(
        self,
        book: RuleBook,
        message: Message,
        memory: Memory,
        now: datetime,
        random: Random,
        handle: Handle,
        handled: Container[str] | None,
        look_up: LookUp = nowhere,
        *,
        has_place: HasPlace = always,
    ) -> Decision:
        """Decide on the message as the engine does, and anew for each file that the decision takes: with its copy, or as an unfit one.

        No handler runs twice. Raises `TryLater` or `StoreError` if a file cannot be had or kept now.
        """
        once = _HandleOnce(self, handle)
        while True:
            try:
                decision = decide(book, message, memory, now, random, once.handle, handled, look_up, has_place=has_place)
            except _FilesWanted as error:
                wanted = error.files
            else:
                wanted = () if once.has_answered else taken_in(decision, message, now.timestamp(), forwards=self.forwards)
            if not wanted:
                return explained(decision, message, book.locale.language.addressing(message.sender.name))
            self.turn.message = message = with_kept(message, wanted)
            once.begin_anew()

    def check(self, match: Match) -> None:
        """Stop the decision if a match takes a file that nobody has fetched."""
        if wanted := taken_by(match, self.turn.message, forwards=self.forwards):
            raise _FilesWanted(wanted)


def with_kept(message: Message, wanted: tuple[Attachment, ...]) -> Message:
    """The message with copies of the wanted files that are kept, as far as anything keeps them."""
    if (keep := message.keep) is None:
        return message
    return replace(message, attachments=tuple(keep(each) if each in wanted else each for each in message.attachments))


def explained(decision: Decision, message: Message, language: Language) -> Decision:
    """The decision, with a sentence above it if a file was unfit, or was not of the kind that a rule waits for."""
    if not any(each.is_unfit or (each.file and decision.match is None) for each in message.attachments):
        return decision
    said = say(language, "file_unfit")
    return with_above(decision, said) if decision.match is not None else decision._replace(replies=(Text(said),))


class _HandleOnce:
    """Calls handlers once the files that they take are kept; one that skipped is not asked again about the same message."""

    def __init__(self, taking: Taking, handle: Handle) -> None:
        self._taking = taking
        self._handle = handle
        self._skipping: set[str] = set()
        self._skipped: frozenset[str] = frozenset()  # by earlier decisions
        self.has_answered = False

    def begin_anew(self) -> None:
        self._skipped = frozenset(self._skipping)

    def handle(self, match: Match, message: Message, notes: Notes) -> Outcome:
        self._taking.check(match)
        if match.rule.name in self._skipped:
            raise Skip
        try:
            outcome = self._handle(match, message, notes)
        except Skip:
            self._skipping.add(match.rule.name)
            raise
        self.has_answered = True
        return outcome
