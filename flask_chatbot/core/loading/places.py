"""`Place`: a position in the rule files, which reports the problems there."""

from dataclasses import dataclass
from typing import Any

from flask_chatbot.core.loading.documents import SourceFile, Step
from flask_chatbot.core.schema.repair import GONE
from flask_chatbot.core.translation.translatable import Translatable
from flask_chatbot.core.values.problems import Mark, Problem
from flask_chatbot.core.yamltext.nodes import Scalar


# Not frozen: a frozen dataclass takes three times as long to make, and a file of 10,000 rules has 200,000 places, most with nothing there.
@dataclass(slots=True)
class Place:
    """One value of one file; its problems go to `problems`, which all places of a load share."""

    document: SourceFile
    path: tuple[Step, ...]
    data: Any
    problems: list[Problem]

    def at(self, *steps: Step) -> "Place":
        """The place some steps below; its `data` is None if the file has nothing there."""
        data = self.data
        if data is None:
            return Place(self.document, self.path + steps, None, self.problems)
        for step in steps:
            if isinstance(data, dict):
                data = data.get(step)
            elif data is not None:
                data = data[step]
        return Place(self.document, self.path + steps, data, self.problems)

    def each(self, key: str) -> "list[Place]":
        """The places of the list under a key of a group, as `entries` gives them; empty if the group lacks the key."""
        return self.at(key).entries() if key in self.data else []

    def entries(self) -> "list[Place]":
        """The places of a list without the refused entries; for a single value just itself, for nothing none."""
        if self.data is None:
            return []
        if not isinstance(self.data, list):
            return [self]
        if GONE in self.data:
            return [self.at(index) for index, each in enumerate(self.data) if each is not GONE]
        return [self.at(index) for index in range(len(self.data))]

    def inside(self) -> "list[Place]":
        """The places in a list or a map without the refused entries; none in anything else."""
        steps = self.data if isinstance(self.data, dict) else range(len(self.data)) if isinstance(self.data, list) else ()
        return [entry for step in steps if (entry := self.at(step)).data is not GONE]

    def mark(self, key: bool = False) -> Mark:
        """The position of the value, or of its key."""
        return self.document.mark(self.path, key)

    def report(self, message: Translatable, key: bool = False, may_be_python: bool = False) -> None:
        """Report a problem with the value, or with its key."""
        self.problems.append(Problem(self.mark(key), message, may_be_python=may_be_python))

    def warn(self, message: Translatable, key: bool = False) -> None:
        """Note a value, or its key, that is allowed but probably a mistake."""
        self.problems.append(Problem(self.mark(key), message, "warning"))

    def is_plain(self) -> bool:
        """True if the text here is written without quotes, in a file."""
        node = self.document.node_at(self.path)
        return isinstance(node, Scalar) and not node.style

    def report_word(
        self, line: int, word: str, message: Translatable, may_be_python: bool = False, nth: int = 0, is_warning: bool = False
    ) -> None:
        """Report a problem with a word in the text here; `line` counts from 1 in the text, `nth` from 0 in the line."""
        mark = self.document.mark_in_text(self.path, line, word, nth)
        self.problems.append(Problem(mark, message, "warning" if is_warning else "error", may_be_python))
