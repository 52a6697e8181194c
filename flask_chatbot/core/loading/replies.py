"""Compiles the ``reply:`` of a rule."""

from dataclasses import replace

from flask_chatbot.core.loading.addresses import LocalFiles
from flask_chatbot.core.loading.places import Place
from flask_chatbot.core.loading.texts import compile_template
from flask_chatbot.core.templates.answers import Answer, ContactAnswer, OneOf, PartsAnswer, ReactionAnswer, TextAnswer
from flask_chatbot.core.templates.template import Sandbox, Template
from flask_chatbot.core.templates.types import Names
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.contents import Reaction
from flask_chatbot.core.values.habits import by_habit
from flask_chatbot.core.values.replies import KINDS, ContactCard, Media, Text
from flask_chatbot.core.values.reply_kinds import Kinds, Part, ReplyKind
from flask_chatbot.core.yamltext.traps import MISSING_SPACE

ONE_REPLY = tr("an entry of 'one_of' holds one reply, and beside it at most a 'weight'.")


class ReplyBuilder:
    """Compiles the replies of one rule, whose templates may use `names`, each with the type of its value.

    The `files` beside the rules that the replies name are collected.
    """

    def __init__(self, sandbox: Sandbox, names: Names, files: LocalFiles, kinds: Kinds = KINDS) -> None:
        self.sandbox = sandbox
        self.names = names
        self.files = files
        self.kinds = kinds

    def build(self, place: Place) -> tuple[Answer, ...]:
        """The answers at `place`: a text, a single reply, a list, or nothing."""
        return tuple(self.answer(entry) for entry in place.entries())

    def answer(self, place: Place) -> Answer:
        if not isinstance(place.data, dict):
            self.check_colon(place)
            return TextAnswer(self.template(place))
        answers = [self.of_kind(place.at(kind), kind) for kind in place.data if self.knows(kind)]  # of several, each is looked at
        return next(iter(answers), TextAnswer(Template("", self.sandbox)))

    def check_colon(self, place: Place) -> None:
        """Warn of a text such as `image:https://...`, whose colon is not one to YAML."""
        slip = MISSING_SPACE.match(place.data)
        if slip and place.is_plain() and (kind := by_habit(slip[1], self.kinds)):
            place.warn(
                tr(
                    "customers would read {text!r} as text: a space is missing after the colon. Write {kind}: {rest}",
                    text=slip[0][:60],
                    kind=kind,
                    rest=slip[2].strip(),
                )
            )

    def knows(self, key: str) -> bool:
        return key in self.kinds or key == "one_of"

    def of_kind(self, below: Place, name: str) -> Answer:
        if below.data is None:  # refused
            return TextAnswer(Template("", self.sandbox))
        if name == "one_of":
            return self.one_of(below)
        kind = self.kinds[name]
        if kind.make is Text:
            return TextAnswer(self.template(below))
        if kind.make is ContactCard:
            numbers = tuple((self.template(entry), entry.mark()) for entry in below.at("numbers").entries())
            return ContactAnswer(self.template(below.at("name")), numbers, self.sandbox.locale.country)
        if kind.make is Reaction:
            return ReactionAnswer(self.template(below), below.mark())
        if issubclass(kind.make, Media):
            below = self.with_file(below, name)
        return self.parts(below, kind)

    def with_file(self, place: Place, kind: str) -> Place:
        """The place of a file, its path being the one by which the file is known to the rules."""
        if isinstance(place.data, dict):
            name = self.files.name_at(place.at("url"), kind)
            return replace(place, data={**place.data, "url": name}) if name else place
        name = self.files.name_at(place, kind)
        return replace(place, data=name) if name else place

    def parts(self, place: Place, kind: ReplyKind) -> Answer:
        if isinstance(place.data, dict):
            return PartsAnswer(kind, {part.name: self.part(place.at(part.name), part) for part in kind.written})
        nothing = Place(place.document, place.path, None, place.problems)
        return PartsAnswer(kind, {part.name: self.part(place if part.name == kind.needs else nothing, part) for part in kind.written})

    def part(self, place: Place, part: Part) -> Template | tuple[Template, ...] | float:
        if part.holds is float:
            return float(place.data or 0)
        return tuple(map(self.template, place.entries())) if part.holds is tuple else self.template(place)

    def one_of(self, place: Place) -> Answer:
        answers, weights = [], []
        for entry in place.entries():
            weighted = isinstance(entry.data, dict)
            kinds = [key for key in entry.data if self.knows(key)] if weighted else ["text"]
            if len(kinds) != 1 and not (weighted and set(entry.data) - {*self.kinds, "one_of", "weight"}) and len(entry.data) < 3:
                entry.report(ONE_REPLY)
                continue
            answers.append(self.answer(entry))
            weights.append(float(entry.data.get("weight") or 1) if weighted else 1.0)
        return OneOf(tuple(answers), tuple(weights))

    def template(self, place: Place) -> Template:
        """The template at `place`; an empty one if nothing is written."""
        return Template("", self.sandbox) if place.data is None else compile_template(place, self.sandbox, self.names)
