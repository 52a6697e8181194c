"""`Chatbot`: the Flask extension."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from flask import Blueprint, Flask

from flask_chatbot import outgoing
from flask_chatbot.bot.bots import Bots
from flask_chatbot.bot.handlers import check_handler
from flask_chatbot.bot.signatures import refusal, word
from flask_chatbot.core.loading.loader import short_path
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.contents import Attachment, File
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.problems import NOWHERE
from flask_chatbot.errors import ChatbotError, HandlerError, RulesError
from flask_chatbot.listening import F, Listening, plain
from flask_chatbot.settings.settings import Settings
from flask_chatbot.startup.celery_app import find_celery
from flask_chatbot.startup.serving import watch_first_request, work
from flask_chatbot.startup.shared_database import watch_migrations
from flask_chatbot.startup.start_errors import printed_alone
from flask_chatbot.startup.state import AppState, prepare
from flask_chatbot.transports.base import Group
from flask_chatbot.views import health, inbound, media, metrics, probes, webhook
from flask_chatbot.views.routes import mount

# Only for their types: SQLAlchemy is slow to load.
if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.orm import Session, scoped_session

    AppSession = scoped_session[Any] | Session | Connection


class Chatbot(Listening):
    """A keyword bot: `Chatbot(app)`, or `Chatbot()` and then `init_app(app)` for any number of apps; it keeps no reference to them.

    `rules` is the rule file, relative to the app's folder. Without it, `CHATBOT_RULES` names the file; the default is ``rules.yaml`` beside
    the app.
    """

    def __init__(self, app: Flask | None = None, *, rules: str | Path | None = None) -> None:
        super().__init__()
        self._rules = rules
        self._bots: WeakSet[Bots] = WeakSet()  # not the apps: these are for handlers that come after init_app
        if app is not None:
            self.init_app(app)

    def __repr__(self) -> str:
        files = [f"{short_path(bot.path)} ({len(bot.book.rules)} rules)" for bots in self._bots for bot in bots]
        return f"<Chatbot of {', '.join(sorted(files)) or 'no app yet'}, handlers for {len(self._handlers.rules)} rules>"

    @printed_alone
    def init_app(self, app: Flask) -> None:
        """Add the webhook, the API, /healthz, /metrics and the addresses of files to an app.

        Each route is added only if a key for it is configured. Raises `ConfigError` or `RulesError` with every mistake, and then leaves the
        app unchanged.
        """
        check_is_flask(app)
        if "chatbot" in app.extensions:
            raise ChatbotError("This app has a Chatbot already. Call init_app once for each app.")
        state = prepare(app.config, os.environ, Path(app.root_path), self._rules, self._handlers, Path(app.instance_path))
        celery = find_celery(app, state)
        mount(app, blueprints(state.bot.settings), state.bot.settings.prefix)
        app.extensions["chatbot"] = state
        if state.bot.settings.console:
            open_console(app, state)
        self._bots.add(state.bots)
        watch_first_request(app, state.bots)
        watch_migrations(app, state.bot.settings)
        work(app, state, celery)

    @printed_alone
    def rule(self, name: str) -> Callable[[F], F]:
        """Let a function answer for the rule of that name.

        Its parameters are filled by name: the rule's fields, `message`, `memory`. It returns a text, a reply or a list of these; a dict of
        names for the rule's own templates; None for the reply as written in the YAML; ``[]`` for silence. It may raise `Skip` and
        `Invalid`.
        """
        word(name, "rule", "penawaran")

        @printed_alone
        def register(function: F) -> F:
            with self._handlers.trial():
                handler = self._handlers.add_rule(name, function)
                problems = dict.fromkeys(problem for bots in self._bots for problem in check_handler(name, handler, bots.books()))
                if problems:
                    raise HandlerError(problems)
            return function

        return register

    @printed_alone
    def keyword(self, keyword: str | Sequence[str], *, fields: Sequence[object] | None = None, **keys: object) -> Callable[[F], F]:
        """Let a function answer a keyword that no rule file has; `fields` and other `keys` are those of a rule in YAML."""
        first = keyword[0] if isinstance(keyword, list | tuple) and keyword else keyword
        data = {"name": word(first, "keyword", "stok#"), "keyword": keyword, **({} if fields is None else {"fields": fields}), **keys}

        return self._own(data)

    @printed_alone
    def sends(self, kind: str | Sequence[str], *, fields: Sequence[object] | None = None, **keys: object) -> Callable[[F], F]:
        """Let a function answer a kind of message that is no text: ``image``, ``media``, ``location`` and so on, or a list of them.

        Beside the rule's fields, `message` and `memory` it may ask for `media`, `location` and `contact`. Other `keys` are those of a rule
        in YAML: with a `keyword`, the caption must be it.
        """
        first = kind[0] if isinstance(kind, list | tuple) and kind else kind
        data = {"name": word(first, "sends", "image"), "sends": kind, **({} if fields is None else {"fields": fields}), **keys}
        return self._own(data)

    def _own(self, data: Mapping[str, object]) -> Callable[[F], F]:
        """The decorator of a function that answers for a rule of its own."""

        @printed_alone
        def register(function: F) -> F:
            with self._handlers.trial():
                self._handlers.add_own(data, function)
                self._reload()
            return function

        return register

    @printed_alone
    def fallback(self, function: F | None = None) -> F:
        """Let a function (`message`) answer messages that no rule matches; if it raises `Skip`, the file's own fallback answers."""
        function = plain(function, "fallback")
        with self._handlers.trial():
            self._handlers.add_fallback(function)
            self._reload()
        return function

    @printed_alone
    def before(self, function: F | None = None) -> F:
        """Let a function (`message`) see each message first: replies it returns are sent at once; None lets the rules answer."""
        function = plain(function, "before")
        self._handlers.add_before(function)
        return function

    @printed_alone
    def after(self, function: F | None = None) -> F:
        """Let a function (`message`, `replies`) see each answer before it is sent: it returns other replies, or None to keep them."""
        function = plain(function, "after")
        self._handlers.add_after(function)
        return function

    @printed_alone
    def errorhandler(self, kind: type[Exception]) -> Callable[[F], F]:
        """Let a function (`error`, `message`) return the replies when a handler raises an error of that kind."""
        if not (isinstance(kind, type) and issubclass(kind, Exception)):
            raise refusal(NOWHERE, "@bot.errorhandler takes a class of errors first. Write @bot.errorhandler(LookupError).")

        @printed_alone
        def register(function: F) -> F:
            self._handlers.add_error(kind, function)
            return function

        return register

    def send(
        self,
        to: str | Sender,
        reply: object = None,
        /,
        *,
        rule: str | None = None,
        values: Mapping[str, object] | None = None,
        notify: str | None = None,
        at: datetime | None = None,
        promo: bool = False,
        line: str = "",
        session: "AppSession | None" = None,
        **names: object,
    ) -> tuple[str, ...]:
        """Send replies (a text, a reply or a list), or a rule's replies with its values; return the message ids in order.

        `to` is a person's number, or a `Sender`, whose name the rule's templates then know. The values of the rule's fields, and of what it
        needs, are in `values` or given by name: those called like a parameter of this method can be in `values` only.

        They go by the `line` of that name. Without it: by the app's only line, by the one that the person wrote by, or else that of the
        message that is being answered.

        The messages are stored when this returns, and go out at once or `at` a time, read in the rules' time zone if it has none. `notify`
        is a URL that receives a POST for each change of an ack. Raises `NotAccepted` if the number is invalid, a file's URL may not be
        fetched, or the number has opted out and this is a `promo`. Call this, and the methods below, in the app's context.

        With `session`, such as Flask-SQLAlchemy's ``db.session``, or a session or connection of SQLAlchemy's, they are stored in its
        transaction: sent once that is committed, and never if it is rolled back. It must be on the bot's database, else `ChatbotError`.
        """
        chat = outgoing.person(to, line)
        replies = outgoing.what(to, reply, rule, values, names, chat=chat, line=line)
        return outgoing.send(chat, replies, line=line, notify=notify, at=at, promo=promo, session=session, rule=rule)

    def send_group(
        self,
        group: str,
        reply: object = None,
        /,
        *,
        rule: str | None = None,
        values: Mapping[str, object] | None = None,
        notify: str | None = None,
        at: datetime | None = None,
        line: str = "",
        session: "AppSession | None" = None,
        **names: object,
    ) -> tuple[str, ...]:
        """Send to a group as `send` does to a person, by the id that `groups` returns."""
        chat = outgoing.group(group, line)
        replies = outgoing.what("", reply, rule, values, names, chat=chat, line=line)
        return outgoing.send(chat, replies, line=line, notify=notify, at=at, session=session, rule=rule)

    def reply(self, message: Message, reply: object, *, quote: bool | None = None) -> tuple[str, ...]:
        """Send more replies to the chat in which a message was written, by its line, ahead of other waiting messages.

        With `quote` the first of them shows the message above it; by default it does so in groups alone. Where the connection to WhatsApp
        has no quotes, the reply goes without; a `Reaction` is left out where it has no reactions.
        """
        return outgoing.reply(message, reply, quote)

    def groups(self, *, line: str = "") -> tuple[Group, ...]:
        """The groups that the bot's phone is in. Raises `TryLater` if they cannot be listed now.

        An app with several lines names one of them, here and in the methods below.
        """
        return outgoing.lines().choose(line).proxy.groups()

    def has_whatsapp(self, number: str | Sender, *, line: str = "") -> bool:
        """True if a number uses WhatsApp. Raises `TryLater` if that is unknown now."""
        return outgoing.lines().choose(line).proxy.has_whatsapp(outgoing.number(number))

    def download(self, attachment: Attachment, *, line: str = "") -> File:
        """Fetch the file of a message that came in, as its `download()` does: for tasks that have nothing but the attachment.

        Raises `TryLater` if it cannot be fetched now, `Refused` if it never can.
        """
        return outgoing.lines().choose(line).proxy.download(attachment)

    @printed_alone
    def field_type(self, name: str) -> Callable[[F], F]:
        """Let rule files use a field type: a function of the text that returns the value.

        It raises ValueError with a sentence for the customer. Register it before `init_app`, which reads the rule files.
        """
        word(name, "field_type", "nik")

        @printed_alone
        def register(function: F) -> F:
            self._only_before_init(f"the field type {name!r}", name in self._handlers.types)
            self._handlers.add_type(name, function)
            return function

        return register

    @printed_alone
    def template_filter(self, name: str) -> Callable[[F], F]:
        """Let templates in rule files use a function as a filter. Register it before `init_app`, which reads the rule files."""
        word(name, "template_filter", "kilo")

        @printed_alone
        def register(function: F) -> F:
            self._only_before_init(f"the filter {name!r}", name in self._handlers.filters)
            self._handlers.add_filter(name, function)
            return function

        return register

    @printed_alone
    def table(self, name: str, *, columns: Sequence[str] = ()) -> Callable[[F], F]:
        """Let rules look rows up that a function returns: `find: {in: stok, by: kode}` for the table ``stok``.

        Its parameters are filled by name: the columns that the rules look up by, and `message`. It returns rows, or one, as dicts or rows
        of a database; None if there is none. By columns that are no parameters the rows are picked out of those returned. It may be called
        twice for one message, so it only reads. Names of `columns` are checked when the rules are read. Register it before `init_app`.
        """
        word(name, "table", "stok")

        @printed_alone
        def register(function: F) -> F:
            self._only_before_init(f"the table {name!r}", name in self._handlers.tables)
            self._handlers.add_table(name, tuple(columns), function)
            return function

        return register

    def _only_before_init(self, what: str, is_known: bool) -> None:
        """Refuse new names after init_app, which reads the rule files; an app factory may repeat known ones for its next app."""
        if self._bots and not is_known:
            raise refusal(
                NOWHERE,
                tr(
                    "{what} comes after init_app, which has read the rules. Register it before: bot = Chatbot(), then bot.init_app(app).",
                    what=what,
                ),
            )

    def _reload(self) -> None:
        try:
            books = [(bot, bot.read()) for bots in self._bots for bot in bots]
        except RulesError as error:
            raise HandlerError(error.problems) from error
        for bot, book in books:  # all of them or none
            bot.use(book)


def open_console(app: Flask, state: AppState) -> None:
    """Give the pages of the console what they show."""
    from flask_chatbot.console.blueprint import EXTENSION
    from flask_chatbot.console.console import Console

    app.extensions[EXTENSION] = Console(state.bots, state.make_database, lambda: state.lines, Path(app.instance_path))


def check_is_flask(app: object) -> None:
    """Raise `ChatbotError` unless an app is one of Flask's."""
    if isinstance(app, Flask):
        return
    if "quart" in {kind.__module__.partition(".")[0] for kind in type(app).__mro__}:
        raise ChatbotError("This is a Quart app, and the bot answers as Flask does, without await. Make a Flask app for the bot beside it.")
    raise ChatbotError(f"A Chatbot goes into a Flask app, not {app!r}. Write Chatbot(app), or Chatbot(app, rules=...) to name a file.")


def blueprints(settings: Settings) -> Iterator[Blueprint]:
    """Yield the blueprints of a bot: each only if what it needs is configured."""
    if settings.webhook_keys:
        yield webhook.blueprint
    if settings.api_keys:
        from flask_chatbot.views.api import blueprint

        yield blueprint
    if settings.has_transport:
        yield inbound.blueprint
    yield health.blueprint
    yield probes.blueprint
    yield metrics.blueprint
    yield media.blueprint
    if settings.console:
        from flask_chatbot.console.blueprint import blueprint as console

        yield console
