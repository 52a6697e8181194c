"""What a member of staff is told when a rule says `notify`."""

from flask_chatbot.core.fields.field import titled
from flask_chatbot.core.language.numbers import format_phone
from flask_chatbot.core.language.sentences import Locale, clip, say
from flask_chatbot.core.matching.index import Match
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.replies import TEXT_LIMIT, Text


def notice(message: Message, match: Match, locale: Locale) -> Text:
    """Who wrote what: the fields where the rule has some, each on a line of its own, else the text."""
    number = format_phone(message.sender.number, locale.country)
    who = clip(" ".join(filter(None, [message.sender.name, number])), 100)
    titles = {field.name: field.title for field in match.rule.fields or ()}
    filled = [f"{titles.get(name) or titled(name)}: {value}" for name, value in match.fields.items() if value is not None]
    return Text("\n".join([say(locale.language, "notice", who=who, rule=match.rule.name), *(filled or [message.text])])[:TEXT_LIMIT])
