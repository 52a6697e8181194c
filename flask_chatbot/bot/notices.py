"""Rules that need a line: those that name one, and those that write to people on one that would not take it."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path

from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.loading.additions import Additions
from flask_chatbot.core.loading.loader import load_rules
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.translation.translatable import Translatable, tr
from flask_chatbot.core.values.actions import Notify, Save
from flask_chatbot.core.values.problems import Problem, did_you_mean
from flask_chatbot.errors import RulesError
from flask_chatbot.settings.settings import Settings
from flask_chatbot.transports.base import Capabilities, capabilities_of
from flask_chatbot.transports.registry import TRANSPORTS

BY_ID = tr(
    "Write `notify: {{to: ..., line: ...}}` with another line, or the id of staff who have written to the bot by this one, such as "
    "77001234@telegram."
)


def load_for(settings: Settings, path: Path, additions: Additions, answered: Collection[str] = ()) -> RuleBook:
    """Load rules of an app with these settings, which answer these lines; raise `RulesError` with every problem if there is an error."""
    book = load_rules(path, additions)
    if problems := tuple(check_lines(settings, book, answered)):
        raise RulesError(problems)
    return book


def check_lines(settings: Settings, book: RuleBook, answered: Collection[str] = ()) -> Iterator[Problem]:
    """Yield the rules that name a line which the app does not have, and those whose notices or reminders their line would refuse.

    `answered` are the lines that these rules answer; empty if that is all, or none of several.
    """
    if not settings.are_lines_unknown:
        yield from check_names(settings, book)
    yield from check_notices(settings, book, answered)
    yield from check_reminders(settings, book, answered)


def check_names(settings: Settings, book: RuleBook) -> Iterator[Problem]:
    """Yield the rules whose `when` names no line and no webhook key of the app, or that notify by no line of it."""
    only = settings.transport if isinstance(settings.transport, str) else getattr(settings.transport, "name", "")
    senders = [*settings.lines] if settings.lines else [only] if only else []
    known = [*senders, *(key.name for key in settings.webhook_keys if key.name)]
    for rule in book.rules:
        for name in (rule.when.line or ()) if rule.when is not None else ():
            if name not in known:
                yield Problem(rule.mark, _unknown(tr("'when' of rule {rule!r}", rule=rule.name), name, known))
        for name in dict.fromkeys(action.line for action in rule.actions if isinstance(action, Notify) and action.line):
            if name not in senders:
                yield Problem(rule.mark, _unknown(tr("'notify' of rule {rule!r}", rule=rule.name), name, senders))


def _unknown(place: Translatable, name: str, known: list[str]) -> Translatable:
    """The sentence about a line that is not there."""
    names = tr(" Write one of these: {names}.", names=", ".join(known)) if known else tr(" No line of this app has a name. Remove it.")
    return tr(
        "{place} names the line {name!r}, which this app does not have.{way_out}",
        place=place,
        name=name,
        way_out=did_you_mean(name, known) or names,
    )


def check_notices(settings: Settings, book: RuleBook, answered: Collection[str]) -> Iterator[Problem]:
    """Yield the rules whose notices WhatsApp would refuse: staff seldom write to the bot, and their line has no template."""
    for rule in _untold(settings, book, answered, lambda line, _: line.template is None and _able(line).window_24h):
        yield Problem(
            rule.mark,
            tr(
                "rule {rule!r} notifies staff, and this connection to WhatsApp takes only templates for people who have not written in "
                "the last 24 hours. Set CHATBOT_TEMPLATE to the name of a template with a single place, into which the notice goes.",
                rule=rule.name,
            ),
        )


def numbers_unknown(settings: Settings, book: RuleBook, answered: Collection[str] = ()) -> list[Rule]:
    """The rules that notify a telephone number by a line that writes to nobody by number, such as Telegram."""
    return _untold(settings, book, answered, lambda line, action: action.is_to_number and not _able(line).by_number)


def warned_of_numbers(rules: Iterable[Rule]) -> Iterator[Problem]:
    """Yield a warning about each rule whose notice would be given up, as its line knows nobody by a number."""
    for rule in rules:
        message = tr(
            "rule {rule!r} notifies a telephone number, and goes by a line that knows nobody by number, as Telegram: the notice is given "
            "up. {way_out}",
            rule=rule.name,
            way_out=BY_ID,
        )
        yield Problem(rule.mark, message, "warning")


def _untold(settings: Settings, book: RuleBook, answered: Collection[str], is_refused: Callable[[Settings, Notify], bool]) -> list[Rule]:
    """The rules with a notice that a line by which it may go refuses."""
    lines = settings.lines or {"": settings}
    found = {}
    for rule in book.rules:
        for action in rule.actions:
            if isinstance(action, Notify) and any(
                is_refused(lines[name], action) for name in _lines_of(rule, action, lines, answered or lines.keys())
            ):
                found[rule.name] = rule
    return list(found.values())


def check_reminders(settings: Settings, book: RuleBook, answered: Collection[str]) -> Iterator[Problem]:
    """Yield the rules whose reminders WhatsApp would refuse: days after the customer wrote, and their line has no template."""
    lines = settings.lines or {"": settings}
    if any(each.template is None and _able(each).window_24h for name, each in lines.items() if name in (answered or lines)):
        for rule in book.rules:
            if any(isinstance(action, Save) and action.reminders for action in rule.actions):
                yield Problem(
                    rule.mark,
                    tr(
                        "rule {rule!r} reminds customers, and this connection to WhatsApp takes only templates for people who have not "
                        "written in the last 24 hours. Set CHATBOT_TEMPLATE to the name of a template with a single place, into which "
                        "the reminder goes.",
                        rule=rule.name,
                    ),
                )


def _lines_of(rule: Rule, action: Notify, lines: Mapping[str, Settings], answered: Collection[str]) -> set[str]:
    """The lines by which a notice may go: its own, else those of the `answered` by which the rule may be asked."""
    if action.line in lines:
        return {action.line}
    asked = rule.when.line if rule.when is not None else None
    return {name for name in answered if not name or asked is None or name in asked}


def _able(settings: Settings) -> Capabilities:
    """The abilities of a line's connection; without one, those of a transport that says nothing."""
    chosen = settings.transport
    if chosen is None:
        return Capabilities()
    return TRANSPORTS[chosen].capabilities if isinstance(chosen, str) else capabilities_of(chosen)
