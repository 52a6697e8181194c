"""Rules that wait for files, places or contacts where only texts come in."""

from collections.abc import Collection, Iterable, Iterator

from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.problems import Problem


def unheard(book: RuleBook, lines: Collection[str]) -> tuple[Rule, ...]:
    """The rules that wait for what is no text, and that it never reaches: only these `lines` bring any."""
    return tuple(rule for rule in book.rules if (rule.sends or rule.takes_sent) and not _is_fed(rule, lines))


def _is_fed(rule: Rule, lines: Collection[str]) -> bool:
    named = rule.when.line if rule.when is not None else None
    return bool(lines) if named is None else not set(named).isdisjoint(lines)


def warned_of(rules: Iterable[Rule], *, has_transport: bool) -> Iterator[Problem]:
    """Yield a warning about each rule that waits in vain for what is no text."""
    for rule in rules:
        if has_transport:
            message = tr(
                "rule {rule!r} waits for a file, a location or a contact, and none come by the lines that it answers: hosted and the "
                "webhook bring texts only. Another CHATBOT_TRANSPORT brings them.",
                rule=rule.name,
            )
        else:
            message = tr(
                "rule {rule!r} waits for a file, a location or a contact, and only texts come by the webhook. Set CHATBOT_TRANSPORT.",
                rule=rule.name,
            )
        yield Problem(rule.mark, message, "warning")
