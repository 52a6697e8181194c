"""The editor's pages: a rule file as text, its problems while one types, its tests, trials, saving, and the versions before."""

import json
from collections.abc import Callable
from difflib import unified_diff
from itertools import islice
from time import monotonic
from typing import Any

from flask import Response, request

from flask_chatbot.console.editing.comparing import AMONG, MESSAGES, SECONDS, Compared, compare, real_messages, written_texts, yesterday
from flask_chatbot.console.editing.completing import keys_at
from flask_chatbot.console.editing.drafts import Draft
from flask_chatbot.console.editing.files import EditableFile, find_file, root_name, rule_files
from flask_chatbot.console.editing.listing import may_edit
from flask_chatbot.console.editing.saving import save
from flask_chatbot.console.editing.texts import SIZE_LIMIT, fingerprint_of, source_of, text_in
from flask_chatbot.console.marks import shown
from flask_chatbot.console.routing import Page, route
from flask_chatbot.console.visits import Visit
from flask_chatbot.core.translation.translatable import Translatable, tr
from flask_chatbot.core.values.problems import Problem

BODY = 4 * SIZE_LIMIT  # bytes: a form writes most signs with three
DIFFERENCE = 2_000  # lines of a difference
LISTED = 100  # problems
CHANGED = 50  # answers that would change
FilePage = Callable[[Visit, EditableFile, bytes], Response]
SHUT = tr("Rules are not edited here. Set CHATBOT_CONSOLE_EDIT to True for that.")
NO_FILE = tr("There is no such rule file.")
EMPTY = tr("Write some texts first, each on a line of its own.")
UNUSABLE = tr("The rules cannot be tried while they have these problems.")
FLAWLESS = tr("No problems.")
NO_MESSAGES = tr("Nobody has written since yesterday, or messages are not kept.")


def on_file(page: FilePage) -> Page:
    """Open the rule file that a request names, for a page about it; or show why it is not opened."""

    def opened(visit: Visit) -> Response:
        if not may_edit(visit):
            return _refused(visit, SHUT, 403)
        file = find_file(visit.console.bots, visit.form.get("file", "") or request.args.get("file", ""))
        if file is None:
            return _refused(visit, NO_FILE, 404)
        try:
            source = file.read()
        except OSError:
            return _refused(visit, NO_FILE, 404)
        return _refused(visit, _unfit(file.name), 422) if source is None else page(visit, file, source)

    return opened


@route("edit", role="edit")
@on_file
def edit(visit: Visit, file: EditableFile, source: bytes) -> Response:
    """Open a rule file, or an earlier version of it."""
    version = request.args.get("version", "")
    earlier = visit.console.versions.read(file.path, version) if version else None
    text = text_in(source if earlier is None else earlier) or ""
    line = request.args.get("line", "")
    return _page(visit, file, text, fingerprint_of(source), is_earlier=earlier is not None, line=line if line.isdecimal() else "")


@route("edit", role="edit", method="POST", body=BODY)
@on_file
def work(visit: Visit, file: EditableFile, source: bytes) -> Response:
    """Check, test, try or save what a viewer has written."""
    form = visit.form
    text, opened, do = form.get("text", ""), form.get("opened", ""), form.get("do", "check")
    draft = Draft(file=file, source=source_of(text, source))
    if len(draft.source) > SIZE_LIMIT:
        results: dict[str, Any] = {"problem": visit.translated(_too_large())}
    elif do == "save":
        saved = save(visit, draft, opened)
        results = {"saving": saved, "says": visit.translated(saved.says), **_problems(visit, saved.problems)}
        opened = fingerprint_of(draft.source) if saved.is_done else opened
    else:
        results = {"test": _tested, "try": _tried, "yesterday": _replayed}.get(do, _checked)(visit, draft)
    if request.headers.get("HX-Request") == "true":
        return visit.page("edited.html", **{**_NOTHING, **results}, opened=opened, is_part=True)
    return _page(visit, file, text_in(text.encode()) or "", opened, texts=form.get("texts", ""), **results)


@route("edit/check", role="edit", method="POST", body=BODY)
@on_file
def check(visit: Visit, file: EditableFile, source: bytes) -> Response:
    """Say what is wrong with a text, for the marks on its lines."""
    draft = Draft(file=file, source=source_of(visit.form.get("text", ""), source))
    found = draft.problems[:LISTED] if len(draft.source) <= SIZE_LIMIT else ()
    return _json(
        [
            {
                "line": each.mark.line if each.mark.file == file.shown_as else 0,
                "column": each.mark.column,
                "severity": each.severity,
                "message": visit.translated(each.message) if each.mark.file == file.shown_as else visit.problem(each),
            }
            for each in found
        ]
    )


@route("edit/keys", role="edit")
def keys(visit: Visit) -> Response:
    """Say which keys may stand at a place."""
    if not may_edit(visit):
        return _refused(visit, SHUT, 403)
    return _json(keys_at([step for step in request.args.get("path", "")[:1000].split("\n") if step], visit.language))


@route("edit/versions", role="edit")
@on_file
def difference(visit: Visit, file: EditableFile, source: bytes) -> Response:
    """Show how a version differs from the file as it is."""
    chosen = request.args.get("version", "")
    version = next((each for each in visit.console.versions.listed(file.path) if each.id == chosen), None)
    earlier = None if version is None else visit.console.versions.read(file.path, version.id)
    if version is None or earlier is None:
        return _refused(visit, tr("There is no such version. The last {count} of each file are kept.", count=10), 404)
    lines = unified_diff((text_in(earlier) or "").split("\n"), (text_in(source) or "").split("\n"), n=3, lineterm="")
    return visit.page(
        "versions.html",
        here="rules",
        file=file,
        version=version,
        at=visit.when(version.at),
        lines=[(_SIGNS.get(line[:1], ""), shown(line)) for line in islice(lines, 2, DIFFERENCE)],
    )


_SIGNS = {"+": "added", "-": "removed", "@": "place"}
_NOTHING: dict[str, Any] = {  # of all that may come of a try
    "saving": None,
    "says": "",
    "problem": "",
    "problems": (),
    "tests": None,
    "compared": None,
    "roots": {},
    "seen": 0,
    "changed": 0,
    "note": "",
}


def _unfit(name: str) -> Translatable:
    return tr(
        "{file} is not opened here: it is larger than {limit} KiB, or no UTF-8 text. Edit it on the server.",
        file=name,
        limit=SIZE_LIMIT // 1024,
    )


def _too_large() -> Translatable:
    return tr(
        "The text is larger than {limit} KiB. Move some of the rules to another file, and name that one under `include`.",
        limit=SIZE_LIMIT // 1024,
    )


def _refused(visit: Visit, reason: Translatable, status: int) -> Response:
    return visit.page("refused.html", status, reason=visit.translated(reason))


def _page(visit: Visit, file: EditableFile, text: str, opened: str, **names: Any) -> Response:
    versions = [(each, visit.when(each.at)) for each in visit.console.versions.listed(file.path)]
    given = {**_NOTHING, "texts": "", "is_earlier": False, "line": "", **names}
    status = 422 if given["problem"] or (given["saving"] is not None and not given["saving"].is_done) else 200
    bots = visit.console.bots
    names = {"files": rule_files(bots), "roots_here": [root_name(bots, bot) for bot in file.bots]}
    return visit.page(
        "edit.html", status, here="rules", file=file, text=text, opened=opened, versions=versions, is_part=False, **given, **names
    )


def _problems(visit: Visit, problems: tuple[Problem, ...]) -> dict[str, Any]:
    """The problems as the page lists them: with their place, and the line to go to."""
    listed = [(each.severity, str(visit.place(each.mark)), each.mark.line, visit.translated(each.message)) for each in problems[:LISTED]]
    return {"problems": listed}


def _checked(visit: Visit, draft: Draft) -> dict[str, Any]:
    found = draft.problems
    return {"note": "" if found else visit.translated(FLAWLESS), **_problems(visit, found)}


def _tested(visit: Visit, draft: Draft) -> dict[str, Any]:
    tests, found = draft.refusals()
    return {"tests": None if found and not tests else tests, **_problems(visit, found)}


def _tried(visit: Visit, draft: Draft) -> dict[str, Any]:
    texts = visit.form.get("texts", "")
    if not texts.strip():
        return {"problem": visit.translated(EMPTY)}
    books = draft.books()
    if books is None:
        return _unusable(visit, draft)
    end = monotonic() + SECONDS
    found = [each for bot, book in books for each in compare(bot, book, written_texts(texts, bot.clock()), end)]
    return _comparison(visit, found, changes_alone=False)


def _replayed(visit: Visit, draft: Draft) -> dict[str, Any]:
    from flask_chatbot.store.console.heard import heard_since

    own, bots, books = visit.console.bots.own, visit.console.bots, draft.books()
    if books is None:
        return _unusable(visit, draft)
    with visit.console.database().reading() as connection:
        heard = heard_since(connection, yesterday(own.clock(), own.book), MESSAGES, AMONG)
    of_each = [(bot, book, [each for each in heard if bots.of_session(each.session) is bot]) for bot, book in books]
    if not any(texts for _, _, texts in of_each):
        return {"note": visit.translated(NO_MESSAGES)}
    end = monotonic() + SECONDS
    found = [each for bot, book, texts in of_each for each in compare(bot, book, real_messages(texts, bot.book), end)]
    return _comparison(visit, found, changes_alone=True)


def _unusable(visit: Visit, draft: Draft) -> dict[str, Any]:
    errors = tuple(each for each in draft.problems if each.severity == "error")
    return {"problem": visit.translated(UNUSABLE), **_problems(visit, errors)}


def _comparison(visit: Visit, found: list[Compared], *, changes_alone: bool) -> dict[str, Any]:
    changed = [each for each in found if each.differs]
    listed = [each.seen_by(visit.text) for each in changed[:CHANGED]] if changes_alone else found
    roots = {each: root_name(visit.console.bots, each) for each in dict.fromkeys(each.bot for each in listed)}
    return {"seen": len(found), "changed": len(changed), "compared": listed, "roots": roots if len(roots) > 1 else {}}


def _json(value: object) -> Response:
    return Response(json.dumps(value, ensure_ascii=False), content_type="application/json")
