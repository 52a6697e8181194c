"""The content of a broadcast, and the replies that it makes for each person."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from random import Random

from flask_chatbot.answering.rendering import render
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.templates.answers import templates
from flask_chatbot.core.templates.template import Sandbox, Template, check
from flask_chatbot.core.templates.types import Type, type_of_value
from flask_chatbot.core.translation.translatable import NO_MESSAGE, Translatable, linked, reason_of, tr
from flask_chatbot.core.values.long_texts import split_texts
from flask_chatbot.core.values.menus import TEMPLATE_LANGUAGE, MessageTemplate
from flask_chatbot.core.values.messages import Sender
from flask_chatbot.core.values.problems import did_you_mean
from flask_chatbot.core.values.replies import Reply, Text
from flask_chatbot.errors import ChatbotError, NotAccepted
from flask_chatbot.wire.template_calls import NAME_LIMIT, PARAMETER_LIMIT, PARAMETERS_LIMIT

KNOWN: Mapping[str, str] = {"nama": "text", "nohp": "text", "sapaan": "text", "now": "datetime"}  # beside the columns of the file
NAME = "nama"  # a column that names people as their profiles do
Columns = Mapping[str, Type]  # of the file, by their names


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadcastContent:
    """One of three: a `text`, the name of an approved `template` with its language and values, or the name of a `rule`.

    The text and the values are templates of their own, which may use the columns of the file.
    """

    text: str = ""
    template: str = ""
    language: str = TEMPLATE_LANGUAGE
    parameters: tuple[str, ...] = ()
    rule: str = ""

    @property
    def what(self) -> Translatable:
        """The content in a few words, for lists.

        >>> BroadcastContent(rule="promo").what, BroadcastContent(text="Diskon! " * 20).what
        ('rule promo', 'Diskon! Diskon! Diskon! Diskon! Diskon! Diskon! Diskon! D...')
        """
        if self.rule:
            return tr("rule {name}", name=self.rule)
        if self.template:
            return tr("template {name}", name=self.template)
        line = " ".join(self.text.split())
        return tr("{text}", text=line if len(line) <= 60 else f"{line[:57]}...")

    def check(self) -> None:
        """Raise `NotAccepted` unless it is one of the three, and fits."""
        if sum(map(bool, (self.text.strip(), self.template, self.rule))) != 1:
            raise NotAccepted(tr("Give one of these: a text, the name of a template, or the name of a rule."))
        if len(self.template) > NAME_LIMIT or len(self.parameters) > PARAMETERS_LIMIT:
            raise NotAccepted(tr("The name of a template has at most {letters} letters, and it takes {values} values.", **LIMITS))


LIMITS = {"letters": NAME_LIMIT, "values": PARAMETERS_LIMIT}


def write_content(content: BroadcastContent) -> str:
    """The content as JSON."""
    return json.dumps(asdict(content))


def read_content(written: str) -> BroadcastContent:
    """Read what `write_content` wrote; raises `NotAccepted` for what another version did."""
    try:
        data = json.loads(written)
        return BroadcastContent(**{**data, "parameters": tuple(data["parameters"])})
    except (KeyError, TypeError, ValueError) as error:
        raise NotAccepted(tr("It was stored by another version, and cannot be read. Begin anew.")) from error


class Composition:
    """Makes the replies of a broadcast for each person, by the rules of a `book`. Raises `NotAccepted` if it never could.

    `columns` are those of the file with the types of their values, or None if it has been checked before.
    """

    def __init__(self, content: BroadcastContent, book: RuleBook, columns: Columns | None = None) -> None:
        self.content = content
        self._book = book
        self._sandbox = book.sandbox or Sandbox(book.locale, {})
        self._rule = find_rule(book, content.rule) if content.rule else None
        self._used = _used_by(self._rule) if self._rule is not None else frozenset()
        self._text = Template(content.text, self._sandbox)
        self._values = [Template(each, self._sandbox) for each in content.parameters]
        if columns is not None:
            content.check()
            self._check(columns)

    def replies(self, person: Sender, fields: Mapping[str, object], now: datetime, random: Random) -> tuple[Reply, ...]:
        """The replies for one person, at least one; raises `NotAccepted` with the reason why there are none."""
        name = fields.get(NAME)
        named = replace(person, name=name) if isinstance(name, str) else person
        try:
            if self._rule is not None:
                values = {name: value for name, value in fields.items() if name in self._used}
                return render(self._book, self._rule.name, named, values, now, random)
            names = {**self._known(named, now), **fields}
            made = self._template(names) if self.content.template else self._written(names)
        except NotAccepted:
            raise
        except ChatbotError as error:
            raise NotAccepted(reason_of(error)) from error
        return made

    def _written(self, names: Mapping[str, object]) -> tuple[Reply, ...]:
        text = self._text.render_whole(names)
        if not text:
            raise NotAccepted(tr("The text comes out empty."))
        return split_texts((Text(text),))

    def _template(self, names: Mapping[str, object]) -> tuple[Reply, ...]:
        values = [" ".join(each.render(names).split()) for each in self._values]
        for place, value in enumerate(values, 1):
            if not value:
                raise NotAccepted(tr("Value {place} of the template comes out empty.", place=place))
            if len(value) > PARAMETER_LIMIT:
                limit = f"{PARAMETER_LIMIT:,}"
                raise NotAccepted(tr("Value {place} of the template is longer than {limit} characters.", place=place, limit=limit))
        return (MessageTemplate(self.content.template, self.content.language, tuple(values)),)

    def _known(self, person: Sender, now: datetime) -> dict[str, object]:
        """The names that templates may use beside the columns, as in rules."""
        locale = self._book.locale
        sapaan = locale.language.addressing(person.name).sapaan
        return {"nama": person.name, "nohp": person.number, "sapaan": sapaan, "now": now.astimezone(locale.timezone)}

    def _check(self, columns: Columns) -> None:
        """Raise `NotAccepted` with all that is wrong with the templates, or with the columns that the rule needs."""
        if self._rule is not None:
            _check_columns(self._rule, self._used, columns)
            return
        given = {name: type_of_value(value) for name, value in self._sandbox.globals.items()}
        names: dict[str, str | Type] = {**given, **KNOWN, **columns}
        problems: list[Translatable] = []
        for source in (self.content.text, *self.content.parameters):
            found = [flaw for flaw in check(source, self._sandbox, names) if not flaw.is_warning]
            problems += [tr("line {line} of the text: {message}", line=flaw.line, message=flaw.message) for flaw in found]
        if problems:
            raise NotAccepted(linked("\n", problems))


def find_rule(book: RuleBook, name: str) -> Rule:
    """The rule whose replies are sent; raises `NotAccepted` if there is none, or it cannot be sent unasked."""
    rule = book.by_name.get(name)
    if rule is None:
        raise NotAccepted(tr("There is no rule {name!r}.{guess}", name=name[:60], guess=did_you_mean(name, book.by_name) or NO_MESSAGE))
    if rule.menu:
        raise NotAccepted(tr("Rule {name!r} shows a menu, which works only for customers who asked for it. Choose another.", name=name))
    if not rule.reply:
        raise NotAccepted(tr("Rule {name!r} has no reply. Write one for it, or choose another rule.", name=name))
    return rule


def _used_by(rule: Rule) -> frozenset[str]:
    return frozenset(name for template in templates(rule.reply) for name in template.uses())


def _check_columns(rule: Rule, used: frozenset[str], columns: Columns) -> None:
    """Raise `NotAccepted` if the replies of a rule need values that the list does not have."""
    wanted = (*(field.name for field in rule.fields or () if not field.optional), *rule.needs)
    missing = [name for name in dict.fromkeys(wanted) if name in used and name not in columns]
    if missing:
        names = ", ".join(missing)
        raise NotAccepted(tr("Rule {name!r} needs {names}: upload a CSV file with columns of these names.", name=rule.name, names=names))
