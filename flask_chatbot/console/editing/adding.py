"""The changes made on the page about texts that were not understood: a phrase more of a rule, or a rule more."""

from flask import Response

from flask_chatbot.bot.bot import Bot
from flask_chatbot.console.editing.comparing import Rehearsal, written_texts
from flask_chatbot.console.editing.drafts import Draft
from flask_chatbot.console.editing.editor import SHUT
from flask_chatbot.console.editing.files import EditableFile, files_of, find_bot, find_file
from flask_chatbot.console.editing.inserting import with_phrase, with_rule
from flask_chatbot.console.editing.listing import may_edit
from flask_chatbot.console.editing.saving import save
from flask_chatbot.console.editing.texts import fingerprint_of, source_of, text_in
from flask_chatbot.console.marks import shown
from flask_chatbot.console.routing import route
from flask_chatbot.console.unmatched.groupings import LONGEST
from flask_chatbot.console.unmatched.pages import Notice, list_unmatched, quoted
from flask_chatbot.console.visits import Visit
from flask_chatbot.core.language.masking import without_numbers
from flask_chatbot.core.language.sentences import clip
from flask_chatbot.core.translation.translatable import Translatable, tr
from flask_chatbot.core.values.problems import Mark
from flask_chatbot.core.values.sources import digest

REPLY_LIMIT = 4096  # characters
GONE = tr("That rule is not in the files as they are now. Load this page anew, and try again.")
BY_HAND = tr("Not saved: this part of the file is written in a way that the console does not extend. Add the phrase in the editor.")
NO_REPLY = tr("Write the answer of the new rule first.")


@route("unmatched/add", role="edit", method="POST")
def add_phrase(visit: Visit) -> Response:
    """Add a text that fell through to the phrases of a rule."""
    if not may_edit(visit):
        return _refused(visit)
    form, bots = visit.form, visit.console.bots
    bot = find_bot(bots, form.get("of", ""))
    rule = bot.book.by_name.get(form.get("rule", ""))
    file = None if rule is None else next((each for each in files_of(bots, bot) if each.shown_as == rule.mark.file), None)
    source = (file.read() if file else None) or b""
    if rule is None or file is None or digest(source) not in bot.book.sources.digests.values():
        return list_unmatched(visit, Notice(visit.translated(GONE)))
    words = _phrase(visit, bot)
    return _save(visit, bot, file, source, with_phrase(text_in(source) or "", rule.mark.line, quoted(words)), words)


@route("unmatched/new", role="edit", method="POST")
def make_rule(visit: Visit) -> Response:
    """Make a rule of a text that fell through, with the answer that was written for it."""
    if not may_edit(visit):
        return _refused(visit)
    form = visit.form
    file = find_file(visit.console.bots, form.get("file", "") or form.get("of", ""))
    if file is None:
        return list_unmatched(visit, Notice(visit.translated(GONE)))
    reply = "\n".join(form.get("reply", "")[:REPLY_LIMIT].split("\r\n")).strip()
    if not reply:
        return list_unmatched(visit, Notice(visit.translated(NO_REPLY)))
    source = file.read() or b""
    bot = find_bot(visit.console.bots, form.get("of", ""))
    words = _phrase(visit, bot)
    return _save(visit, bot, file, source, with_rule(text_in(source) or "", quoted(words), reply), words)


def _phrase(visit: Visit, bot: Bot) -> str:
    """The text that fell through, as a phrase: the page that sent it may have shown a customer's number in it, masked or whole."""
    return without_numbers(visit.form.get("text", "")[:LONGEST], bot.book.locale.country)


def _save(visit: Visit, bot: Bot, file: EditableFile, source: bytes, text: str | None, words: str) -> Response:
    """Save a file with its new text, and say which rule answers the words now."""
    if text is None or not source:
        return list_unmatched(visit, Notice(visit.translated(BY_HAND)))
    saving = save(visit, Draft(file=file, source=source_of(text, source)), fingerprint_of(source))
    if not saving.is_done:
        problems = tuple(map(visit.problem, saving.problems))
        return list_unmatched(visit, Notice(visit.translated(saving.says), problems))
    said = saving.says if not bot.settings.reload else _answered(visit, words, *_rule_for(bot, words))
    return list_unmatched(visit, Notice(visit.translated(said), is_done=True))


def _rule_for(bot: Bot, words: str) -> tuple[str, Mark | None]:
    """The rule that answers these words now, and its place."""
    rehearsal = Rehearsal(bot, bot.book)
    name = next((rehearsal.answer(message, now).rule for message, now in written_texts(" ".join(words.split()), bot.clock())), "")
    return name, bot.book.by_name[name].mark if name in bot.book.by_name else None


def _answered(visit: Visit, words: str, rule: str, mark: Mark | None) -> Translatable:
    return tr(
        'Saved, and in use: "{text}" is answered by the rule {rule}, {place}.',
        text=shown(clip(words, 60)),
        rule=shown(rule) or "-",
        place=str(visit.place(mark) if mark else "-"),
    )


def _refused(visit: Visit) -> Response:
    return visit.page("refused.html", 403, reason=visit.translated(SHUT))
