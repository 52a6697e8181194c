"""The ``reply:`` of a rule, compiled."""

from flask_chatbot.core.loading.places import Place
from flask_chatbot.core.loading.texts import compile_template
from flask_chatbot.core.templates.answers import Answer, ContactAnswer, LocationAnswer, MediaAnswer, OneOf, TextAnswer
from flask_chatbot.core.templates.template import Sandbox, Template
from flask_chatbot.core.templates.types import Names
from flask_chatbot.core.values.replies import Audio, Document, Image, Video

MEDIA = {"image": Image, "audio": Audio, "video": Video, "document": Document}

KINDS = ("text", *MEDIA, "location", "contact", "one_of")


class ReplyBuilder:
    """Compiles the replies of one rule, whose templates may use `names`, each with the type of its value."""

    def __init__(self, sandbox: Sandbox, names: Names) -> None:
        self.sandbox = sandbox
        self.names = names

    def build(self, place: Place) -> tuple[Answer, ...]:
        """The answers at `place`: a text, a single one, a list, or nothing."""
        return tuple(self.answer(entry) for entry in place.entries())

    def answer(self, place: Place) -> Answer:
        if not isinstance(place.data, dict):
            return TextAnswer(self.template(place))
        answers = [self.of_kind(place.at(kind), kind) for kind in place.data if kind in KINDS]  # of several, each is looked at
        return next(iter(answers), TextAnswer(Template("", self.sandbox)))

    def of_kind(self, below: Place, kind: str) -> Answer:
        if below.data is None:  # refused
            return TextAnswer(Template("", self.sandbox))
        if kind in MEDIA:
            return self.media(below, kind)
        if kind == "location":
            return LocationAnswer(float(below.data.get("lat") or 0), float(below.data.get("lng") or 0), self.template(below.at("name")))
        if kind == "contact":
            numbers = tuple((self.template(entry), entry.mark()) for entry in below.at("numbers").entries())
            return ContactAnswer(self.template(below.at("name")), numbers, self.sandbox.locale.country)
        return self.one_of(below) if kind == "one_of" else TextAnswer(self.template(below))

    def media(self, place: Place, kind: str) -> Answer:
        if not isinstance(place.data, dict):
            return MediaAnswer(MEDIA[kind], self.template(place), Template("", self.sandbox), Template("", self.sandbox))
        return MediaAnswer(MEDIA[kind], *(self.template(place.at(key)) for key in ("url", "caption", "filename")))

    def one_of(self, place: Place) -> Answer:
        answers, weights = [], []
        for entry in place.entries():
            weighted = isinstance(entry.data, dict)
            kinds = [key for key in entry.data if key in KINDS] if weighted else ["text"]
            if len(kinds) != 1 and not (weighted and set(entry.data) - {*KINDS, "weight"}) and len(entry.data) < 3:
                entry.tell("an entry of 'one_of' holds one reply, and beside it at most a 'weight'.")
                continue
            answers.append(self.answer(entry))
            weights.append(float(entry.data.get("weight") or 1) if weighted else 1.0)
        return OneOf(tuple(answers), tuple(weights))

    def template(self, place: Place) -> Template:
        """The template at `place`; an empty one where nothing is written."""
        return Template("", self.sandbox) if place.data is None else compile_template(place, self.sandbox, self.names)
