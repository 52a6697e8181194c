"""From configuration and rule files to a bot that can answer, or every mistake at once."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING

from flask_chatbot.bot import Bot
from flask_chatbot.config import Settings
from flask_chatbot.core.conversation.memory import LateMemory, Memory
from flask_chatbot.core.loading.loader import beside, load_rules
from flask_chatbot.core.values.actions import Notify
from flask_chatbot.core.values.problems import Problem
from flask_chatbot.errors import ConfigError, RulesError
from flask_chatbot.handlers import Handlers
from flask_chatbot.readers import MAKE_A_KEY

if TYPE_CHECKING:
    from flask_chatbot.database.database import Database
    from flask_chatbot.gateway.actions import Actions
    from flask_chatbot.gateway.repeats import Calls

TOLD = 20  # rules in one line of the log
SAFE_LENGTH = 8  # bytes; a shorter key is taken, with a warning

log = logging.getLogger(__name__)


def prepare(
    config: Mapping[str, object], environ: Mapping[str, str], root: Path, rules: str | Path | None, handlers: Handlers, instance: Path
) -> Bot:
    """The bot of an app in the folder `root`; `rules` names its file where the app's code does, `instance` is for the database.

    `RulesError` where only the rules and their handlers hold mistakes, `ConfigError` with all of them where the configuration does too.
    """
    settings, told = Settings.read(config, environ)
    problems = [*told, *no_way_in(settings, told)]
    bot = None
    broken: tuple[Problem, ...] = ()
    try:
        if rules is not None or not is_told_of("CHATBOT_RULES", told):
            bot = read_bot(settings, find_rules(root, rules, settings.rules), handlers, instance)
    except RulesError as error:
        if not problems:
            raise
        broken = error.problems
    except ConfigError as error:
        problems += error.problems
    if problems or bot is None:
        raise ConfigError(problems, broken)
    warn_of_keys(settings)
    if settings.transport == "simulator" and not (config.get("CHATBOT_TRANSPORT") or environ.get("CHATBOT_TRANSPORT")):
        log.warning(
            "CHATBOT_TRANSPORT is not set: what is sent goes to the simulator, and reaches nobody. Set it to 'simulator' if so meant"
        )
    warn_of_notices(bot)
    return bot


def read_bot(settings: Settings, path: Path, handlers: Handlers, instance: Path) -> Bot:
    """The bot with the rules of a file, and all it may need, of which nothing is opened yet; `RulesError` where the rules hold mistakes."""
    bot = Bot(settings, path, load_rules(path, handlers.additions), handlers, SystemRandom(), lambda: datetime.now(UTC))
    equip(bot, instance)
    return bot


def equip(bot: Bot, instance: Path) -> None:
    """Give a bot its memory, what carries out its actions, and a gateway where there is a way to WhatsApp; nothing is opened yet."""
    transport, url = bot.settings.transport, bot.settings.database_url
    database = cache(lambda: make_database(url, instance))
    bot.store_fault = lambda: database().fault() if database.cache_info().currsize else None
    bot.memory = LateMemory(lambda: make_memory(database()))
    actions = cache(lambda: make_actions(bot, database()))
    bot.make_deeds = actions
    bot.make_calls = cache(lambda: make_calls(bot, actions()))
    if transport is not None:
        from flask_chatbot.gateway.service import Gateway  # here, since SQLAlchemy is slow to load and many bots remember nothing
        from flask_chatbot.transports.simulator import Simulator

        bot.gateway = Gateway(bot=bot, database=database(), transport=Simulator() if transport == "simulator" else transport)


def warn_of_keys(settings: Settings) -> None:
    """Say in the log which keys are too short."""
    for name, keys in [("CHATBOT_WEBHOOK_KEY", settings.webhook_keys), ("CHATBOT_API_KEY", settings.api_keys)]:
        if any(len(key.key) < SAFE_LENGTH for key in keys):
            log.warning("%s: a key shorter than %d characters is soon guessed. Make one with: %s", name, SAFE_LENGTH, MAKE_A_KEY)


def warn_of_notices(bot: Bot) -> None:
    """Say in the log which rules want to tell staff, where nothing can be sent."""
    rules = [f"{rule.name!r} at {rule.mark}" for rule in bot.book.rules if any(isinstance(each, Notify) for each in rule.actions)]
    if rules and bot.gateway is None:
        more = f" and {len(rules) - TOLD} more" if len(rules) > TOLD else ""
        log.warning("nobody can be notified without a way to WhatsApp. Set CHATBOT_TRANSPORT, for: %s%s", ", ".join(rules[:TOLD]), more)


def make_database(url: str | None, instance: Path) -> "Database":
    """The database of an app; opened when it is first used."""
    from flask_chatbot.database.database import Database

    return Database(url, instance)


def make_memory(database: "Database") -> Memory:
    """People remembered in a database."""
    from flask_chatbot.store.memory import StoreMemory

    return StoreMemory(database)


def make_actions(bot: Bot, database: "Database") -> "Actions":
    """What carries out the actions of rules."""
    from flask_chatbot.gateway.reception import actions_of

    return actions_of(bot, database)


def make_calls(bot: Bot, actions: "Actions") -> "Calls":
    """What answers webhook calls that are kept."""
    from flask_chatbot.gateway.reception import calls_of

    return calls_of(bot, actions)


def no_way_in(settings: Settings, told: Iterable[str]) -> Iterator[str]:
    """What to do where nothing could reach the bot."""
    ways = ("CHATBOT_WEBHOOK_KEY", "CHATBOT_API_KEY", "CHATBOT_TRANSPORT")
    is_open = settings.webhook_keys or settings.api_keys or settings.transport is not None
    if not is_open and not any(is_told_of(key, told) for key in ways):
        yield (
            "CHATBOT_WEBHOOK_KEY is not set, so no message can come in. Put a key into app.config or the environment, "
            f"the same one that the platform sends as webhookkey. Make one with: {MAKE_A_KEY}"
        )


def is_told_of(key: str, problems: Iterable[str]) -> bool:
    """Whether a mistake in this key is among the problems: it need not be told twice."""
    return any(problem.startswith(f"{key} ") for problem in problems)


def find_rules(root: Path, given: str | Path | None = None, configured: Path | None = None) -> Path:
    """The rule file of an app in the folder `root`; `ConfigError` naming each place that was looked at.

    `given` counts from `root`, `configured` (by CHATBOT_RULES) from the current folder. Where both are None it is ``rules.yaml`` in
    `root` or, `root` being a package, in the folder around it.
    """
    if given is not None:
        places, mend = [root / given], "Mend Chatbot(rules=...): its path counts from the folder of the app."
    elif configured is not None:
        places, mend = [Path.cwd() / configured], "Mend CHATBOT_RULES: its path counts from the current folder."
    else:
        folders = [root, root.parent] if (root / "__init__.py").is_file() else [root]
        places, mend = [folder / "rules.yaml" for folder in folders], "Write one there, or set CHATBOT_RULES to the path of yours."
    for place in places:
        if place.is_file():
            return place
    raise ConfigError([f"There is no rule file {' or '.join(map(str, places))}.{''.join(map(beside, places))} {mend}"])
