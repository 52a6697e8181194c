"""The page about what was not understood: texts that fell through, those alike together, and what to write next."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from flask import Response

from flask_chatbot.bot.bot import Bot
from flask_chatbot.bot.bots import Bots
from flask_chatbot.console.editing.files import files_of, root_name
from flask_chatbot.console.editing.listing import may_edit
from flask_chatbot.console.marks import shown
from flask_chatbot.console.routing import PageEntry, route
from flask_chatbot.console.unmatched.groupings import LONGEST, Alike, Grouping
from flask_chatbot.console.visits import Visit
from flask_chatbot.core.language.masking import without_numbers
from flask_chatbot.core.language.sentences import clip
from flask_chatbot.core.translation.translatable import tr

if TYPE_CHECKING:
    from flask_chatbot.store.console.conversations import FellThrough

AMONG = 2_000  # of the last messages
TEXTS = 200  # that fell through among them
PAGE = 10  # groups
AT_ONCE = 3  # groups of which it is not known yet what the rules make of them: for more of them the page asks once it is shown
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

    bots, at = visit.console.bots, visit.page_number
    fallbacks = list(dict.fromkeys(rule.name for rule in bots.rules if rule.fallback))
    with visit.console.database().reading() as connection:
        found = fell_through(connection, fallbacks, TEXTS, AMONG) if fallbacks else []
    groupings = {bot: visit.console.groupings.of(bot, list(_of(bots, bot, found))) for bot in bots}
    groups = [(bot, group) for bot, grouping in groupings.items() for group in grouping.groups]
    groups.sort(key=lambda each: (-each[1].count, -each[1].at))
    here = slice(at * PAGE, (at + 1) * PAGE)
    roots = {bot: root_name(bots, bot) for bot in bots} if may_edit(visit) else {}
    is_late = not visit.asked("near") and sum(not groupings[bot].knows(group) for bot, group in groups[here]) > AT_ONCE
    return visit.page(
        "unmatched.html",
        422 if notice and not notice.is_done else 200,
        here="unmatched",
        groups=[_shown(visit, bot, group, None if is_late else groupings[bot], roots.get(bot, "")) for bot, group in groups[here]],
        is_late=is_late,
        total=sum(group.count for _, group in groups),
        has_fallback=bool(fallbacks),
        notice=notice,
        at=at,
        has_more=len(groups) > here.stop,
        files={root: [file.name for file in files_of(bots, bot)] for bot, root in roots.items()},
    )


def _of(bots: Bots, bot: Bot, found: "Collection[FellThrough]") -> "Iterator[FellThrough]":
    """The texts that a fallback of this bot answered."""
    theirs = {
        (session, rule)
        for session, rule in {(each.session, each.rule) for each in found}
        if bots.is_fallback(session, rule) and bots.of_session(session) is bot
    }
    return (each for each in found if (each.session, each.rule) in theirs)


def _shown(visit: Visit, bot: Bot, group: Alike, grouping: Grouping | None, of: str) -> dict[str, object]:
    """A group as the page shows it, with what to write next into the rules of its bot; without a `grouping`, that is looked for later."""
    text, phrase = visit.text(group.text), without_numbers(group.text, bot.book.locale.country)
    return {
        "text": clip(text, LONGEST),
        "count": group.count,
        "people": len(group.people),
        "at": f"{datetime.fromtimestamp(group.at, visit.console.bots.own.book.locale.timezone):%d/%m %H:%M}",
        "near": grouping.near(group) if grouping else (),
        "line": line_for(phrase),
        "rule": new_rule(phrase),
        "now": shown(grouping.rule_now(group)) if grouping else "",
        "of": of,
        "lines": ", ".join(sorted(bot.lines)) if len(visit.console.bots) > 1 else "",
    }
