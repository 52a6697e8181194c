"""The pages as tests read them: their fenced blocks, each with the folder of examples it belongs to."""

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLES = DOCS / "examples"
PAGES = sorted(path for path in DOCS.rglob("*.md") if not {"_build", "examples"} & {*path.relative_to(DOCS).parts})

_LINE = re.compile(r"^(?:% in (?P<folder>\S+)|(?P<fence>`{3,})(?P<info>.*))$")
_CODE = re.compile(r"(`+)(.+?)\1")


class Block(NamedTuple):
    """A fenced block: its language or directive, the text in it, where it begins, the folder the page named last."""

    page: str
    line: int
    info: str
    text: str
    folder: Path

    @property
    def language(self) -> str:
        """The language of the page, which is that of the messages on it."""
        return "id" if self.page.startswith("id/") else "en"

    @property
    def place(self) -> str:
        """Page and line, for the name of a test."""
        return f"{self.page}:{self.line}"


def name_of(page: Path, docs: Path = DOCS) -> str:
    """A page by its path below the docs, `recipes/order.md`."""
    return page.relative_to(docs).as_posix()


def blocks(page: Path, docs: Path = DOCS) -> Iterator[Block]:
    """The fenced blocks of a page in their order."""
    lines = page.read_text(encoding="utf-8").splitlines()
    folder = docs
    number = 0
    while number < len(lines):
        found = _LINE.match(lines[number])
        number += 1
        if found is None:
            continue
        if found["folder"]:
            folder = docs / found["folder"]
            continue
        end = lines.index(found["fence"], number)
        yield Block(name_of(page, docs), number, found["info"].strip(), "\n".join(lines[number:end]) + "\n", folder)
        number = end + 1


def all_blocks(*infos: str) -> list[Block]:
    """The blocks of all pages in one of these languages."""
    return [block for page in PAGES for block in blocks(page) if block.info in infos]


def code_spans(markdown: str) -> list[str]:
    """The texts in back quotes, as they are printed."""
    return [found[2].replace("\\|", "|").strip() for found in _CODE.finditer(markdown)]


def links(text: str) -> list[str]:
    """The targets of the links within the docs, those in its code aside."""
    prose = re.sub(r"^(`{3,}).*?^\1", "", text, flags=re.MULTILINE | re.DOTALL)
    return [target for target in re.findall(r"\]\(([^)\s]+)\)", prose) if "://" not in target]


def extension(name: str) -> ModuleType:
    """A module of `_ext`, which Sphinx loads while it builds the pages."""
    spec = importlib.util.spec_from_file_location(name, DOCS / "_ext" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
