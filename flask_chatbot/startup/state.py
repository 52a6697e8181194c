"""The state of an app, built from its configuration and rule files; all mistakes are reported at once."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING

from flask_chatbot.answering.media_urls import MediaUrls
from flask_chatbot.bot.bot import Bot
from flask_chatbot.bot.bots import Bots
from flask_chatbot.bot.handlers import Handlers
from flask_chatbot.bot.notices import BY_ID, numbers_unknown
from flask_chatbot.core.checks.texts_only import unheard
from flask_chatbot.core.conversation.memory import LateMemory, Memory
from flask_chatbot.core.late import Once
from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.lookups.find import Rows
from flask_chatbot.core.translation.translatable import tr, untranslated
from flask_chatbot.core.values.actions import Notify
from flask_chatbot.core.values.problems import NOWHERE, Problem, listed
from flask_chatbot.errors import ConfigError, RulesError
from flask_chatbot.settings.readers import MAKE_A_KEY
from flask_chatbot.settings.settings import Settings
from flask_chatbot.settings.transports import as_written
from flask_chatbot.settings.webhook_lines import unclear_keys
from flask_chatbot.settings.wrong_keys import WrongKeys
from flask_chatbot.startup.kept_files import warn_of_forwarded_files
from flask_chatbot.startup.rule_files import RuleFiles, find_rule_files
from flask_chatbot.startup.shared_database import is_held_by_session

# What needs the store is imported when it is made: SQLAlchemy is slow to load, and many bots remember nothing.
if TYPE_CHECKING:
    from flask_chatbot.answering.actions import Actions
    from flask_chatbot.answering.idempotency import Calls
    from flask_chatbot.database.database import Database
    from flask_chatbot.delivery.gateway import Gateway
    from flask_chatbot.delivery.lines import Lines
    from flask_chatbot.transports.base import Transport

SIMULATES = "CHATBOT_TRANSPORT is not set: messages go to the simulator, and reach nobody. Set it to 'simulator' if that is intended"
SAFE_LENGTH = 8  # bytes; a shorter key is taken, with a warning

log = get_logger(__name__)


class Waker:
    """Wakes whoever carries the messages of an app, once that is known: gateways may be made before."""

    def __init__(self) -> None:
        self.wake: Callable[[], object] = int  # which does nothing

    def __call__(self) -> None:
        self.wake()


@dataclass(slots=True, eq=False)
class AppState:
    """The state of one app, in ``app.extensions["chatbot"]``.

    `make_database` returns the app's one database, `make_lines` the gateways that send, if there is a transport, `make_calls` the
    answerer of calls that are kept: all load SQLAlchemy, so they are called only when needed. `store_fault` says what is wrong with the
    file and opens nothing. `media_urls` makes the addresses of the bot's own files. `wrong_keys` counts the calls without a valid key.
    `language` is the configured one of messages, if there is one. `waker` is what gateways call once they have left work behind; it does
    nothing before there is anybody to wake.
    """

    bots: Bots
    make_lines: "Callable[[], Lines] | None"
    make_database: "Callable[[], Database]"
    make_calls: "Callable[[], Calls]"
    store_fault: Callable[[], str | None]
    media_urls: MediaUrls
    wrong_keys: WrongKeys = field(default_factory=WrongKeys)
    language: str = ""
    waker: Waker = field(default_factory=Waker)

    @property
    def bot(self) -> Bot:
        """The bot of the app's own rules, which answers whatever comes by no line with rules of its own."""
        return self.bots.own

    @property
    def has_transport(self) -> bool:
        """True if the app can send messages by itself. Asking makes nothing."""
        return self.make_lines is not None

    @property
    def lines(self) -> "Lines | None":
        """The gateways by the names of their lines, made on first use; None without a transport."""
        return None if self.make_lines is None else self.make_lines()


def prepare(
    config: Mapping[str, object], environ: Mapping[str, str], root: Path, rules: str | Path | None, handlers: Handlers, instance: Path
) -> AppState:
    """Build the state of an app in the folder `root`; `rules` is the file named in the app's code, `instance` holds the database.

    Raises `RulesError` if only the rules and their handlers have mistakes, `ConfigError` with all of them if the configuration does too.
    """
    settings, found = Settings.read(config, environ)
    problems = [Problem(NOWHERE, untranslated(problem)) for problem in (*found, *no_way_in(settings, found), *unclear_keys(settings))]
    state = None
    broken: tuple[Problem, ...] = ()
    try:
        if rules is not None or not is_reported("CHATBOT_RULES", found):
            state = assemble(settings, find_rule_files(root, rules, settings), handlers, instance)
    except RulesError as error:
        if not problems:
            raise
        broken = error.problems
    except ConfigError as error:
        problems += error.problems
    if problems or state is None:
        raise ConfigError((*problems, *broken))
    warn_of_keys(settings)
    if simulates_unasked(settings, config, environ):
        log.warning(SIMULATES)
    warn_of_notices(state)
    warn_of_numbers(state)
    warn_of_texts_alone(state)
    warn_of_addresses(state)
    for bot in state.bots:
        warn_of_forwarded_files(bot, has_transport=state.has_transport)
    return state


def assemble(settings: Settings, files: RuleFiles, handlers: Handlers, instance: Path) -> AppState:
    """Build the state of an app from its rule files, opening nothing yet; raise `RulesError` if the rules have mistakes."""
    settings = replace(settings, media=instance / settings.media)
    database, waker = Once(lambda: make_database(settings.database_url, instance)), Waker()
    lines = Once(lambda: make_lines(bots, database(), waker)) if settings.has_transport else None
    actions = Once(lambda: make_actions(settings, database(), None if lines is None else lines()))
    bot = partial(
        Bot,
        settings=settings,
        handlers=handlers,
        random=SystemRandom(),
        clock=partial(datetime.now, UTC),
        memory=LateMemory(lambda: make_memory(database())),
        make_effects=actions,
        make_rows=Once(lambda: make_rows(database())),
    )
    bots = files.bots(settings, handlers, bot)
    return AppState(
        bots=bots,
        make_lines=lines,
        make_database=database,
        make_calls=Once(lambda: make_calls(bots, actions())),
        language=settings.language,
        store_fault=lambda: database().fault() if database.is_made else None,
        media_urls=make_media_urls(settings, database),
        waker=waker,
    )


def through(transport: "Transport", state: AppState, line: str = "") -> AppState:
    """The state of the same app with another transport, through which everything is sent, and by the rules of a line."""
    bot = state.bots.of(line)
    settings = replace(bot.settings, transport=transport, lines={})
    return replace(state, make_lines=Once(lambda: as_lines([make_gateway(bot, settings, state.make_database())])))


def simulates_unasked(settings: Settings, config: Mapping[str, object], environ: Mapping[str, str]) -> bool:
    """True if messages go to the simulator although nobody named it."""
    return settings.transport == "simulator" and not (config.get("CHATBOT_TRANSPORT") or environ.get("CHATBOT_TRANSPORT"))


def warn_of_keys(settings: Settings) -> None:
    """Log the keys that are too short."""
    for name, keys in [("CHATBOT_WEBHOOK_KEY", settings.webhook_keys), ("CHATBOT_API_KEY", settings.api_keys)]:
        if any(len(key.key) < SAFE_LENGTH for key in keys):
            log.warning("%s: a key shorter than %d characters is easily guessed. Make one with: %s", name, SAFE_LENGTH, MAKE_A_KEY)


def warn_of_notices(state: AppState) -> None:
    """Log the rules that notify staff, if nothing can be sent."""
    rules = [f"{rule.name!r} at {rule.mark}" for rule in state.bots.rules if any(isinstance(each, Notify) for each in rule.actions)]
    if rules and not state.has_transport:
        log.warning("nobody can be notified without a connection to WhatsApp. Set CHATBOT_TRANSPORT, for: %s", listed(rules, ", "))


def warn_of_numbers(state: AppState) -> None:
    """Log the rules that notify a telephone number by a line that knows nobody by number."""
    found = [rule for bot in state.bots for rule in numbers_unknown(bot.settings, bot.book, bot.lines)]
    if found:
        rules = [f"{rule.name!r} at {rule.mark}" for rule in found]
        log.warning("a line such as Telegram knows nobody by number, so these notices are given up. %s For: %s", BY_ID, listed(rules, ", "))


def warn_of_texts_alone(state: AppState) -> None:
    """Log the rules that wait for what is no text, if only texts come in."""
    rules = [f"{rule.name!r} at {rule.mark}" for bot in state.bots for rule in unheard(bot.book, bot.file_lines)]
    if rules:
        way_out = "Messages do not come by this transport; another one brings them" if state.has_transport else "Set CHATBOT_TRANSPORT"
        log.warning("only texts come by the webhook, and no files, locations or contacts. %s, for: %s", way_out, listed(rules, ", "))


def warn_of_addresses(state: AppState) -> None:
    """Log the files beside the rules, if answers to webhook calls name them and nothing says where others reach the app."""
    settings, files = state.bot.settings, sorted({name for each in state.bots for name in each.book.media})
    if files and settings.webhook_keys and not settings.public_url:
        log.warning(
            "the platform fetches these files from the bot, at the host name that it calls. Behind a proxy, set CHATBOT_PUBLIC_URL to the "
            "address of the app, such as https://toko.example.com: %s",
            listed(files, ", "),
        )


def make_database(url: str | None, instance: Path) -> "Database":
    """The database of an app; it is opened on first use."""
    from flask_chatbot.database.database import Database

    return Database(url, instance, is_held=is_held_by_session)


def make_media_urls(settings: Settings, make_database: "Callable[[], Database]") -> MediaUrls:
    """The maker of addresses of the bot's own files; it opens the database only if that keeps the secret."""
    return MediaUrls(Once(lambda: media_secrets(settings, make_database)), settings.public_url, settings.prefix)


def media_secrets(settings: Settings, make_database: "Callable[[], Database]") -> Sequence[bytes]:
    """The secrets that sign the addresses of files: those of the configuration, else one that the database keeps."""
    if settings.signing_secrets:
        return settings.signing_secrets
    from flask_chatbot.database import secrets

    with make_database().writing() as connection:
        return (secrets.ensure(connection, "media").encode(),)


def make_rows(database: "Database") -> Rows:
    """The saved rows of a database, for look-ups."""
    from flask_chatbot.store.rows.finding import SavedRows

    return SavedRows(database)


def make_memory(database: "Database") -> Memory:
    """A memory of people, kept in a database."""
    from flask_chatbot.store.memory import StoreMemory

    return StoreMemory(database)


def make_lines(bots: Bots, database: "Database", wake: Callable[[], None]) -> "Lines":
    """The gateways of an app: one for each of its lines, or that of its only transport. They call `wake` if Celery carries for them."""
    each_line = bots.own.settings.lines or {"": bots.own.settings}
    lines = as_lines([make_gateway(bots.of(name), settings, database) for name, settings in each_line.items()])
    if bots.own.settings.worker == "celery":
        lines.has_worker(wake)
    return lines


def as_lines(gateways: "Sequence[Gateway]") -> "Lines":
    """These gateways by the names of their lines."""
    from flask_chatbot.delivery.lines import Lines

    return Lines(gateways)


def make_gateway(bot: Bot, settings: Settings, database: "Database") -> "Gateway":
    """The gateway of a line, which sends messages and reports their status; its transport is equipped, if it speaks HTTP."""
    from flask_chatbot.delivery.gateway import Gateway
    from flask_chatbot.delivery.transport_proxy import TransportProxy
    from flask_chatbot.transports.registry import TRANSPORTS
    from flask_chatbot.transports.webhooks import HttpTransport, Tools
    from flask_chatbot.webclient.lent import LentClient

    chosen = settings.transport
    made = TRANSPORTS[chosen].make(settings.transport_options) if isinstance(chosen, str) else chosen
    if made is None:
        raise LookupError("these settings name no transport")
    gateway = Gateway(bot=bot, settings=settings, database=database, proxy=TransportProxy(transport=made, database=database))
    bot.echoing_lines |= {made.name} if gateway.proxy.capabilities.echoes else set()
    if isinstance(made, HttpTransport):
        named = partial(as_written, transport=chosen, own=settings.own_options, line=made.name)
        made.equip(Tools(client=LentClient(gateway.client), address=settings.address_of(made.name), as_written=named))
    return gateway


def make_actions(settings: Settings, database: "Database", lines: "Lines | None") -> "Actions":
    """The effects that carry out the actions of rules."""
    from flask_chatbot.answering.actions import Actions
    from flask_chatbot.answering.forwarding import Forwarder
    from flask_chatbot.answering.history import KEPT
    from flask_chatbot.webclient.client import HttpClient

    client = lines.client if lines is not None else HttpClient(private_hosts=settings.private_hosts)
    kept = (settings.keep_messages or KEPT).total_seconds()
    media_urls = make_media_urls(settings, lambda: database) if settings.public_url else None
    forwarder = Forwarder(client, signing_secrets=settings.signing_secrets, media_urls=media_urls)
    return Actions(database, forwarder, lines, files_kept=kept)


def make_calls(bots: Bots, actions: "Actions") -> "Calls":
    """The answerer of webhook calls that are kept."""
    from flask_chatbot.answering.history import History
    from flask_chatbot.answering.idempotency import Calls

    return Calls(bots, actions=actions, history=History(bots.own.settings.keep_messages))


def no_way_in(settings: Settings, problems: Iterable[str]) -> Iterator[str]:
    """Yield the advice for a bot that nothing can reach."""
    ways = ("CHATBOT_WEBHOOK_KEY", "CHATBOT_API_KEY", "CHATBOT_TRANSPORT", "CHATBOT_LINES")
    is_open = settings.webhook_keys or settings.api_keys or settings.has_transport
    if not is_open and not any(is_reported(key, problems) for key in ways):
        yield tr(
            "CHATBOT_WEBHOOK_KEY is not set, so no message can come in. Put a key into app.config or the environment, "
            "the same one that the platform sends as webhookkey. Make one with: {command}",
            command=MAKE_A_KEY,
        )


def is_reported(key: str, problems: Iterable[str]) -> bool:
    """True if a mistake in this key is among the problems, so that it need not be reported twice."""
    return any(problem.startswith(f"{key} ") for problem in problems)
