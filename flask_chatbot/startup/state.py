"""The state of an app, built from its configuration and rule files; all mistakes are reported at once."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING

from flask_chatbot.answering.media_urls import MediaUrls
from flask_chatbot.bot.bot import Bot
from flask_chatbot.bot.handlers import Handlers
from flask_chatbot.core.conversation.memory import LateMemory, Memory
from flask_chatbot.core.late import Once
from flask_chatbot.core.loading.loader import beside, load_rules
from flask_chatbot.core.translation.translatable import any_of, linked, tr, untranslated
from flask_chatbot.core.values.actions import Notify
from flask_chatbot.core.values.problems import NOWHERE, Problem, listed
from flask_chatbot.errors import ConfigError, RulesError
from flask_chatbot.settings.readers import MAKE_A_KEY
from flask_chatbot.settings.settings import Settings
from flask_chatbot.settings.wrong_keys import WrongKeys
from flask_chatbot.startup.shared_database import is_held_by_session

# What needs the store is imported when it is made: SQLAlchemy is slow to load, and many bots remember nothing.
if TYPE_CHECKING:
    from flask_chatbot.answering.actions import Actions
    from flask_chatbot.answering.idempotency import Calls
    from flask_chatbot.database.database import Database
    from flask_chatbot.delivery.gateway import Gateway
    from flask_chatbot.transports.base import Transport

SIMULATES = "CHATBOT_TRANSPORT is not set: messages go to the simulator, and reach nobody. Set it to 'simulator' if that is intended"
SAFE_LENGTH = 8  # bytes; a shorter key is taken, with a warning

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class AppState:
    """The state of one app, in ``app.extensions["chatbot"]``.

    `make_database` returns the app's one database, `make_gateway` the gateway that sends, if there is a transport, `make_calls` the
    answerer of calls that are kept: all load SQLAlchemy, so they are called only when needed. `store_fault` says what is wrong with the
    file and opens nothing. `media_urls` makes the addresses of the bot's own files. `wrong_keys` counts the calls without a valid key;
    `exempted` are our blueprints that the host's tokens and limits leave alone. `language` is the configured one of messages, if there is
    one.
    """

    bot: Bot
    make_gateway: "Callable[[], Gateway] | None"
    make_database: "Callable[[], Database]"
    make_calls: "Callable[[], Calls]"
    store_fault: Callable[[], str | None]
    media_urls: MediaUrls
    wrong_keys: WrongKeys = field(default_factory=WrongKeys)
    exempted: set[str] = field(default_factory=set)
    language: str = ""

    @property
    def has_transport(self) -> bool:
        """True if the app can send messages by itself. Asking makes nothing."""
        return self.make_gateway is not None

    @property
    def gateway(self) -> "Gateway | None":
        """The gateway, made on first use; None without a transport."""
        return None if self.make_gateway is None else self.make_gateway()


def prepare(
    config: Mapping[str, object], environ: Mapping[str, str], root: Path, rules: str | Path | None, handlers: Handlers, instance: Path
) -> AppState:
    """Build the state of an app in the folder `root`; `rules` is the file named in the app's code, `instance` holds the database.

    Raises `RulesError` if only the rules and their handlers have mistakes, `ConfigError` with all of them if the configuration does too.
    """
    settings, found = Settings.read(config, environ)
    problems = [Problem(NOWHERE, untranslated(problem)) for problem in (*found, *no_way_in(settings, found))]
    state = None
    broken: tuple[Problem, ...] = ()
    try:
        if rules is not None or not is_reported("CHATBOT_RULES", found):
            state = assemble(settings, find_rules(root, rules, settings.rules), handlers, instance)
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
    warn_of_texts_alone(state)
    warn_of_addresses(state)
    return state


def assemble(settings: Settings, path: Path, handlers: Handlers, instance: Path) -> AppState:
    """Build the state of an app from a rule file, opening nothing yet; raise `RulesError` if the rules have mistakes."""
    transport, settings = settings.transport, replace(settings, media=instance / settings.media)
    database = Once(lambda: make_database(settings.database_url, instance))
    gateway = None if transport is None else Once(lambda: make_gateway(bot, database(), transport))
    actions = Once(lambda: make_actions(settings, database(), None if gateway is None else gateway()))
    bot = Bot(
        settings=settings,
        path=path,
        book=load_rules(path, handlers.additions),
        handlers=handlers,
        random=SystemRandom(),
        clock=partial(datetime.now, UTC),
        memory=LateMemory(lambda: make_memory(database())),
        make_effects=actions,
    )
    return AppState(
        bot=bot,
        make_gateway=gateway,
        make_database=database,
        make_calls=Once(lambda: make_calls(bot, actions())),
        language=settings.language,
        store_fault=lambda: database().fault() if database.is_made else None,
        media_urls=MediaUrls(Once(lambda: media_secrets(settings, database)), settings.public_url, settings.prefix),
    )


def through(transport: "Transport", state: AppState) -> AppState:
    """The state of the same app with another transport, through which everything is sent."""
    return replace(state, make_gateway=Once(lambda: make_gateway(state.bot, state.make_database(), transport)))


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
    rules = [f"{rule.name!r} at {rule.mark}" for rule in state.bot.book.rules if any(isinstance(each, Notify) for each in rule.actions)]
    if rules and not state.has_transport:
        log.warning("nobody can be notified without a connection to WhatsApp. Set CHATBOT_TRANSPORT, for: %s", listed(rules, ", "))


def warn_of_texts_alone(state: AppState) -> None:
    """Log the rules that wait for what is no text, if only texts come in."""
    rules = [f"{rule.name!r} at {rule.mark}" for rule in state.bot.book.rules if rule.sends or rule.takes_sent]
    if rules and not state.has_transport:
        log.warning(
            "only texts come by the webhook, and no files, locations or contacts. Set CHATBOT_TRANSPORT, for: %s", listed(rules, ", ")
        )


def warn_of_addresses(state: AppState) -> None:
    """Log the files beside the rules, if answers to webhook calls name them and nothing says where others reach the app."""
    settings, files = state.bot.settings, sorted(state.bot.book.media)
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


def media_secrets(settings: Settings, make_database: "Callable[[], Database]") -> Sequence[bytes]:
    """The secrets that sign the addresses of files: those of the configuration, else one that the database keeps."""
    if settings.signing_secrets:
        return settings.signing_secrets
    from flask_chatbot.database import secrets

    with make_database().writing() as connection:
        return (secrets.ensure(connection, "media").encode(),)


def make_memory(database: "Database") -> Memory:
    """A memory of people, kept in a database."""
    from flask_chatbot.store.memory import StoreMemory

    return StoreMemory(database)


def make_gateway(bot: Bot, database: "Database", transport: "str | Transport") -> "Gateway":
    """The gateway, which sends messages and reports their status; its transport is equipped, if it speaks HTTP."""
    from flask_chatbot.delivery.gateway import Gateway
    from flask_chatbot.delivery.transport_proxy import TransportProxy
    from flask_chatbot.transports.registry import TRANSPORTS
    from flask_chatbot.transports.webhooks import HttpTransport, Tools
    from flask_chatbot.webclient.lent import LentClient

    made = TRANSPORTS[transport].make(bot.settings.transport_options) if isinstance(transport, str) else transport
    gateway = Gateway(bot=bot, database=database, proxy=TransportProxy(transport=made, database=database))
    if isinstance(made, HttpTransport):
        made.equip(Tools(client=LentClient(gateway.client), address=bot.settings.address_of(made.name)))
    return gateway


def make_actions(settings: Settings, database: "Database", gateway: "Gateway | None") -> "Actions":
    """The effects that carry out the actions of rules."""
    from flask_chatbot.answering.actions import Actions
    from flask_chatbot.answering.forwarding import Forwarder
    from flask_chatbot.answering.history import KEPT
    from flask_chatbot.webclient.client import HttpClient

    client = gateway.client if gateway is not None else HttpClient(private_hosts=settings.private_hosts)
    kept = (settings.keep_messages or KEPT).total_seconds()
    return Actions(database, Forwarder(client, signing_secrets=settings.signing_secrets), gateway, files_kept=kept)


def make_calls(bot: Bot, actions: "Actions") -> "Calls":
    """The answerer of webhook calls that are kept."""
    from flask_chatbot.answering.history import History
    from flask_chatbot.answering.idempotency import Calls

    return Calls(bot, actions=actions, history=History(bot.settings.keep_messages))


def no_way_in(settings: Settings, problems: Iterable[str]) -> Iterator[str]:
    """Yield the advice for a bot that nothing can reach."""
    ways = ("CHATBOT_WEBHOOK_KEY", "CHATBOT_API_KEY", "CHATBOT_TRANSPORT")
    is_open = settings.webhook_keys or settings.api_keys or settings.transport is not None
    if not is_open and not any(is_reported(key, problems) for key in ways):
        yield tr(
            "CHATBOT_WEBHOOK_KEY is not set, so no message can come in. Put a key into app.config or the environment, "
            "the same one that the platform sends as webhookkey. Make one with: {command}",
            command=MAKE_A_KEY,
        )


def is_reported(key: str, problems: Iterable[str]) -> bool:
    """True if a mistake in this key is among the problems, so that it need not be reported twice."""
    return any(problem.startswith(f"{key} ") for problem in problems)


def find_rules(root: Path, given: str | Path | None = None, configured: Path | None = None) -> Path:
    """Find the rule file of an app in the folder `root`; raise `ConfigError` naming each place searched.

    `given` is relative to `root`, `configured` (from CHATBOT_RULES) to the current folder. If both are None, it is ``rules.yaml`` in `root`
    or, if `root` is a package, in the folder around it.
    """
    if given is not None:
        places, way_out = [root / given], tr("Correct Chatbot(rules=...): its path is relative to the app's folder.")
    elif configured is not None:
        places, way_out = [Path.cwd() / configured], tr("Correct CHATBOT_RULES: its path is relative to the current folder.")
    else:
        folders = [root, root.parent] if (root / "__init__.py").is_file() else [root]
        places, way_out = [folder / "rules.yaml" for folder in folders], tr("Write one there, or set CHATBOT_RULES to the path of yours.")
    for place in places:
        if place.is_file():
            return place
    message = tr(
        "There is no rule file {places}.{others} {way_out}",
        places=any_of(map(str, places)),
        others=linked("", map(beside, places)),
        way_out=way_out,
    )
    raise ConfigError([Problem(NOWHERE, message)])
