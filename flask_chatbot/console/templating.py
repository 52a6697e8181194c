"""The templates of the console, in the languages of its pages."""

from collections.abc import Iterator, Sequence
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
    environment.filters |= {"clip": clip, "filled": filled}
    return environment


class Sentences(Extension):
    """Puts the sentences of a template into the language of its environment, once: while it is compiled.

    `_("...")` becomes a text, `_("...", name=value)` one that is filled in. With a `number` there may be two, the first for a single one.
    """

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Yield the tokens, with a text in place of each `_("...")`, and `["..."] | filled(name=value)` for one with values."""
        for token in stream:
            if token.value != "_" or token.type != "name":
                yield token
                continue
            opening, forms = next(stream), [self._translated(next(stream))]
            while stream.current.type == "comma" and stream.look().type == "string":
                next(stream)
                forms.append(self._translated(next(stream)))
            if next(stream).type == "rparen":
                yield Token(token.lineno, "string", forms[0].value.format())
                continue
            yield Token(token.lineno, "lbracket", "[")
            for form in forms:
                yield from (form, Token(token.lineno, "comma", ","))
            yield from (Token(token.lineno, kind, text) for kind, text in (("rbracket", "]"), ("pipe", "|"), ("name", "filled")))
            yield opening

    def _translated(self, sentence: Token) -> Token:
        return Token(sentence.lineno, "string", template_of(sentence.value, str(self.environment.globals["language"])))


def filled(forms: Sequence[str], **values: object) -> str:
    """A sentence with its values, in the form for their `number`.

    >>> filled(["{number} rule", "{number} rules"], number=1), filled(["{number} rule", "{number} rules"], number=2)
    ('1 rule', '2 rules')
    """
    return forms[0 if values.get("number") == 1 else -1].format(**values)


@cache
def fingerprint(name: str) -> str:
    """The beginning of the SHA-256 of a file in the console's static folder."""
    return sha256(files(__package__).joinpath("static", name).read_bytes()).hexdigest()[:8]
