"""What customers write, and how much of it a shop's rules understand: `python -m benchmarks understanding [FOLDER]`.

The folder, `benchmarks/shop` where none is named, has three files. `shop.yaml` are rules as an owner wrote them. `messages.tsv` has a
message and the rule that was meant in each line: one that is chosen from the menu comes right after it, a yes after the rule that asks for
one, and where a rule in brackets is meant the shop has none: whatever does not answer is right then. `fields.tsv` has a field, a text as a
Python literal, and the value that is right: ``OK`` for the text itself, ``REFUSE`` for none, ``?`` where either will do; behind a ``|`` the
value of which a refusal is bearable too.

Nothing may be made to fit these lines: the kind behind each is meant, and others are kept elsewhere.
"""

import ast
import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import NamedTuple

from benchmarks.books import load_text
from benchmarks.tables import Row, Say, table
from flask_chatbot.core.conversation.memory import ShortMemory
from flask_chatbot.core.deciding.decision import Decision, Notes
from flask_chatbot.core.deciding.engine import decide
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.fields.field import Context, Field, read_fields
from flask_chatbot.core.language.sentences import language_of
from flask_chatbot.core.matching.match import Kind, Match
from flask_chatbot.core.values.messages import Message, Sender

LISTED = "it is not a matter of time: the tables of this part name each."
SHOP = Path(__file__).with_name("shop")
NOW = datetime(2026, 11, 26, 3, tzinfo=UTC)  # a Thursday, 10.00 in Jakarta
CUSTOMER = Sender(number="6282386000000")
BEFORE = {"m1": "menu", "m2": "menu", "konfirmasi": "pesan#Budi#Jl. Sudirman 10#kopi#2"}  # what is written before, by the rule meant
FIELDS = """\
version: 1
rules:
  - keyword: isi#
    reply: x
    fields:
      - nama
      - nama2: {min: 2}
      - email: {type: email}
      - hp: {type: phone}
      - tanggal: {type: date}
      - jumlah: {type: integer, min: 1, max: 100}
      - jml0: {type: integer}
      - angka: {type: number}
      - setuju: {type: yesno}
      - produk: {type: choice, options: [kopi, teh, gula]}
      - ukuran: {type: choice, options: [S, M, L, XL]}
"""


class Asked(NamedTuple):
    """A message, the rule meant, and the decision."""

    text: str
    meant: str
    decision: Decision

    @property
    def rule(self) -> str | None:
        """The rule that answers; None where the fallback does, or nothing."""
        match = self.decision.match
        return match.rule.name if match and not match.rule.fallback else None

    @property
    def is_right(self) -> bool:
        return self.rule == (None if self.meant.startswith("(") else self.meant)


def run(say: Say, folder: Path | None = None) -> list[Row]:
    """The rows of promises."""
    folder = folder or SHOP
    rows: list[Row] = []
    if (folder / "shop.yaml").exists() and (folder / "messages.tsv").exists():
        rows += of_messages(say, (folder / "shop.yaml").read_text("utf-8"), read_tsv(folder / "messages.tsv"))
    if (folder / "fields.tsv").exists():
        rows += of_fields(say, read_tsv(folder / "fields.tsv"))
    return rows


def read_tsv(path: Path) -> list[list[str]]:
    """The lines of a table, without its heads."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]


def of_messages(say: Say, rules: str, lines: Sequence[Sequence[str]]) -> Iterator[Row]:
    """How many messages are answered by the rule that was meant, and how many that match are still answered in other clothes."""
    book = load_text(rules.replace("settings:\n", "settings:\n  guess: answer\n", 1))
    asked = [ask(book, text.replace("\\n", "\n"), meant) for text, meant in lines]
    right = sum(each.is_right for each in asked)
    wrong = [each for each in asked if not each.is_right and each.rule]
    missed = [[each.text, each.meant, each.rule or "not answered"] for each in asked if not each.is_right]
    say(table("Messages that are not answered by the rule that was meant", missed, ("message", "meant", "answered by")))
    yield Row(f"messages of {len(asked)} answered rightly", str(right), "", right, 48, at_least=True, profile=LISTED)
    yield Row("messages answered wrongly", str(len(wrong)), "", len(wrong), 2, profile=LISTED)
    dressed = [(each, text) for each in asked if each.is_right and each.rule for text in decorated(each)]
    lost = [[text, each.rule or "", ask(book, text, each.meant).rule or "not answered"] for each, text in dressed]
    lost = [line for line in lost if line[1] != line[2]]
    say(table("Decorated messages that are no longer answered as before", lost, ("message", "answered before by", "answered by")))
    kept = len(dressed) - len(lost)
    yield Row("messages that match, decorated", str(kept), str(len(dressed)), kept / len(dressed), 1.0, at_least=True, profile=LISTED)


def ask(book: RuleBook, text: str, meant: str) -> Asked:
    """What comes of a message of somebody who has written before."""
    memory = ShortMemory()
    decision = Decision(None)
    for each in filter(None, ("halo", BEFORE.get(meant), text)):
        decision = decide(book, Message(text=each, sender=CUSTOMER), memory, NOW, Random(1), supply)
        if decision.remember is not None:
            memory.commit(book.person(CUSTOMER), decision.remember, NOW.timestamp())
    return Asked(text, meant, decision)


def supply(match: Match, message: Message, notes: Notes) -> Mapping[str, object] | None:
    """What a handler would supply: nothing that a template could not show."""
    return dict.fromkeys(match.rule.needs) or None


def decorated(asked: Asked) -> Iterator[str]:
    """The same message as others would write it."""
    text, match = asked.text, asked.decision.match
    if "#" in text or match is None or match.kind not in (Kind.KEYWORD, Kind.CONTAINS):
        return
    yield from (text.upper(), f"{text}!!", f"\U0001f64f {text}", f"{text} \U0001f64f", f"{text}\U0001f64f", f"{text} kak")
    if "'" in text:
        yield text.replace("'", "\u2019")
    if match.kind is Kind.KEYWORD and len(set(text)) > 1 and text[-1] in "aiueo":
        yield text + 2 * text[-1]
    if match.kind is Kind.KEYWORD and " " in match.literal and len(match.literal) > 6:
        yield text.replace(" ", "")


def of_fields(say: Say, lines: Sequence[Sequence[str]]) -> Iterator[Row]:
    """How many values are read as they were meant."""
    fields = {field.name: field for field in load_text(FIELDS).rules[0].fields or ()}
    context = Context(language_of("id"), "ID", NOW.astimezone(load_text(FIELDS).locale.timezone))
    read = [(name, ast.literal_eval(text), want, value_of(fields[name], ast.literal_eval(text), context)) for name, text, want in lines]
    clear = [each for each in read if each[2] not in ("REFUSE", "?")]
    right = [each for each in clear if is_meant(each[1], each[2], each[3])]
    accepted = [each for each in read if each[2] != "?" and each[3] is not None and not is_meant(each[1], each[2], each[3])]
    say(table("Values accepted wrongly", [[*each[:3], str(each[3])] for each in accepted], ("field", "text", "meant", "read as")))
    what = f"values of {len(clear)} clear ones read rightly"
    yield Row(what, str(len(right)), str(len(clear)), len(right) / len(clear), 0.95, at_least=True, profile=LISTED)
    yield Row("values accepted wrongly", str(len(accepted)), "", len(accepted), 0, profile=LISTED)


def value_of(field: Field, text: str, context: Context) -> object:
    """The value of a text; None where it is refused."""
    return read_fields([field], [text], context).values[field.name]


def is_meant(text: str, want: str, value: object) -> bool:
    """True if a value is the one that is right."""
    want = text.strip() if want == "OK" else want.rpartition("|")[2]
    if isinstance(value, date):
        return value.isoformat() == want
    if isinstance(value, int | float) and not isinstance(value, bool):
        return want.replace(".", "", 1).isdecimal() and float(want) == value
    return str(value) == want
