"""The setting CHATBOT_TEMPLATE: a template into which texts go where WhatsApp takes templates only."""

from dataclasses import dataclass

from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.menus import no_template_language, no_template_name
from flask_chatbot.settings.readers import kind_of

_KEYS = ("name", "language")


@dataclass(frozen=True, slots=True)
class DefaultTemplate:
    """A template with a single place, by its name; `language` is empty if it is that of the rules."""

    name: str
    language: str = ""


def read_default_template(value: object) -> DefaultTemplate:
    """Read a name, or a map of name and language.

    >>> read_default_template("pemberitahuan"), read_default_template({"name": "notice", "language": "en_US"})
    (DefaultTemplate(name='pemberitahuan', language=''), DefaultTemplate(name='notice', language='en_US'))
    """
    parts = value if isinstance(value, dict) else {"name": value}
    name, language = parts.get("name"), parts.get("language")
    if not isinstance(name, str) or parts.keys() - set(_KEYS):
        raise ValueError(
            tr("it is {value}. Write the name of a template, or a map with 'name' and 'language'.", value=kind_of(value))
            if not isinstance(value, dict)
            else tr("it is a map with other keys than 'name' and 'language', or without a name. Write the name of a template.")
        )
    if complaint := no_template_name(name.strip()):
        raise ValueError(complaint)
    written = language.strip() if isinstance(language, str) else language
    if written is not None and (complaint := no_template_language(written)):
        raise ValueError(complaint)
    return DefaultTemplate(name.strip(), str(written or ""))
