"""The pages: what is generated, what they quote of the code, and the sessions they show."""

import ast
import doctest
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from jsonschema import Draft7Validator

from flask_chatbot.core.checks.runner import cases
from flask_chatbot.core.checks.runner import run as run_case
from flask_chatbot.core.loading.loader import load_rules, read_rules
from flask_chatbot.core.schema.shape import SCHEMA
from flask_chatbot.core.translation.catalogue import messages as translations
from flask_chatbot.core.translation.catalogue import translate
from flask_chatbot.settings.settings import settings_fields
from flask_chatbot.transports.registry import options
from tests.docs.pages import DOCS, PAGES, Block, all_blocks, blocks, code_spans, extension, links, name_of
from tests.docs.sessions import KEY, calls, run

ROOT = DOCS.parent
PACKAGE = ROOT / "flask_chatbot"
REFERENCES = ["rule keys", "rule keys in Indonesian"]  # what is generated of the schema
WILD = "…"  # stands on the pages for what differs from case to case


@pytest.fixture(scope="module")
def generated() -> ModuleType:
    """The extension that makes parts of the pages."""
    return extension("generated")


def keys(part: Any) -> set[str]:
    """Every key that some part of a schema knows."""
    if isinstance(part, list):
        return set().union(*map(keys, part))
    if not isinstance(part, dict):
        return set()
    own = part.get("properties", {})
    below = [value for name, value in part.items() if name not in ("properties", "examples")]
    return set(own).union(*map(keys, [*own.values(), *below]))


@pytest.mark.parametrize("part", REFERENCES)
def test_the_key_reference_names_every_key_of_the_schema_and_no_other(generated: ModuleType, part: str) -> None:
    assert set(re.findall(r"^`(\w+):`", generated.GENERATORS[part](), re.MULTILINE)) == keys(SCHEMA)


def test_both_key_references_have_the_same_keys_in_the_same_order(generated: ModuleType) -> None:
    english, indonesian = (re.findall(r"^\((?:id-)?(.+)\)=$", generated.GENERATORS[part](), re.MULTILINE) for part in REFERENCES)
    assert english == indonesian


@pytest.mark.parametrize("part", REFERENCES)
def test_every_key_is_described(generated: ModuleType, part: str) -> None:
    reference = generated.GENERATORS[part]()
    assert re.findall(r"^`(\w+):`.*\n:   $", reference, re.MULTILINE) == []


def test_no_two_keys_share_an_anchor(generated: ModuleType) -> None:
    anchors = re.findall(r"^\((.+)\)=$", "\n".join(each() for each in generated.GENERATORS.values()), re.MULTILINE)
    assert [anchor for anchor in anchors if anchors.count(anchor) > 1] == []


def examples(part: Any) -> list[tuple[dict[str, Any], Any]]:
    """Every example of a schema, with the part it is an example of."""
    if isinstance(part, list):
        return [found for each in part for found in examples(each)]
    if not isinstance(part, dict):
        return []
    below = [value for name, value in part.items() if name != "examples"]
    return [*((part, example) for example in part.get("examples", ())), *(found for each in below for found in examples(each))]


def test_every_example_of_the_schema_fits_its_key() -> None:
    for part, example in examples(SCHEMA):
        whole = {**part, "definitions": SCHEMA["definitions"]}
        if "$ref" in whole:  # what stands beside a reference does not count in this draft
            whole = {"$ref": whole["$ref"], "definitions": whole["definitions"]}
        assert [error.message for error in Draft7Validator(whole).iter_errors(example)] == []


def test_the_configuration_page_names_every_setting(generated: ModuleType) -> None:
    known = [*(each.metadata["key"] for each in settings_fields()), *(option.key for option in options())]
    assert re.findall(r"^`(CHATBOT_\w+)`$", generated.settings(), re.MULTILINE) == known


def test_the_floors_name_every_module_of_the_package(generated: ModuleType) -> None:
    drawn = set(re.findall(r"<code>(\w+)</code>", generated.floors()))
    modules = {path.stem for path in PACKAGE.glob("*.py")} | {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert drawn == modules - {"__init__"}


def test_the_rooms_name_every_package_and_module(generated: ModuleType) -> None:
    told = generated.rooms()
    packages = {path.parent.relative_to(PACKAGE) for path in PACKAGE.rglob("__init__.py")} - {Path()}
    assert set(re.findall(r"^\| `([\w.]+)` \|", told, re.MULTILINE)) == {".".join(package.parts) for package in packages}
    assert sorted(re.findall(r"<br>`(\w+)`: \S", told)) == sorted(
        path.stem for package in packages for path in (PACKAGE / package).glob("*.py") if path.stem != "__init__"
    )


def test_the_doctests_of_the_generator_hold(generated: ModuleType) -> None:
    assert doctest.testmod(generated).failed == 0


def test_every_page_fills_in_its_generated_parts(generated: ModuleType) -> None:
    assert [name_of(page) for page in PAGES if "<!-- generated" in generated.fill_in(page.read_text("utf-8"))] == []


def anchors(text: str) -> set[str]:
    """What a link into a page may name: its labels, and its headings as MyST spells them."""
    headings = re.findall(r"^#{1,3} (.+)$", text, re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return slugs | set(re.findall(r"^\((.+)\)=$", text, re.MULTILINE))


def test_every_link_within_the_docs_leads_somewhere(generated: ModuleType) -> None:
    known = {page: anchors(generated.fill_in(page.read_text("utf-8"))) for page in PAGES}
    anywhere = set().union(*known.values())
    broken = []
    for page in PAGES:
        for target in links(page.read_text("utf-8")):
            file, _, anchor = target.partition("#")
            path = (page.parent / file).resolve()
            leads = anchor in known[path] if path in known and anchor else path.is_file() if file else anchor in anywhere
            if not leads and not (not anchor and target in anywhere):
                broken.append(f"{name_of(page)}: {target}")
    assert broken == []


def test_every_page_is_in_the_table_of_contents() -> None:
    listed = {
        (page.parent / entry).relative_to(DOCS).as_posix()
        for page in PAGES
        for block in blocks(page)
        if block.info == "{toctree}"
        for entry in re.findall(r"^[\w/-]+$", block.text, re.MULTILINE)
    }
    assert sorted(f"{each}.md" for each in listed) == [name_of(page) for page in PAGES if name_of(page) != "index.md"]


SEARCHED = """
holiday broadcast newsletter photo picture sticker emoji docker kubernetes payment reminder schedule unsubscribe privacy gdpr delete
backup security password spreadsheet mysql redis celery telegram twilio dashboard statistics translat ngrok windows sqlalchemy flask-migrate
"""


@pytest.mark.parametrize("word", SEARCHED.split())
def test_what_users_search_for_is_on_a_page_for_them(word: str) -> None:
    internal = ("changes.md", "design.md", "performance.md")
    assert [name_of(page) for page in PAGES if name_of(page) not in internal and word in page.read_text("utf-8").lower()] != []


def test_python_on_the_pages_is_a_doctest_or_included_from_a_tested_file() -> None:
    assert [block.place for block in all_blocks("python", "py", "python3")] == []


@pytest.mark.parametrize("page", [page for page in PAGES if ">>> " in page.read_text("utf-8")], ids=name_of)
def test_the_doctests_of_a_page_hold(page: Path, load: Callable[[str, str], object]) -> None:
    shown = [block for block in all_blocks("pycon") if block.page == name_of(page)]
    if shown[0].folder != DOCS:
        load(shown[0].folder.name, "app")
    source = "\n".join(block.text for block in shown)
    test = doctest.DocTestParser().get_doctest(source, {}, name_of(page), str(page), 0)
    told: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=told.append)
    assert told == []


@pytest.mark.process
@pytest.mark.parametrize("block", [block for block in all_blocks("console") if "$ curl" not in block.text], ids=lambda block: block.place)
def test_a_session_on_a_page_prints_what_it_shows(block: Block) -> None:
    for call in calls(block.text):
        assert [line.rstrip() for line in run(call.command, block.folder, block.language).splitlines()] == call.printed.splitlines(), (
            call.command
        )


def rule_files() -> list[tuple[Block, str]]:
    """The rule files written on the pages, each with the mistakes and failing tests shown right below it."""
    shown = all_blocks("yaml", "{code-block} yaml", "text")
    shown = [block for block in shown if block.info != "{code-block} yaml" or block.text.startswith(":force:")]
    pairs = zip(shown, [*shown[1:], None], strict=True)
    return [(block, after.text if after is not None and is_below(after, block) else "") for block, after in pairs if block.info != "text"]


def is_below(after: Block, block: Block) -> bool:
    """True if a text is the one shown below a block: the next page may begin with a text of its own."""
    return after.info == "text" and after.place.partition(":")[0] == block.place.partition(":")[0]


@pytest.mark.parametrize(("block", "mistakes"), [pytest.param(*pair, id=pair[0].place) for pair in rule_files()])
def test_a_rule_file_on_a_page_is_read_as_the_page_says(
    block: Block, mistakes: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "more.yaml").write_text("rules: [{keyword: halo, reply: Halo!}]\n", "utf-8")
    text = block.text.removeprefix(":force:\n\n")
    text = text if text.startswith("version:") else "version: 1\nrules:\n" + text
    (tmp_path / "rules.yaml").write_text(text, "utf-8")
    loaded = read_rules("rules.yaml")
    failures = [failure for case in cases(loaded.book) for failure in run_case(case, loaded.book)] if loaded.book else []
    sentences = [problem.sentence for problem in [*loaded.problems, *(failure.problem for failure in failures)]]
    assert "".join(f"{translate(sentence, block.language)}\n" for sentence in sentences) == mistakes


def messages() -> list[str]:
    """Every text in the source of the package, with `…` where a value is put in."""
    found = []
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(wild(node.value))
            elif isinstance(node, ast.JoinedStr):
                found.append("".join(str(part.value) if isinstance(part, ast.Constant) else WILD for part in node.values))
    return found


def wild(template: str) -> str:
    """A message with `…` in place of its values.

    >>> wild("unknown key {key!r}.{guess}"), wild("%s failed")
    ('unknown key ….…', '… failed')
    """
    return re.sub(r"\{\w*(?:![rs])?(?::\w*)?\}|%[srd]", WILD, template)


def is_said(span: str, source: Iterable[str]) -> bool:
    """True if one of the texts has the span, with anything for each `…`."""
    span = span.rstrip(f"{WILD} ")
    longest = max(span.split(WILD), key=len)
    spelled = re.compile(re.escape(span).replace(WILD, r".+?"))
    return any(longest in text and spelled.search(text) for text in source)


def sections(page: str) -> list[str]:
    """The parts of a page, each from its heading on."""
    return re.split("^## ", (DOCS / page).read_text("utf-8"), flags=re.MULTILINE)


def quoted(section: str) -> list[str]:
    """The messages that a part of the troubleshooting page quotes, in their order."""
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    return [span for row in rows for span in code_spans(row.removeprefix("| ").split(" | ", 1)[0])]


def test_every_message_of_the_troubleshooting_page_is_one_of_ours() -> None:
    source = messages()
    spans = [span for section in sections("troubleshooting.md") for span in quoted(section)]
    assert [span for span in spans if not is_said(span, source)] == []
    assert len(spans) > 100


def test_the_indonesian_page_quotes_each_message_as_it_is_printed_in_indonesian() -> None:
    """Those of the log, at start and of the webhook are in English, and quoted so."""
    spoken = [(wild(english), wild(indonesian)) for english, indonesian in translations("id").items()]
    pairs = []
    for english, indonesian in zip(sections("troubleshooting.md"), sections("id/troubleshooting.md"), strict=True):
        is_spoken = english.startswith(("Rule files", "Tests in rule files", "Warnings", "The API", "Commands"))
        pairs += [(is_spoken, *pair) for pair in zip(quoted(english), quoted(indonesian), strict=True)]
    translated = [(here, there) for _, here, there in pairs if here != there]
    assert [(here, there) for here, there in translated if not any(is_said(here, [a]) and is_said(there, [b]) for a, b in spoken)] == []
    left = [here for is_spoken, here, there in pairs if is_spoken and here == there and " " in here]
    assert [here for here in left if any(is_said(here, [a]) for a, _ in spoken)] == []
    assert len(translated) > 100


def test_the_key_of_the_sessions_is_the_one_the_contract_page_shows() -> None:
    assert KEY in (DOCS / "examples" / "contract" / "plain.json").read_text("utf-8")


@pytest.mark.parametrize("page", ["customers.md", "id/customers.md"])
def test_what_customers_write_is_taken_as_its_page_says(page: str) -> None:
    forgiven, refused = sections(page)[1:3]
    book = load_rules(DOCS / "examples/customers/rules.yaml")

    def taken(section: str) -> list[tuple[str, str, bool]]:
        rows = [
            (re.findall("`(.+?)`", texts), re.findall("`(.+?)`", rules))
            for texts, rules in re.findall(r"^\| (`.+?) \| (.+?) \|", section, re.MULTILINE)
        ]
        said = [(text, rules[min(place, len(rules) - 1)]) for texts, rules in rows for place, text in enumerate(texts)]
        return [(text, rule, next(book.index.candidates(text)).rule.name == rule) for text, rule in said]

    assert [each for each in taken(forgiven) if not each[2]] == []
    assert [each for each in taken(refused) if each[2]] == []
