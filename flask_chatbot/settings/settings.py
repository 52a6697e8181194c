"""The settings of an app, read once from `app.config` or from environment variables of the same names."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from flask_chatbot.core.translation.translatable import tr, untranslated
from flask_chatbot.core.values.problems import NOWHERE, Problem, suggestion
from flask_chatbot.errors import BadPayload, ConfigError
from flask_chatbot.settings.keys import Key
from flask_chatbot.settings.readers import (
    WORKERS,
    Pace,
    read_choice,
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
from flask_chatbot.transports.base import Transport
from flask_chatbot.transports.registry import TRANSPORTS, Bundled, TransportOption, options
from flask_chatbot.wire.strict_json import read_json

_START = "CHATBOT_"
APP_CONFIG: str = "app.config"
ENVIRONMENT = tr("the environment")
# Kubernetes and Docker set the first in every container beside a service called "chatbot"; the last are for test suites.
_FOREIGN = re.compile(r"CHATBOT_(?:(?:\w+_)?(?:SERVICE_HOST|SERVICE_PORT\w*|PORT|PORT_\d+_(?:TCP|UDP)\w*|NAME)|TEST_\w*)")


def _about(key: str, read: Callable[[object], object], doc: str, **more: bool) -> dict[str, Any]:
    """The metadata of a setting: `read` returns the value or raises ValueError with a sentence for each problem.

    `json=True`: the environment may hold a JSON list or map. `blank=True`: an empty string in app.config is a value.
    """
    return {"key": key, "read": read, "doc": doc, "json": False, "blank": False, **more}


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
    rules: Path | None = field(default=None, metadata=_about("CHATBOT_RULES", read_path, "The rule file, relative to the current folder."))
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
            "another gateway of the platform's contract; or, in app.config, a Transport of your own. The default is the simulator if "
            "CHATBOT_API_KEY is set; otherwise the bot only answers webhook calls.",
        ),
    )
    worker: str = field(
        default="thread",
        metadata=_about(
            "CHATBOT_WORKER",
            read_choice(*WORKERS),
            "The sender of accepted messages: thread, a thread in one of the processes that serve the app; or off, if "
            "`flask chatbot worker` runs separately.",
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
        ),
    )
    public_url: str = field(
        default="",
        metadata=_about(
            "CHATBOT_PUBLIC_URL",
            read_public_url,
            "The address of the app as others reach it, such as https://toko.example.com, without the prefix. Transports that are called "
            "by HTTP and the bot's own files have addresses below it. If it is not set, those of files begin with the host of the webhook "
            "call that is answered.",
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

    # Of the bundled transport that was chosen, by the names of its parameters; secrets among them.
    transport_options: Mapping[str, object] = field(default_factory=dict, repr=False)

    def address_of(self, line: str) -> str:
        """The public address at which the other side of a transport calls; empty if CHATBOT_PUBLIC_URL is not set."""
        return f"{self.public_url}{self.prefix}/in/{line}" if self.public_url else ""

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
        values: dict[str, Any] = {}
        problems: list[str] = []
        for each in settings_fields():
            try:
                values |= _read(each, config, environ)
            except ValueError as error:
                problems += error.args
        if "api_keys" in values:
            values.setdefault("transport", "simulator")
        if isinstance(name := values.get("transport"), str):
            chosen = TRANSPORTS[name]
            values["transport_options"], wrong = _read_options(chosen, config, environ)
            problems += wrong
            if chosen.pace is not None:
                values.setdefault("pace", Pace(count=chosen.pace[0], seconds=chosen.pace[1]))
        problems += _unknown(config, APP_CONFIG)
        problems += _unknown((key for key in environ if not _FOREIGN.fullmatch(key)), ENVIRONMENT)
        return cls(**values), tuple(problems)


def settings_fields() -> tuple["Field[Any]", ...]:
    """The fields of `Settings` that have a key of their own."""
    return tuple(each for each in fields(Settings) if each.metadata)


def _read_options(chosen: Bundled, config: Mapping[str, object], environ: Mapping[str, str]) -> tuple[dict[str, object], list[str]]:
    """The values of a transport's options by name, and a sentence for each that is wrong or missing."""
    values: dict[str, object] = {}
    problems: list[str] = []
    for option in chosen.options:
        try:
            values |= _value(option.name, _about(option.key, option.read, option.doc), config, environ)
        except ValueError as error:
            problems += error.args
        else:
            problems += [_missing(chosen, option)] if option.is_required and option.name not in values else []
    return values, problems + [_unset(chosen, key) for key in chosen.needs if not (config.get(key) or environ.get(key))]


def _missing(chosen: Bundled, option: TransportOption) -> str:
    return tr("{key} is not set, and CHATBOT_TRANSPORT={name} needs it. {where}", key=option.key, name=chosen.name, where=option.where)


def _unset(chosen: Bundled, key: str) -> str:
    where = tr("Set it in app.config or the environment.")
    return tr("{key} is not set, and CHATBOT_TRANSPORT={name} needs it. {where}", key=key, name=chosen.name, where=where)


def _read(each: "Field[Any]", config: Mapping[str, object], environ: Mapping[str, str]) -> dict[str, object]:
    """The field's value by its name; empty if it is not set."""
    return _value(each.name, each.metadata, config, environ)


def _value(name: str, about: Mapping[str, Any], config: Mapping[str, object], environ: Mapping[str, str]) -> dict[str, object]:
    """The value of a key by this name; empty if it is not set. Raises ValueError with a sentence for each problem."""
    value, place = config.get(about["key"]), APP_CONFIG
    if value is None or (value == "" and not about["blank"]):
        # An empty variable is a slip more often than a wish: deployment files write it for whatever is not set.
        value, place = environ.get(about["key"]) or None, ENVIRONMENT
    if value is None:
        return {}
    try:
        if about["json"] and place == ENVIRONMENT:
            value = _from_json(str(value))
        return {name: about["read"](value)}
    except ValueError as error:
        raise ValueError(
            *(tr("{key} in {place}: {problem}", key=about["key"], place=place, problem=problem) for problem in error.args)
        ) from None


def _from_json(text: str) -> object:
    """The value of an environment variable: JSON if it starts like a list or a map, else the text itself."""
    if not text.lstrip().startswith(("[", "{")):
        return text
    try:
        return read_json(text.encode("utf-8", "surrogateescape"))
    except BadPayload as error:
        raise ValueError(tr("it begins like JSON, but cannot be read. {message}", message=error.message)) from None


def _unknown(keys: Iterable[object], place: str) -> Iterator[str]:
    """Yield a sentence for each key that looks like ours and is not; in the environment, only for a likely misspelling.

    Other programs read the environment too: a CHATBOT_TOKEN of theirs must not stop the app.
    """
    ours = place == APP_CONFIG
    known = [*(each.metadata["key"] for each in settings_fields()), *(option.key for option in options())]
    for key in keys:
        if isinstance(key, str) and key.startswith(_START) and key not in known:
            near = _nearest(key, known, 0.6 if ours else 0.8)
            if near is not None or ours:
                way_out = suggestion(near) if near else tr(" Known keys: {names}.", names=", ".join(known))
                yield tr("{key} in {place}: unknown key.{way_out}", key=key, place=place, way_out=way_out)


def _nearest(key: str, known: Iterable[str], likeness: float) -> str | None:
    """The known key most similar to this one after their common prefix; None if none reaches `likeness`, from 0 to 1.

    >>> _nearest("CHATBOT_RULE", ["CHATBOT_RULES", "CHATBOT_PREFIX"], 0.8)
    'CHATBOT_RULES'
    >>> _nearest("CHATBOT_TOKEN", ["CHATBOT_RULES", "CHATBOT_PREFIX"], 0.6)
    """
    by_stem = {each.removeprefix(_START): each for each in known}
    near = get_close_matches(key.removeprefix(_START), by_stem, n=1, cutoff=likeness)
    return by_stem[near[0]] if near else None
