"""The form of a new broadcast: read into content and a list, and filled in again if something was wrong."""

from typing import TYPE_CHECKING, Any

from flask import request

from flask_chatbot.console.marks import shown
from flask_chatbot.console.visits import Visit
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.menus import TEMPLATE_LANGUAGE
from flask_chatbot.errors import NotAccepted

if TYPE_CHECKING:
    from flask_chatbot.broadcasting.content import BroadcastContent
    from flask_chatbot.broadcasting.preparing import Audience

FIELDS = ("what", "text", "template", "language", "values", "rule", "to", "label", "days", "line", "at")
DEFAULTS = {"what": "text", "to": "file", "language": TEMPLATE_LANGUAGE, "days": "30"}


def asked_for(visit: Visit) -> "tuple[BroadcastContent, Audience]":
    """The content and the list that a form asks for; raises `NotAccepted` if it lacks a part."""
    from flask_chatbot.broadcasting.content import BroadcastContent
    from flask_chatbot.broadcasting.preparing import Audience

    form = {name: visit.form.get(name, "").strip() for name in FIELDS}
    content = {
        "template": BroadcastContent(
            template=form["template"],
            language=form["language"] or TEMPLATE_LANGUAGE,
            parameters=tuple(filter(None, map(str.strip, form["values"].splitlines()))),
        ),
        "rule": BroadcastContent(rule=form["rule"]),
    }.get(form["what"], BroadcastContent(text=form["text"].replace("\r\n", "\n")))
    file = visit.file("file")
    if file is not None and form["to"] in ("label", "days"):
        raise NotAccepted(tr("A file was chosen, but not marked as the list. Mark it and choose it again, or send the form without it."))
    if form["to"] == "label":
        return content, Audience(label=form["label"])
    if form["to"] == "days":
        return content, Audience(days=int(form["days"]) if form["days"].isascii() and form["days"].isdecimal() else 0)
    if file is None:
        raise NotAccepted(tr("No file is chosen. Choose a CSV file, or mark a label or the days as the list."))
    name, source = file
    return content, Audience(file=source, name=name)


def form_values(visit: Visit) -> dict[str, Any]:
    """The fields of the form as they were sent, and what there is to choose from."""
    from flask_chatbot.store.console.remarks import all_labels

    lines = visit.console.lines()
    given = visit.form if request.method == "POST" else {}
    with visit.console.database().reading() as connection:
        labels = [shown(each) for each in all_labels(connection)]
    return {
        "form": {name: given.get(name, DEFAULTS.get(name, "")) for name in FIELDS},
        "labels": labels,
        "lines": () if lines is None else lines.names,
        "has_templates": any(each.proxy.capabilities.templates for each in lines or ()),
        "rules": sorted({rule.name for book in visit.console.bots.books() for rule in book.rules if rule.reply and not rule.menu}),
        "may_write": lines is not None and visit.viewer is not None and visit.viewer.may("edit"),
    }
