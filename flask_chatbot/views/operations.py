"""The endpoints of what commands do on the command line, for systems that cannot run any: saved rows, pauses and opt-outs."""

import re
from typing import TYPE_CHECKING

from flask import request

from flask_chatbot.core.language.sentences import clip
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.chats import person_in
from flask_chatbot.errors import BadPayload
from flask_chatbot.views.asked import Asked, body_of, country_of, success
from flask_chatbot.wire.calls import read_someone
from flask_chatbot.wire.operations import read_length, read_wanted_state
from flask_chatbot.wire.texts import Body

# Only for its type, and imported when it is called: it loads SQLAlchemy, which is slow.
if TYPE_CHECKING:
    from flask_chatbot.store.saved import SavedRow

_AFTER = re.compile("[0-9]{1,15}")


def saved(asked: Asked) -> object:
    """Return the rows of a table behind a number, some of them at a time."""
    from flask_chatbot.answering.operations import read_saved, saved_names

    after, database = _after(), asked.lines.database
    names = saved_names(asked.books)
    if asked.id not in names and not read_saved(database, asked.id, 0, _now(asked), 1).rows:
        raise BadPayload(_unknown(asked.id, sorted(names)), 404)
    page = read_saved(database, asked.id, after, _now(asked))
    return success({"rows": [_row_json(row) for row in page.rows], "more": page.has_more})


def row(asked: Asked) -> object:
    """Move a row into a state, and tell its customer if the rules say how."""
    from flask_chatbot.answering.moving import book_saving_to, move_row, read_state, row_listed

    database, book = asked.lines.database, book_saving_to(asked.books, asked.id)
    state = read_state(book, asked.id, read_wanted_state(body_of(asked, "row")))
    written = asked.number.rstrip("/")  # a path may end in a slash, and a number have one inside
    number = row_listed(database, asked.id, written).number
    actor = f"API {asked.caller}".strip()
    outcome = move_row(database, asked.lines, book, asked.id, number, state=state, actor=actor, now=_now(asked))
    before = outcome.moved.before
    was = {"before": before.state or None, "since": int(before.at), "by": before.actor or None}
    was |= {"moved": outcome.moved.is_moved, "told": outcome.is_told}
    was |= {"reason": outcome.why_not} if outcome.why_not else {}
    return success({**_row_json(outcome.moved.row), **was})


def pause(asked: Asked) -> object:
    """Let the bot keep quiet for a person."""
    from flask_chatbot.answering.operations import pause as begin_pause

    body, bot = body_of(asked, "pause"), asked.bot
    name, shown = _someone(asked, body)
    length = read_length(body)
    if not bot.heeds_pauses(bot.book):
        raise BadPayload(tr("These rules remember nothing of people, so nobody can be paused. Give one of them 'pause', and call again."))
    until = _now(asked) + length.total_seconds()
    begin_pause(asked.lines.database, name, until, _now(asked), _line(asked, body))
    return success({"nohp": shown, "until": int(until)})


def resume(asked: Asked) -> object:
    """Let the bot answer a person again."""
    from flask_chatbot.answering.operations import resume as end_pause

    body = body_of(asked, "resume")
    name, shown = _someone(asked, body)
    until = end_pause(asked.lines.database, name, _now(asked), _line(asked, body))
    return success({"nohp": shown, "until": None, "was_until": int(until) or None})


def optout(asked: Asked) -> object:
    """Send a person no promotion from now on."""
    from flask_chatbot.answering.operations import opt_out

    body = body_of(asked, "optout")
    name, shown = _someone(asked, body)
    opt_out(asked.lines.database, name, _now(asked), _line(asked, body))
    return success({"nohp": shown, "promo": False})


def optin(asked: Asked) -> object:
    """Allow promotion to a person again."""
    from flask_chatbot.answering.operations import opt_in

    body = body_of(asked, "optin")
    name, shown = _someone(asked, body)
    line = _line(asked, body)
    opt_in(asked.lines.database, name, line, is_only=asked.lines.is_only(line))
    return success({"nohp": shown, "promo": True})


def _someone(asked: Asked, body: Body) -> tuple[str, str]:
    """The person that a call names, as the store knows them, and as the answer names them: a number, or an id that this line has seen."""
    shown = person_in(read_someone(body, country_of(asked), asked.lines.has_seen))
    known = asked.lines.known(shown)[0] if not shown.isdecimal() else ""
    return known or shown, shown


def _line(asked: Asked, body: Body) -> str:
    """The line that a call is for: that of its key, a line or a named webhook key, or the one that it names. Empty for all lines."""
    lines = {key.name for key in asked.bot.settings.webhook_keys}
    return asked.caller if asked.caller in lines else asked.line_of(body)


def _now(asked: Asked) -> float:
    return asked.bot.clock().timestamp()


def _after() -> int:
    """The number behind which rows are wanted."""
    given = request.args.getlist("after")
    if not given:
        return 0
    if len(given) > 1 or not _AFTER.fullmatch(given[0]):
        wrong = clip(" ".join(given), 60)
        raise BadPayload(tr("'after' is {value!r}. Send the number of the last row that you have, or leave it out.", value=wrong))
    return int(given[0])


def _unknown(name: str, names: list[str]) -> str:
    shown = clip(name, 60)
    if not names:
        return tr("Nothing is saved under {name!r}: no rule has 'save'.", name=shown)
    return tr("Nothing is saved under {name!r}. The names are: {names}.", name=shown, names=", ".join(names))


def _row_json(row: "SavedRow") -> dict[str, object]:
    return {
        "number": row.number,
        "code": row.code or None,
        "timestamp": int(row.at),
        "sender": row.sender,
        "sender_name": row.sender_name,
        "person": row.person,
        "state": row.state or None,
        "fields": dict(row.fields),
    }
