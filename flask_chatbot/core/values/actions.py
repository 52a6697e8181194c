"""Actions of a rule besides its replies; the engine's caller carries them out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Protocol

from flask_chatbot.core.values.saving.numbering import Numbering
from flask_chatbot.core.values.saving.slots import Limit


class NoticeText(Protocol):
    """A template for what staff read."""

    source: str

    def render(self, names: Mapping[str, object]) -> str:
        """Fill it in for one message."""

    def render_whole(self, names: Mapping[str, object]) -> str:
        """Fill it in, also where that takes several messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """A message to the customer of a saved row: some time before the date in a field, else after it was saved or came into a state.

    `before` names the field of the date, and that of the time if there is one. `at` is the time of the day, where that is given. It is sent
    in these `states` only; with none, in any.
    """

    text: NoticeText
    distance: timedelta
    before: tuple[str, ...] = ()
    at: time | None = None
    states: tuple[str, ...] = ()

    def is_for(self, state: str) -> bool:
        """True if it is sent to the customer of a row in that state."""
        return not self.states or state in self.states


@dataclass(frozen=True, slots=True)
class Save:
    """Store the fields as a row of the table of that name.

    With `states`, it begins in the first of them, and staff move it on; `on_state` are the texts that the customer gets then, `reminders`
    those that they get later. In a state of `cancelled` it takes no place, in one of `closed`, these and the last, nothing is left to do.
    `numbering` is how customers read its number. With a `limit`, whoever finds no place gets `full`. `customer` names the field with the
    number of the customer whose row it is, where staff write it.
    """

    name: str
    states: tuple[str, ...] = ()
    on_state: Mapping[str, NoticeText] = field(default_factory=dict)
    reminders: tuple[Reminder, ...] = ()
    numbering: Numbering | None = None
    limit: Limit | None = None
    full: NoticeText | None = None
    cancelled: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    customer: str = ""

    @property
    def first_state(self) -> str:
        """The state of a new row; empty in a table without states."""
        return self.states[0] if self.states else ""

    def first_number(self, now: datetime) -> int | str:
        """The number of the first row, as customers read it."""
        return 1 if self.numbering is None else self.numbering.written(1, now)


@dataclass(frozen=True, slots=True)
class Notify:
    """Send a member of staff the sender and content of a message, or a text of the rule's own.

    `to` is a number, digits only, or an id that stands for somebody in place of one; it goes by the `line` of that name, if one is given.
    """

    to: str
    text: NoticeText | None = None
    line: str = ""

    @property
    def is_to_number(self) -> bool:
        """True if it goes to a telephone number."""
        return self.to.isdecimal()


@dataclass(frozen=True, slots=True)
class Pause:
    """Keep quiet for this person."""

    duration: timedelta


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Opt this person in to promotions, or out of them."""

    wanted: bool


@dataclass(frozen=True, slots=True)
class Forward:
    """Ask another webhook, and send its replies; `timeout` covers all tries together."""

    url: str
    key: str
    timeout: timedelta


Action = Save | Notify | Pause | Subscribe | Forward


def action_name(action: Action) -> str:
    """The key under which a rule file writes an action.

    >>> action_name(Save("survei"))
    'save'
    """
    return type(action).__name__.lower()


def action_data(action: Action) -> dict[str, object]:
    """An action as a rule file writes it, durations in seconds; without the webhook's key, which is secret.

    >>> action_data(Save("survei")), action_data(Pause(timedelta(hours=2)))
    ({'save': 'survei'}, {'pause': '7200 seconds'})
    """
    if isinstance(action, Pause):
        return {action_name(action): seconds(action.duration)}
    if isinstance(action, Forward):
        return {action_name(action): {"url": action.url, "timeout": seconds(action.timeout)}}
    more: dict[str, object]
    if isinstance(action, Notify):
        more = {"text": action.text.source if action.text else "", "line": action.line}
        more = {key: value for key, value in more.items() if value}
        return {action_name(action): {"to": action.to, **more} if more else action.to}
    if isinstance(action, Save):
        more = saved_otherwise(action)
        return {action_name(action): {"to": action.name, **more} if more else action.name}
    (value,) = (getattr(action, name) for name in action.__slots__)
    return {action_name(action): value}


def saved_otherwise(save: Save) -> dict[str, object]:
    """The keys of a `save` beside its table, as a rule file writes them."""
    more: dict[str, object] = {"states": list(save.states)} if save.states else {}
    if save.customer:
        more["customer"] = save.customer
    if save.numbering is not None:
        more["numbering"] = save.numbering.source
    if save.limit is not None:
        more["at_most"] = save.limit.at_most
        more |= {"per": list(save.limit.per)} if save.limit.per else {}
    return more


def seconds(duration: timedelta) -> str:
    """A length of time as a rule file may write it."""
    return f"{int(duration.total_seconds())} seconds"


def action_text(action: Action) -> str:
    """An action in one line.

    >>> action_text(Subscribe(False))
    'subscribe: false'
    """
    ((name, value),) = action_data(action).items()
    held = ", ".join(map(str, value.values())) if isinstance(value, dict) else value
    return f"{name}: {str(held).lower() if isinstance(held, bool) else held}"
