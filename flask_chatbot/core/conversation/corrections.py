"""Values that a customer names themselves while a form runs: lines with labels, and corrections."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask_chatbot.core.conversation.heard import Heard, list_of
from flask_chatbot.core.fields.field import Field
from flask_chatbot.core.language.folding import fold
from flask_chatbot.core.language.readings import Folding
from flask_chatbot.core.late import late_pattern

LINE = late_pattern(r"\s*([^:=\n]{1,60})[:=](.*)")
WORD = re.compile(r"\S+")
LONGEST = 4  # words of a label or of a word for correcting
POSSESSIVE = "nya"  # "emailnya": the e-mail
LINES_LIMIT = 200  # of one message


@dataclass(frozen=True, slots=True)
class Named:
    """Texts by the names of the fields they are for; an empty text where a field is named alone. `twice` have two, `unknown` lines none."""

    texts: Mapping[str, str] = field(default_factory=dict)
    twice: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def labels_of(fields: Sequence[Field], folding: Folding) -> dict[str, str]:
    """The names of fields by their folded labels and names; one that two fields share belongs to neither.

    >>> from flask_chatbot.core.fields.types import FIELD_TYPES
    >>> labels_of([Field(name="no_hp", label="Nomor WA", kind=FIELD_TYPES["text"], type="text")], Folding())
    {'nomor wa': 'no_hp', 'no hp': 'no_hp'}
    """
    found: dict[str, str] = {}
    for each in fields:
        for label in dict.fromkeys((folding.fold(each.title), folding.fold(each.name.replace("_", " ")))):
            found[label] = each.name if found.get(label, each.name) == each.name else ""
    return {label: name for label, name in found.items() if label and name}


def named_field(run: str, labels: Mapping[str, str], folding: Folding) -> str:
    """The name of the field that folded words call; empty where they call none.

    >>> [named_field(run, {"tanggal": "tanggal"}, Folding()) for run in ("tanggal", "tanggalnya", "alamat")]
    ['tanggal', 'tanggal', '']
    """
    headed = folding.heads(run)
    bare = run.removesuffix(POSSESSIVE)
    return labels.get(headed) or labels.get(run) or labels.get(folding.heads(bare)) or labels.get(bare) or ""


def lines_in(text: str, fields: Sequence[Field], folding: Folding) -> Named | None:
    """The values of a text of ``label: value`` lines; None where its first line has no label of a field, and only one other has.

    A line without a label goes on with the value above it.
    """
    labels = labels_of(fields, folding)
    values: dict[str, str] = {}
    twice: list[str] = []
    unknown: list[str] = []
    last, began = "", True
    lines = [line.strip() for line in text.splitlines() if line.strip()][:LINES_LIMIT]
    for place, line in enumerate(lines):
        match = LINE.match(line)
        name = named_field(fold(match[1]), labels, folding) if match else ""
        if match and name:
            if values.get(name, match[2].strip()) != match[2].strip():
                twice.append(name)
            values[name], last = match[2].strip(), name
        elif last and not match:
            values[last] = f"{values[last]}\n{line}".strip()
        elif last or not place:
            began = began and bool(place)
            unknown += [line] if match else []
        else:
            unknown.append(line)
    if not values or (not began and len(values) < 2):
        return None
    return Named(values, tuple(dict.fromkeys(twice)), tuple(unknown))


def correction_in(heard: Heard, fields: Sequence[Field], is_expected: bool = False) -> Named | None:
    """The value that a text corrects, as "eh salah, emailnya x" does; None where it corrects nothing.

    Where that `is_expected`, the label alone will do: "tanggalnya besok".
    """
    spans = [(match.start(), fold(match[0])) for match in WORD.finditer(heard.text)]
    words = [word for _, word in spans]
    wrong, ahead, behind = (list_of(name, heard.folding) for name in ("correct", "correct_first", "correct_last"))
    labels = labels_of(fields, heard.folding)
    place, is_wrong = skipped(words, 0, wrong | ahead | heard.folding.words.ignore, wrong)
    runs = {size: " ".join(words[place : place + size]) for size in range(min(LONGEST, len(words) - place), 0, -1)}
    named = {size: name for size, run in runs.items() if (name := named_field(run, labels, heard.folding))}
    if not named:
        return None
    size, name = next(iter(named.items()))
    end, is_wrong_behind = skipped(words, place + size, wrong | behind, wrong)
    if not (is_wrong or is_wrong_behind or is_expected):
        return None
    value = heard.text[spans[end][0] :].strip() if end < len(words) else ""
    if not (is_wrong or is_wrong_behind) and fold(value) in list_of("yes", heard.folding):  # "alamatnya benar"
        return None
    return Named({name: value})


def skipped(words: Sequence[str], start: int, passing: frozenset[str], wanted: frozenset[str]) -> tuple[int, bool]:
    """The place behind all runs of words that may be passed over, and True if one of the wanted was among them.

    >>> skipped(["eh", "salah", "email"], 0, frozenset({"eh", "salah"}), frozenset({"salah"}))
    (2, True)
    """
    found = False
    place = start
    while place < len(words):
        runs = [" ".join(words[place : place + size]) for size in range(min(LONGEST, len(words) - place), 0, -1)]
        run = next((run for run in runs if run in passing), None)
        if run is None:
            break
        found = found or run in wanted
        place += run.count(" ") + 1
    return place, found
