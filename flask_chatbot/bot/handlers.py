"""Python functions that answer instead of a rule's YAML, or alongside it."""

import functools
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import chain
from typing import Any, Literal

from jinja2 import UndefinedError

from flask_chatbot.bot.signatures import Function, Handler, bare, hint, inspected, located, mark_of, refusal
from flask_chatbot.bot.supplied import SuppliedTable
from flask_chatbot.bot.tracebacks import redacted, with_words
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.fields.field import Context, Field, FieldType
from flask_chatbot.core.fields.types import FIELD_TYPES
from flask_chatbot.core.language.sentences import Locale, quote, say
from flask_chatbot.core.loading.additions import AddedRule, Additions
from flask_chatbot.core.loading.loader import short_path
from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.templates.filters import Misfit, filters
from flask_chatbot.core.translation.translatable import Translatable, tr
from flask_chatbot.core.values.problems import Problem, did_you_mean
from flask_chatbot.core.values.sent import names_in
from flask_chatbot.errors import AnswerFailed, Invalid
from flask_chatbot.settings.variables import unset_in

Event = Literal["acks", "merges", "forgets", "reactions", "edits", "deletions"]
OF_ACKS = ("message_id", "ack", "number", "error")  # parameters a function that hears of acks may have
LISTENING: Mapping[Event, tuple[str, ...]] = {
    "acks": OF_ACKS,
    "merges": ("old", "new"),
    "forgets": ("person", "number"),
    "reactions": ("message", "message_id"),
    "edits": ("message",),
    "deletions": ("message",),
}
OURS = ("message", "memory")  # parameters any handler of a rule may have, beside the rule's fields
log = get_logger(__name__)


def nowhere(name: str) -> bool:
    """False of each name: there is no other rule file that could have a rule of it."""
    return False


def anywhere(name: str) -> bool:
    """True of each name: the other rule files of the app are not read yet."""
    return True


class Handlers:
    """All functions registered with one `Chatbot`, for any number of apps."""

    def __init__(self) -> None:
        self.rules: dict[str, Handler] = {}
        self.added: dict[str, AddedRule] = {}
        self.fallbacks: dict[str, Handler] = {}
        self.before: dict[str, Handler] = {}
        self.after: dict[str, Handler] = {}
        self.errors: dict[type[BaseException], Handler] = {}
        self.acks: dict[str, Handler] = {}
        self.forgets: dict[str, Handler] = {}
        self.merges: dict[str, Handler] = {}
        self.reactions: dict[str, Handler] = {}
        self.edits: dict[str, Handler] = {}
        self.deletions: dict[str, Handler] = {}
        self.console_guards: dict[str, Handler] = {}
        self.types: dict[str, Handler] = {}
        self.filters: dict[str, Handler] = {}
        self.tables: dict[str, Handler] = {}
        self.columns: dict[str, tuple[str, ...]] = {}

    @property
    def additions(self) -> Additions:
        """The additions to the only rule file of an app."""
        return self.additions_beside(nowhere)

    def additions_beside(self, is_elsewhere: Callable[[str], bool]) -> Additions:
        """The rules, types, filters and tables that these functions add to the rule files, and the checks they make.

        A handler may be for a rule of another file of the app, where `is_elsewhere` is true of its name.
        """
        types = {name: custom_type(handler.function) for name, handler in self.types.items()}
        ours = {name: custom_filter(name, handler.function) for name, handler in self.filters.items()}
        columns = {name: self.columns.get(name, ()) for name in self.tables}
        return Additions(types, ours, tuple(self.added.values()), columns, check=partial(self.check, is_elsewhere))

    @contextmanager
    def trial(self) -> Iterator[None]:
        """Undo the registrations made in this block if it raises."""
        known = {kind: dict(owners) for kind, owners in vars(self).items()}
        try:
            yield
        except Exception:
            vars(self).update(known)
            raise

    def add_rule(self, name: str, function: Function) -> Handler:
        """Let the function answer for a rule; raise `HandlerError` if another function already does."""
        return claim(self.rules, name, inspected(function), tr("answers for rule {name!r}", name=name))

    def add_own(self, data: Mapping[str, Any], function: Function) -> None:
        """Let the function answer for a rule of its own, with the keys that a rule file would give it."""
        name = str(data["name"])
        self.added[name] = AddedRule(data, self.add_rule(name, function).mark)

    def add_fallback(self, function: Function) -> None:
        """Let the function answer what no rule matches, before the file's own fallback."""
        handler = claim(self.fallbacks, "fallback", inspected(function, OURS), tr("is the fallback"))
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
        """Let the function answer when a handler raises an error of that kind."""
        claim(self.errors, kind, inspected(function, ("error", "message")), tr("answers for {name}", name=kind.__name__))

    def add_listener(self, event: Event, function: Function) -> None:
        """Call the function at each event of a kind: a changed ack, merged or forgotten people, a reaction, an edit, a deletion."""
        handler = inspected(function, LISTENING[event])
        getattr(self, event)[handler.name] = handler

    def add_console_guard(self, function: Function) -> None:
        """Let the function say who may enter the console."""
        claim(self.console_guards, "console", inspected(function, ()), tr("guards the console"))

    def add_type(self, name: str, function: Function) -> None:
        """Let the function read fields of a type."""
        handler = located(function, takes=1)
        if name in FIELD_TYPES:
            raise refusal(handler.mark, tr("there is a built-in field type {name!r}. Give yours another name.", name=name))
        claim(self.types, name, handler, tr("reads the field type {name!r}", name=name))

    def add_filter(self, name: str, function: Function) -> None:
        """Let templates use the function as a filter."""
        handler = located(function, takes=1)
        if name in filters(Locale()):
            raise refusal(handler.mark, tr("there is a built-in filter {name!r}. Give yours another name.", name=name))
        if not name.isidentifier() or name.startswith("_"):
            raise refusal(
                handler.mark, tr("{name!r} cannot be the name of a filter. Use letters, digits and _, beginning with a letter.", name=name)
            )
        claim(self.filters, name, handler, tr("is the filter {name!r}", name=name))

    def add_table(self, name: str, columns: tuple[str, ...], function: Function) -> None:
        """Let rules look rows up that the function returns; `columns` are checked when the rules are read, if it names them."""
        claim(self.tables, name, inspected(function), tr("supplies the table {name!r}", name=name))
        self.columns[name] = columns

    def supplied(self, name: str) -> SuppliedTable | None:
        """The table of that name, if a function supplies it."""
        handler = self.tables.get(name)
        return None if handler is None else SuppliedTable(name=name, handler=handler)

    def check(self, is_elsewhere: Callable[[str], bool], book: RuleBook, is_whole: bool) -> Iterator[Problem]:
        """Yield the reasons why the app cannot use these rules. A partial book may lack a rule because of mistakes of its own."""
        yield from unset_in(book, os.environ)
        for name, handler in self.rules.items():
            if name in book.by_name or (is_whole and not is_elsewhere(name)):
                yield from check_handler(name, handler, [book])
        for name, handler in self.tables.items():
            yield from SuppliedTable(name=name, handler=handler).check(book)


def claim(owners: dict[Any, Handler], what: object, handler: Handler, does: Translatable) -> Handler:
    """Make the handler the owner of something, replacing one of the same name; raise `HandlerError` if another function owns it."""
    other = owners.get(what)
    if other is not None and other.name != handler.name:
        raise refusal(
            handler.mark,
            tr(
                "{other} at {mark} {does} already, so {handler} cannot. Remove one of the two.",
                other=other.name,
                mark=other.mark,
                does=does,
                handler=handler.name,
            ),
        )
    owners[what] = handler
    return handler


def check_handler(name: str, handler: Handler, books: Iterable[RuleBook]) -> Iterator[Problem]:
    """Yield the problems of a handler: none of these rule books has such a rule, or one has, and it cannot fill a parameter."""
    books = list(books)
    rules = [book.by_name[name] for book in books if name in book.by_name]
    if not rules:
        files = dict.fromkeys(short_path(file) for book in books for file in book.files)
        guess = did_you_mean(name, dict.fromkeys(chain(*(book.by_name for book in books)))) or tr(
            " The rules are in {names}.", names=", ".join(files)
        )
        yield Problem(
            handler.mark,
            tr("{handler} answers for rule {name!r}, but there is no such rule.{guess}", handler=handler.name, name=name, guess=guess),
        )
        return
    for rule in rules:
        yield from check_parameters(handler, rule)


def check_parameters(handler: Handler, rule: Rule) -> Iterator[Problem]:
    """Yield the parameters of a handler that its rule cannot fill."""
    known = [*field_names(rule), *names_in(rule.sends), *OURS]
    for parameter in handler.parameters:
        if parameter not in known:
            message = tr(
                "{handler} wants {parameter!r}, which is not a field of rule {name!r} at {mark}.{way_out}",
                handler=handler.name,
                parameter=parameter,
                name=rule.name,
                mark=rule.mark,
                way_out=hint(parameter, known),
            )
            yield Problem(handler.mark, message)


def field_names(rule: Rule) -> list[str]:
    """The names of a rule's fields."""
    return [*(field.name for field in rule.fields or ()), *rule.groups]


def check_needs(handlers: Handlers, book: RuleBook) -> Iterator[Problem]:
    """Yield the rules whose ``needs`` no handler supplies. Rules that no message reaches get theirs from ``bot.send(rule=...)``."""
    led_to = {entry.rule for rule in book.rules for entry in rule.menu}
    for rule in book.rules:
        if rule.needs and rule.name not in handlers.rules and (rule.is_found or rule.name in led_to):
            yield Problem(rule.mark, tr("rule {rule!r} {needs}", rule=rule.name, needs=needs_handler(rule)))


def needs_handler(rule: Rule) -> Translatable:
    """The predicate of a sentence about a rule, or its reply, that no handler supplies with what it needs."""
    return tr("needs {names}, and no handler supplies it. Write one: @bot.rule({rule!r})", names=", ".join(rule.needs), rule=rule.name)


def custom_type(function: Function) -> FieldType:
    """Make a field type from a function of the customer's text; any error other than ValueError fails the answer."""

    def read(text: str, field: Field, context: Context) -> object:
        try:
            return function(text)
        except ValueError as error:
            if str(error):
                raise
            raise ValueError(say(context.language, "wrong_pattern", value=quote(text))) from error
        except Invalid as error:
            way_out = "which is for handlers. In a field type, raise ValueError with the sentence for the customer"
            raise AnswerFailed(f"the field type {field.type!r} at {mark_of(bare(function))} raised Invalid, {way_out}") from error
        except Exception as error:
            log.error("the field type %r failed\n%s", field.type, redacted(error, with_words(text)))
            raise AnswerFailed(f"the field type {field.type!r} raised {type(error).__name__}") from error

    return FieldType(read=read)


def custom_filter(name: str, function: Function) -> Function:
    """Wrap the function as a template filter whose errors reach the log."""

    @functools.wraps(function)
    def apply(*args: object, **kwargs: object) -> object:
        try:
            return function(*args, **kwargs)
        except (Misfit, UndefinedError):  # the template's own mistake
            raise
        except Exception as error:
            values = map(str, (*args, *kwargs.values()))
            log.error("the filter %r failed\n%s", name, redacted(error, with_words(*values)))
            raise Misfit(f"the filter {name!r} raised {type(error).__name__}") from error

    return apply
