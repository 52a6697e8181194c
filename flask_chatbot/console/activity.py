"""The page about who did what in the console and when: logins, looks at whole numbers, and every change. Role edit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from flask import Response

from flask_chatbot.console.marks import shown
from flask_chatbot.console.routing import PageEntry, route
from flask_chatbot.console.visits import Visit
from flask_chatbot.core.translation.translatable import Translatable, tr
from flask_chatbot.core.values.chats import number_of

if TYPE_CHECKING:
    from flask_chatbot.store.console.audit import RecordedAct

PAGE = 50  # acts
ASKED = ("name", "action", "day")
Object = Literal["text", "person", "message", "broadcast", "page", "nothing"]
PAGES_OF: dict[Object, str] = {"person": "inbox", "message": "deliveries", "broadcast": "broadcasts"}


@dataclass(frozen=True, slots=True)
class KindOfAct:
    """The words for a kind of act, and what the log holds of its object: `nothing` if that tells people nothing."""

    words: Translatable
    about: Object = "text"


KINDS = {
    "login": KindOfAct(tr("logged in")),
    "failed login": KindOfAct(tr("failed to log in")),
    "logout": KindOfAct(tr("logged out"), "nothing"),
    "numbers shown": KindOfAct(tr("asked for whole numbers"), "nothing"),
    "numbers masked": KindOfAct(tr("had numbers masked again"), "nothing"),
    "numbers seen": KindOfAct(tr("saw whole numbers"), "page"),
    "written as a customer": KindOfAct(tr("wrote to the bot as a customer")),
    "taken over": KindOfAct(tr("took over"), "person"),
    "given back": KindOfAct(tr("gave back to the bot"), "person"),
    "written by hand": KindOfAct(tr("answered by hand"), "message"),
    "note written": KindOfAct(tr("wrote a note"), "person"),
    "note deleted": KindOfAct(tr("deleted a note"), "person"),
    "label put on": KindOfAct(tr("put a label on"), "person"),
    "label taken off": KindOfAct(tr("took a label off"), "person"),
    "row moved": KindOfAct(tr("moved an order on")),
    "rows exported": KindOfAct(tr("saved orders as CSV")),
    "file saved": KindOfAct(tr("saved a customer's file")),
    "rules saved": KindOfAct(tr("saved the rules")),
    "deliveries exported": KindOfAct(tr("saved deliveries as CSV")),
    "sent again": KindOfAct(tr("sent again"), "message"),
    "pairing code asked for": KindOfAct(tr("asked for a code to link the phone")),
    "passkey answered": KindOfAct(tr("answered the passkey")),
    "passkey confirmed": KindOfAct(tr("confirmed the passkey")),
    "logged out of WhatsApp": KindOfAct(tr("logged the bot out of WhatsApp")),
    "broadcast drafted": KindOfAct(tr("prepared a broadcast"), "broadcast"),
    "broadcast started": KindOfAct(tr("started a broadcast"), "broadcast"),
    "broadcast stopped": KindOfAct(tr("stopped a broadcast"), "broadcast"),
    "broadcast discarded": KindOfAct(tr("discarded a broadcast")),
}


@route("activity", role="edit", entry=PageEntry(10, tr("Activity log")))
def activity(visit: Visit) -> Response:
    """List the acts that are asked for, newest first."""
    from flask_chatbot.store.console import audit

    wanted = audit.ActFilter(visit.asked("name"), visit.asked("action"), visit.day)
    with visit.console.database().reading() as connection:
        found = audit.latest(connection, PAGE + 1, wanted, before=visit.before or audit.FIRST)
    return visit.live_page(
        "activity.html",
        "acts.html",
        is_newest=visit.before is None,
        here="activity",
        rows=rows_of(visit, found[:PAGE]),
        more=found[PAGE - 1].seq if len(found) > PAGE else None,
        **visit.filters(ASKED),
        names=sorted(each.name for each in visit.console.bots.own.settings.console_accounts if each.name),
        kinds={"": visit.translated(tr("all"))} | {action: visit.translated(kind.words) for action, kind in KINDS.items()},
    )


def rows_of(visit: Visit, found: "Sequence[RecordedAct]") -> list[dict[str, str]]:
    """The acts as the page shows them; a customer by the number."""
    from flask_chatbot.store import people

    persons = {person_in(each) for each in found} - {""}
    with visit.console.database().reading() as connection:
        chats = people.chats_of(connection, persons) if persons else {}
    return [_row(visit, each, chats) for each in found]


def person_in(act: "RecordedAct") -> str:
    """The id of the person that an act was done to, or whose conversation was looked at; empty without one."""
    object_ = _object_of(act)
    if object_ == "page" and act.about.startswith("inbox/"):
        return act.about.rpartition("/")[2]
    return act.about.partition(" ")[0] if object_ == "person" else ""


def _object_of(act: "RecordedAct") -> Object:
    kind = KINDS.get(act.action)
    return "text" if kind is None else kind.about


def _row(visit: Visit, act: "RecordedAct", chats: Mapping[str, str]) -> dict[str, str]:
    """An act as the page shows it, with the address of the page about its object, if there is one."""
    kind, object_, person = KINDS.get(act.action), _object_of(act), person_in(act)
    about = "" if object_ == "nothing" else visit.text(act.about)
    if person:
        number = visit.number(number_of(chats[person])) if person in chats else person
        about = shown(number) + visit.text(act.about.partition(person)[2])
    page = PAGES_OF.get("person" if person else object_, "")
    return {
        "at": visit.when(act.at),
        "name": visit.text(act.name),
        "address": shown(act.address),
        "action": visit.translated(kind.words) if kind else shown(act.action),
        "about": about,
        "page": f"/{page}/{person or act.about}" if page else "",
    }
