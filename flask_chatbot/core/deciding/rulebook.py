"""Rules as the engine uses them: compiled, immutable, each knowing its place in the files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from flask_chatbot.core.conditions.conditions import Condition, international
from flask_chatbot.core.conditions.hours import Hours
from flask_chatbot.core.fields.field import Field
from flask_chatbot.core.language.folding import Folding
from flask_chatbot.core.language.locale import Locale
from flask_chatbot.core.matching.patterns import Pattern
from flask_chatbot.core.matching.phrases import Phrase
from flask_chatbot.core.templates.answers import Answer
from flask_chatbot.core.templates.template import Template
from flask_chatbot.core.values.actions import Action, Pause
from flask_chatbot.core.values.messages import Sender
from flask_chatbot.core.values.problems import Mark
from flask_chatbot.core.values.rule_tests import RuleTest
from flask_chatbot.core.values.sources import Sources

if TYPE_CHECKING:
    from flask_chatbot.core.matching.index import Index

RULES_PER_LITERAL = 100  # more rules than this may not share one keyword
_NUMBER_LIMIT = 60  # characters of a telephone number, however it is written


@dataclass(frozen=True, slots=True)
class Keyword:
    """A keyword as written, and `literal`, the folded text it is compared by; `takes_fields` where it ends in ``#``."""

    written: str
    literal: str
    takes_fields: bool


class MenuEntry(NamedTuple):
    """The words shown, the rule they lead to, and where that is written."""

    words: str
    rule: str
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rule:
    """Everything one entry under ``rules:`` says.

    `is_named` tells a name its author gave from one made of a keyword. `fields` is None where any number of parts is taken, as `data`;
    `needs` are the names a Python handler supplies, `groups` those that its patterns read and no field has. `similar` holds folded texts.
    `asks` where the fields are asked for one at a time; `actions` are for whoever carries out the decision.
    `uses` are the names in its templates that cost something to find. `is_silent` where its author wrote ``reply: []``.
    """

    name: str
    is_named: bool
    mark: Mark
    position: int
    keywords: tuple[Keyword, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    contains: tuple[Phrase, ...] = ()
    similar: tuple[str, ...] = ()
    fallback: bool = False
    priority: int = 0
    fields: tuple[Field, ...] | None = None
    needs: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    asks: bool = False
    confirm: Template | None = None
    menu: tuple[MenuEntry, ...] = ()
    actions: tuple[Action, ...] = ()
    failed: tuple[Answer, ...] = ()
    on_invalid: Literal["explain", "ask", "reply"] = "explain"
    invalid: tuple[Answer, ...] = ()
    reply: tuple[Answer, ...] = ()
    is_silent: bool = False
    when: Condition | None = None
    otherwise: tuple[Answer, ...] = ()
    once_per: timedelta | None = None
    tests: tuple[RuleTest, ...] = ()

    @property
    def is_found(self) -> bool:
        """Whether a text can lead here; where none can, a menu does, or Python."""
        return bool(self.keywords or self.patterns or self.contains or self.similar or self.fallback)

    @property
    def has_form(self) -> bool:
        """True if there is a form to show: a keyword that is written with the fields behind its ``#``."""
        return any(keyword.takes_fields for keyword in self.keywords)

    @property
    def may_ask(self) -> bool:
        """True if values may be asked for, one at a time: always of a rule that has fields and no form to show."""
        return self.asks or self.on_invalid == "ask" or (self.on_invalid == "explain" and bool(self.fields) and not self.has_form)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBook:
    """All rules of one bot, ready to decide with. Read it once per message: a reload replaces it whole.

    `tests` are those that stand under no rule. `remembers` tells whether a rule remembers anything of the people who write,
    `tracks_first_contact` whether one asks if somebody writes for the first time.
    """

    rules: tuple[Rule, ...]
    by_name: Mapping[str, Rule]
    index: "Index"
    locale: Locale
    folding: Folding = field(default_factory=Folding)
    hours: Hours | None = None
    groups: Literal["never", "keywords", "all"] = "never"
    files: tuple[Path, ...] = ()
    sources: Sources = field(default_factory=Sources)
    tests: tuple[RuleTest, ...] = ()
    tracks_first_contact: bool = field(init=False)
    remembers: bool = field(init=False)

    def __post_init__(self) -> None:
        # Found once, since each message asks.
        first_contact = any(rule.when is not None and rule.when.first_contact is not None for rule in self.rules)
        object.__setattr__(self, "tracks_first_contact", first_contact)
        object.__setattr__(self, "remembers", first_contact or any(map(remembers, self.rules)))

    def person(self, sender: Sender) -> str:
        """The text that memory knows a sender by: a telephone number in one form, however it came; any other text as it is.

        >>> from flask_chatbot.core.matching.index import Index
        >>> book = RuleBook(rules=(), by_name={}, index=Index((), Folding()), locale=Locale())
        >>> book.person(Sender(number="+62 812-3456-7890")), book.person(Sender(number="6282386xxxxxx"))
        ('6281234567890', '6282386xxxxxx')
        """
        number = sender.number
        if not number or (number.isascii() and number.isdecimal() and number[0] != "0") or len(number) > _NUMBER_LIMIT:
            return number  # as nearly all come: reading them would cost as much as deciding
        return international(number, self.locale.country)


def remembers(rule: Rule) -> bool:
    """Whether a rule leaves something to remember of the person it answered."""
    pauses = any(isinstance(action, Pause) for action in rule.actions)
    return pauses or rule.may_ask or bool(rule.menu) or rule.once_per is not None
