"""The pages about broadcasts: the list with the form of a new one, and one broadcast with its preview or its progress."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from flask import Response

from flask_chatbot.console.broadcasts.forms import asked_for, form_values
from flask_chatbot.console.chatting.bubbles import sent_bubbles
from flask_chatbot.console.chatting.page import words
from flask_chatbot.console.marks import shown
from flask_chatbot.console.routing import PageEntry, route
from flask_chatbot.console.visits import Visit
from flask_chatbot.core.translation.translatable import Translatable, reason_of, tr
from flask_chatbot.errors import NotAccepted
from flask_chatbot.views.entrance import BODY_LIMIT

if TYPE_CHECKING:
    from flask_chatbot.broadcasting.running import BroadcastProgress, Preview
    from flask_chatbot.delivery.lines import Lines
    from flask_chatbot.store.broadcasts.broadcasts import StoredBroadcast

PAGE = 30  # broadcasts
UPLOAD_LIMIT = 8 * 1024 * 1024 + BODY_LIMIT  # bytes: a file as large as a list may be, and the other fields
NO_LINE = tr("The bot has no connection to WhatsApp that a broadcast could go by. Set CHATBOT_TRANSPORT.")
FATES = {
    "waiting": tr("waiting"),
    "sent": tr("sent"),
    "delivered": tr("delivered"),
    "read": tr("read"),
    "failed": tr("failed"),
    "skipped": tr("skipped"),
    "withdrawn": tr("withdrawn"),
}


@route("broadcasts", role="look", entry=PageEntry(9, tr("Broadcasts")))
def broadcasts(visit: Visit) -> Response:
    """List the broadcasts, the newest first, below the form of a new one."""
    return _listed(visit)


@route("broadcasts", role="edit", method="POST", body=UPLOAD_LIMIT)
def prepare(visit: Visit) -> Response:
    """Keep a draft, and lead to its preview."""
    from flask_chatbot.broadcasting import preparing

    lines = visit.console.lines()
    if lines is None:
        return _listed(visit, visit.translated(NO_LINE), 422)
    try:
        content, audience = asked_for(visit)
        line, at = visit.form.get("line", ""), visit.form.get("at", "")
        number = preparing.prepare(lines, line, content, audience, at=at, author=_name(visit))
    except NotAccepted as error:
        return _listed(visit, visit.translated(reason_of(error)), 422)
    visit.record("broadcast drafted", str(number))
    return visit.go(f"/broadcasts/{number}")


@route("broadcasts/*", role="look")
def broadcast(visit: Visit) -> Response:
    """Show one broadcast: the preview of a draft, else how far it has come."""
    return _shown(visit)


@route("broadcasts/state/*", role="look")
def state(visit: Visit) -> Response:
    """The progress of a broadcast, for a page that looks again."""
    found = _progress(visit)
    if found is None:
        return _missing(visit)
    return visit.fragment("broadcast_state.html", **_facts(visit, found))


@route("broadcasts/start/*", role="edit", method="POST")
def start(visit: Visit) -> Response:
    """Start a draft; it is started once, however often somebody clicks."""
    from flask_chatbot.broadcasting import running

    def do(lines: "Lines") -> None:
        if running.start(lines, number_in(visit), _name(visit)):
            visit.record("broadcast started", visit.about)

    return _done(visit, do)


@route("broadcasts/stop/*", role="edit", method="POST")
def stop(visit: Visit) -> Response:
    """Stop a broadcast: whoever has got nothing yet gets nothing."""
    from flask_chatbot.broadcasting import running

    def do(lines: "Lines") -> None:
        if running.stop(lines.database, number_in(visit), visit.console.bots.own.clock().timestamp()):
            visit.record("broadcast stopped", visit.about)

    return _done(visit, do)


@route("broadcasts/discard/*", role="edit", method="POST")
def discard(visit: Visit) -> Response:
    """Delete a draft."""
    from flask_chatbot.broadcasting import running

    if running.discard(visit.console.database(), number_in(visit)):
        visit.record("broadcast discarded", visit.about)
    return visit.go("/broadcasts")


def number_in(visit: Visit) -> int:
    """The number of the broadcast that the page is about; 0, which none has, for any other text."""
    return int(visit.about) if visit.about.isascii() and visit.about.isdecimal() and len(visit.about) < 19 else 0


def _name(visit: Visit) -> str:
    return "" if visit.viewer is None else visit.viewer.name


def _done(visit: Visit, do: "Callable[[Lines], None]") -> Response:
    """The page of a broadcast after something was done to it, or with the reason why it could not be."""
    lines = visit.console.lines()
    try:
        if lines is None:
            raise NotAccepted(NO_LINE)
        do(lines)
    except NotAccepted as error:
        return _shown(visit, visit.translated(reason_of(error)), 422 if error.status < 500 else error.status)
    return visit.go(f"/broadcasts/{visit.about}")


def _listed(visit: Visit, problem: str = "", status: int = 200) -> Response:
    from flask_chatbot.broadcasting import running
    from flask_chatbot.broadcasting.running import BroadcastProgress
    from flask_chatbot.store.broadcasts import broadcasts as store

    with visit.console.database().reading() as connection:
        found = store.newest(connection, PAGE + 1, visit.before or store.LAST)
        # Counting a long list takes a while: those that are over have pages of their own.
        each_progress = [running.progress(connection, each) if each.is_open else BroadcastProgress(broadcast=each) for each in found[:PAGE]]
    return visit.live_page(
        "broadcasts.html",
        "broadcasts_list.html",
        status,
        is_newest=visit.before is None,
        here="broadcasts",
        problem=visit.text(problem),
        rows=[_facts(visit, each) for each in each_progress],
        more=found[PAGE - 1].number if len(found) > PAGE else None,
        **form_values(visit),
    )


def _shown(visit: Visit, problem: str = "", status: int = 200) -> Response:
    found = _progress(visit)
    if found is None:
        return _missing(visit)
    draft = _draft(visit, found) if found.broadcast.started_at is None else None
    if draft is not None and draft.refusal is not None:
        problem = problem or visit.translated(draft.refusal)
    facts = {**_facts(visit, found), **({} if draft is None else _previewed(visit, draft))}
    samples = [] if draft is None else [(shown(visit.number(each.to)), sent_bubbles(each.replies, visit.text)) for each in draft.samples]
    bot = visit.console.bots.of(found.broadcast.line)
    page = {"here": "broadcasts", "problem": visit.text(problem), "people": None if draft is None else draft.people, "samples": samples}
    return visit.page("broadcast.html", status, **page, **facts, **words(visit, bot))


def _previewed(visit: Visit, draft: "Preview") -> dict[str, object]:
    """The facts about a draft that only its preview knows."""
    return {
        "skipped": _reasons(visit, draft.skipped),
        "begins": visit.when(draft.begins_at) if draft.begins_at else "",
        "quiet": str(draft.quiet or ""),
    }


def _draft(visit: Visit, found: "BroadcastProgress") -> "Preview | None":
    """The preview of a draft; None if it cannot be sent any more."""
    from flask_chatbot.broadcasting import running

    lines = visit.console.lines()
    try:
        return None if lines is None else running.preview(lines, found.broadcast.number)
    except NotAccepted:  # its line or its rule is gone
        return None


def _progress(visit: Visit) -> "BroadcastProgress | None":
    from flask_chatbot.broadcasting import running

    with visit.console.database().reading() as connection:
        try:
            return running.progress(connection, running.stored(connection, number_in(visit)))
        except NotAccepted:
            return None


def _missing(visit: Visit) -> Response:
    reason = tr("There is no broadcast of this number. Drafts are kept for a day, others for 30.")
    return visit.page("refused.html", 404, reason=visit.translated(reason))


def _facts(visit: Visit, found: "BroadcastProgress") -> dict[str, object]:
    """A broadcast as pages show it."""
    from flask_chatbot.broadcasting.content import read_content
    from flask_chatbot.broadcasting.lists import in_words

    stored = found.broadcast
    counts = [(visit.translated(said), found.counts.get(fate, 0)) for fate, said in FATES.items()]
    return {
        "number": stored.number,
        "what": visit.text(visit.translated(read_content(stored.content).what)),
        "audience": visit.text(visit.translated(in_words(stored.audience))),
        "line": stored.line,
        "listed": stored.listed or 0,
        "repeated": stored.repeated,
        "begins": _begins(visit, stored),
        "quiet": "",
        "by": visit.text(stored.started_by or ""),
        "state": visit.translated(_state(visit, found)),
        "is_open": stored.is_open,
        "counts": [(said, people) for said, people in counts if people],
        "skipped": _reasons(visit, found.skipped),
        "may_edit": visit.viewer is not None and visit.viewer.may("edit"),
    }


def _reasons(visit: Visit, skipped: "Sequence[tuple[Translatable, int]]") -> list[tuple[str, int]]:
    return [(visit.text(visit.translated(reason)), people) for reason, people in skipped]


def _begins(visit: Visit, stored: "StoredBroadcast") -> str:
    """The time at which a broadcast begins or began: in the quiet time, its end. Empty for a draft that begins at once."""
    from flask_chatbot.broadcasting.running import waits_until

    at = max(stored.start_at, stored.started_at or 0.0)
    return visit.when(waits_until(visit.console.bots.of(stored.line).book, at) or at) if at else ""


def _state(visit: Visit, found: "BroadcastProgress") -> Translatable:
    """The state of a broadcast in a few words."""
    stored = found.broadcast
    if stored.started_at is None:
        return tr("not started")
    if stored.stopped_at is not None:
        return tr("stopped")
    if stored.ended_at is not None:
        return tr("over")
    now = visit.console.bots.own.clock().timestamp()
    if stored.start_at > now:
        return tr("scheduled")
    until = found.waits_until(visit.console.bots.of(stored.line).book, now)
    return tr("waits until {at}, when the quiet time ends", at=visit.when(until)) if until else tr("under way")
