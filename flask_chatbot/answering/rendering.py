"""The replies of a rule without an incoming message: for what the app sends on its own."""

from collections.abc import Mapping
from datetime import datetime
from random import Random

from flask_chatbot.core.deciding.context import MessageContext
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.matching.match import Kind, Match
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.templates.answers import make_all, templates
from flask_chatbot.core.values.long_texts import as_one_message
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.problems import did_you_mean
from flask_chatbot.core.values.replies import Reply
from flask_chatbot.errors import AnswerFailed, ChatbotError


def render(book: RuleBook, name: str, person: Sender, values: Mapping[str, object], now: datetime, random: Random) -> tuple[Reply, ...]:
    """Render a rule's YAML replies with these values: its fields and its `needs`. Optional fields may be left out.

    Neither its handler nor its actions run. Raises `ChatbotError` if there is no such rule, or if its replies cannot be sent this way.
    """
    rule = book.by_name.get(name)
    if rule is None:
        raise ChatbotError(f"There is no rule {name!r}.{did_you_mean(name, book.by_name) or ' Look up its name in the rule files.'}")
    if rule.menu:
        raise ChatbotError(
            f"Rule {name!r} at {rule.mark} shows a menu, whose numbers work only for a customer who asked for it. Send a rule without one."
        )
    names = MessageContext(book, Message(text="", sender=person), now, first=False).names(Match(rule=rule, kind=Kind.MENU))
    _check_values(rule, values)
    optional = {field.name: None for field in rule.fields or () if field.optional}
    try:
        replies = make_all(rule.reply, {**names, **optional, **values}, random)
    except AnswerFailed as error:
        raise AnswerFailed(f"Rule {name!r} at {rule.mark} cannot be sent: {error}", error.way_out) from error
    if not replies:
        raise ChatbotError(f"Rule {name!r} at {rule.mark} has nothing to say. Write a reply for it.")
    return as_one_message(replies) if book.one_message else replies


def _check_values(rule: Rule, values: Mapping[str, object]) -> None:
    """Raise `ChatbotError` if the templates of a rule lack a value, or do not use one that is given."""
    used = frozenset(name for template in templates(rule.reply) for name in template.uses())
    optional = {field.name for field in rule.fields or () if field.optional}
    known = [name for name in (*(field.name for field in rule.fields or ()), *rule.needs) if name in used]
    for given in values:
        if given not in used:
            way_out = did_you_mean(str(given), used) or (f" They use: {', '.join(known)}." if known else " Leave it out.")
            raise ChatbotError(f"Rule {rule.name!r} at {rule.mark} has no use for the value {given!r} in its templates.{way_out}")
    if missing := [name for name in known if name not in values and name not in optional]:
        example = f"send(..., values={{{missing[0]!r}: ...}})"
        raise ChatbotError(f"Rule {rule.name!r} at {rule.mark} needs {', '.join(missing)}. Give each by its name: {example}.")
