"""The rule files of an app: its own, and those that lines have for themselves."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from flask_chatbot.bot.bot import Bot
from flask_chatbot.bot.bots import Bots
from flask_chatbot.bot.handlers import Handlers, anywhere, check_handler, nowhere
from flask_chatbot.bot.notices import load_for
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.loading.loader import beside
from flask_chatbot.core.translation.translatable import any_of, linked, tr
from flask_chatbot.core.values.problems import NOWHERE, Problem
from flask_chatbot.errors import ConfigError, RulesError
from flask_chatbot.settings.settings import Settings
from flask_chatbot.settings.webhook_lines import line_of_key


@dataclass(frozen=True, slots=True)
class RuleFiles:
    """The rule file of an app, and those of lines that have their own, by the names of the lines."""

    own: Path
    by_line: Mapping[str, Path] = field(default_factory=dict)

    @property
    def paths(self) -> list[Path]:
        """All of them, each once; that of the app comes first."""
        return list(dict.fromkeys((self.own, *self.by_line.values())))

    def answering(self, path: Path, settings: Settings) -> frozenset[str]:
        """The lines that the rules of a file answer; empty for an app without named lines."""
        return frozenset(name for name in settings.lines if self.by_line.get(name, self.own) == path)

    def bots(self, settings: Settings, handlers: Handlers, make: Callable[..., Bot]) -> Bots:
        """The bots of the app, made by `make` with the path, the book and the lines of each; raise `RulesError` if rules have mistakes."""
        books = self.load(settings, handlers)
        made = {path: make(path=path, book=book, lines=self.answering(path, settings)) for path, book in books.items()}
        return Bots(made[self.own], {name: made[path] for name, path in self.by_line.items()})

    def load(self, settings: Settings, handlers: Handlers) -> dict[Path, RuleBook]:
        """Load them all; raise `RulesError` with the mistakes in all of them."""
        several = len(self.paths) > 1
        is_elsewhere = anywhere if several else nowhere  # a rule that no file has is told of once all are read
        books: dict[Path, RuleBook] = {}
        problems: list[Problem] = []
        for path in self.paths:
            try:
                books[path] = load_for(settings, path, handlers.additions_beside(is_elsewhere), self.answering(path, settings))
            except RulesError as error:
                problems += error.problems
        if several and not problems:
            problems += (problem for name, handler in handlers.rules.items() for problem in check_handler(name, handler, books.values()))
        if problems:
            raise RulesError(dict.fromkeys(problems))
        return books


def find_rule_files(root: Path, given: str | Path | None, settings: Settings) -> RuleFiles:
    """Find the rule files of an app; raise `ConfigError` with each that is not there.

    Where every line has rules of its own and nothing else is to be answered, the app needs no further file: that of the first line counts.
    """
    by_line: dict[str, Path] = {}
    problems: list[Problem] = []
    for name, line in settings.lines.items():
        try:
            by_line |= {name: shared(find_rules(root, None, line.rules, name), by_line.values())} if line.rules is not None else {}
        except ConfigError as error:
            problems += error.problems
    own = None
    try:
        own = find_rules(root, given, settings.rules)
    except ConfigError as error:
        if given is not None or settings.rules is not None or not by_line or not set(ways_in(settings)) <= by_line.keys():
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    first = next(iter(by_line.values()), None) if own is None else own
    if first is None:
        raise LookupError("a rule file was neither found nor reported")
    return RuleFiles(first, {name: shared(path, [first]) for name, path in by_line.items()})


def shared(path: Path, others: Iterable[Path]) -> Path:
    """The path of these that leads to the same file; else the path itself."""
    return next((each for each in others if each.resolve() == path.resolve()), path)


def ways_in(settings: Settings) -> Iterator[str]:
    """Yield the names of the lines and webhook keys by which messages come in; an empty one for keys without a name."""
    yield from settings.lines
    yield from (line_of_key(settings, key) or "" for key in settings.webhook_keys)


def find_rules(root: Path, given: str | Path | None = None, configured: Path | None = None, line: str = "") -> Path:
    """Find the rule file of an app in the folder `root`; raise `ConfigError` naming each place searched.

    `given` is relative to `root`, `configured` (from CHATBOT_RULES) to the current folder. If both are None, it is ``rules.yaml`` in `root`
    or, if `root` is a package, in the folder around it. `line` is the line whose rules they are, where it has its own.
    """
    if given is not None:
        places, way_out = [root / given], tr("Correct Chatbot(rules=...): its path is relative to the app's folder.")
    elif configured is not None:
        places, way_out = [Path.cwd() / configured], tr("Correct CHATBOT_RULES: its path is relative to the current folder.")
        if line:
            way_out = tr("Correct 'rules' of the line {line!r} in CHATBOT_LINES: its path is relative to the current folder.", line=line)
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
