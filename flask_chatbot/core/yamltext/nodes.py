"""Turns YAML text into nodes that know their place, or reports every Problem at once.

Nodes are composed from the parser's events without recursion, so depth and aliases are bounded before anything large is built. This module
knows nothing of rules. Its findings are worded by `traps` (texts that parse) and `errors` (texts that do not).
"""

from collections.abc import Callable
from sys import intern
from typing import Any, NoReturn, Protocol

import yaml
from yaml import events
from yaml.scanner import ScannerError

from flask_chatbot.core.translation.translatable import Translatable, tr
from flask_chatbot.core.values.problems import Mark, Problem
from flask_chatbot.core.yamltext.depth import hidden_level
from flask_chatbot.core.yamltext.strays import stray_space, stray_spaces
from flask_chatbot.core.yamltext.traps import (
    ATE,
    UNSENDABLE,
    Spot,
    Trap,
    alias,
    ate_comment,
    bad_code_point,
    bad_quote,
    beginning,
    excerpt,
    glued_comments,
    joined,
    tagged,
    undecodable,
    unreadable,
)
from flask_chatbot.core.yamltext.tree import Mapping, Node, Scalar, Sequence, repaired, take_in

__all__ = ["FASTEST", "Events", "Mapping", "Node", "Scalar", "Sequence", "read_yaml"]

DEPTH = 20
TOO_DEEP = tr("this is nested deeper than {limit} levels. Close any open brackets, or nest it less.", limit=DEPTH)
ALIAS_FACTOR = 10  # aliases may stand for this many times the nodes written,
ALIAS_ALLOWANCE = 10_000  # and for this many more


class Events(Protocol):
    """The part of a PyYAML loader that is used here."""

    def get_event(self) -> Any:
        """The next event of the stream."""


FASTEST: Callable[[str], Events] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(source: bytes, file: str, parser: Callable[[str], Events] = FASTEST) -> tuple[Node | None, list[Problem]]:
    """The document's node, and its problems in the order of the file.

    The node comes with its problems if the rest can still be checked; None if it cannot be read to its end.

    >>> read_yaml(b"reply: no", "rules.yaml")[0].entries["reply"].text
    'no'
    """
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        node, traps = None, [undecodable(source, error)]
    else:
        node, traps = None, unreadable(text)
        if not traps:
            composer = _Composer(text)
            node, traps = composer.compose(parser), sorted(composer.traps)
    return node, [Problem(Mark(file, line + 1, column + 1), message) for line, column, message in traps]


class _ReadingStopped(Exception):
    """Reading stops here."""


class _Frame:
    """A container still open: its children so far, the size that aliases among them stand for, their depth."""

    __slots__ = ("children", "extra", "height", "start")

    def __init__(self, start: Any) -> None:
        self.start = start
        self.children: list[Node] = []
        self.extra = 0
        self.height = 0


class _Composer:
    def __init__(self, text: str) -> None:
        self.traps: list[Trap] = []
        self._text = text if text.endswith("\n") else text + "\n"  # the marks of an end without one are wrong
        self._lines = [*text.splitlines(), ""]  # a mark may stand behind the last line
        self._strays = stray_spaces(text, self._lines)
        self._suspects = glued_comments(text, self._lines) | self._strays
        self._escapes = "\\" in text
        self._frame = _Frame(None)
        self._stack: list[_Frame] = []
        self._anchors: dict[str, tuple[Node, int] | None] = {}
        self._merging: list[Mapping] = []
        self._largest_alias = (0, 0, 0)  # size, line, column
        self._joined: tuple[list[Trap], int] | None = None  # the last ones, and the line their text ends on
        self._documents = 0
        self._written = 1

    def compose(self, parser: Callable[[str], Events]) -> Node | None:
        """The root node, or None if the text ends in a problem."""
        handlers: dict[type, Callable[[Any], None]] = {
            events.ScalarEvent: self._scalar,
            events.AliasEvent: self._alias,
            events.SequenceStartEvent: self._open,
            events.SequenceEndEvent: self._close_sequence,
            events.MappingStartEvent: self._open,
            events.MappingEndEvent: self._close_mapping,
            events.DocumentStartEvent: self._document,
        }
        event: Any = None
        try:
            get_event = parser(self._text).get_event
            while event.__class__ is not events.StreamEndEvent:
                event = get_event()
                if handler := handlers.get(event.__class__):
                    handler(event)
        except (yaml.YAMLError, ValueError, OverflowError) as error:
            self._broken(error, event)
            return None
        except _ReadingStopped:
            pass
        return self._root()

    def _report(self, line: int, column: int, message: Translatable) -> None:
        self.traps.append(Trap(line, column, message))

    def _stop(self, mark: Any, message: Translatable) -> NoReturn:
        self._report(mark.line, mark.column, message)
        raise _ReadingStopped

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            self._stop(event.start_mark, tr("a second document begins here, and a file holds only one. Delete this line."))

    # -- scalars and aliases

    def _scalar(self, event: Any) -> None:
        start = event.start_mark
        style = event.style or ""
        node = Scalar(event.value, style, start.line + 1, start.column + 1)
        if not style:
            line = event.end_mark.line
            if line != start.line or line in self._suspects:
                self._check_plain(event)
        elif style == '"' and self._escapes and UNSENDABLE.search(node.text):
            self._check_quoted(event)
        if event.tag is not None:
            node.text = self._tagged(event)
        if event.anchor is not None:
            self._anchors[event.anchor] = (node, 0)
        self._frame.children.append(node)

    def _check_plain(self, event: Any) -> None:
        """Report lines that would be joined, and a comment that swallowed text."""
        start, end = _spot(event.start_mark), _spot(event.end_mark)
        last = self._lines[end[0]]
        if end[0] in self._strays and (stray := stray_space(self._lines, end[0])) and (end[0], stray.column) >= start:
            self._stop(stray, stray.message)
        if start[0] != end[0] and last[: end[1]].strip() != event.value:  # an anchor may stand on a line of its own
            traps = joined(self._lines, start, end)
            self.traps += traps
            self._joined = traps, end[0]
        elif found := ATE.match(last, end[1]):
            column = end[1] - len(event.value) if event.value else found.start(1)
            self.traps.append(ate_comment(found[1].strip(), excerpt(self._lines, end[0], column), end[0], column))

    def _check_quoted(self, event: Any) -> None:
        if trap := bad_quote(self._lines, *_spot(event.start_mark), event.end_mark.line):
            self.traps.append(trap)

    def _tagged(self, event: Any) -> str:
        """The text with its tag, since rule files have no tags."""
        end = _spot(event.end_mark) if event.__class__ is events.ScalarEvent else None
        text, trap = tagged(self._lines, _spot(event.start_mark), end)
        self.traps.append(trap)
        return text

    def _alias(self, event: Any) -> None:
        name, start = event.anchor, event.start_mark
        known = self._anchors.get(name)
        if known is None:
            text, trap = alias(self._lines, name, _spot(start), inside=name in self._anchors)
            self.traps.append(trap)
            node: Node = Scalar(text, "", start.line + 1, start.column + 1)
        else:
            node, height = known
            if len(self._stack) + height > DEPTH:
                self._too_deep(start)
            self._frame.height = max(self._frame.height, height)
            if not isinstance(node, Scalar):
                self._frame.extra += node.size - 1
                self._largest_alias = max(self._largest_alias, (node.size, start.line, start.column), key=lambda alias: alias[0])
        self._frame.children.append(node)

    # -- containers

    def _open(self, event: Any) -> None:
        if len(self._stack) == DEPTH:
            self._too_deep(event.start_mark)
        if event.tag is not None:
            self._tagged(event)
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        self._stack.append(self._frame)
        self._frame = _Frame(event)

    def _too_deep(self, mark: Any) -> NoReturn:
        self._stop(mark, TOO_DEEP)

    def _close_sequence(self, event: Any) -> None:
        frame = self._frame
        start = frame.start.start_mark
        self._close(Sequence(frame.children, start.line + 1, start.column + 1, 1 + len(frame.children) + frame.extra))

    def _close_mapping(self, event: Any) -> None:
        frame = self._frame
        children, flow, start = frame.children, frame.start.flow_style, frame.start.start_mark
        keys = {intern(key.text): key for key in children[::2] if isinstance(key, Scalar)}
        if len(keys) * 2 != len(children) or (flow and any(isinstance(node, Scalar) and not node.text for node in children[1::2])):
            if template := self._template(frame):
                return self._close(template)
            children, traps = repaired(children, self._lines, braces=flow and not self._stands_as_key())
            self.traps += traps
            keys = {key.text: key for key in children[::2] if isinstance(key, Scalar)}
        entries = dict(zip(keys, children[1::2], strict=True))
        node = Mapping(entries, keys, flow, start.line + 1, start.column + 1, 1 + len(frame.children) + frame.extra)
        if "<<" in keys and not keys["<<"].style:
            self._merging.append(node)
        return self._close(node)

    def _close(self, node: Node) -> None:
        """Hand the finished node to its container."""
        frame, outer = self._frame, self._stack.pop()
        self._frame = outer
        self._written += len(frame.children)
        outer.children.append(node)
        outer.extra += len(frame.children) + frame.extra
        if frame.height >= outer.height:
            outer.height = frame.height + 1
        if frame.start.anchor is not None:
            self._anchors[frame.start.anchor] = (node, frame.height + 1)

    def _template(self, frame: _Frame) -> Scalar | None:
        """The intended `{{ nama }}`: to YAML it is a mapping in a mapping."""
        start = frame.start.start_mark
        line = self._lines[start.line]
        if not line.startswith("{{", start.column) or not frame.children or isinstance(frame.children[0], Scalar):
            return None
        text = excerpt(self._lines, start.line, start.column)
        self.traps.append(beginning(text, start.line, start.column))
        return Scalar(text, "", start.line + 1, start.column + 1)

    def _stands_as_key(self) -> bool:
        outer = self._stack[-1]
        return outer.start.__class__ is events.MappingStartEvent and len(outer.children) % 2 == 0

    # -- the end of the document

    def _root(self) -> Node | None:
        """The root, once its size is known to be acceptable and its merge keys are resolved."""
        if self._stack:
            return None
        root = self._frame.children[0] if self._frame.children else None
        if root is None or (isinstance(root, Scalar) and not root.text and not root.style):
            self._report(0, 0, tr("the file is empty. Write something into it, or delete it."))
            return None
        if not isinstance(root, Scalar) and root.size > ALIAS_FACTOR * self._written + ALIAS_ALLOWANCE:
            _, line, column = self._largest_alias
            self._report(line, column, tr("the aliases stand for more than can be read. Use fewer of them, or write out what they name."))
            return None
        self.traps += [trap for node in self._merging if (trap := take_in(node))]
        return root

    # -- what the parser refuses

    def _broken(self, error: Exception, event: Any) -> None:
        """Word the error by the source, unless a trap has reported its line already."""
        from flask_chatbot.core.yamltext.errors import Breakdown, trap_of  # here, since good files never need it

        problem, context = _maybe_spot(getattr(error, "problem_mark", None)), _maybe_spot(getattr(error, "context_mark", None))
        scanning = isinstance(error, ScannerError)
        if problem and self._joined and self._joined[1] == problem[0]:
            self.traps = [trap for trap in self.traps if trap not in self._joined[0]]  # lines were joined because of this error only
        if problem is None:  # the Python parser trips over \UFFFFFFFF without a mark
            trap = bad_code_point(self._text)
        elif scanning and (deep := self._hidden_level(context or problem, event)):
            return self._report(*deep, TOO_DEEP)
        else:
            token, container = (context or problem, None) if scanning else (None, context)
            before = self._before(problem, event)
            trap = trap_of(Breakdown(lines=self._lines, problem=problem, token=token, container=container, before=before))
        trapped = {trap.line for trap in self.traps}
        for new in (trap, *self._traps_of_open_mappings()):
            if new.line not in trapped:
                trapped.add(new.line)
                self.traps.append(new)
        return None

    def _hidden_level(self, problem: Spot, event: Any) -> Spot | None:
        """The place where the text opens one level too many, after the last event and before the problem."""
        start = _maybe_spot(getattr(event, "end_mark", None)) or (0, 0)
        flow = bool(self._stack and self._frame.start.flow_style)
        return hidden_level(self._lines, start, problem, room=DEPTH - len(self._stack), flow=flow) if start < problem else None

    def _traps_of_open_mappings(self) -> list[Trap]:
        traps = []
        for frame in (*self._stack[1:], self._frame):
            if frame.start.__class__ is events.MappingStartEvent:
                traps += repaired(frame.children[: len(frame.children) // 2 * 2], self._lines, braces=False)[1]
        return traps

    def _before(self, problem: Spot, event: Any) -> Spot | None:
        """The start of the node that ends right before the problem."""
        end = _maybe_spot(getattr(event, "end_mark", None))
        if not end or end[0] != problem[0] or self._lines[end[0]][end[1] : problem[1]].strip():
            return None
        if isinstance(event, events.CollectionEndEvent) and self._frame.children:
            node = self._frame.children[-1]
            return node.line - 1, node.column - 1
        return _spot(event.start_mark) if isinstance(event, (events.ScalarEvent, events.AliasEvent)) else None


def _spot(mark: Any) -> Spot:
    return mark.line, mark.column


def _maybe_spot(mark: Any) -> Spot | None:
    return _spot(mark) if mark else None
