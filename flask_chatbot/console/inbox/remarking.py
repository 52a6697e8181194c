"""Notes and labels, which staff put on a conversation and take off again."""

from flask import Response

from flask_chatbot.console.inbox.conversation import last_of, show_conversation
from flask_chatbot.console.marks import shown
from flask_chatbot.console.routing import route
from flask_chatbot.console.visits import Visit
from flask_chatbot.core.translation.translatable import tr


@route("inbox/note/*", role="answer", method="POST")
def add_note(visit: Visit) -> Response:
    """Keep a note about a person."""
    from flask_chatbot.store.console import remarks

    text = visit.form.get("text", "").strip()
    if last_of(visit) is None or not text or len(text) > remarks.NOTE_LIMIT:
        return show_conversation(visit, visit.translated(tr("Write a note of at most {limit} characters.", limit=remarks.NOTE_LIMIT)), 422)
    name = "" if visit.viewer is None else visit.viewer.name
    with visit.console.database().writing() as connection:
        remarks.add_note(connection, visit.about, name, text, visit.console.bots.own.clock().timestamp())
    visit.record("note written", visit.about)
    return visit.go(f"/inbox/{visit.about}")


@route("inbox/unnote/*", role="answer", method="POST")
def drop_note(visit: Visit) -> Response:
    """Delete a note."""
    from flask_chatbot.store.console import remarks

    number = visit.form.get("note", "")
    if number.isascii() and number.isdecimal() and len(number) < 19:
        with visit.console.database().writing() as connection:
            is_dropped = remarks.drop_note(connection, visit.about, int(number))
        if is_dropped:
            visit.record("note deleted", visit.about)
    return visit.go(f"/inbox/{visit.about}")


@route("inbox/label/*", role="answer", method="POST")
def add_label(visit: Visit) -> Response:
    """Put a label on a person."""
    from flask_chatbot.database.console_tables import LABEL_LIMIT
    from flask_chatbot.store.console import remarks

    label = " ".join(shown(visit.form.get("label", "")).split())
    if last_of(visit) is None or not label or len(label) > LABEL_LIMIT:
        return show_conversation(visit, visit.translated(tr("Write a label of at most {limit} characters.", limit=LABEL_LIMIT)), 422)
    with visit.console.database().writing() as connection:
        is_added = remarks.add_label(connection, visit.about, label)
    if not is_added:
        return show_conversation(visit, visit.translated(tr("These are labels enough. Take one off first.")), 422)
    visit.record("label put on", f"{visit.about} {label}")
    return visit.go(f"/inbox/{visit.about}")


@route("inbox/unlabel/*", role="answer", method="POST")
def drop_label(visit: Visit) -> Response:
    """Take a label off a person."""
    from flask_chatbot.store.console import remarks

    label = visit.form.get("label", "")[:100]
    with visit.console.database().writing() as connection:
        is_dropped = remarks.drop_label(connection, visit.about, label)
    if is_dropped:
        visit.record("label taken off", f"{visit.about} {label}")
    return visit.go(f"/inbox/{visit.about}")
