"""The templates of the console, in the languages of its pages."""

from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from flask_chatbot.core.language.sentences import clip
from flask_chatbot.core.translation.catalogue import template_of


@cache
def pages(language: str) -> Environment:
    """The templates in a language: of our own environment, so that nothing of the host's shows, and with all values escaped."""
    environment = Environment(
        loader=PackageLoader("flask_chatbot.console", "templates/chatbot_console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=[Sentences],
    )
    environment.globals["language"] = language
    environment.filters["clip"] = clip
    return environment


class Sentences(Extension):
    """Puts the sentences of a template into the language of its environment, once: while it is compiled."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Yield the tokens, with a text in place of each `_("...")`, and `"...".format(name=value)` for one with values."""
        language = str(self.environment.globals["language"])
        for token in stream:
            if token.value != "_" or token.type != "name":
                yield token
                continue
            opening, sentence, after = next(stream), next(stream), stream.current
            text = template_of(sentence.value, language)
            if after.type == "rparen":
                next(stream)
                yield Token(sentence.lineno, "string", text.format())
                continue
            next(stream)  # the comma ahead of the values
            yield Token(sentence.lineno, "string", text)
            yield Token(sentence.lineno, "dot", ".")
            yield Token(sentence.lineno, "name", "format")
            yield opening


@cache
def fingerprint(name: str) -> str:
    """The beginning of the SHA-256 of a file in the console's static folder."""
    return sha256(files(__package__).joinpath("static", name).read_bytes()).hexdigest()[:8]
