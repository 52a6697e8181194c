"""`Rule`: one rule as the engine uses it: compiled, immutable, with its place in the files."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Literal, NamedTuple

from flask_chatbot.core.conditions.conditions import Condition
from flask_chatbot.core.fields.field import Field
from flask_chatbot.core.lookups.find import Find
from flask_chatbot.core.matching.patterns import Pattern
from flask_chatbot.core.templates.answers import Answer, templates
from flask_chatbot.core.templates.template import Template
from flask_chatbot.core.values.actions import Action, Save
from flask_chatbot.core.values.problems import Mark
from flask_chatbot.core.values.rule_tests import RuleTest


@dataclass(frozen=True, slots=True)
class Keyword:
    """A keyword as written, and `literal`, its folded text; `takes_fields` if it ends in ``#``.

    One that is `exact` is found as written, less decoration and courtesy, and in no other way.
    """

    written: str
    literal: str
    takes_fields: bool
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase as written, `literal`, its folded text with its star, and its words; the one at `star` (-1 for none) is only a beginning."""

    written: str
    literal: str
    words: tuple[str, ...]
    star: int = -1


class MenuEntry(NamedTuple):
    """The words shown, the target rule, and the place of the entry."""

    words: str
    rule: str
    mark: Mark


class RulePlan(NamedTuple):
    """The parts of the way to an answer that a rule needs: for a message, all others are left out. Rules alike share one.

    It `reads` values out of a text; it `has_steps` if a text with all values is not answered at once: something is asked for, or depends on
    a value, or has to be confirmed; it `acts` if rows are looked up first, or something is done with the replies. If it `only_replies`,
    nothing but its templates makes the answer, and nothing is shown or remembered with it.
    """

    reads: bool
    has_steps: bool
    acts: bool
    only_replies: bool


_plan = cache(RulePlan)


# Not frozen, though nothing changes a rule once it is built: a frozen one takes four times as long to make.
@dataclass(slots=True, kw_only=True, eq=False)
class Rule:
    """Everything that one entry under ``rules:`` says.

    `small_talk` yields to other rules where a text asks for something; one that `needs_hash` takes no space for its ``#``. `is_named`
    distinguishes a name given by the author from one made of a keyword. `fields` is None if any number of parts is taken, as `data`;
    `needs` are the names a Python handler supplies, `groups` those that its patterns read and no field has. `similar` holds folded texts,
    and `similar_written` the same as written. With `sends`, it answers messages of these kinds in place of texts, where it has keywords
    those with such a caption; it `takes_sent` if a file or a place is the value of a field. Without `guess` it is neither guessed nor
    suggested for a text that nothing matches.
    What it needs to `find` is looked up first, and `not_found` answers where it is not there.
    `asks` if the fields are asked for one at a time; `actions` are for the caller to carry out. `uses` are the names in its templates that
    are costly to compute; it `fills_in` something unless all of its replies stand as they are written. `is_silent` if its author wrote
    ``reply: []``. Its `plan` says which of all this a message has to go through.
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
    sends: tuple[str, ...] = ()
    fallback: bool = False
    small_talk: bool = False
    needs_hash: bool = False
    priority: int = 0
    fields: tuple[Field, ...] | None = None
    takes_sent: bool = False
    needs: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    fills_in: bool = True
    asks: bool = False
    patience: timedelta | None = None
    tries: int | None = None
    interrupt: bool = True
    paste: bool = True
    confirm: Template | None = None
    menu: tuple[MenuEntry, ...] = ()
    actions: tuple[Action, ...] = ()
    failed: tuple[Answer, ...] = ()
    find: Find | None = None
    not_found: tuple[Answer, ...] = ()
    on_invalid: Literal["explain", "ask", "reply"] = "explain"
    invalid: tuple[Answer, ...] = ()
    reply: tuple[Answer, ...] = ()
    is_silent: bool = False
    when: Condition | None = None
    otherwise: tuple[Answer, ...] = ()
    once_per: timedelta | None = None
    guess: bool = True
    tests: tuple[RuleTest, ...] = ()
    plan: RulePlan = field(init=False)

    def __post_init__(self) -> None:
        fields = self.fields or ()
        acts = bool(self.actions or self.find)
        self.plan = _plan(
            bool(fields or self.groups),
            self.asks or self.confirm is not None or any(each.condition is not None for each in fields),
            acts,
            not (acts or self.needs or self.menu or self.once_per or "suggestion" in self.uses),
        )

    @property
    def is_worded(self) -> bool:
        """True if it is found by words, of a text or of a caption."""
        return bool(self.keywords or self.patterns or self.contains or self.similar)

    @property
    def is_found(self) -> bool:
        """True if a message can lead here; otherwise only a menu or Python does."""
        return self.is_worded or bool(self.sends or self.fallback)

    @property
    def templates(self) -> Iterator[Template]:
        """All templates: those of its answers, of `confirm`, and of its fields."""
        yield from templates((*self.reply, *self.otherwise, *self.invalid, *self.failed, *self.not_found))
        own = (template for each in self.fields or () for template in (each.condition, each.default, each.error))
        yield from (template for template in (self.confirm, *own) if isinstance(template, Template))

    @property
    def has_form(self) -> bool:
        """True if there is a form to show: a keyword followed by ``#`` and the fields."""
        return any(keyword.takes_fields for keyword in self.keywords)

    @property
    def save(self) -> Save | None:
        """The row that it saves."""
        return next((action for action in self.actions if isinstance(action, Save)), None)

    @property
    def per(self) -> tuple[str, ...]:
        """The fields whose values have a limited number of places."""
        save = self.save
        return save.limit.per if save is not None and save.limit is not None else ()

    @property
    def may_ask(self) -> bool:
        """True if values may be asked for, one at a time: always for a rule that has fields and no form to show."""
        return self.asks or self.on_invalid == "ask" or (self.on_invalid == "explain" and bool(self.fields) and not self.has_form)
