"""The page about what was not understood: texts that fell through, those alike together, and what to write next."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from flask import Response

from flask_chatbot.answering.history import hash_of
from flask_chatbot.bot.bot import Bot
from flask_chatbot.bot.bots import Bots
from flask_chatbot.console.editing.comparing import TRIED, Rehearsal
from flask_chatbot.console.editing.files import files_of, root_name
from flask_chatbot.console.editing.listing import may_edit
from flask_chatbot.console.groupings import LONGEST, Alike, NearRule
from flask_chatbot.console.marks import shown
from flask_chatbot.console.routing import PageEntry, route
from flask_chatbot.console.visits import Visit
from flask_chatbot.core.language.sentences import clip
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.messages import Message, Sender

if TYPE_CHECKING:
    from flask_chatbot.store.console.conversations import FellThrough

AMONG = 3_000  # of the last messages
TEXTS = 300  # that fell through among them
PAGE = 15  # groups
WORD_LIMIT = 64  # letters of a word in `similar`


def line_for(text: str) -> str:
    """The line that makes a rule answer a text."""
    return f'similar: ["{quoted(text)}"]'


def new_rule(text: str) -> str:
    r"""The beginning of a rule for a text.

    >>> print(new_rule('ada "parkir"?'))
    - similar: ["ada \"parkir\"?"]
      reply: ...
    """
    return f"- {line_for(text)}\n  reply: ..."


def quoted(text: str) -> str:
    r"""A text as it stands between double quotes in YAML.

    >>> quoted('a\\b\n"c"')
    'a\\\\b \\"c\\"'
    """
    words = [word[:WORD_LIMIT] for word in shown(text).split()]
    return " ".join(words).replace("\\", "\\\\").replace('"', '\\"')


@dataclass(frozen=True, slots=True)
class Notice:
    """The outcome of a change, at the top of the page, with the problems that prevented it."""

    says: str
    problems: tuple[str, ...] = ()
    is_done: bool = False


@route("unmatched", role="look", entry=PageEntry(5, tr("Not understood")))
def unmatched(visit: Visit) -> Response:
    """List what fell through, and what to write next."""
    return list_unmatched(visit)


def list_unmatched(visit: Visit, notice: Notice | None = None) -> Response:
    """The page, with what came of a change."""
    from flask_chatbot.store.console.conversations import fell_through

    bots = visit.console.bots
    fallbacks = list(dict.fromkeys(rule.name for rule in bots.rules if rule.fallback))
    with visit.console.database().reading() as connection:
        found = fell_through(connection, fallbacks, TEXTS, AMONG) if fallbacks else []
    groupings = {bot: visit.console.groupings.of(bot, list(_of(bots, bot, found))) for bot in bots}
    groups = [(bot, group) for bot, grouping in groupings.items() for group in grouping.groups]
    groups.sort(key=lambda each: (-each[1].count, -each[1].at))
    here = slice(visit.page_number * PAGE, (visit.page_number + 1) * PAGE)
    roots = {bot: root_name(bots, bot) for bot in bots}
    return visit.page(
        "unmatched.html",
        422 if notice and not notice.is_done else 200,
        here="unmatched",
        groups=[_shown(visit, bot, group, groupings[bot].near(group), roots[bot]) for bot, group in groups[here]],
        total=sum(group.count for _, group in groups),
        has_fallback=bool(fallbacks),
        notice=notice,
        at=visit.page_number,
        has_more=len(groups) > here.stop,
        files={roots[bot]: [file.name for file in files_of(bots, bot)] for bot in bots} if may_edit(visit) else {},
    )


def _of(bots: Bots, bot: Bot, found: "Iterable[FellThrough]") -> "Iterator[FellThrough]":
    """Yield the texts that a fallback of this bot answered."""
    for each in found:
        if bots.is_fallback(each.session, each.rule) and bots.of_session(each.session) is bot:
            yield each


def _shown(visit: Visit, bot: Bot, group: Alike, near: tuple[NearRule, ...], of: str) -> dict[str, object]:
    """A group as the page shows it, with what to write next into the rules of its bot."""
    text = visit.text(group.text)
    return {
        "text": clip(text, LONGEST),
        "count": group.count,
        "people": len(group.people),
        "at": f"{datetime.fromtimestamp(group.at, visit.console.bot.book.locale.timezone):%d/%m %H:%M}",
        "near": near,
        "line": line_for(text),
        "rule": new_rule(text),
        "now": "" if group.rules_hash == hash_of(bot.book) else _answered_now(bot, group.text),  # by the same rules, it falls through
        "of": of,
        "lines": ", ".join(sorted(bot.lines)) if len(visit.console.bots) > 1 else "",
    }


def _answered_now(bot: Bot, text: str) -> str:
    """The rule that would answer a text now, if there is one by now; empty if it would fall through again."""
    name = Rehearsal(bot, bot.book).answer(Message(text=text, sender=Sender(number=TRIED)), bot.clock()).rule
    rule = bot.book.by_name.get(name)
    return "" if rule is None or rule.fallback else shown(name)
