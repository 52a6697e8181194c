"""Saving: a rule file is replaced as a whole, only by what passes, and only if it is as it was when it was opened."""

from dataclasses import dataclass

from flask_chatbot.bot.reloading import take
from flask_chatbot.console.editing.drafts import Draft
from flask_chatbot.console.editing.texts import fingerprint_of
from flask_chatbot.console.editing.versions import write_whole
from flask_chatbot.console.visits import Visit
from flask_chatbot.core.loading.loader import read_rules
from flask_chatbot.core.translation.translatable import Translatable, system_reason, tr
from flask_chatbot.core.values.problems import Problem

SAVED = tr("Saved. The rules are in use.")
SAVED_FOR_LATER = tr("Saved. The rules are in use once the app is started again, since CHATBOT_RELOAD is off.")
NOT_PASSED = tr("Not saved: the rules would not be used with this text.")
CHANGED = tr(
    "Not saved: the file was changed after you opened it, here or elsewhere. Your text is still on this page. Copy it, open the file anew, "
    "and write your change into it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """The outcome of a try to save: if it was done, a sentence, the problems that prevent it, and how many tests were run."""

    is_done: bool
    says: Translatable
    problems: tuple[Problem, ...] = ()
    tests: int = 0
    is_outdated: bool = False


def save(visit: Visit, draft: Draft, opened: str) -> Saving:
    """Replace a rule file by a draft of it; `opened` is the fingerprint of what it held when the viewer opened it."""
    if fingerprint_of(draft.file.path.read_bytes()) != opened:
        return Saving(is_done=False, says=CHANGED, is_outdated=True)
    tests, problems = draft.refusals()
    if problems:
        return Saving(is_done=False, says=NOT_PASSED, problems=problems, tests=tests)
    try:
        is_done = _replace(visit, draft, opened)
    except OSError as error:
        return Saving(is_done=False, says=unwritable(draft.file.name, error))
    if not is_done:
        return Saving(is_done=False, says=CHANGED, is_outdated=True)
    if not visit.console.bots.own.settings.reload:
        return Saving(is_done=True, says=SAVED_FOR_LATER, tests=tests)
    for bot in draft.file.bots:
        take(bot, read_rules(bot.path, bot.additions))  # at once here; other processes see it within a second
    return Saving(is_done=True, says=SAVED, tests=tests)


def unwritable(name: str, error: OSError) -> Translatable:
    """The sentence about a file that cannot be replaced."""
    return tr(
        "Not saved: {file} or the instance folder cannot be written: {reason}. Let the user of the app write into both folders, or change "
        "the file on the server.",
        file=name,
        reason=system_reason(error),
    )


def _replace(visit: Visit, draft: Draft, opened: str) -> bool:
    """Write the file and keep both versions; False if it was changed. One process at a time: the database's lock is held meanwhile."""
    from flask_chatbot.database.statements import lock_all, lock_key
    from flask_chatbot.store.console import audit

    path, act = draft.file.path, visit.act("rules saved", draft.file.name)
    with visit.console.database().writing() as connection:
        lock_all(connection, [lock_key("rule file", str(path))])
        before = path.read_bytes()
        if fingerprint_of(before) != opened:
            return False
        visit.console.versions.keep(path, before, act.at, "")
        write_whole(path, draft.source)
        visit.console.versions.keep(path, draft.source, act.at, act.name or "console")
        audit.add(connection, act)
    return True
