"""The replies of a rule without an incoming message: for what the app sends on its own."""

from collections.abc import Mapping
from datetime import datetime
from random import Random

from flask_chatbot.core.deciding.context import MessageContext
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.loading.rules import NAMES
from flask_chatbot.core.matching.index import Kind, Match
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.templates.answers import make_all
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.problems import did_you_mean
from flask_chatbot.core.values.replies import Reply
from flask_chatbot.errors import AnswerFailed, ChatbotError


def render(book: RuleBook, name: str, number: str, values: Mapping[str, object], now: datetime, random: Random) -> tuple[Reply, ...]:
    """Render a rule's YAML replies with these values: its fields and its `needs`. Optional fields may be left out.

    Neither its handler nor its actions run. Raises `ChatbotError` if there is no such rule, or if its replies cannot be sent this way.
    """
    rule = book.by_name.get(name)
    if rule is None:
        raise ChatbotError(f"There is no rule {name!r}.{did_you_mean(name, book.by_name) or ' Its name stands in the rule files.'}")
    if rule.menu:
        raise ChatbotError(f"Rule {name!r} at {rule.mark} shows a menu, whose numbers count for who asked for it. Send a rule without one.")
    message = Message(text="", sender=Sender(number=number))
    names = MessageContext(book, message, now).names(Match(rule=rule, kind=Kind.MENU))
    left_out = _left_out(rule, values)
    try:
        replies = make_all(rule.reply, {**names, **left_out, **values}, random)
    except AnswerFailed as error:
        raise AnswerFailed(f"Rule {name!r} at {rule.mark} cannot be sent: {error}", error.way_out) from error
    if not replies:
        raise ChatbotError(f"Rule {name!r} at {rule.mark} has nothing to say. Write a reply for it.")
    return replies


def _left_out(rule: Rule, values: Mapping[str, object]) -> dict[str, None]:
    """The optional fields without a value; raises `ChatbotError` if a required one is missing, or one seems misspelled."""
    left_out = {field.name: None for field in rule.fields or () if field.optional and field.name not in values}
    if missing := [each for each in _known(rule) if each not in values and each not in left_out]:
        raise ChatbotError(
            f"Rule {rule.name!r} at {rule.mark} needs {', '.join(missing)}. Give each by its name: send(..., {missing[0]}=...)."
        )
    for given in values.keys() - {*NAMES, *_known(rule)}:
        if guess := did_you_mean(given, left_out):  # any other name may be that of a var
            raise ChatbotError(f"Rule {rule.name!r} at {rule.mark} has no field {given!r}.{guess}")
    return left_out


def _known(rule: Rule) -> list[str]:
    return [*(field.name for field in rule.fields or ()), *rule.needs]
