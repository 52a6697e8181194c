"""The settings of an app, read once from `app.config` or from environment variables of the same names."""

from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask_chatbot.core.translation.translatable import tr, untranslated
from flask_chatbot.core.values.problems import NOWHERE, Problem
from flask_chatbot.errors import ConfigError
from flask_chatbot.settings.accounts import Account, read_accounts
from flask_chatbot.settings.broker import read_celery
from flask_chatbot.settings.default_template import DefaultTemplate, read_default_template
from flask_chatbot.settings.keys import Key
from flask_chatbot.settings.lines import KEY as LINES
from flask_chatbot.settings.lines import read_line, read_lines, shared_accounts
from flask_chatbot.settings.lookup import Source, placed
from flask_chatbot.settings.lookup import about as _about
from flask_chatbot.settings.readers import (
    WORKERS,
    Pace,
    read_choice,
    read_count,
    read_database,
    read_folder,
    read_hosts,
    read_keys,
    read_language,
    read_pace,
    read_path,
    read_prefix,
    read_public_url,
    read_secrets,
    read_switch,
    read_time,
    read_transport,
)
from flask_chatbot.settings.transports import read_options, usual_pace
from flask_chatbot.settings.unknown_keys import unknown_keys
from flask_chatbot.transports.base import Transport
from flask_chatbot.transports.registry import TRANSPORTS, options

SEND_THREADS = 8
SEND_THREADS_LIMIT = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The configuration of one app. Each field's metadata holds its key, its reader and its description."""

    webhook_keys: tuple[Key, ...] = field(
        default=(),
        metadata=_about(
            "CHATBOT_WEBHOOK_KEY",
            read_keys,
            "The key that webhook calls must carry: a string. A list holds several keys, for changing them; a map from name to key names "
            "the line that a message came by. In the environment, lists and maps are written as JSON.",
            json=True,
        ),
    )
    rules: Path | None = field(
        default=None, metadata=_about("CHATBOT_RULES", read_path, "The rule file, relative to the current folder.", per_line=True)
    )
    prefix: str = field(
        default="/chatbot",
        metadata=_about(
            "CHATBOT_PREFIX", read_prefix, "The path before /webhook, /api and /healthz in their URLs; / for none.", blank=True
        ),
    )
    reload: bool = field(
        default=True,
        metadata=_about("CHATBOT_RELOAD", read_switch, "True if changed rule files are loaded while the app serves, within a second."),
    )
    database_url: str | None = field(
        default=None,
        repr=False,  # it may hold a password
        metadata=_about(
            "CHATBOT_DATABASE_URL",
            read_database,
            "The database of messages and people: sqlite:///FILE, relative to the instance folder, or "
            "postgresql://USER:PASSWORD@HOST/NAME. Without it, the file chatbot.sqlite in the instance folder, opened on first use.",
        ),
    )

    api_keys: tuple[Key, ...] = field(
        default=(),
        metadata=_about(
            "CHATBOT_API_KEY",
            read_keys,
            "The key that API calls must carry in the header SecretKey, written like CHATBOT_WEBHOOK_KEY. Setting it turns the API on.",
            json=True,
        ),
    )
    transport: str | Transport | None = field(
        default=None,
        metadata=_about(
            "CHATBOT_TRANSPORT",
            read_transport,
            "The connection to WhatsApp: simulator, which has phones in memory for demonstrations and tests; hosted, for a number at "
            "another gateway of the platform's contract; cloud, for a number of Meta's Cloud API; or, in app.config, a Transport of your "
            "own. The default is the simulator if "
            "CHATBOT_API_KEY is set; otherwise the bot only answers webhook calls.",
        ),
    )
    lines: Mapping[str, "Settings"] = field(
        default_factory=dict,
        repr=False,  # they hold keys
        metadata=_about(
            LINES,
            read_lines,
            "Several connections to WhatsApp in place of CHATBOT_TRANSPORT: a map from the name of each line to its transport and that "
            "transport's settings. In the environment, the map is written as JSON.",
            json=True,
        ),
    )
    worker: str = field(
        default="thread",
        metadata=_about(
            "CHATBOT_WORKER",
            read_choice(*WORKERS),
            "The sender of accepted messages: thread, a thread in one of the processes that serve the app; celery, the workers of Celery; "
            "or off, if `flask chatbot worker` runs separately.",
        ),
    )
    celery: Mapping[str, object] | None = field(
        default=None,
        repr=False,  # it may hold a password
        metadata=_about(
            "CHATBOT_CELERY",
            read_celery,
            "With CHATBOT_WORKER=celery, for an app that has no Celery app of its own: the URL of a broker, such as "
            "amqp://user:password@host:5672/name or redis://:password@host:6379/0, or a map of Celery's settings with broker_url.",
            json=True,
        ),
    )
    send_threads: int = field(
        default=SEND_THREADS,
        metadata=_about(
            "CHATBOT_SEND_THREADS",
            read_count(SEND_THREADS_LIMIT),
            "The number of messages that one worker sends at once on each line: with 0.25 seconds a message, 8 threads send about 30 a "
            "second. `flask chatbot worker --threads` sets it for one worker.",
            per_line=True,
        ),
    )
    signing_secrets: tuple[bytes, ...] = field(
        default=(),
        repr=False,
        metadata=_about(
            "CHATBOT_SIGNING_SECRET",
            read_secrets,
            "The secret that signs callbacks and forwarded webhooks: whsec_ and base64, or plain text; several while you change secrets.",
            json=True,
        ),
    )
    webhook_signing_secrets: tuple[bytes, ...] = field(
        default=(),
        repr=False,
        metadata=_about(
            "CHATBOT_WEBHOOK_SIGNING_SECRET",
            read_secrets,
            "The secret that webhook calls must be signed with, written like CHATBOT_SIGNING_SECRET. Without it, no signature is required.",
            json=True,
        ),
    )
    private_hosts: tuple[str, ...] = field(
        default=(),
        metadata=_about(
            "CHATBOT_PRIVATE_HOSTS",
            read_hosts,
            "Non-public hosts that notifyurl and mediaurl may name: names, addresses and networks, each with an optional port, as a list "
            "or separated by commas.",
            json=True,
        ),
    )
    keep_messages: timedelta | None = field(
        default=None,
        metadata=_about(
            "CHATBOT_KEEP_MESSAGES",
            read_time,
            "The time for which customers' messages are kept with the reasons for their answers, such as 30 days. If it is not set, "
            "messages of webhook calls are not kept, and those from a transport are kept for 30 days.",
        ),
    )
    pace: Pace | None = field(
        default=None,
        metadata=_about(
            "CHATBOT_PACE",
            read_pace,
            "The maximum number of messages sent per time, such as 5/minute or 100/jam. If it is not set, there is no limit.",
            per_line=True,
        ),
    )
    template: DefaultTemplate | None = field(
        default=None,
        metadata=_about(
            "CHATBOT_TEMPLATE",
            read_default_template,
            "For connections that take only templates once a customer has not written for 24 hours: the name of a template with a single "
            "place, into which texts go then. With a language other than that of the rules, a map with name and language.",
            json=True,
            per_line=True,
        ),
    )
    public_url: str = field(
        default="",
        metadata=_about(
            "CHATBOT_PUBLIC_URL",
            read_public_url,
            "The address of the app as others reach it, such as https://toko.example.com, without the prefix. Transports that are called "
            "by HTTP and the bot's own files have addresses below it. If it is not set, those of files begin with the host of the webhook "
            "call that is answered, and forwarded messages bring no files.",
        ),
    )
    media: Path = field(
        default=Path("media"),
        metadata=_about(
            "CHATBOT_MEDIA",
            read_folder,
            "The folder in which files that customers send are kept, where a rule takes them: relative to the instance folder, media if it "
            "is not set. Where several hosts work, a folder that they share.",
        ),
    )
    language: str = field(
        default="",
        metadata=_about(
            "CHATBOT_LANGUAGE",
            read_language,
            "The language of what authors of rules and callers of the API read: id or en. If it is not set, it is the language in the "
            "settings of the rule file, or else English. Logs are in English.",
        ),
    )
    console: bool = field(
        default=False,
        metadata=_about("CHATBOT_CONSOLE", read_switch, "True for the console, the web page at /console for those who run the bot."),
    )
    console_accounts: tuple[Account, ...] = field(
        default=(),
        repr=False,
        metadata=_about(
            "CHATBOT_CONSOLE_PASSWORD",
            read_accounts,
            "The hash of the console's password, made by `flask chatbot console-password`; or a map from names to "
            '{"role": "look", "password": "scrypt:..."}, the role being look, answer or edit. In the environment, a map is JSON.',
            json=True,
        ),
    )
    console_edit: bool = field(
        default=False,
        metadata=_about("CHATBOT_CONSOLE_EDIT", read_switch, "True if the role edit may change the rule files in the console."),
    )

    # Of the bundled transport that was chosen, by the names of its parameters; secrets among them.
    transport_options: Mapping[str, object] = field(default_factory=dict, repr=False)
    # The names of those that stand in CHATBOT_LINES, and not under keys of their own.
    own_options: frozenset[str] = field(default=frozenset(), repr=False)

    # True if the configuration names lines and cannot be read, so that nobody knows which there are.
    are_lines_unknown: bool = field(default=False, repr=False)

    @property
    def has_transport(self) -> bool:
        """True if there is a connection to WhatsApp, or several."""
        return self.transport is not None or bool(self.lines)

    def address_of(self, line: str) -> str:
        """The public address at which the other side of a transport calls; empty if CHATBOT_PUBLIC_URL is not set."""
        return f"{self.public_url}{self.prefix}/in/{line}" if self.public_url else ""

    @property
    def file_lines(self) -> frozenset[str]:
        """The names of the lines by which files, places and contacts may come: the webhook brings texts only."""
        own = {} if self.transport is None else {getattr(self.transport, "name", str(self.transport)): self.transport}
        chosen = {name: each.transport for name, each in self.lines.items()} or own
        return frozenset(name for name, each in chosen.items() if not (isinstance(each, str) and TRANSPORTS[each].sends_only))

    @classmethod
    def from_mapping(cls, config: Mapping[str, object], environ: Mapping[str, str]) -> "Settings":
        """Read the settings from an app's configuration, falling back to the environment; raise `ConfigError` with every mistake."""
        settings, problems = cls.read(config, environ)
        if problems:
            raise ConfigError(Problem(NOWHERE, untranslated(problem)) for problem in problems)
        return settings

    @classmethod
    def read(cls, config: Mapping[str, object], environ: Mapping[str, str]) -> tuple["Settings", tuple[str, ...]]:
        """Return the settings, with defaults in place of wrong values, and every mistake: for callers that report more mistakes."""
        source = Source(config, environ)
        values: dict[str, Any] = {}
        problems: list[str] = []
        for each in settings_fields():
            try:
                values |= source.value(each.name, each.metadata)
            except ValueError as error:
                problems += error.args
        lines = values.pop("lines", {})
        values, wrong = _without_transport(values, source) if source.has(LINES) else _with_transport(values, source)
        settings = cls(**values)
        by_line, wrong_lines = _by_line(settings, lines, source)
        problems += [*wrong, *wrong_lines]
        known = [*(each.metadata["key"] for each in settings_fields()), *(option.key for option in options())]
        problems += unknown_keys(config, environ, known)
        settings = replace(settings, lines=by_line)
        is_named = source.has(LINES) or source.has("CHATBOT_TRANSPORT")
        return replace(settings, are_lines_unknown=is_named and not settings.has_transport), tuple(problems)


def _with_transport(values: dict[str, Any], source: Source) -> tuple[dict[str, Any], list[str]]:
    """The values with those of the one transport, and a sentence for each mistake in its options."""
    if "api_keys" in values:
        values.setdefault("transport", "simulator")
    if not isinstance(name := values.get("transport"), str):
        return values, []
    values["transport_options"], problems = read_options(TRANSPORTS[name], source)
    return {"pace": usual_pace(name), **values}, problems


def _without_transport(values: dict[str, Any], source: Source) -> tuple[dict[str, Any], list[str]]:
    """The values without a transport of their own, as each line has one; a sentence if there is one nevertheless."""
    is_set = source.has("CHATBOT_TRANSPORT")
    way_out = tr("Remove CHATBOT_TRANSPORT: each line names its own transport.")
    problem = placed(LINES, source.place(LINES), tr("CHATBOT_TRANSPORT is set, too. {way_out}", way_out=way_out))
    return {**values, "transport": None}, [problem] if is_set else []


def _by_line(settings: Settings, lines: Mapping[str, object], source: Source) -> tuple[dict[str, Settings], list[str]]:
    """The settings of each line, and a sentence for each mistake in them."""
    own = {each.name: each.metadata for each in settings_fields() if each.metadata["per_line"]}
    found: dict[str, Settings] = {}
    problems: list[str] = []
    for name, written in lines.items():
        values, wrong = read_line(name, written, source, own)
        problems += [placed(LINES, source.place(LINES), each) for each in wrong]
        found[name] = replace(settings, **{"rules": None, "pace": settings.pace or usual_pace(values.get("transport")), **values})
    shared = shared_accounts({name: (each.transport, each.transport_options) for name, each in found.items()})
    return found, problems + [placed(LINES, source.place(LINES), each) for each in shared]


def settings_fields() -> tuple["Field[Any]", ...]:
    """The fields of `Settings` that have a key of their own."""
    return tuple(each for each in fields(Settings) if each.metadata)
