"""From configuration and rule files to a bot that can answer, or every mistake at once."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from random import SystemRandom

from flask_chatbot.bot import Bot
from flask_chatbot.config import MAKE_A_KEY, Settings
from flask_chatbot.core.actions import action_name
from flask_chatbot.core.loader import beside, load_rules
from flask_chatbot.core.memory import LateMemory, Memory
from flask_chatbot.core.problems import Problem
from flask_chatbot.core.rules import RuleBook
from flask_chatbot.errors import ConfigError, RulesError
from flask_chatbot.handlers import Handlers

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
    warn_of_actions(bot.book)
    return bot


def read_bot(settings: Settings, path: Path, handlers: Handlers, instance: Path) -> Bot:
    """The bot with the rules of a file, whose memory is opened when it is first needed; `RulesError` where they hold mistakes."""
    bot = Bot(settings, path, load_rules(path, handlers.additions), handlers, SystemRandom(), lambda: datetime.now(UTC))
    bot.memory = LateMemory(lambda: open_memory(settings.database_url, instance))
    return bot


def warn_of_keys(settings: Settings) -> None:
    """Say in the log that a key is short, and how to make one that is not."""
    if any(len(key.key) < SAFE_LENGTH for key in settings.webhook_keys):
        log.warning("CHATBOT_WEBHOOK_KEY: a key shorter than %d characters is soon guessed. Make one with: %s", SAFE_LENGTH, MAKE_A_KEY)


def warn_of_actions(book: RuleBook) -> None:
    """Say in the log which rules name actions, since nothing carries them out yet."""
    rules = [f"{rule.name!r} at {rule.mark} ({', '.join(map(action_name, rule.actions))})" for rule in book.rules if rule.actions]
    if rules:
        more = f" and {len(rules) - TOLD} more" if len(rules) > TOLD else ""
        log.warning("actions are only named in this version, nothing carries them out yet: %s%s", ", ".join(rules[:TOLD]), more)


def open_memory(url: str | None, instance: Path) -> Memory:
    """The memory in the database of an app."""
    from flask_chatbot.store.database import Database  # here, since SQLAlchemy is slow to load and many bots remember nothing
    from flask_chatbot.store.memory import StoreMemory

    return StoreMemory(Database(url, instance))


def no_way_in(settings: Settings, told: Iterable[str]) -> Iterator[str]:
    """What to do where nothing could reach the bot."""
    if not settings.webhook_keys and not is_told_of("CHATBOT_WEBHOOK_KEY", told):
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
