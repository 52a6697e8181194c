"""Answers: templates that become `Reply` values for one message."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from random import Random
from typing import Protocol

from flask_chatbot.core.language.numbers import contact_number
from flask_chatbot.core.language.sentences import clip
from flask_chatbot.core.language.signs import is_emoji
from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.templates.template import Template
from flask_chatbot.core.translation.translatable import Translatable, reason_of, tr
from flask_chatbot.core.values.contents import Reaction
from flask_chatbot.core.values.long_texts import split_text
from flask_chatbot.core.values.problems import Mark
from flask_chatbot.core.values.replies import REPLIES_LIMIT, TEXT_LIMIT, ContactCard, Reply, Text
from flask_chatbot.core.values.reply_kinds import ReplyKind

Names = Mapping[str, object]
THUMB = "\N{THUMBS UP SIGN}"

log = get_logger(__name__)


class Answer(Protocol):
    """One entry of ``reply:``."""

    def make(self, names: Names, random: Random) -> tuple[Reply, ...]:
        """Make the reply for one message: none if its text or URL is empty, several of a text that is too long for one.

        Raises `AnswerFailed` if it cannot be made.
        """


class TextAnswer:
    """``text:``, or a bare string; what is the same for every message is made once."""

    __slots__ = ("_constant", "_is_constant", "text")

    def __init__(self, text: Template) -> None:
        self.text = text
        self._is_constant = text.is_constant
        self._constant: tuple[Reply, ...] | None = None

    def make(self, names: Names, random: Random) -> tuple[Reply, ...]:
        if self._constant is not None:
            return self._constant
        text = self.text.render_whole(names)
        made = (Text(text),) if 0 < len(text) <= TEXT_LIMIT else tuple(map(Text, split_text(text)))
        if self._is_constant:
            self._constant = made
        return made


@dataclass(frozen=True, slots=True)
class PartsAnswer:
    """A reply of another kind, as `kind` says: its parts by name, in order."""

    kind: ReplyKind
    parts: Mapping[str, Template | tuple[Template, ...] | float]

    def make(self, names: Names, random: Random) -> tuple[Reply, ...]:
        made: dict[str, object] = {}
        for name, part in self.parts.items():
            made[name] = _filled(part, names)
            if name == self.kind.needs and not made[name]:
                return ()
        return (self.kind.make(**made),)

    def templates(self) -> Iterator[Template]:
        for part in self.parts.values():
            if not isinstance(part, float):
                yield from part if isinstance(part, tuple) else (part,)


@dataclass(frozen=True, slots=True)
class ContactAnswer:
    """``contact:``, with the place of each number; a number that nobody can call is left out, and so is a card without any."""

    name: Template
    numbers: tuple[tuple[Template, Mark], ...]
    country: str  # where local numbers belong

    def make(self, names: Names, random: Random) -> tuple[Reply, ...]:
        numbers = tuple(filter(None, (self._read(number.render(names), mark) for number, mark in self.numbers)))
        return (ContactCard(self.name.render(names), numbers),) if numbers else ()

    def wrong(self) -> Iterator[tuple[Mark, Translatable]]:
        """Yield the mistakes in the numbers that are written out, with their places."""
        for number, mark in self.numbers:
            try:
                if number.is_constant:
                    contact_number(number.source, self.country)
            except ValueError as error:
                yield mark, reason_of(error)

    def _read(self, written: str, mark: Mark) -> str:
        try:
            return written and contact_number(written, self.country)
        except ValueError:  # which names the number: it may be a customer's
            log.warning("%s: this number of a contact is not valid, and is left out", mark)
            return ""


@dataclass(frozen=True, slots=True)
class ReactionAnswer:
    """``reaction:``, with its place; what turns out to be no emoji is left out."""

    emoji: Template
    mark: Mark

    def make(self, names: Names, random: Random) -> tuple[Reply, ...]:
        emoji = self.emoji.render(names)
        if emoji and not is_emoji(emoji):
            log.warning("%s: this reaction is no emoji, and is left out", self.mark)
        return (Reaction(emoji),) if is_emoji(emoji) else ()

    def wrong(self) -> Iterator[tuple[Mark, Translatable]]:
        """Yield the mistake that the reaction, as it is written out, is no emoji."""
        if self.emoji.is_constant and not is_emoji(self.emoji.source):
            yield (
                self.mark,
                tr("a reaction is one emoji, such as {example}, not {text!r}.", example=THUMB, text=clip(self.emoji.source, 60)),
            )


@dataclass(frozen=True, slots=True)
class OneOf:
    """``one_of:``: one of the `answers` at random; `weights` are their relative frequencies."""

    answers: tuple[Answer, ...]
    weights: tuple[float, ...]

    def make(self, names: Names, random: Random) -> tuple[Reply, ...]:
        point = random.random() * sum(self.weights)
        reached = accumulate(self.weights)
        chosen = next((answer for answer, end in zip(self.answers, reached, strict=True) if point < end), self.answers[-1])
        return chosen.make(names, random)


def leaves(answers: Iterable[Answer]) -> Iterator[Answer]:
    """The answers, with each choice replaced by its alternatives."""
    for answer in answers:
        if isinstance(answer, OneOf):
            yield from leaves(answer.answers)
        else:
            yield answer


def templates(answers: Iterable[Answer]) -> Iterator[Template]:
    """All templates of some answers."""
    for answer in leaves(answers):
        if isinstance(answer, TextAnswer):
            yield answer.text
        elif isinstance(answer, PartsAnswer):
            yield from answer.templates()
        elif isinstance(answer, ReactionAnswer):
            yield answer.emoji
        elif isinstance(answer, ContactAnswer):
            yield from (answer.name, *(number for number, _ in answer.numbers))


def _filled(part: Template | tuple[Template, ...] | float, names: Names) -> object:
    """Fill in one part of a reply; empty texts are dropped from a list."""
    if isinstance(part, tuple):
        return tuple(filter(None, (each.render(names) for each in part)))
    return part.render(names) if isinstance(part, Template) else part


def make_all(answers: Iterable[Answer], names: Names, random: Random) -> tuple[Reply, ...]:
    """Make the replies for one message, ten at the most: empty ones are left out, and a text that is too long is split."""
    made: tuple[Reply, ...] = ()
    for answer in answers:
        made += answer.make(names, random)
    if len(made) > REPLIES_LIMIT:
        log.warning("the texts of an answer take %d messages; those after the first %d are dropped", len(made), REPLIES_LIMIT)
    return made[:REPLIES_LIMIT]
