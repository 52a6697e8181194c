"""Rules as the engine uses them: compiled, immutable, each knowing its place in the files."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from flask_chatbot.core.answers import Answer
from flask_chatbot.core.fields import Field
from flask_chatbot.core.locale import Locale
from flask_chatbot.core.problems import Mark

if TYPE_CHECKING:
    from flask_chatbot.core.matching import Index

RULES_PER_LITERAL = 100  # more rules than this may not share one keyword


@dataclass(frozen=True, slots=True)
class Keyword:
    """A keyword as written, and `literal`, the folded text it is compared by; `takes_fields` where it ends in ``#``."""

    written: str
    literal: str
    takes_fields: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rule:
    """Everything one entry under ``rules:`` says.

    `is_named` tells a name its author gave from one made of a keyword. `fields` is None where any number of parts is taken, as `data`;
    `needs` are the names a Python handler supplies.
    """

    name: str
    is_named: bool
    mark: Mark
    position: int
    keywords: tuple[Keyword, ...] = ()
    fallback: bool = False
    priority: int = 0
    fields: tuple[Field, ...] | None = None
    needs: tuple[str, ...] = ()
    on_invalid: Literal["explain", "reply"] = "explain"
    invalid: tuple[Answer, ...] = ()
    reply: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBook:
    """All rules of one bot, ready to decide with. Read it once per message: a reload replaces it whole."""

    rules: tuple[Rule, ...]
    by_name: Mapping[str, Rule]
    index: "Index"
    locale: Locale
    files: tuple[Path, ...] = ()
