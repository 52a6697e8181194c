"""`SourceFile`: the data of one rule file, and the place of each part."""

import marshal
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from flask_chatbot.core.schema.gate import schema_complaints
from flask_chatbot.core.schema.repair import repair
from flask_chatbot.core.schema.shape import plain
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.problems import Mark, Problem
from flask_chatbot.core.yamltext import nodes
from flask_chatbot.core.yamltext.spots import spot_of
from flask_chatbot.core.yamltext.strays import CURLY, curly_quoted

# Complaints are loaded when there are some: good files never need them.
if TYPE_CHECKING:
    from flask_chatbot.core.schema.complaints import Complaint

Step = str | int
# In a file that is no YAML: the key in the lines below `settings:`, or in its braces.
LANGUAGE = re.compile(
    rb"^settings:[^\S\n]*(?:\{[^}\n]*?\b|(?:#.*)?\n(?:[^\S\n]+.*\n|\s*\n)*?[^\S\n]+)language:[^\S\n]*['\"]?([A-Za-z]+)", re.MULTILINE
)
BLOCKS = ("|", ">")  # the styles of texts that stand on lines of their own


class SourceFile(NamedTuple):
    """A readable file: plain `data`, the nodes it came from, the lines of its source."""

    file: str
    data: Any
    node: nodes.Node
    lines: list[str]

    def mark(self, path: tuple[Step, ...], key: bool = False) -> Mark:
        """The place of the value at `path`, or of its key; the nearest place above it if there is none."""
        node, place = self.node, self.node
        for step in path:
            if isinstance(node, nodes.Mapping) and isinstance(step, str) and step in node.entries:
                place, node = node.keys[step], node.entries[step]
            elif isinstance(node, nodes.Sequence) and isinstance(step, int) and step < len(node.items):
                place = node = node.items[step]
            else:
                break
        else:
            empty = isinstance(node, nodes.Scalar) and not node.text and not node.style
            place = place if key or empty else node
        return Mark(self.file, place.line + 0, place.column)  # the sum is a number of its own, for the reason that `apart` tells

    def mark_in_text(self, path: tuple[Step, ...], line: int, word: str, nth: int = 0) -> Mark:
        """The place of `word` in the text at `path`, as `spot_of` counts; the text's own place if it is not found."""
        node = self.node_at(path)
        if isinstance(node, nodes.Scalar) and self.lines:
            spot = spot_of(self.lines, node, line, word, nth) or spot_of(self.lines, node, line, "")
            if spot:
                return Mark(self.file, *spot)
        return self.mark(path)

    def node_at(self, path: tuple[Step, ...]) -> nodes.Node:
        """The node at a path that exists in the data."""
        node = self.node
        for step in path:
            if isinstance(node, nodes.Mapping):
                node = node.entries[str(step)]
            elif isinstance(node, nodes.Sequence):
                node = node.items[int(step)]
        return node


def read_document(source: bytes, file: str, is_root: bool = True) -> tuple[SourceFile | None, list[Problem], set[tuple[Step, ...]]]:
    """The document without the parts that the schema refuses, its problems, and the refused paths.

    Only a root file has a version, settings and includes of its own.
    """
    node, problems = nodes.read_yaml(source, file)
    return as_document(node, problems, source, file, is_root)


def as_document(
    node: nodes.Node | None, problems: list[Problem], source: bytes, file: str, is_root: bool
) -> tuple[SourceFile | None, list[Problem], set[tuple[Step, ...]]]:
    """The document of the YAML in a source, as `read_document` gives it."""
    if node is None:
        return None, problems, set()
    text = source.decode("utf-8-sig")
    document = SourceFile(file, apart(plain(node)), node, text.splitlines())
    if is_root or not isinstance(document.data, dict):
        found = schema_complaints(document.data)
    else:
        found = schema_complaints({"version": 1, **document.data}) + misplaced(document.data)
    traps = {problem.mark: problem for problem in problems}
    written = [as_written(document, each) for each in found]
    unindented = {each.path[:-1] for each in written if each.is_unindented}
    for complaint in written:
        if complaint.at_key and complaint.path[:-1] in unindented:  # a line of the text that is to be indented
            continue
        mark = document.mark(complaint.path, complaint.at_key)
        if mark in traps and complaint.is_sure:
            problems.remove(traps.pop(mark))
        is_emptied = complaint.is_empty_group and any(each.line == mark.line and each.column > mark.column for each in traps)
        if mark not in traps and not is_emptied:  # a trap of YAML has explained it already
            problems.append(Problem(mark, complaint.message))
    return document, [*problems, *quotes_in(document, text)], repair(document.data, found)


def quotes_in(document: SourceFile, text: str) -> Iterator[Problem]:
    """Warnings of texts in the curly quotes of phones and word processors, in the document of this text."""
    if not text.isascii() and CURLY.search(text):
        for node in sorted(curly_quoted(document.node), key=lambda node: (node.line, node.column)):
            message = tr(
                'the curly quotes {text} {text2} are part of this text. Leave them out, or write " in their place.',
                text=node.text[0],
                text2=node.text[-1],
            )
            yield Problem(Mark(document.file, node.line, node.column), message, "warning")


def as_written(document: SourceFile, complaint: "Complaint") -> "Complaint":
    """The complaint in terms of the source: it distinguishes a null from nothing at all, and knows a block without its lines."""
    if not (complaint.wanted or complaint.is_empty_text):
        return complaint
    from flask_chatbot.core.schema.complaints import as_null, empty_block

    node = document.node_at(complaint.path)
    if not isinstance(node, nodes.Scalar):
        return complaint
    if complaint.is_empty_text:
        return empty_block(complaint, node.style) if node.style in BLOCKS else complaint
    return as_null(complaint, node.text) if node.text else complaint


def apart(data: Any) -> Any:
    """A copy of plain data that shares nothing with it.

    Texts live as long as the rules. Those created with the nodes lie in memory among them and would keep all of it: a kilobyte per rule,
    which this way returns to the system with the nodes.
    """
    return marshal.loads(marshal.dumps(data))  # noqa: S302  our own, a moment ago


def misplaced(data: Any) -> "list[Complaint]":
    """The keys of an included file that belong in the root file."""
    of_the_root = [key for key in ("settings", "include", "tables") if key in data]
    if not (of_the_root or isinstance(data.get("sentences"), str)):
        return []
    from flask_chatbot.core.schema.complaints import Complaint

    named = tr("only the file that includes this one may name a file of sentences. Name it there, or write the sentences here.")
    return [Complaint(("sentences",), named, at_key=True)] * isinstance(data.get("sentences"), str) + [
        Complaint((key,), tr("only the file that includes this one may have {key!r}. Move it there.", key=key), at_key=True)
        for key in of_the_root
    ]


def language_in(document: SourceFile | None, source: bytes) -> str:
    r"""The language that the settings of a file name, by the look of its lines where it is no YAML; empty if there is none.

    >>> language_in(None, b"settings:\n  timezone: Asia/Jakarta\n  language: id\nrules: [")
    'id'
    >>> language_in(None, b"rules:\n  - reply: 'language: id'\n")
    ''
    """
    settings = document.data.get("settings") if document is not None and isinstance(document.data, dict) else None
    if isinstance(settings, dict) and isinstance(settings.get("language"), str):
        return str(settings["language"])
    found = LANGUAGE.search(source) if document is None else None
    return found[1].decode() if found else ""
