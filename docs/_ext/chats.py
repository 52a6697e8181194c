"""Conversations drawn on the pages: the bot of an example is asked while the pages are built, so what it says here is what it says.

    ```{chat} landing
    :nama: Budi

    Halo!
    ```

The name is a folder of `examples/`, with its `app.py` or only a `rules.yaml`; each line below is a message of the customer. One that begins
with `>` moves a row, as staff do; `>` alone shows the reminders that are to come. One that begins with `<` is written by staff.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import Directive, directives
from talks import talk
from twins import language_of

from flask_chatbot import Audio, ContactCard, Document, Image, Location, Text, Video

if TYPE_CHECKING:
    from sphinx.application import Sphinx

MONDAY = "2026-11-23 10:00"
KINDS = {Image: "image", Audio: "audio", Video: "video", Document: "document"}
WRITERS = {"en": {"customer": "Customer", "bot": "Bot", "staff": "Staff"}, "id": {"customer": "Pelanggan", "bot": "Bot", "staff": "Staf"}}
MARKS = re.compile(r"\*(?P<strong>[^*\n]+)\*|(?<!\w)_(?P<emphasis>[^_\n]+)_(?!\w)")


class ChatDirective(Directive):
    """The messages below it, and what the bot of an example answers to each."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {"nama": directives.unchanged, "at": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """Ask the bot, and draw both sides."""
        at = datetime.fromisoformat(self.options.get("at", MONDAY))
        turns = talk(self.arguments[0], [line for line in self.content if line], nama=self.options.get("nama", ""), at=at)
        language = language_of(self.state.document.settings.env.docname)
        return [nodes.container("", *(bubble(by, reply, language) for by, reply in turns), classes=["chat"])]


def bubble(by: str, reply: object, language: str = "en") -> nodes.Node:
    """One message as a customer sees it; who wrote it is said to those who hear the page, in its language."""
    name = nodes.inline("", f"{WRITERS[language][by]}: ", classes=["who"])
    parts = list(drawn(reply))
    parts[0].insert(0, name)
    return nodes.container("", *parts, classes=["bubble", by])


def drawn(reply: object) -> Iterator[Any]:
    """The parts of a bubble."""
    match reply:
        case Text(text=text):
            yield block(text)
        case Image() | Audio() | Video() | Document():
            yield nodes.paragraph("", reply.filename or reply.url.rpartition("/")[2], classes=["file", KINDS[type(reply)]])
            if reply.caption:
                yield block(reply.caption)
        case Location():
            yield nodes.paragraph("", f"{reply.name} ({reply.lat}, {reply.lng})".strip(), classes=["file", "place"])
        case ContactCard():
            yield nodes.paragraph("", ", ".join([reply.name, *reply.numbers]), classes=["file", "card"])


def block(text: str) -> nodes.line_block:
    """A text, its lines kept and WhatsApp's signs for bold and italic followed."""
    return nodes.line_block("", *(nodes.line("", "", *marked(line)) for line in text.splitlines()))


def marked(line: str) -> Iterator[nodes.Node]:
    """A line in pieces.

    >>> [piece.astext() for piece in marked("Ketik *menu* ya")]
    ['Ketik ', 'menu', ' ya']
    """
    end = 0
    for found in MARKS.finditer(line):
        yield nodes.Text(line[end : found.start()])
        yield nodes.strong("", found["strong"]) if found["strong"] else nodes.emphasis("", found["emphasis"])
        end = found.end()
    yield nodes.Text(line[end:])


def setup(app: "Sphinx") -> dict[str, bool]:
    """What Sphinx calls."""
    app.add_directive("chat", ChatDirective)
    return {"parallel_read_safe": True}
