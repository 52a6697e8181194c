"""The parts of these pages that are made from the code itself, so that they cannot drift from it.

A page says where such a part goes by a line of its own: ``<!-- generated: rule keys -->``. What may stand there is in `GENERATORS`.
"""

import ast
import configparser
import dataclasses
import html
import re
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from flask_chatbot.core.schema.shape import SCHEMA
from flask_chatbot.core.schema.translated import translated
from flask_chatbot.settings.settings import settings_fields
from flask_chatbot.transports.base import Capabilities
from flask_chatbot.transports.registry import TRANSPORTS, Bundled, options

if TYPE_CHECKING:
    from sphinx.application import Sphinx

Schema = Mapping[str, Any]

ROOT = Path(__file__).parents[2]

MARKER = re.compile(r"^<!-- generated: (.+) -->$", re.MULTILINE)


@dataclasses.dataclass(frozen=True, slots=True)
class Wording:
    """The words around the keys, in one language; `prefix` begins the anchors of a page that is not the first with these keys."""

    kinds: Mapping[str, str]
    limits: Mapping[str, str]
    either: str
    top: str
    under: str
    prefix: str = ""


ENGLISH = Wording(
    kinds={
        "string": "text",
        "array": "a list",
        "object": "a group of keys",
        "integer": "a whole number",
        "number": "a number",
        "boolean": "true or false",
    },
    limits={"minimum": "at least {}", "maximum": "at most {}", "maxItems": "at most {} entries", "maxLength": "at most {} characters"},
    either=" or ",
    top="At the top of the file",
    under="Under ",
)
INDONESIAN = Wording(
    kinds={
        "string": "teks",
        "array": "daftar",
        "object": "sekelompok kunci",
        "integer": "bilangan bulat",
        "number": "angka",
        "boolean": "true atau false",
    },
    limits={
        "minimum": "paling kecil {}",
        "maximum": "paling besar {}",
        "maxItems": "paling banyak {} entri",
        "maxLength": "paling banyak {} karakter",
    },
    either=" atau ",
    top="Di bagian paling atas berkas",
    under="Di bawah ",
    prefix="id-",
)


@dataclasses.dataclass(slots=True)
class Group:
    """Keys that stand together: the schema of each, and the keys that lead to them."""

    name: str
    description: str
    keys: dict[str, Schema]
    leads: list[str]


def rule_keys(schema: Schema = SCHEMA, words: Wording = ENGLISH) -> str:
    """Every key of a rule file as Markdown, each with an anchor, what it takes and examples."""
    return "\n".join(line for group in groups(schema) for line in written_group(group, schema, words))


def rule_keys_in_indonesian() -> str:
    """The same for the Indonesian twin of the page."""
    return rule_keys(translated("id"), INDONESIAN)


def groups(schema: Schema) -> list[Group]:
    """The groups of keys from the top of a file downward; a reply inside of another list is described once."""
    found: dict[str, Group] = {}
    waiting: list[tuple[str, str, Schema]] = [("", "", schema)]
    while waiting:
        lead, name, part = waiting.pop(0)
        name, here = definition(part, schema)[0] or name, resolved(part, schema)
        known = [below for group in found.values() for below in group.keys.values() if reference(below)]
        keys = {key: below for key, below in here.get("properties", {}).items() if below not in known}
        if name in found and found[name].keys:
            found[name].leads += [lead] * (lead not in found[name].leads)
            continue
        if keys:
            found[name] = Group(name, definition(part, schema)[1].get("description", ""), keys, [lead])
        waiting += [(key, key, below) for key, below in keys.items()]
        waiting += [(lead, name, here[inner]) for inner in ("items", "additionalProperties") if isinstance(here.get(inner), dict)]
    return list(found.values())


def definition(part: Schema, schema: Schema) -> tuple[str, Schema]:
    """What a part refers to in the end, and its name; a part that refers to nothing itself, without a name."""
    name = ""
    while reference(part):
        name = reference(part)
        part = schema["definitions"][name]
    return name, part


def reference(part: Schema) -> str:
    """The definition a part refers to, or nothing; one that says more stands in `allOf`, since many read nothing beside a `$ref`."""
    names = [part["$ref"]] if "$ref" in part else [each["$ref"] for each in part.get("allOf", ())]
    return str(names[0]).rpartition("/")[2] if names else ""


def resolved(part: Schema, schema: Schema) -> dict[str, Any]:
    """A part of the schema with all it refers to; what is said nearer goes before."""
    return {**(resolved(schema["definitions"][reference(part)], schema) if reference(part) else {}), **part}


def written_group(group: Group, schema: Schema, words: Wording) -> Iterator[str]:
    """One heading, and an entry for each key."""
    title = words.under + ", ".join(f"`{lead}`" for lead in group.leads) if group.name else words.top
    yield from (f"### {title}", "", group.description, "")
    for key, part in group.keys.items():
        yield from written_key(words.prefix + anchor(group.name, key), key, resolved(part, schema), words)


def anchor(group: str, key: str) -> str:
    """The name that links lead to.

    >>> anchor("", "rules"), anchor("rule", "on_invalid")
    ('key-rules', 'key-rule-on-invalid')
    """
    return "-".join(part.replace("_", "-") for part in ("key", group, key) if part)


def written_key(target: str, key: str, schema: Schema, words: Wording) -> Iterator[str]:
    """A definition: the key, what it takes, what it does, examples."""
    yield from (f"({target})=", f"`{key}:` {takes(schema, words)}", f":   {schema.get('description', '')}")
    examples = [f"    {flow({key: example})}" for example in schema.get("examples", ())]
    if examples:
        yield from ("", "    ```yaml", *examples, "    ```")
    yield ""


def takes(schema: Schema, words: Wording = ENGLISH) -> str:
    """What may be written after a key, in words.

    >>> takes({"type": ["string", "number", "boolean", "array"]}), takes({"type": "number", "minimum": -90, "maximum": 90})
    ('text or a list', 'a number, at least -90, at most 90')
    >>> takes({"type": ["string", "array"], "maxItems": 10}, INDONESIAN)
    'teks atau daftar, paling banyak 10 entri'
    """
    if "enum" in schema:
        return words.either.join(f"`{choice}`" for choice in schema["enum"])
    kinds = [schema.get("type", "object")] if isinstance(schema.get("type", "object"), str) else list(schema["type"])
    if "string" in kinds:  # numbers and booleans stand beside it for editors only: the loader takes them as text
        kinds = [kind for kind in kinds if kind not in ("number", "boolean", "integer")]
    limits = [limit.format(schema[word]) for word, limit in words.limits.items() if word in schema]
    return ", ".join([words.either.join(words.kinds[kind] for kind in kinds), *limits])


def flow(value: object) -> str:
    """A value as one line of YAML.

    >>> flow({"keyword": ["halo", "hai"]})
    'keyword: [halo, hai]'
    """
    line = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10**6).strip()
    return line.removeprefix("{").removesuffix("}")


def settings() -> str:
    """Every configuration key as Markdown, each with an anchor, its meaning and its default."""
    ours = [(field.metadata["key"], field.metadata["doc"], field.default) for field in settings_fields()]
    of_transports = [(option.key, option.doc, None) for option in options()]
    return "\n".join(line for each in (*ours, *of_transports) for line in written_setting(*each))


def written_setting(key: str, doc: str, default: object) -> Iterator[str]:
    """A definition: the key, what it means, its default."""
    told = f"`{default}`" if default else "not set"
    yield from (f"({key.lower().replace('_', '-')})=", f"`{key}`", f":   {doc}", "", f"    Default: {told}.", "")


def floors() -> str:
    """The floors of `setup.cfg`, one box each, with the first line of each module's docstring; those that may import Flask are shaded."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", "utf-8")
    without_flask = config["importlinter:contract:no-flask-below"]["source_modules"].split()
    lines = ["```{raw} html", '<div class="floors">']
    for layer in config["importlinter:contract:floors"]["layers"].strip().splitlines():
        modules = re.findall(r"\w+", layer)
        lines.append("<div>" if f"flask_chatbot.{modules[0]}" in without_flask else '<div class="flask">')
        lines += [f"<p><code>{module}</code> <span>{html.escape(first_line(module))}</span></p>" for module in modules]
        lines.append("</div>")
    return "\n".join([*lines, "</div>", "```"])


def rooms() -> str:
    """Every package as a row of a table: what it is for, and its modules, each by the first line of its docstring."""
    lines = ["| package | what it is for, and its modules |", "|---|---|"]
    for folder in sorted(path.parent for path in (ROOT / "flask_chatbot").rglob("__init__.py")):
        name = folder.relative_to(ROOT / "flask_chatbot").as_posix()
        if name == ".":
            continue
        modules = sorted(path.stem for path in folder.glob("*.py") if path.stem != "__init__")
        told = "<br>".join([f"**{first_line(name)}.**", *(f"`{each}`: {first_line(f'{name}/{each}')}" for each in modules)])
        lines.append(f"| `{name.replace('/', '.')}` | {told.replace('|', ' ')} |")
    return "\n".join(lines)


def first_line(module: str) -> str:
    """The first line of a module's docstring, without its mark-up."""
    path = ROOT / "flask_chatbot" / f"{module}.py"
    path = path if path.exists() else path.with_suffix("") / "__init__.py"
    told = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    return told.partition("\n")[0].replace("`", "").removesuffix(".")


# What the flags of a way mean to whoever chooses one, in English and in Indonesian.
ABILITIES = {
    "buttons": ("Menus as buttons", "Menu sebagai tombol"),
    "lists": ("Menus as lists", "Menu sebagai daftar"),
    "stickers": ("Stickers", "Stiker"),
    "quotes": ("Quotes the message it answers", "Mengutip pesan yang dijawab"),
    "reactions": ("Puts an emoji on a message", "Memberi emoji pada pesan"),
    "templates": ("Approved templates", "Templat yang disetujui"),
    "typing": ("Shows that it is typing", "Menampilkan sedang mengetik"),
    "edits": ("Hears of edited and deleted messages", "Tahu pesan yang diubah dan dihapus"),
    "echoes": ("Falls silent where the owner answers by hand", "Diam kalau pemilik menjawab sendiri"),
    "groups": ("Groups", "Grup"),
    "check_number": ("Checks a number before sending", "Memeriksa nomor sebelum mengirim"),
    "qr": ("Linked by a QR code", "Ditautkan dengan kode QR"),
    "own_ids": ("A repeated try never shows twice", "Percobaan ulang tidak pernah tampil dua kali"),
    "receipts": ("Tells when a message arrived, and was read", "Memberi tahu kapan pesan sampai, dan dibaca"),
    "window_24h": ("Free texts only within 24 hours of the customer's last message", "Teks bebas hanya dalam 24 jam sejak pesan pelanggan"),
    "strangers_limited": ("Few strangers may be written to", "Hanya sedikit orang asing yang boleh ditulisi"),
    "by_number": ("Writes to people by their number", "Menulis ke orang lewat nomornya"),
    "fetches_files": ("Fetches files from their address itself", "Mengambil berkas sendiri dari alamatnya"),
    "phone_always_known": ("Every customer's number is known", "Nomor setiap pelanggan diketahui"),
}
YES = (("yes", "-"), ("ya", "-"))


def ways(language: int = 0) -> str:
    """The table of what each way to WhatsApp is able to do, from its flags: English, or Indonesian for 1."""
    found = {name: able for name, each in TRANSPORTS.items() if (able := abilities(each)) is not None}
    heads = " | ".join(f"`{name}`" for name in found)
    lines = [f"| | {heads} |", "|---|" + "---|" * len(found)]
    for flag in dataclasses.fields(Capabilities):
        cells = " | ".join(YES[language][not getattr(able, flag.name)] for able in found.values())
        lines.append(f"| {ABILITIES[flag.name][language]} | {cells} |")
    paces = " | ".join(written_pace(TRANSPORTS[name].pace, language) for name in found)
    needs = " | ".join(YES[language]["CHATBOT_PUBLIC_URL" not in TRANSPORTS[name].needs] for name in found)
    return "\n".join(
        [
            *lines,
            f"| {('The usual pace', 'Kecepatan biasa')[language]} | {paces} |",
            f"| {('Needs an address on the internet', 'Perlu alamat di internet')[language]} | {needs} |",
        ]
    )


def abilities(way: Bundled) -> Capabilities | None:
    """The flags of a way; None of one whose flags are the app's to choose, as the simulator's."""
    module, _, name = way.place.partition(":")
    found = getattr(getattr(import_module(module), name), "capabilities", None)
    return found if isinstance(found, Capabilities) else None


def written_pace(pace: tuple[int, float] | None, language: int) -> str:
    """A pace in a few words.

    >>> written_pace((5, 60.0), 0), written_pace((80, 1.0), 1), written_pace(None, 0)
    ('5 a minute', '80 per detik', '-')
    """
    if pace is None:
        return "-"
    unit = {1.0: ("a second", "per detik"), 60.0: ("a minute", "per menit"), 3600.0: ("an hour", "per jam")}[pace[1]][language]
    return f"{pace[0]} {unit}"


def conformance(language: int = 0) -> str:
    """The table of the tests that every way passes: English, or Indonesian for 1."""
    found = spec_from_file_location("conformance", Path(__file__).with_name("conformance.py"))
    if found is None or found.loader is None:
        raise FileNotFoundError("conformance.py is not beside this file.")
    module = module_from_spec(found)
    found.loader.exec_module(module)
    return str(module.conformance(language))


GENERATORS: dict[str, Callable[[], str]] = {
    "rule keys": rule_keys,
    "rule keys in Indonesian": rule_keys_in_indonesian,
    "settings": settings,
    "floors": floors,
    "rooms": rooms,
    "ways": ways,
    "ways in Indonesian": lambda: ways(1),
    "conformance": conformance,
    "conformance in Indonesian": lambda: conformance(1),
}


def fill_in(source: str) -> str:
    """A page with its generated parts in place."""
    return MARKER.sub(lambda found: GENERATORS[found[1]](), source)


def setup(app: "Sphinx") -> dict[str, bool]:
    """What Sphinx calls."""

    def read(_app: "Sphinx", _page: str, source: list[str]) -> None:
        source[0] = fill_in(source[0])

    app.connect("source-read", read)
    return {"parallel_read_safe": True}
