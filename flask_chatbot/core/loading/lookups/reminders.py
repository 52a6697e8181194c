"""Compiles the `remind:` of saved rows, and the quiet time in which none is sent."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import time, timedelta

from flask_chatbot.core.fields.field import Field
from flask_chatbot.core.language.daytimes import DAY, NoSpan, read_span
from flask_chatbot.core.language.durations import read_duration
from flask_chatbot.core.loading.places import Place
from flask_chatbot.core.lookups.keys import loose_key
from flask_chatbot.core.reminding.quiet import NIGHT, Quiet
from flask_chatbot.core.templates.template import Template
from flask_chatbot.core.translation.translatable import reason_of, tr
from flask_chatbot.core.values.actions import Reminder
from flask_chatbot.core.values.problems import did_you_mean

CLOCK = re.compile("([0-9]{1,2})[.:]([0-9]{2})")
ONE_DAY = timedelta(days=1)
KINDS = ("date", "time")  # of the fields under `before`, in this order


def build_quiet(settings: Place) -> Quiet | None:
    """The time of the day at which reminders and broadcasts wait; None for never."""
    place = settings.at("quiet")
    if place.data is None:
        return NIGHT
    written = str(place.data).strip()
    if written.casefold() == "never":
        return None
    try:
        span = read_span(written)
    except NoSpan:
        place.report(tr("{text!r} ends when it begins. Write the night, such as 21.00-07.00, or never.", text=written))
        return NIGHT
    except ValueError as error:
        place.report(reason_of(error))
        return NIGHT
    if span.end - span.start >= DAY:
        place.report(tr("with a quiet time of the whole day no reminder is ever sent. Write the night, such as 21.00-07.00, or never."))
    return Quiet(span)


class ReminderBuilder:
    """Compiles the reminders of one `save:`, whose rows have these `fields` and `states`; `write` compiles their texts.

    In a state of `going` something is left to do.
    """

    def __init__(
        self, fields: Sequence[Field], states: Sequence[str], going: Sequence[str], quiet: Quiet | None, write: Callable[[Place], Template]
    ) -> None:
        self.fields: Mapping[str, Field] = {field.name: field for field in fields}
        self.states = states
        self.going = going
        self.quiet = quiet
        self.write = write

    def build(self, places: Sequence[Place]) -> tuple[Reminder, ...]:
        """The reminders at these places, without those that cannot be read."""
        return tuple(found for place in places if (found := self.reminder(place)) is not None)

    def reminder(self, place: Place) -> Reminder | None:
        """The reminder at a place; None, once reported, if nobody can tell when it is due."""
        if not isinstance(place.data, dict):
            return None
        before, distance, at = self.before(place), self.distance(place), self.at(place)
        states = self.while_states(place)
        text = self.write(place.at("reply"))
        if before is None or distance is None:
            return None
        if distance % ONE_DAY and at is not None:
            place.at("at").report(tr("'at' is for whole days, such as 1 day. Remove it, or write days."), key=True)
        elif distance % ONE_DAY and before and len(before) == 1 and not self.has_two(place):
            message = tr(
                "{field!r} is a day without a time. Write whole days, or name a field of type time, too: [{field}, jam]", field=before[0]
            )
            place.at("by").report(message)
        return Reminder(text=text, distance=distance, before=before, at=at, states=states)

    def before(self, place: Place) -> tuple[str, ...] | None:
        """The fields of the date and the time; none for a reminder that comes `after`."""
        if ("before" in place.data) == ("after" in place.data):
            place.report(tr("a reminder has either 'before', the field of a date, or 'after', a length of time. Write one of them."))
            return None
        entries = place.each("before")
        names = tuple(name for entry, kind in zip(entries, KINDS, strict=False) if (name := self.named(entry, kind)))
        if len(entries) > len(KINDS):
            entries[len(KINDS)].report(tr("'before' takes the field of a date, and that of a time. Remove the others."))
        return None if "before" in place.data and not (entries and names and len(names) == min(len(entries), 2)) else names

    def named(self, entry: Place, kind: str) -> str:
        """The name of a field of that type at a place; empty, once reported, if there is no such field."""
        name = str(entry.data)
        found = self.fields.get(name)
        if found is None:
            of_kind = [field.name for field in self.fields.values() if field.type == kind]
            way_out = did_you_mean(name, of_kind) or tr(" Add a field of type {kind}.", kind=kind)
            entry.report(tr("this rule has no field {field!r}.{way_out}", field=name, way_out=way_out))
        elif found.type != kind:
            entry.report(
                tr("{field!r} is of type {type}, and a reminder needs one of type {kind} here.", field=name, type=found.type, kind=kind)
            )
        else:
            return name
        return ""

    def has_two(self, place: Place) -> bool:
        return len(place.each("before")) > 1

    def distance(self, place: Place) -> timedelta | None:
        """The length of time before or after; none at all for a reminder on the day itself, at a time of its own."""
        key = "by" if "before" in place.data else "after"
        if key == "after" and "by" in place.data:
            place.at("by").report(tr("'by' says how long before something. Write `after: {time}` alone.", time=place.data["by"]), key=True)
        if key not in place.data:
            if key == "by" and "at" in place.data:
                return timedelta()
            if key == "by":
                place.report(
                    tr("this reminder lacks 'by'. Write how long before, such as `by: 1 day`, or `at: \"07.00\"` on the day itself.")
                )
            return None
        try:
            return read_duration(str(place.data[key]))
        except ValueError as error:
            place.at(key).report(reason_of(error))
            return None

    def at(self, place: Place) -> time | None:
        """The time of the day, which must not be in the quiet time."""
        if "at" not in place.data:
            return None
        found = CLOCK.fullmatch(str(place.data["at"]).strip())
        hour, minute = (int(part) for part in found.groups()) if found else (99, 0)
        if hour > 23 or minute > 59:
            place.at("at").report(tr("{text!r} is not a time of the day. Write one like 09.00.", text=str(place.data["at"])))
            return None
        moment = time(hour, minute)
        if self.quiet is not None and self.quiet.covers(moment):
            place.at("at").report(
                tr(
                    "{time} is in the quiet time, {quiet}. Write another time, or change `quiet` in the settings.",
                    time=f"{moment:%H.%M}",
                    quiet=self.quiet,
                )
            )
        return moment

    def while_states(self, place: Place) -> tuple[str, ...]:
        """The states in which it is sent; where nothing says so, those in which a row is neither done nor cancelled."""
        entries = place.at("while").each("state") if isinstance(place.data.get("while"), dict) else []
        if "while" not in place.data:
            if len(self.going) > 1:
                message = tr(
                    "this reminder is sent until a row is done or cancelled. Write which states are meant: `while: {{state: [{states}]}}`",
                    states=", ".join(self.going),
                )
                place.warn(message)
            return tuple(self.going)
        known = {loose_key(state): state for state in self.states}
        found = []
        for entry in entries:
            meant = known.get(loose_key(str(entry.data)))
            if meant is None:
                way_out = did_you_mean(str(entry.data), self.states) or tr(" List it under 'states'.")
                entry.report(tr("{state!r} is not a state of these rows.{way_out}", state=str(entry.data), way_out=way_out))
            else:
                found.append(meant)
        return tuple(found)
