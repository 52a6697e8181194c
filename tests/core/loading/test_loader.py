import gc
import os
import subprocess
import sys
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from flask_chatbot.core.fields.field import Option
from flask_chatbot.core.loading.loader import load_rules, read_rules
from flask_chatbot.core.matching.rule import Keyword, Rule
from flask_chatbot.core.templates.answers import TextAnswer
from flask_chatbot.core.values.problems import Mark
from flask_chatbot.core.values.replies import Text
from tests.core.books import ask, in_rule, load, problems, replies, rule_name, said, write


def the_rule(folder: Path, lines: str) -> Rule:
    """The only rule of a file, written as one flow mapping."""
    (rule,) = load(folder, f"rules: [{{{lines}}}]\n").rules
    return rule


def test_a_rule_holds_what_its_keys_say(tmp_path: Path) -> None:
    rule = the_rule(tmp_path, "name: beli, keyword: [Beli!, 'pesan #'], priority: -3, fallback: true, needs: [harga], reply: x")
    assert (rule.name, rule.is_named, rule.priority, rule.fallback, rule.needs) == ("beli", True, -3, True, ("harga",))
    assert rule.keywords == (Keyword("Beli!", "beli", False), Keyword("pesan #", "pesan", True))
    assert (rule.mark, rule.position) == (Mark(str(tmp_path / "rules.yaml"), 1, 9), 0)
    assert (rule.fields, rule.on_invalid, rule.invalid) == (None, "explain", ())
    assert [type(answer) for answer in rule.reply] == [TextAnswer]


def test_what_is_left_out_has_its_documented_value(tmp_path: Path) -> None:
    rule = the_rule(tmp_path, "keyword: halo")
    assert (rule.name, rule.is_named, rule.priority, rule.fallback, rule.needs, rule.reply) == ("halo", False, 0, False, (), ())


def test_an_invalid_reply_needs_no_on_invalid(tmp_path: Path) -> None:
    assert the_rule(tmp_path, "keyword: 'a#', fields: [b], invalid: x").on_invalid == "reply"


def test_a_field_holds_what_its_keys_say(tmp_path: Path) -> None:
    lines = """
rules:
  - keyword: a#
    fields:
      - polos
      - angka: {type: integer, min: 1, max: 2.5, label: 010, question: no, optional: false, default: 2}
      - pilihan: {type: choice, options: [1.10, {kalender: [almanak, 08]}, {kaos: baju}], optional: true}
      - catatan: {min: 2, max: 9, pattern: "[a-z].*", error: "{{ value }}?", rest: true}
"""
    (rule,) = load(tmp_path, lines).rules
    assert rule.fields is not None
    plain, number, choice, note = rule.fields
    assert (plain.name, plain.type, plain.title, plain.optional, plain.default, plain.rest) == (
        "polos",
        "text",
        "Polos",
        False,
        None,
        False,
    )
    assert (number.type, number.min, number.max, number.label, number.question, number.default) == ("integer", 1, 2.5, "010", "no", "2")
    assert (choice.options, choice.optional) == ((Option("1.10"), Option("kalender", ("almanak", "08")), Option("kaos", ("baju",))), True)
    assert (note.min, note.max, note.rest) == (2, 9, True)
    assert note.error is not None
    assert note.pattern is not None
    assert (note.error.render({"value": "x"}), bool(note.pattern.fullmatch("ABC")), bool(note.pattern.fullmatch("1"))) == (
        "x?",
        True,
        False,
    )


def test_every_type_of_field_can_be_asked_for(tmp_path: Path) -> None:
    book = load(
        tmp_path,
        """
settings: {language: en, timezone: UTC}
rules:
  - keyword: all#
    fields:
      - a
      - b: {type: integer}
      - c: {type: number}
      - d: {type: email}
      - e: {type: phone}
      - f: {type: date}
      - g: {type: choice, options: [{red: [merah]}]}
      - h: {type: yesno}
    reply: "{{ a }} {{ b }} {{ c }} {{ d }} {{ e }} {{ f }} {{ g }} {{ h }}"
""",
    )
    assert said(book, "all#x#3#2.5#a@b.co#0812-3456-7890#tomorrow#MERAH#yep") == "x 3 2.5 a@b.co 6281234567890 November 23, 2026 red yes"


LITERALS = [
    "no",
    "on",
    "yes",
    "off",
    "1",
    "010",
    "08:00",
    "6281234567890",
    "1.10",
    "1e3",
    "0x1F",
    "2026-11-22",
    "3_000",
    "true",
    ".5",
    "=",
]


@pytest.mark.parametrize("written", LITERALS)
def test_what_yaml_would_guess_to_be_something_else_stays_the_text_it_is(tmp_path: Path, written: str) -> None:
    for lines in (f"keyword: {written}\n    reply: {written}", f"keyword: [{written}]\n    reply: [{{text: {written}}}]"):
        book = load(tmp_path, f"rules:\n  - {lines}\n")
        assert [rule.name for rule in book.rules] == [written]
        assert replies(book, written) == [Text(written)]


@pytest.mark.parametrize("written", LITERALS)
def test_names_are_the_text_that_is_written(tmp_path: Path, written: str) -> None:
    assert the_rule(tmp_path, f"name: {written}, reply: x").name == written


def test_an_unnamed_rule_is_called_by_its_first_keyword(tmp_path: Path) -> None:
    book = load(
        tmp_path,
        """
rules:
  - keyword: [Menu!, daftar]
  - keyword: Menu!
  - keyword: Menu!
    priority: 2
  - name: Menu! 3
  - keyword: tiket#
  - fallback: true
  - fallback: true
  - {name: lain, keyword: Menu!}
""",
    )
    names = ["Menu!", "Menu! 2", "Menu! 4", "Menu! 3", "tiket#", "fallback", "fallback 2", "lain"]
    assert [rule.name for rule in book.rules] == names
    assert list(book.by_name) == names
    assert all(book.by_name[rule.name] is rule for rule in book.rules)
    assert rule_name(book, "menu") == "Menu! 4"


def test_a_written_name_goes_before_one_made_of_a_keyword(tmp_path: Path) -> None:
    book = load(tmp_path, "rules: [{keyword: menu}, {name: menu, keyword: daftar}]\n")
    assert [(rule.name, rule.is_named) for rule in book.rules] == [("menu 2", False), ("menu", True)]


def test_keywords_that_fold_to_one_are_one(tmp_path: Path) -> None:
    assert the_rule(tmp_path, "keyword: [Halo, halo!, ' HALO ', 'halo#']").keywords == (
        Keyword("Halo", "halo", False),
        Keyword("halo#", "halo", True),
    )


def test_anchors_and_merges_work(tmp_path: Path) -> None:
    book = load(
        tmp_path,
        """
rules:
  - &dasar
    keyword: a#
    fields: &isi [nama, {umur: {type: integer}}]
    reply: &jawab "{{ nama }} {{ umur }}"
  - keyword: b#
    fields: *isi
    reply: [*jawab, *jawab]
  - <<: *dasar
    keyword: c#
""",
    )
    assert [replies(book, f"{keyword}#x#1") for keyword in "abc"] == [[Text("x 1")], [Text("x 1")] * 2, [Text("x 1")]]


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_bytes("\ufeffversion: 1\r\nrules:\r\n  - keyword: a\r\n    reply: |\r\n      satu\r\n      dua\r\n".encode())
    assert said(load_rules(path), "a") == "satu\ndua"
    path.write_bytes("\ufeffversion: 1\r\nrules:\r\n  - keyword: a\r\n    reply: |\r\n      satu\r\n      {{ dua }}\r\n".encode())
    assert [str(problem.mark).removeprefix(f"{tmp_path}/") for problem in read_rules(path).problems] == ["rules.yaml:6:10"]


def test_a_book_cannot_be_changed(tmp_path: Path) -> None:
    book = load(tmp_path, "rules: [{keyword: a, reply: x}]\n")
    with pytest.raises(FrozenInstanceError):
        book.rules = ()  # type: ignore[misc]


def test_a_book_knows_its_files_and_its_rules_know_their_places(tmp_path: Path) -> None:
    book = load(tmp_path, "include: [b.yaml]\nrules:\n  - keyword: a\n", {"b.yaml": "\n\nrules: [{keyword: b}]\n"})
    assert book.files == (tmp_path / "rules.yaml", tmp_path / "b.yaml")
    assert [(rule.mark.file, rule.mark.line, rule.mark.column) for rule in book.rules] == [
        (str(tmp_path / "rules.yaml"), 3, 5),
        (str(tmp_path / "b.yaml"), 3, 9),
    ]


def test_a_file_with_problems_makes_no_book(tmp_path: Path) -> None:
    loaded = read_rules(write(tmp_path, "rules: [{keyword: a}, {keyword: b, repply: x}]\n"))
    assert (loaded.book, len(loaded.problems)) == (None, 1)


def test_loading_leaves_the_collector_as_it_was(tmp_path: Path) -> None:
    path = write(tmp_path, "rules: [{keyword: a}]\n")
    was_on = gc.isenabled()
    read_rules(path)
    assert gc.isenabled() is was_on
    gc.disable()
    try:
        read_rules(path)
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_a_long_file_is_read_whole(tmp_path: Path) -> None:
    rules = "".join(f"  - keyword: [k{number}, w{number} x]\n    reply: Jawaban {number} {{{{ nama }}}}\n" for number in range(1000))
    book = load(tmp_path, f"version: 1\nrules:\n{rules}")
    assert [said(book, text) for text in ("K0", "w999 x kak")] == ["Jawaban 0 Budi", "Jawaban 999 Budi"]
    assert ask(book, "k1000").match is None


def test_the_rule_file_of_the_documentation_loads(tmp_path: Path) -> None:
    text = """# yaml-language-server: $schema=rules.schema.json
version: 1
settings:
  language: id
  timezone: Asia/Jakarta
  country: ID
words:
  ignore: [dong, ya]
synonyms:
  harga: [hrg, price, pricelist]
  berapa: [brp, brapa]
vars:
  toko: Toko Maju
  ongkir: 15000

rules:
  - name: salam
    keyword: [halo, hai, selamat pagi, selamat malam]
    reply:
      one_of:
        - Halo {{ nama or 'Kak' }}, selamat datang di {{ toko }}. Ketik *menu* ya.
        - {text: "Hai! Ketik *menu* untuk mulai.", weight: 2}

  - name: penawaran
    keyword: penawaran#            # penawaran#Jhon Doe#jhon@example.com
    fields:                        # in the order customers write them
      - nama: {min: 2}
      - email: {type: email}
      - jumlah: {type: integer, min: 1, max: 1000, default: 1}
    reply:
      - |
        Terima kasih {{ nama }}!
        {{ jumlah }} buah: {{ (jumlah * ongkir) | rupiah }}. Rinciannya kami kirim ke {{ email }}.
      - document: https://example.com/katalog.pdf

  - name: lokasi
    reply:                                # reached from the menu only
      - location: {lat: -6.2, lng: 106.816, name: Kantor Pusat}
      - contact: {name: Admin, numbers: ["628111111111"]}

  - fallback: true
    reply: Kata kunci tidak terdaftar.
"""
    assert problems(tmp_path, text) == []


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("[A-Z]{2}[0-9]{6}", []),
        (r"\{100\}", []),
        ("a{50}", []),
        ("a{51}", ["the pattern repeats {51} times, and the limit is 50. Use 'min' and 'max' for long texts."]),
        ("a{2,51}", ["the pattern repeats {2,51} times, and the limit is 50. Use 'min' and 'max' for long texts."]),
        ("a{51,}", ["the pattern repeats {51,} times, and the limit is 50. Use 'min' and 'max' for long texts."]),
        ("(a", ["RE2 cannot read this pattern: missing ): (a. Look-around and backreferences are not supported."]),
        (r"(a)\1", [r"RE2 cannot read this pattern: invalid escape sequence: \1. Look-around and backreferences are not supported."]),
        ("(?=a)", ["RE2 cannot read this pattern: invalid perl operator: (?=. Look-around and backreferences are not supported."]),
        (
            "(a{50}){50}",
            ["RE2 cannot read this pattern: invalid repetition size: {50}. Look-around and backreferences are not supported."],
        ),
        (
            r"(\pL{50}){20}",
            ["RE2 cannot read this pattern: pattern too large - compile failed. Look-around and backreferences are not supported."],
        ),
        ("a" * 512, []),
    ],
)
def test_a_pattern_is_re2_and_small(tmp_path: Path, pattern: str, found: list[str]) -> None:
    lines = f"keyword: a#\nfields:\n  - a:\n      pattern: '{pattern}'"
    assert in_rule(tmp_path, lines) == [f"6:20: {each}" for each in found]


def test_a_pattern_has_512_characters_at_the_most(tmp_path: Path) -> None:
    lines = f"keyword: a#\nfields:\n  - a: {{pattern: {'a' * 513}}}"
    assert in_rule(tmp_path, lines) == ["5:22: 'pattern' has more than 512 characters. Shorten it."]


WITHOUT_RE2 = """
import sys

class NoRe2:
    def find_spec(self, name, path=None, target=None):
        if name == "re2":
            raise ImportError(name)

sys.meta_path.insert(0, NoRe2())
from flask_chatbot.core.loading.loader import read_rules
print(*read_rules(sys.argv[1]).problems, sep="\\n")
"""


@pytest.mark.process
def test_a_pattern_needs_re2_and_nothing_else_does(tmp_path: Path) -> None:
    path = write(tmp_path, "rules:\n  - keyword: a#\n    fields: [{a: {pattern: x}}, {b: {type: email}}]\n")
    child = subprocess.run([sys.executable, "-c", WITHOUT_RE2, str(path)], capture_output=True, text=True, check=True, env=environment())
    assert child.stdout.replace(f"{tmp_path}/", "") == (
        "rules.yaml:3:28: patterns need RE2, which is not installed. Run: pip install 'flask-chatbot[patterns]'\n"
    )


def environment() -> dict[str, str]:
    """The environment of a child that finds what this process finds."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
