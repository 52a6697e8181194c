"""`Chatbot`: puts a bot into a Flask app."""

import logging
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from random import SystemRandom

from flask import Flask

from flask_chatbot.config import MAKE_A_KEY, Settings
from flask_chatbot.core.loader import load_rules
from flask_chatbot.core.rules import RuleBook
from flask_chatbot.errors import ChatbotError, ConfigError, RulesError
from flask_chatbot.webhook import State, blueprint

SAFE_LENGTH = 8  # bytes; a shorter key is taken, with a warning

log = logging.getLogger(__name__)


class Chatbot:
    """A keyword bot: `Chatbot(app)`, or `Chatbot()` and later `init_app(app)` for as many apps as wanted; it keeps none of them.

    `rules` is the rule file, relative to the app's folder. Without it `CHATBOT_RULES` names the file, else it is ``rules.yaml``
    beside the app.
    """

    def __init__(self, app: Flask | None = None, *, rules: str | Path | None = None) -> None:
        self._rules = rules
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """The app with the webhook in it. `ConfigError` or `RulesError` with every mistake; the app is then as it was."""
        if "chatbot" in app.extensions:
            raise ChatbotError("This app has a Chatbot already. Call init_app once for each app.")
        settings, book = self._read(app)
        try:
            app.register_blueprint(blueprint, url_prefix=settings.prefix)
        except AssertionError as error:
            raise ChatbotError("This app has answered requests already. Call init_app before the first one.") from error
        app.extensions["chatbot"] = State(settings, book, random=SystemRandom(), clock=lambda: datetime.now(UTC))
        if any(len(key.key) < SAFE_LENGTH for key in settings.webhook_keys):
            log.warning("CHATBOT_WEBHOOK_KEY: a key shorter than %d characters is soon guessed. Make one with: %s", SAFE_LENGTH, MAKE_A_KEY)

    def _read(self, app: Flask) -> tuple[Settings, RuleBook]:
        """The configuration and the rules; the mistakes of both come together."""
        settings, told = Settings.read(app.config, os.environ)
        problems = list(told)
        if not settings.webhook_keys and not _is_told_of("CHATBOT_WEBHOOK_KEY", told):
            problems.append(
                "CHATBOT_WEBHOOK_KEY is not set, so no message can come in. Put a key into app.config or the environment, "
                f"the same one that the platform sends as webhookkey. Make one with: {MAKE_A_KEY}"
            )
        try:
            book = None
            if self._rules is not None or not _is_told_of("CHATBOT_RULES", told):
                book = load_rules(find_rules(Path(app.root_path), self._rules, settings.rules))
        except RulesError as error:
            if not problems:
                raise
            problems += [str(problem) for problem in error.problems]
        except ConfigError as error:
            problems += error.problems
        if problems or book is None:
            raise ConfigError(problems)
        return settings, book


def _is_told_of(key: str, problems: Iterable[str]) -> bool:
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
    raise ConfigError([f"There is no rule file {' or '.join(map(str, places))}. {mend}"])
