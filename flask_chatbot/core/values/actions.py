"""Actions of a rule besides its replies; the engine's caller carries them out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Save:
    """Store the fields as a row of the table of that name."""

    name: str


class NoticeText(Protocol):
    """A template for what staff read."""

    source: str

    def render(self, names: Mapping[str, object]) -> str:
        """Fill it in for one message."""


@dataclass(frozen=True, slots=True)
class Notify:
    """Send a member of staff the sender and content of a message, or a text of the rule's own.

    `to` is a number, digits only, or an id that stands for somebody in place of one.
    """

    to: str
    text: NoticeText | None = None


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
    if isinstance(action, Notify):
        return {action_name(action): {"to": action.to, "text": action.text.source} if action.text else action.to}
    (value,) = (getattr(action, name) for name in action.__slots__)
    return {action_name(action): value}


def seconds(duration: timedelta) -> str:
    """A length of time as a rule file may write it."""
    return f"{int(duration.total_seconds())} seconds"
