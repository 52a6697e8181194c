"""One rule as the engine uses it: compiled, immutable, and knowing its place in the files."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, NamedTuple

from flask_chatbot.core.conditions.conditions import Condition
from flask_chatbot.core.fields.field import Field
from flask_chatbot.core.matching.patterns import Pattern
from flask_chatbot.core.templates.answers import Answer
from flask_chatbot.core.templates.template import Template
from flask_chatbot.core.values.actions import Action
from flask_chatbot.core.values.problems import Mark
from flask_chatbot.core.values.rule_tests import RuleTest


@dataclass(frozen=True, slots=True)
class Keyword:
    """A keyword as written, and `literal`, the folded text it is compared by; `takes_fields` where it ends in ``#``."""

    written: str
    literal: str
    takes_fields: bool


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase as written, `literal`, the folded text with its star, and its words, of which that at `star` (-1 for none) only begins."""

    written: str
    literal: str
    words: tuple[str, ...]
    star: int = -1


class MenuEntry(NamedTuple):
    """The words shown, the rule they lead to, and where that is written."""

    words: str
    rule: str
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rule:
    """Everything one entry under ``rules:`` says.

    `is_named` tells a name its author gave from one made of a keyword. `fields` is None where any number of parts is taken, as `data`;
    `needs` are the names a Python handler supplies, `groups` those that its patterns read and no field has. `similar` holds folded
    texts, and `similar_written` the same as written. Without `guess` it is neither guessed nor suggested for a text that nothing matches.
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
    similar_written: tuple[str, ...] = ()
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
    guess: bool = True
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
