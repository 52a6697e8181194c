"""The page about rules: each with its words, fields, replies and hits, and what is wrong with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from flask import Response, request

from flask_chatbot.bot.bot import Bot
from flask_chatbot.console.chatting.reasons import file_lines, rule_lines
from flask_chatbot.console.editing.files import files_of, find_bot, root_name
from flask_chatbot.console.editing.findings import inside
from flask_chatbot.console.marks import shown
from flask_chatbot.console.routing import PageEntry, route
from flask_chatbot.console.visits import Visit
from flask_chatbot.core.deciding.trials import KINDS
from flask_chatbot.core.language.sentences import clip
from flask_chatbot.core.matching.match import Kind
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.templates.answers import Answer, templates
from flask_chatbot.core.translation.translatable import Translatable, tr
from flask_chatbot.core.values.problems import Mark, Problem

PAGE = 25  # rules
SHOWN = 120  # characters of what is said of a rule in one line
SILENT = tr("says nothing")
BY_PYTHON = tr("answered by Python")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A rule as the page shows it; `fields` are names with their types, `ways` the kinds by which it is found with their words."""

    name: str
    place: str
    ways: tuple[tuple[str, str], ...]
    fields: tuple[tuple[str, str], ...]
    says: str
    problems: tuple[str, ...]
    warnings: tuple[str, ...]
    source: str
    edit: str


@route("rules", role="look", entry=PageEntry(4, tr("Rules")))
def rules(visit: Visit) -> Response:
    """List the rules, those that a search finds."""
    bots = visit.console.bots
    bot, words, wrong = find_bot(bots, visit.asked("of")), request.args.get("q", "").strip()[:100], request.args.get("wrong") == "yes"
    page = visit.page_number
    found, rest = inside(visit.console.findings.of(bot), [rule.mark for rule in bot.book.rules])
    chosen = [rule for rule in bot.book.rules if is_about(rule, words) and (not wrong or found.get(rule.mark))]
    return visit.page(
        "rules.html",
        here="rules",
        rules=_listed(visit, bot, chosen[page * PAGE : (page + 1) * PAGE], found),
        total=len(chosen),
        words=shown(words),
        wrong=wrong,
        page=page,
        has_more=len(chosen) > (page + 1) * PAGE,
        elsewhere=list(map(visit.problem, rest)),
        refused=list(map(visit.problem, bot.problems)),
        files=files_of(bots, bot) if may_edit(visit) else (),
        of=root_name(bots, bot),
        roots=rules_to_choose(visit),
    )


def rules_to_choose(visit: Visit) -> dict[str, str]:
    """The files in which rules begin, each with the lines that they answer; empty if all lines have the same rules."""
    bots = visit.console.bots
    return {root_name(bots, bot): ", ".join(sorted(bot.lines)) for bot in bots} if len(bots) > 1 else {}


def may_edit(visit: Visit) -> bool:
    """True if this viewer may change the rule files in the console."""
    return visit.console.bots.own.settings.console_edit and visit.viewer is not None and visit.viewer.may("edit")


def is_about(rule: Rule, words: str) -> bool:
    """True if a rule has all these words somewhere: in its name, what finds it, its fields, or what it says."""
    if not words:
        return True
    text = "\n".join((rule.name, *(said for _, said in _ways(rule)), *_field_names(rule), *_texts(rule))).casefold()
    return all(word in text for word in words.casefold().split())


def _listed(visit: Visit, bot: Bot, rules: Sequence[Rule], problems: Mapping[Mark, Sequence[Problem]]) -> list[tuple[Listed, int, int]]:
    """The rules, each with its hits today and in 30 days."""
    bots = visit.console.bots
    sources = {file: file_lines([bot.book], file) for file in {rule.mark.file for rule in rules}}
    names = {file.shown_as: file.name for file in files_of(bots, bot)} if may_edit(visit) else {}
    with visit.console.database().reading() as connection:
        hits = visit.console.hits.by_rule(
            connection, bot.clock(), bot.book.locale.timezone, lambda session: bots.of_session(session) is bot
        )
    return [
        (
            _said(visit, rule, problems.get(rule.mark, ()), rule_lines(sources[rule.mark.file], rule.mark.line), names),
            *hits.get(rule.name, (0, 0)),
        )
        for rule in rules
    ]


def _said(visit: Visit, rule: Rule, problems: Sequence[Problem], source: str, files: Mapping[str, str]) -> Listed:
    """A rule as the page shows it; `files` are the names of those that the viewer may change."""
    name, line = files.get(rule.mark.file), rule.mark.line
    return Listed(
        name=shown(rule.name),
        place=str(visit.place(rule.mark)),
        ways=tuple((visit.translated(kind), shown(clip(said, SHOWN))) for kind, said in _ways(rule)),
        fields=tuple((field.name, field.type) for field in rule.fields or ()),
        says=shown(clip(" | ".join(_texts(rule)), SHOWN)) or _without_text(visit, rule),
        problems=tuple(visit.translated(each.message) for each in problems if each.severity == "error"),
        warnings=tuple(visit.translated(each.message) for each in problems if each.severity == "warning"),
        source=source,
        edit="" if name is None else f"{visit.base}/edit?file={quote(name)}&line={line}#L{line}",
    )


def _ways(rule: Rule) -> Iterator[tuple[Translatable, str]]:
    """Yield the kinds by which a rule is found, each with its words."""
    ways = (
        (Kind.KEYWORD, [each.written for each in rule.keywords if not each.takes_fields]),
        (Kind.FIELDS, [each.written for each in rule.keywords if each.takes_fields]),
        (Kind.CONTAINS, [each.written for each in rule.contains]),
        (Kind.SIMILAR, list(rule.similar_written)),
        (Kind.PATTERN, [each.source for each in rule.patterns]),
        (Kind.SENDS, list(rule.sends)),
    )
    yield from ((KINDS[kind], ", ".join(words)) for kind, words in ways if words)
    if rule.fallback:
        yield KINDS[Kind.FALLBACK], ""


def _field_names(rule: Rule) -> Iterator[str]:
    yield from (field.name for field in rule.fields or ())


def _texts(rule: Rule) -> Iterator[str]:
    """Yield the texts of a rule's answers, as its author wrote them."""
    answers: tuple[Answer, ...] = rule.reply
    yield from (template.source for template in templates(answers))
    yield from (entry.words for entry in rule.menu)


def _without_text(visit: Visit, rule: Rule) -> str:
    has_handler = rule.name in visit.console.bots.own.handlers.rules
    return visit.translated(BY_PYTHON if has_handler else SILENT)
