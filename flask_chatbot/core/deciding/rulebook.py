"""`RuleBook`: all rules of one bot, with their shared settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from flask_chatbot.core.conditions.conditions import international
from flask_chatbot.core.conditions.hours import Hours
from flask_chatbot.core.conversation.dialogue import PATIENCE
from flask_chatbot.core.conversation.forms import TRIES
from flask_chatbot.core.conversation.offers import may_take, taking
from flask_chatbot.core.deciding.pasted import PastedForms
from flask_chatbot.core.fields.field import NO_NAMES, Context
from flask_chatbot.core.language.daytimes import Dates
from flask_chatbot.core.language.readings import Folding
from flask_chatbot.core.language.sentences import Language, Locale
from flask_chatbot.core.lookups.csv_table import CsvTable
from flask_chatbot.core.matching.guesses import Guesses
from flask_chatbot.core.matching.index import Index
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.matching.sent import SentIndex
from flask_chatbot.core.media.local import LocalFile
from flask_chatbot.core.reminding.quiet import NIGHT, Quiet
from flask_chatbot.core.templates.template import Sandbox
from flask_chatbot.core.values.actions import Pause
from flask_chatbot.core.values.messages import Sender
from flask_chatbot.core.values.problems import Mark
from flask_chatbot.core.values.rule_tests import RuleTest
from flask_chatbot.core.values.sources import Sources

TAKEOVER = timedelta(hours=1)
RULES_PER_LITERAL = 100  # more rules than this may not share one keyword
_NUMBER_LIMIT = 60  # characters of a telephone number, however it is written


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBook:
    """All rules of one bot, ready to decide with. Read it once per message: a reload replaces it as a whole.

    `index` finds rules for texts, `sent` those for other messages, None where no rule has `sends`. `tests` are those outside any rule,
    `dated` the dates with a year that conditions and hours name. It `has_conditions` if any rule has some. `remembers` is True if any rule
    remembers something about people, `offers` if suggestions may be made to them, `tracks_first_contact` if a rule depends on whether
    somebody writes for the first time. `in_menus` are the names of the rules that menus lead to. With `one_message`, texts that follow one
    another are sent as one.
    """

    rules: tuple[Rule, ...]
    by_name: Mapping[str, Rule]
    index: Index
    locale: Locale
    sent: SentIndex | None = None
    folding: Folding = field(default_factory=Folding)
    hours: Hours | None = None
    groups: Literal["never", "keywords", "all"] = "never"
    guess: Literal["never", "suggest", "answer"] = "suggest"
    patience: timedelta = timedelta(seconds=PATIENCE)
    takeover: timedelta | None = TAKEOVER  # of silence after the owner wrote by hand; None if the bot goes on
    quiet: Quiet | None = NIGHT  # the time of the day at which reminders and broadcasts wait
    staff: frozenset[str] = frozenset()  # their numbers and ids, and those of everybody who is notified
    tries: int = TRIES
    one_message: bool = False
    files: tuple[Path, ...] = ()
    sources: Sources = field(default_factory=Sources)
    media: Mapping[str, LocalFile] = field(default_factory=dict)  # files beside the rules that replies name
    tables: Mapping[str, CsvTable] = field(default_factory=dict)  # of the CSV files beside the rules
    supplied: frozenset[str] = frozenset()  # the names of tables that Python supplies
    tests: tuple[RuleTest, ...] = ()
    dated: tuple[tuple[Mark, Dates], ...] = ()
    named_language: str = ""  # that the file gives; its messages are in English without one
    sandbox: Sandbox | None = field(default=None, repr=False, compare=False)  # that its templates run in, with its `vars`
    guesses: Guesses = field(init=False)
    pasted: PastedForms = field(init=False)
    tracks_first_contact: bool = field(init=False)
    has_conditions: bool = field(init=False)
    remembers: bool = field(init=False)
    offers: bool = field(init=False)
    taking: frozenset[str] = field(init=False)
    in_menus: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        texts = tuple(rule for rule in self.rules if not rule.sends) if self.sent else self.rules
        object.__setattr__(self, "guesses", Guesses(texts, self.folding))
        object.__setattr__(self, "pasted", PastedForms(texts, self.folding))
        # Found once, since each message asks.
        first_contact = any(rule.when is not None and rule.when.first_contact is not None for rule in self.rules)
        object.__setattr__(self, "tracks_first_contact", first_contact)
        object.__setattr__(self, "has_conditions", any(rule.when is not None for rule in self.rules))
        object.__setattr__(self, "remembers", first_contact or any(map(remembers, self.rules)))
        object.__setattr__(self, "in_menus", frozenset(entry.rule for rule in self.rules for entry in rule.menu))
        object.__setattr__(self, "taking", taking(self.folding.words))
        object.__setattr__(self, "offers", self.guess != "never" and any(rule.fallback for rule in self.rules))

    def may_take(self, text: str) -> bool:
        """True if a text may answer suggestions, whatever they are."""
        return may_take(text, self.folding, self.taking)

    def field_context(self, now: datetime, names: Mapping[str, object] = NO_NAMES, language: Language | None = None) -> Context:
        """The context that values are read in at a time in the zone of the rules; templates of defaults may use `names`.

        `language` is that of the rules as it speaks to one person.
        """
        return Context(language or self.locale.language, self.locale.country, now, self.hours, self.folding, None, names)

    def is_fallback(self, name: str | None) -> bool:
        """True if the rule of a name answers what no other rule understands."""
        rule = self.by_name.get(name or "")
        return rule is not None and rule.fallback

    def patience_of(self, name: str) -> float:
        """Seconds that the form, or the menu, of the rule of that name waits."""
        rule = self.by_name.get(name)
        return ((rule.patience if rule else None) or self.patience).total_seconds()

    def tries_of(self, rule: Rule) -> int:
        """Wrong answers to one question that set the form of a rule aside."""
        return rule.tries or self.tries

    def person(self, sender: Sender) -> str:
        """The text that memory knows a sender by: our own id of theirs if there is one, else their number in its one form.

        >>> from flask_chatbot.core.matching.index import Index
        >>> book = RuleBook(rules=(), by_name={}, index=Index((), Folding()), locale=Locale())
        >>> book.person(Sender(number="+62 812-3456-7890")), book.person(Sender(number="6281234567890", person="P01"))
        ('6281234567890', 'P01')
        """
        return sender.person or self.number(sender)

    def number(self, sender: Sender) -> str:
        """A sender's telephone number in one form; any other text unchanged.

        >>> from flask_chatbot.core.matching.index import Index
        >>> book = RuleBook(rules=(), by_name={}, index=Index((), Folding()), locale=Locale())
        >>> book.number(Sender(number="+62 812-3456-7890")), book.number(Sender(number="6282386xxxxxx"))
        ('6281234567890', '6282386xxxxxx')
        """
        number = sender.number
        if not number or (number.isascii() and number.isdecimal() and number[0] != "0") or len(number) > _NUMBER_LIMIT:
            return number  # as nearly all come: reading them would cost as much as deciding
        return international(number, self.locale.country)


def remembers(rule: Rule) -> bool:
    """True if a rule leaves something to remember about the person it answered.

    A fallback with actions does, since what it suggests is kept together with what it does.
    """
    pauses = any(isinstance(action, Pause) for action in rule.actions)
    acts = rule.fallback and bool(rule.actions)
    return pauses or acts or rule.may_ask or bool(rule.menu) or rule.once_per is not None
