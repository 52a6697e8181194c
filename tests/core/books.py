"""Rule books out of a few lines of YAML, and what they answer at one moment of time."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from types import MappingProxyType

from flask_chatbot.core.conversation.memory import NO_MEMORY
from flask_chatbot.core.deciding.decision import Decision
from flask_chatbot.core.deciding.engine import decide
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.loading.loader import load_rules, read_rules
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.replies import Reply, Text

NOW = datetime(2026, 11, 22, 14, 47, tzinfo=UTC)  # a Sunday, 21.47 in Jakarta
BUDI = Sender(number="6281234567890", name="Budi")
NO_FILES: Mapping[str, str] = MappingProxyType({})


def load(folder: Path, text: str, files: Mapping[str, str] = NO_FILES) -> RuleBook:
    """The book of a root file and of `files` beside it, by their names."""
    return load_rules(write(folder, text, files))


def problems(folder: Path, text: str, files: Mapping[str, str] = NO_FILES) -> list[str]:
    """What is wrong with the files, each as ``file:line:column: message``."""
    return told(write(folder, text, files))


def in_rule(folder: Path, lines: str) -> list[str]:
    """What is wrong in a file of one rule, whose lines begin at line 3, column 5; without the name of the file."""
    rule = "\n".join(f"    {line}" for line in lines.splitlines())
    return [each.removeprefix("rules.yaml:") for each in problems(folder, f"version: 1\nrules:\n{rule.replace('    ', '  - ', 1)}\n")]


def told(path: Path) -> list[str]:
    """The same of a root file that is written already."""
    return [str(problem).replace(f"{path.parent}/", "") for problem in read_rules(path).problems]


def write(folder: Path, text: str, files: Mapping[str, str] = NO_FILES) -> Path:
    """The root file. A text without a version gets one at its end, so that its own lines keep their numbers."""
    root = text if "version:" in text else f"{text.rstrip()}\nversion: 1\n"
    for name, content in {"rules.yaml": root, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8", newline="")
    return folder / "rules.yaml"


def ask(book: RuleBook, text: str, sender: Sender = BUDI, random: Random | None = None) -> Decision:
    """What the book decides about a text."""
    return decide(book, Message(text=text, sender=sender), NO_MEMORY, NOW, random or Random(1))


def replies(book: RuleBook, text: str) -> list[Reply]:
    """What a text is answered."""
    return list(ask(book, text).replies)


def said(book: RuleBook, text: str) -> str:
    """The one text that a text is answered."""
    (reply,) = replies(book, text)
    assert isinstance(reply, Text)
    return reply.text


def rule_name(book: RuleBook, text: str) -> str | None:
    """The rule that answers, None where none does."""
    match = ask(book, text).match
    return match.rule.name if match else None
