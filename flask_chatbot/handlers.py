"""Python functions that answer in place of a rule's YAML, or beside it."""

import inspect
import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask_chatbot.core.additions import AddedRule, Additions
from flask_chatbot.core.fields import Context, Field, FieldType
from flask_chatbot.core.loader import short_path
from flask_chatbot.core.problems import Mark, Problem, did_you_mean
from flask_chatbot.core.replies import REPLIES_LIMIT, TEXT_LIMIT, ContactCard, Location, Media, Reply, Text
from flask_chatbot.core.rules import Rule, RuleBook
from flask_chatbot.errors import AnswerFailed, HandlerError, RulesError

Function = Callable[..., Any]
OURS = ("message", "memory")  # parameters any handler of a rule may have, beside the rule's fields

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Handler:
    """A function with what is known of it: its qualified name, its place, the names of its parameters."""

    function: Function
    name: str
    mark: Mark
    parameters: tuple[str, ...]

    def __call__(self, values: Mapping[str, object]) -> Any:
        """What the function returns for the values its parameters name."""
        return self.function(**{name: values[name] for name in self.parameters})


class Handlers:
    """All functions registered with one `Chatbot`, for any number of apps."""

    def __init__(self) -> None:
        self.rules: dict[str, Handler] = {}
        self.added: dict[str, AddedRule] = {}
        self.fallbacks: dict[str, Handler] = {}
        self.before: dict[str, Handler] = {}
        self.after: dict[str, Handler] = {}
        self.errors: dict[type[BaseException], Handler] = {}
        self.types: dict[str, FieldType] = {}
        self.filters: dict[str, Function] = {}

    @property
    def additions(self) -> Additions:
        """What these functions add to the rule files."""
        return Additions(self.types, self.filters, tuple(self.added.values()))

    def add_rule(self, name: str, function: Function) -> Handler:
        """Let the function answer for a rule; `HandlerError` where another one does."""
        handler = inspected(function)
        return claim(self.rules, name, handler, f"answers for rule {name!r}")

    def add_keyword(self, data: Mapping[str, Any], function: Function) -> None:
        """Let the function answer for a rule of its own, with the keys that a rule file would give it."""
        name = str(data["name"])
        self.added[name] = AddedRule(data, self.add_rule(name, function).mark)

    def add_fallback(self, function: Function) -> None:
        """Let the function answer what no rule matches, before the file's own fallback."""
        handler = inspected(function, OURS)
        claim(self.fallbacks, "fallback", handler, "is the fallback")
        self.rules[handler.name] = handler
        self.added[handler.name] = AddedRule({"name": handler.name, "fallback": True}, handler.mark)

    def add_before(self, function: Function) -> None:
        """Let the function see each message before the rules do."""
        handler = inspected(function, ("message",))
        self.before[handler.name] = handler

    def add_after(self, function: Function) -> None:
        """Let the function see each message with its replies."""
        handler = inspected(function, ("message", "replies"))
        self.after[handler.name] = handler

    def add_error(self, kind: type[Exception], function: Function) -> None:
        """Let the function answer where a handler raised an error of that kind."""
        claim(self.errors, kind, inspected(function, ("error", "message")), f"answers for {kind.__name__}")

    def require(self, book: RuleBook) -> None:
        """`RulesError` where a handler does not fit the rules of an app."""
        problems = [problem for name, handler in self.rules.items() for problem in check_handler(name, handler, book)]
        if problems:
            raise RulesError(problems)


def claim(owners: dict[Any, Handler], what: object, handler: Handler, does: str) -> Handler:
    """The handler as the owner of something; `HandlerError` where another function is. One of the same name replaces it."""
    other = owners.get(what)
    if other is not None and other.name != handler.name:
        raise HandlerError(f"{handler.mark}: {other.name} at {other.mark} {does} already, so {handler.name} cannot. Remove one of the two.")
    owners[what] = handler
    return handler


def inspected(function: Function, allowed: Collection[str] | None = None) -> Handler:
    """A handler of the function; `HandlerError` where it cannot be called by the names of its parameters, or has none `allowed`."""
    name = f"{function.__module__}.{getattr(function, '__qualname__', type(function).__name__)}"
    mark = mark_of(function)
    if inspect.iscoroutinefunction(function):
        raise HandlerError(f"{mark}: {name} is async, and handlers are called as plain functions. Write `def` without `async`.")
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise HandlerError(f"{mark}: {name} has the parameter '{parameter}'. Name each value it wants; they are filled by name.")
        if allowed is not None and parameter.name not in allowed:
            guess = did_you_mean(parameter.name, allowed) or f" It may have: {', '.join(allowed)}."
            raise HandlerError(f"{mark}: {name} wants {parameter.name!r}, which it cannot get here.{guess}")
    return Handler(function, name, mark, tuple(inspect.signature(function).parameters))


def mark_of(function: Function) -> Mark:
    """Where a function is written; where Python does not know, its module's name and line 1."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is None:
        return Mark(function.__module__ or "?", 1, 1)
    return Mark(short_path(Path(code.co_filename)), code.co_firstlineno, 1)


def check_handler(name: str, handler: Handler, book: RuleBook) -> Iterator[Problem]:
    """Whether the rule is there, and has what the handler's parameters name."""
    rule = book.by_name.get(name)
    if rule is None:
        guess = did_you_mean(name, book.by_name) or f" The rules are in {', '.join(map(short_path, book.files))}."
        yield Problem(handler.mark, f"{handler.name} answers for rule {name!r}, and there is none.{guess}")
        return
    known = [*(field.name for field in rule.fields or ()), *OURS]
    for parameter in handler.parameters:
        if parameter not in known:
            listed = ", ".join(known)
            guess = did_you_mean(parameter, known) or f" It may have: {listed}."
            yield Problem(handler.mark, f"{handler.name} wants {parameter!r}, which is no field of rule {name!r} at {rule.mark}.{guess}")


def check_needs(handlers: Handlers, book: RuleBook) -> Iterator[Problem]:
    """The rules whose ``needs`` nobody supplies."""
    for rule in book.rules:
        if rule.needs and rule.name not in handlers.rules:
            names = ", ".join(rule.needs)
            yield Problem(rule.mark, f"rule {rule.name!r} needs {names}, and no handler supplies it. Write one: @bot.rule({rule.name!r})")


def custom_type(function: Function) -> FieldType:
    """A field type of a function that takes the customer's text; any error of it but ValueError fails the answer."""

    def read(text: str, field: Field, context: Context) -> object:
        try:
            return function(text)
        except ValueError:
            raise
        except Exception as error:
            log.exception("the field type %r failed", field.type)
            raise AnswerFailed(f"the field type {field.type!r} raised {type(error).__name__}") from error

    return FieldType(read=read)


def replies_of(value: object) -> tuple[Reply, ...]:
    """The replies a handler returned: a text, a reply, or a list or generator of these, cut to what one message may get.

    >>> replies_of(["Halo", Text("apa kabar")])
    (Text(text='Halo'), Text(text='apa kabar'))
    """
    replies = tuple(flat(value))
    if len(replies) > REPLIES_LIMIT:
        log.warning("a handler returned %d replies; the first %d are sent", len(replies), REPLIES_LIMIT)
    return replies[:REPLIES_LIMIT]


def flat(value: object) -> Iterator[Reply]:
    """Each reply in what a handler returned."""
    if isinstance(value, str):
        yield Text(value[:TEXT_LIMIT])
    elif isinstance(value, Text | Media | Location | ContactCard):
        yield value
    elif isinstance(value, list | tuple | Iterator):
        for each in value:
            yield from flat(each)
    else:
        raise TypeError(f"a handler returned {type(value).__name__}. Return a text, a reply, a list of these, a dict of names, or None.")


def result_of(value: object) -> Mapping[str, object] | tuple[Reply, ...] | None:
    """What a handler of a rule returned, as the engine takes it."""
    return value if value is None or isinstance(value, Mapping) else replies_of(value)
