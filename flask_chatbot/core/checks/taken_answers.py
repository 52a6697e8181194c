"""Questions of forms that offer, in their own words, an answer that another rule would take."""

import re
from collections.abc import Iterator, Mapping

from flask_chatbot.core.conditions.conditions import disjoint
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.fields.field import Field
from flask_chatbot.core.language.readings import Folding
from flask_chatbot.core.language.sentences import clip
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.problems import Problem

BETWEEN = re.compile(r"(?i)\s*(?:\batau\b|\bor\b|[/,;])\s*")  # answers that a question offers
ASIDE = re.compile(r"[?!.:()\[\]\n]+")
LONGEST = 3  # words of an answer that is offered


def taken_answers(book: RuleBook) -> Iterator[Problem]:
    """Warnings of each question for a plain text that offers the keyword of another rule, one a field."""
    owners = {literal: rule for rule in reversed(book.rules) for literal in whole_texts(rule)}
    for rule in book.rules:
        for field in rule.fields or () if rule.may_ask and rule.interrupt else ():
            if not field.is_typed and field.interrupt:
                yield from taken(rule, field, owners, book.folding)


def whole_texts(rule: Rule) -> Iterator[str]:
    """The texts that are answered by a rule as a whole, in the midst of a form."""
    if not (rule.small_talk or rule.sends):
        yield from (keyword.literal for keyword in rule.keywords if not keyword.takes_fields)
        yield from rule.similar


def taken(rule: Rule, field: Field, owners: Mapping[str, Rule], folding: Folding) -> Iterator[Problem]:
    """The warning of the first answer that a question offers and another rule takes."""
    for answer in offered(field.question):
        owner = owners.get(folding.literal(answer))
        if owner is not None and owner is not rule and not disjoint(rule.when, owner.when):
            message = tr(
                "the question {question!r} of rule {rule!r} offers {answer!r}, which rule {other!r} at {mark} would answer. "
                "Give the field `options:`, or `interrupt: false`.",
                question=clip(field.question, 60),
                rule=rule.name,
                answer=answer,
                other=owner.name,
                mark=owner.mark,
            )
            yield Problem(rule.mark, message, "warning")
            return


def offered(question: str) -> Iterator[str]:
    """Yield the answers that a question offers: what stands on either side of an "atau", a comma or a slash.

    >>> list(offered("Bayar tunai atau transfer?"))
    ['tunai', 'Bayar tunai', 'transfer']
    """
    for sentence in ASIDE.split(question):
        parts = [part.split() for part in BETWEEN.split(sentence)]
        for place, words in enumerate(parts if len(parts) > 1 else ()):
            sizes = range(1, min(len(words), LONGEST) + 1)
            yield from (" ".join(words[-size:] if not place else words[:size]) for size in sizes)
