"""The bot's replies in a form that tests easily compare."""

from collections.abc import Iterable
from typing import Any

from flask_chatbot.core.values.replies import Text


class Replies(tuple[Any, ...]):  # Any, so that type checkers let tests ask for a text in them, and for the text of one
    """The bot's replies. In a comparison a text stands for a text reply, and a single reply for a list of one.

    >>> Replies([Text("Halo"), Text("Apa kabar?")]) == ["Halo", Text("Apa kabar?")]
    True
    >>> Replies([Text("Halo")]) == "Halo", "Ha" in Replies([Text("Halo")])
    (True, True)

    It shows as what it equals, ready to be copied into a test; printed, as the customer reads it.

    >>> Replies([Text("Halo"), Text("Apa kabar?")])
    ['Halo', 'Apa kabar?']
    >>> print(Replies([Text("Halo"), Text("Apa kabar?")]))
    Halo
    Apa kabar?
    """

    __slots__ = ()

    @property
    def text(self) -> str:
        """All texts, joined by line breaks."""
        return "\n".join(reply.text for reply in self if isinstance(reply, Text))

    def __eq__(self, other: object) -> bool:
        return tuple(self) == as_replies(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __contains__(self, part: object) -> bool:
        return part in self.text if isinstance(part, str) else tuple.__contains__(self, part)

    def __repr__(self) -> str:
        return f"[{', '.join(map(short, self))}]"

    def __str__(self) -> str:
        return "\n".join(reply.text if isinstance(reply, Text) else repr(reply) for reply in self) or "(no reply)"


def as_replies(value: object) -> tuple[object, ...]:
    """The replies that `value` stands for in a comparison."""
    if isinstance(value, str):
        return (Text(value),)
    if isinstance(value, Iterable):
        return tuple(Text(each) if isinstance(each, str) else each for each in value)
    return (value,)


def short(value: object) -> str:
    """A reply as a test would write it: a text reply as its text."""
    return repr(value.text if isinstance(value, Text) else value)


def difference(replies: Replies, wanted: object) -> list[str]:
    """Expected and actual replies side by side, a line for each reply, with the different ones marked.

    >>> print("\\n".join(difference(Replies([Text("Halo"), Text("Apa kabar?")]), ["Halo", "Siapa?"])))
    the bot answered otherwise
        'Halo'
      - 'Siapa?'
      + 'Apa kabar?'
      (- wanted, + answered)
    """
    lines = ["the bot answered otherwise"]
    wants = as_replies(wanted)
    for place in range(max(len(wants), len(replies))):
        pair = (*wants[place : place + 1],), (*replies[place : place + 1],)
        if pair[0] == pair[1]:
            lines.append(f"    {short(replies[place])}")
        else:
            lines += [f"  {sign} {short(each)}" for sign, side in zip("-+", pair, strict=True) for each in side]
    return [*lines, "  (- wanted, + answered)"]
