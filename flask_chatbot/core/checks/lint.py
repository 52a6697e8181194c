"""Rules that can be used but are probably wrong. Checked by ``flask chatbot check``, never while serving."""

import re
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from itertools import starmap

from flask_chatbot.core.checks.kinds import claimed_twice
from flask_chatbot.core.checks.misplaced import misplaced
from flask_chatbot.core.checks.overlaps import find_overlaps
from flask_chatbot.core.checks.taken_answers import taken_answers
from flask_chatbot.core.conditions.conditions import disjoint
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.language.sentences import clip
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.templates.answers import Answer, ContactAnswer, ReactionAnswer, leaves, templates
from flask_chatbot.core.templates.template import Template
from flask_chatbot.core.translation.translatable import Translatable, tr
from flask_chatbot.core.values.actions import Forward, Notify, Save
from flask_chatbot.core.values.problems import Mark, Problem

TAG = re.compile(r"\{[{%].*?[%}]\}", re.DOTALL)  # of a template
WORD = re.compile(r"\w+")
WHOLE = frozenset({"data", "text"})  # names that hold everything the customer wrote


def lint(book: RuleBook, handled: Collection[str] | None = None, today: date | None = None) -> tuple[Problem, ...]:
    """Return a warning for everything that is probably a mistake, in order of place; an error for contacts that nobody can call.

    None of these keeps a bot from starting: which numbers are valid changes with the library that knows them, while the rules stay the
    same. `handled` names the rules that Python answers for; None means nothing is known of Python, and the warnings say so. Dates are
    checked only if `today` is given.
    """
    found = [Problem(rule.mark, message, "warning") for rule, message in alone(book, handled)]
    found += starmap(Problem, (wrong for rule in book.rules for answer in leaves(said(rule)) for wrong in left_out(answer)))
    found += past(book, today) if today else ()
    conflicts = [*find_overlaps(book, handled or ()), *claimed_twice(book, handled or ()), *misplaced(book), *taken_answers(book)]
    return tuple(sorted([*found, *conflicts], key=lambda problem: problem.mark))


def past(book: RuleBook, today: date) -> Iterator[Problem]:
    """Yield warnings about dates that are past."""
    for mark, dates in book.dated:
        if dates.last < today:
            yield Problem(mark, tr("{dates!r} is past. Write the date of the next time, or remove it.", dates=str(dates)), "warning")


def alone(book: RuleBook, handled: Collection[str] | None) -> Iterator[tuple[Rule, Translatable]]:
    """Yield the mistakes that single rules show."""
    led_to = {entry.rule for rule in book.rules for entry in rule.menu}
    unless = tr(", unless Python does") if handled is None else ""
    for rule in book.rules:
        messages = [*never(rule, book), *empty_patterns(rule)]
        if not (rule.needs or rule.name in (handled or ())):
            messages += [*silence(rule, unless), *unused(rule, unless)]
        # The handlers of other rules may return a menu that leads anywhere.
        if not handled and rule.name not in led_to:
            messages += unreached(rule, unless)
        yield from ((rule, message) for message in messages)


def never(rule: Rule, book: RuleBook) -> Iterator[Translatable]:
    """Yield conditions that can never hold."""
    when = rule.when
    if when is None:
        return
    if disjoint(when, when):
        yield tr("the conditions of rule {rule!r} never hold at once. Change its `when:`.", rule=rule.name)
    if when.open is not None and book.hours is not None and book.hours.stays(is_open=not when.open):
        always = tr("the shop never opens") if when.open else tr("the shop never closes")
        wanted = f"`open: {str(when.open).lower()}`"
        yield tr(
            "rule {rule!r} waits for {wanted}, but by the `hours:` of the settings {always}. Change one of them.",
            rule=rule.name,
            wanted=wanted,
            always=always,
        )
    if when.chat == "group" and book.groups == "never":
        yield tr(
            "rule {rule!r} is for group chats, and there the bot never answers. Set `groups: keywords` or `groups: all`.", rule=rule.name
        )
    elif when.chat == "group" and book.groups == "keywords" and not rule.keywords:
        yield tr(
            "rule {rule!r} is for group chats, and there only keywords are answered. Give it one, or set `groups: all`.", rule=rule.name
        )


def empty_patterns(rule: Rule) -> Iterator[Translatable]:
    """Yield patterns that match an empty text."""
    for pattern in rule.patterns:
        if pattern.finds(b""):
            source = clip(pattern.source, 60)
            yield tr(
                "the pattern {source!r} matches the empty string, so it may find any text. Write something that it must find.",
                source=source,
            )


def left_out(answer: Answer) -> Iterator[tuple[Mark, Translatable]]:
    """Yield what is written out and cannot be sent: contact numbers that nobody can call, reactions that are no emoji."""
    if isinstance(answer, ContactAnswer | ReactionAnswer):
        yield from answer.wrong()


def said(rule: Rule) -> tuple[Answer, ...]:
    """Every answer that a rule may give."""
    return (*rule.reply, *rule.otherwise, *rule.invalid, *rule.failed, *rule.not_found)


def silence(rule: Rule, unless: str) -> Iterator[Translatable]:
    """Yield a complaint about a rule that does nothing without declaring that intent."""
    if not (rule.reply or rule.is_silent or rule.menu or rule.asks or rule.actions):
        yield tr(
            "rule {rule!r} says nothing{unless}. Give it a `reply:`; if silence is intended, write `reply: []`.",
            rule=rule.name,
            unless=unless,
        )


def unused(rule: Rule, unless: str) -> Iterator[Translatable]:
    """Yield fields that customers fill in but nothing uses."""
    if not rule.fields or not (rule.reply or rule.asks) or any(isinstance(action, Save | Forward | Notify) for action in rule.actions):
        return
    used = names_in([*templates((*rule.reply, *rule.invalid, *rule.failed, *rule.not_found)), *filter(None, [rule.confirm])])
    used |= set(rule.find.by if rule.find else ())
    fields = [field.name for field in rule.fields if field.name not in used]
    if fields and not used & WHOLE:
        if len(fields) == 1:
            yield tr(
                "nothing uses the field {field!r} of rule {rule!r}{unless}. Write it into a reply, save it, or do not ask for it.",
                field=fields[0],
                rule=rule.name,
                unless=unless,
            )
        else:
            yield tr(
                "nothing uses the fields {fields} of rule {rule!r}{unless}. Write them into a reply, save them, or do not ask for them.",
                fields=clip(", ".join(map(repr, fields)), 120),
                rule=rule.name,
                unless=unless,
            )


def names_in(written: Iterable[Template]) -> set[str]:
    """Every word inside Jinja's marks: the names that are used, and a few more."""
    return {word for template in written for tag in TAG.findall(template.source) for word in WORD.findall(tag)}


def unreached(rule: Rule, unless: str) -> Iterator[Translatable]:
    """Yield a complaint about a rule that no message reaches."""
    if not rule.is_found and not rule.needs:  # one that needs something may be for bot.send(rule=...)
        yield tr("nothing leads to rule {rule!r}{unless}. Give it a keyword, or an entry in a menu.", rule=rule.name, unless=unless)
