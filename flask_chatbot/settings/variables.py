"""Environment variables in rule files, for secrets: ``${CRM_KEY}`` in the url and the webhookkey of a `forward`."""

import re
from collections.abc import Iterator, Mapping

from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.actions import Forward
from flask_chatbot.core.values.problems import Problem

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def expanded(text: str, environ: Mapping[str, str]) -> str:
    """The text with its variables filled in; KeyError names one that is not set.

    >>> expanded("${CRM_KEY}", {"CRM_KEY": "rahasia"}), expanded("$5", {})
    ('rahasia', '$5')
    """
    return _VARIABLE.sub(lambda found: environ[found[1]], text)


def unset_in(book: RuleBook, environ: Mapping[str, str]) -> Iterator[Problem]:
    """Yield a problem for each variable that a rule uses and the environment lacks."""
    for rule in book.rules:
        for action in rule.actions:
            if isinstance(action, Forward):
                wanted = dict.fromkeys(_VARIABLE.findall(f"{action.url} {action.key}"))
                for name in wanted:
                    if not environ.get(name):
                        message = tr(
                            "'forward' takes {name} from the environment, where it is not set. Set it, or write the value.", name=name
                        )
                        yield Problem(rule.mark, message)
