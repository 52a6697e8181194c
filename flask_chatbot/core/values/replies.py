"""Replies of the bot: one class for each kind of message that a customer can get."""

from collections.abc import Mapping
from dataclasses import dataclass

TEXT_LIMIT = 4096  # characters of one reply
REPLIES_LIMIT = 10  # replies to one message


@dataclass(frozen=True, slots=True)
class Text:
    """A text of at most 4,096 characters."""

    text: str


@dataclass(frozen=True, slots=True)
class Media:
    """A file at an http(s) URL; `filename` is the name of a document that the customer sees."""

    url: str
    caption: str = ""
    filename: str = ""


@dataclass(frozen=True, slots=True)
class Image(Media):
    """An image."""


@dataclass(frozen=True, slots=True)
class Audio(Media):
    """An audio file."""


@dataclass(frozen=True, slots=True)
class Video(Media):
    """A video."""


@dataclass(frozen=True, slots=True)
class Document(Media):
    """Any other kind of file."""


@dataclass(frozen=True, slots=True)
class Location:
    """A place on the map, in degrees (WGS 84): north and east are positive."""

    lat: float
    lng: float
    name: str = ""


@dataclass(frozen=True, slots=True)
class ContactCard:
    """A name with its telephone numbers."""

    name: str
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Menu:
    """A text with numbered choices below it: the words of each, and the name of its target rule. Only handlers return it."""

    text: str
    entries: Mapping[str, str]


Reply = Text | Media | Location | ContactCard
