"""Values that were given and are not used: nothing is lost without a sentence that says so."""

from dataclasses import replace

from flask_chatbot.core.conversation.forms import NOTED_LIMIT, Form, noted_as
from flask_chatbot.core.conversation.heard import hear
from flask_chatbot.core.deciding.decision import Decision
from flask_chatbot.core.fields.field import Context
from flask_chatbot.core.language.folding import TEXT_LIMIT
from flask_chatbot.core.language.sentences import clip, say
from flask_chatbot.core.matching.match import Match
from flask_chatbot.core.values.replies import Text


def without_unused(match: Match, form: Form, context: Context) -> tuple[Form, str]:
    """The form without texts for fields whose `if` fails, and a sentence that names them; empty where there are none."""
    fields = [each for each in match.rule.fields or () if each.condition is not None and match.fields.get(each.name) is None]
    unused = {each.name: noted_as(each, text, context) for each in fields if is_given(text := form.texts.get(each.name, ""), context)}
    if not unused:
        return form, ""
    kept = {name: text for name, text in form.texts.items() if name not in unused}
    return replace(form, texts=kept), say(context.language, "not_needed", lines=clip("; ".join(unused.values()), NOTED_LIMIT))


def is_given(text: str, context: Context) -> bool:
    """True unless a text is empty, or a word for leaving a field out."""
    return bool(text.strip(" -")) and not hear(text, context.folding).means("skip")


def with_above(decision: Decision, said: str) -> Decision:
    """The decision with a sentence above its first text, or as a text of its own ahead of what is no text."""
    if not said or not decision.replies:
        return decision
    first, *others = decision.replies
    if not isinstance(first, Text):
        return decision._replace(replies=(Text(said), *decision.replies))
    return decision._replace(replies=(Text(f"{said}\n{first.text}"[:TEXT_LIMIT]), *others))
