"""Days, months and numbers in words of the file's own: they are read as values, beside those of the language or in their place."""

from pathlib import Path

import pytest

from tests.core.books import load, problems
from tests.core.conversation.talks import Talk

RULES = """\
rules:
  - {name: hari, keyword: "hari#", fields: [{tanggal: {type: date}}], reply: "{{ tanggal | date('yyyy-MM-dd') }}"}
  - {name: jumlah, keyword: "jumlah#", fields: [{n: {type: integer}}], reply: "{{ n }}"}
  - {name: menu, keyword: menu, reply: Pilih., menu: [Satu: harga, Dua: lokasi]}
  - {name: harga, reply: Harga.}
  - {name: lokasi, reply: Lokasi.}
  - {fallback: true, reply: Entah.}
"""


def answers(folder: Path, words: str, *texts: str) -> list[str]:
    said = Talk(load(folder, f"words: {words}\n{RULES}")).hears(*texts)
    return ["refused" if answer is None or answer.startswith("Maaf, masih") else answer for answer in said]


@pytest.mark.parametrize(
    ("words", "texts", "wanted"),
    [
        ("{days: {senin: [sniin]}}", ("hari#sniin", "hari#senin", "hari#monday"), ["2026-11-23"] * 3),
        ("{days: {monday: isnin}}", ("hari#isnin",), ["2026-11-23"]),
        ("{days: [aa, bb, cc, dd, [ee, ff], gg, hh]}", ("hari#ff", "hari#jumat"), ["2026-11-27"] * 2),
        ("{days: {only: [aa, bb, cc, dd, ee, ff, gg]}}", ("hari#ee", "hari#jumat"), ["2026-11-27", "refused"]),
        ("{months: {desember: [desyember]}}", ("hari#5 desyember", "hari#5 des"), ["2026-12-05"] * 2),
        ("{months: [a, b, c, d, e, f, g, h, i, j, k, rayagung]}", ("hari#5 rayagung 2026",), ["2026-12-05"]),
        ("{months: {only: {12: [x]}}}", (), None),
        ("{months: {only: {desember: [rayagung]}}}", ("hari#5 rayagung", "hari#5 desember"), ["2026-12-05", "refused"]),
        ("{numbers: {0: kosong, 15: [limolas]}}", ("jumlah#limolas", "jumlah#kosong", "jumlah#dua"), ["15", "0", "2"]),
        ("{numbers: [nol, siji, loro]}", ("jumlah#loro", "jumlah#dua"), ["2", "2"]),
        ("{numbers: {only: [nol, siji, loro]}}", ("jumlah#loro", "jumlah#dua"), ["2", "refused"]),
        ("{numbers: {2: loro, 100: atus}}", ("jumlah#loro atus", "jumlah#atus"), ["200", "100"]),
        ("{numbers: {2: loro}}", ("menu", "loro"), ["Pilih.\n1. Satu\n2. Dua", "Lokasi."]),
    ],
)
def test_words_of_values_are_read_as_the_file_says(tmp_path: Path, words: str, texts: tuple[str, ...], wanted: list[str] | None) -> None:
    if wanted is None:
        assert problems(tmp_path, f"words: {words}\n{RULES}") != []
    else:
        assert answers(tmp_path, words, *texts) == wanted


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("{days: [a, b]}", "1:15: 'days' are 7 in order, Monday first, and these are 2. Write all, or a map such as {monday: [...]}."),
        ("{months: [a]}", "1:17: 'months' are 12 in order, January first, and these are 1. Write all, or a map such as {january: [...]}."),
        (
            "{months: {foo: [x]}}",
            "1:18: 'foo' is not among the months that the language knows. Write 'january' or the like, and its other words behind it.",
        ),
        ("{days: {senin: [hari kerja]}}", "1:24: 'hari kerja' is no single word, and a value is read word by word. Write one word."),
        ("{numbers: {2: ['22']}}", "1:23: '22' is no single word, and a value is read word by word. Write one word."),
        ("{numbers: {abc: [z]}}", "1:19: 'abc' is no number. Write it in digits, such as 12, and its words behind it."),
        ("{days: {senin: [x], selasa: [x]}}", "1:37: 'x' is written already, at rules.yaml:1:24. Remove one of them."),
        (
            "{days: {only: [x], senin: y}}",
            "1:15: the list 'days' is words, or 'only' and the words in place of the language's own. Write one of them.",
        ),
        ("{days: senin}", "1:15: 'days' must be a list or a group of keys, not 'senin'. Write a list: [senin]"),
        ("{days: []}", "1:15: 'days' is an empty list. Write at least 1 entry, or remove it."),
    ],
)
def test_what_is_wrong_with_words_of_values_is_told_at_its_place(tmp_path: Path, words: str, problem: str) -> None:
    assert [each.removeprefix("rules.yaml:") for each in problems(tmp_path, f"words: {words}\n{RULES}")] == [problem]


def test_words_that_replace_those_of_the_language_are_alone(tmp_path: Path) -> None:
    rules = "rules: [{name: a, keyword: pesan, ask: [{setuju: {question: 'Setuju?', type: yesno}}], reply: '{{ setuju }}'}]\n"
    talk = Talk(load(tmp_path, f"words: {{cancel: {{only: [bubar]}}, yes: {{only: [hooh]}}}}\n{rules}"))
    wrong = "Mohon dijawab *ya* atau *tidak*.\nSetuju?\n(Mau berhenti? Ketik *stop*.)"
    assert talk.hears("pesan", "stop", "ya", "hooh", "pesan", "bubar") == [
        "Setuju?", wrong, wrong, "ya", "Setuju?", "Baik, *pesan* dibatalkan.",
    ]  # fmt: skip
