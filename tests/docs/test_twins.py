"""The pages in two languages: each twin says all that the English page says, in the same order, and leads to it."""

import doctest
import re
from itertools import zip_longest
from pathlib import Path
from types import ModuleType

import pytest

from tests.docs.pages import DOCS, PAGES, Block, blocks, code_spans, extension, links, name_of

RECIPES = [name_of(page) for page in PAGES if name_of(page).startswith("recipes/")]
WRITING = ["first-rules.md", "rule-file.md", "customers.md", "conversations.md", "not-text.md", "look-ups.md"]
WAYS = ["which-way.md", "hosted.md", "cloud.md", "telegram.md", "waha.md", "gowa.md", "strangers.md", "lines.md", "tried.md"]
TWINS = [*WRITING, "transports.md", *WAYS, "console.md", *RECIPES, "troubleshooting.md"]
ALONE = {"id/index.md", "id/mulai-cepat.md"}  # Indonesian pages that follow no English one section by section

MARKS = {
    "heading": re.compile(r"(#+) "),
    "anchor": re.compile(r"\((?:id-)?(.+)\)=$"),
    "generated": re.compile(r"<!-- generated: (.+?)(?: in Indonesian)? -->$"),
    "row": re.compile(r"(\|.+)"),
    "entry": re.compile(r"((?:- |\d+\. |: {3}).+)"),
}

Part = tuple[str, object]


@pytest.fixture(scope="module")
def twins() -> ModuleType:
    """The extension that leads from a page to its twin."""
    return extension("twins")


def parts(page: Path, docs: Path = DOCS) -> list[Part]:
    """A page as its twin must have it: headings by their level, anchors, code, and the code words of each paragraph, entry and row."""
    fenced = {block.line: block for block in blocks(page, docs)}
    found: list[Part] = []
    end = 0
    for number, line in enumerate(page.read_text("utf-8").splitlines(), 1):
        if block := fenced.get(number):
            end = number + block.text.count("\n") + 1
            found.append(("block", (block.folder, bare(block.info), bare(unprinted(block)))))
        elif number > end:
            add_line(unquoted(line) if page.name == "troubleshooting.md" else line, found)
    return [(kind, sorted(code_spans(str(said))) if kind in ("row", "entry", "text") else said) for kind, said in found if kind != "gap"]


def add_line(line: str, found: list[Part]) -> None:
    """Add the part that a line begins; one that goes on with a paragraph or an entry is added to it."""
    marked = [(kind, part[1]) for kind, spelled in MARKS.items() if (part := spelled.match(line))]
    if not line or line.startswith("% "):
        found.append(("gap", ""))
    elif marked:
        kind, text = marked[0]
        found.append((kind, len(text) if kind == "heading" else text))
    elif found and found[-1][0] in ("entry", "text"):
        kind, said = found.pop()
        found.append((kind, f"{said}\n{line}"))
    else:
        found.append(("text", line))


def unquoted(line: str) -> str:
    """A row without the message in its first cell, which is in the language of the page; another test compares these."""
    return re.sub(r"^\| `.+?(?<!\\) \| ", "| ", line)


def unprinted(block: Block) -> str:
    """The code of a block without what the bot printed, which is in the language of the page."""
    if block.info.endswith("console"):  # the other spelling is for what depends on the day
        return "".join(f"{line}\n" for line in block.text.splitlines() if line.startswith("$ "))
    return "" if block.info in ("", "text") else block.text


def bare(code: str) -> str:
    """The code of a block as both twins have it: without captions, and with paths from the top of the docs."""
    return re.sub(r"^:caption: .*\n", "", code.replace("../", ""), flags=re.MULTILINE)


@pytest.mark.parametrize("name", TWINS)
def test_a_twin_has_every_section_paragraph_row_and_example_of_its_page(name: str) -> None:
    here = parts(DOCS / name)
    there = parts(DOCS / "id" / name)
    differing = [pair for pair in zip_longest(here, there) if pair[0] != pair[1]]
    assert differing[:1] == []


def led_to(page: Path) -> list[str]:
    """What a page leads to: other pages by their path, settings by their anchor; headings are spelled in the language of the page."""
    names = {f"{own.removeprefix('id/')}.md": f"{other}.md" for own, other in extension("twins").ODD_PAIRS.items()}
    targets = [target.replace("../", "").partition("#") for target in links(page.read_text("utf-8"))]
    pages = [(names.get(file, file).removeprefix("id-"), anchor) for file, _, anchor in targets]
    return sorted(page or (anchor if anchor.startswith("chatbot-") else "") for page, anchor in pages)


@pytest.mark.parametrize("name", TWINS)
def test_a_twin_leads_where_its_page_does(name: str) -> None:
    assert led_to(DOCS / "id" / name) == led_to(DOCS / name)


def test_an_indonesian_page_leads_to_the_twin_where_there_is_one() -> None:
    english = {(DOCS / name).resolve() for name in TWINS}
    pages = [page for page in PAGES if name_of(page).startswith("id/")]
    files = [(page, target.partition("#")[0]) for page in pages for target in links(page.read_text("utf-8"))]
    assert [(name_of(page), file) for page, file in files if (page.parent / file).resolve() in english] == []


def test_every_indonesian_page_is_a_twin_or_stands_alone() -> None:
    indonesian = {name_of(page) for page in PAGES if name_of(page).startswith("id/")}
    assert indonesian - ALONE == {f"id/{name}" for name in TWINS}


def test_the_doctests_of_the_switch_hold(twins: ModuleType) -> None:
    assert doctest.testmod(twins).failed == 0


@pytest.mark.parametrize(
    ("missing", "name"),
    [
        ("## Satu\n", "heading"),
        ("- `b` dua\n", "entry"),
        ("```yaml\na: 1\n```\n", "block"),
        ("(id-x)=\n", "anchor"),
        ("| `c` | tiga |\n", "row"),
    ],
)
def test_a_twin_that_lacks_a_part_differs_from_its_page(missing: str, name: str, tmp_path: Path) -> None:
    whole = "# Judul\n\n(id-x)=\n## Satu\n\nTeks `a`.\n\n- `b` dua\n\n| `c` | tiga |\n\n```yaml\na: 1\n```\n"
    (tmp_path / "whole.md").write_text(whole, "utf-8")
    (tmp_path / "less.md").write_text(whole.replace(missing, ""), "utf-8")
    less = parts(tmp_path / "less.md", tmp_path)
    lost = [part for part in parts(tmp_path / "whole.md", tmp_path) if part not in less]
    assert [kind for kind, _ in lost] == [name]


def test_a_page_and_its_twin_lead_to_each_other_and_name_their_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("furo")  # comes with the extra `docs`
    sphinx = pytest.importorskip("sphinx.application")
    monkeypatch.syspath_prepend(DOCS / "_ext")
    (tmp_path / "id").mkdir()
    (tmp_path / "index.md").write_text("# Start\n\n```{toctree}\nid/a\na\nb\n```\n", "utf-8")
    for name in ("a", "b", "id/a"):
        (tmp_path / f"{name}.md").write_text(f"# Page {name}\n\nText.\n", "utf-8")
    overrides = {"extensions": ["myst_parser", "twins"], "html_theme": "furo", "templates_path": [str(DOCS / "_templates")]}
    app = sphinx.Sphinx(
        str(tmp_path), None, str(tmp_path / "out"), str(tmp_path / "trees"), "html", overrides, status=None, warningiserror=True
    )
    app.build()
    built = {name: (tmp_path / "out" / f"{name}.html").read_text("utf-8") for name in ("a", "b", "id/a")}
    assert {name: re.findall(r'<html[^>]* lang="(\w+)"', page) for name, page in built.items()} == {
        "a": ["en"],
        "b": ["en"],
        "id/a": ["id"],
    }
    switches = {
        name: re.findall(r'<nav class="twin"><a href="(.+?)" hreflang="(\w+)".*>(.+)</a></nav>', page) for name, page in built.items()
    }
    assert switches == {"a": [("id/a.html", "id", "Bahasa Indonesia")], "b": [], "id/a": [("../a.html", "en", "English")]}
    alternates = {name: re.findall(r'<link rel="alternate" hreflang="(\w+)" href="(.+?)">', page) for name, page in built.items()}
    assert alternates == {"a": [("id", "id/a.html")], "b": [], "id/a": [("en", "../a.html")]}
    assert [name for name, page in built.items() if "Langsung ke isi" in page] == ["id/a"]
