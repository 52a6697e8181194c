"""The tests in rule files: what they expect, how they are run, and what is said of those that fail or cannot be read."""

from datetime import date
from pathlib import Path

import pytest

from flask_chatbot.core.checks.runner import Failure, cases, is_same, run
from flask_chatbot.core.fields.field import Context, Field
from flask_chatbot.core.fields.types import FIELD_TYPES
from flask_chatbot.core.language.sentences import language_of
from flask_chatbot.core.loading.additions import Additions
from flask_chatbot.core.loading.loader import load_rules, read_rules
from flask_chatbot.core.values.rule_tests import MONDAY
from tests.core.books import load, problems, write

RULES = """\
version: 1
rules:
  - name: salam
    keyword: [halo, hai]
    reply: Halo {{ nama or 'Kak' }} {{ nohp }}!
  - name: penawaran
    keyword: penawaran#
    fields:
      - nama: {min: 2}
      - jumlah: {type: integer, default: 1}
      - kapan: {type: date, optional: true}
    needs: [harga]
    reply:
      - "Terima kasih {{ nama }}!\\n{{ jumlah }} buah: {{ harga | rupiah }}."
      - document: {url: https://example.com/katalog.pdf, caption: Katalog}
"""


WHOLE_REPLY = """\
- send: penawaran#Jo#3
  given: {harga: 15000}
  reply:
    - |
      Terima kasih Jo!
      3 buah: Rp15.000.
    - document: {url: https://example.com/katalog.pdf, caption: Katalog}
"""


def failing(folder: Path, tests: str, rules: str = RULES) -> list[Failure]:
    """What fails of tests under no rule, which stand at line 101 and below."""
    lines = rules.rstrip().splitlines()
    text = "\n".join([*lines, *[""] * (99 - len(lines)), "tests:", *(f"  {line}" for line in tests.splitlines())])
    book = load(folder, text + "\n")
    return [failure for case in cases(book) for failure in run(case, book)]


def told(folder: Path, tests: str, rules: str = RULES) -> list[str]:
    """The same, each in a line."""
    return [f"{each.mark.line}:{each.mark.column}: {each.message}" for each in failing(folder, tests, rules)]


def under_rule(folder: Path, tests: str) -> list[str]:
    """What fails of tests under the rule salam, which stand at line 6 and below."""
    book = load(folder, RULES.replace("}}!\n", "}}!\n    tests:\n" + "".join(f"      {line}\n" for line in tests.splitlines()), 1))
    return [f"{each.mark.line}:{each.mark.column}: {each.message}" for case in cases(book) for each in run(case, book)]


# ---- What is expected ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "test",
    [
        "- {send: halo, rule: salam}",
        "- {send: HALO kak, reply: 'Halo Kak 6281200000000!'}",
        "- {send: halo, nama: Budi, from: 0811, reply: 'Halo Budi 0811!'}",
        "- {send: halo, reply: ['Halo Kak 6281200000000!']}",
        "- {send: halo, reply: {text: 'Halo Kak 6281200000000!'}}",
        "- {send: halo, reply: {one_of: [Hai, {text: 'Halo Kak 6281200000000!', weight: 2}]}}",
        "- send: halo\n  reply: |\n    Halo Kak 6281200000000!",
        "- {send: halo, reply_has: [Halo, Kak], count: 1}",
        "- {send: entahlah, reply: [], count: 0}",
        "- {send: 'penawaran#J#x', invalid: [jumlah, nama]}",
        "- {send: 'penawaran#Jo', given: {harga: 1}, invalid: []}",
        "- {send: 'penawaran#Jo##besok', given: {harga: 1}, fields: {nama: Jo, jumlah: 1, kapan: 2026-11-24}}",
        "- {send: 'penawaran#Jo', given: {harga: 1}, fields: {jumlah: '1', kapan: ''}}",
        "- send: penawaran#Jo\n  given: {harga: 1}\n  fields:\n    kapan:",
        "- {send: 'penawaran#Jo##besok', at: 2026-12-31 23:59, given: {harga: 1}, fields: {kapan: 1/1/2027}}",
        "- {send: 'penawaran#Jo##besok', at: 2026-12-31T00:00, given: {harga: 1}, fields: {kapan: 1/1/2027}}",
        WHOLE_REPLY,
        "- {send: 'penawaran#Jo', given: {harga: 1}, reply_has: https://example.com/katalog.pdf}",
        "- {talk: [halo, entahlah, {send: hai, rule: salam}]}",
        "- {talk: [entahlah, halo], rule: salam, count: 1}",
    ],
)
def test_what_is_as_expected_is_no_failure(tmp_path: Path, test: str) -> None:
    assert told(tmp_path, test) == []


@pytest.mark.parametrize(
    ("test", "failures"),
    [
        ("- {send: halo, rule: penawaran}", ['101:24: test tests::1 on "halo": expected rule "penawaran", got "salam".']),
        ("- {send: x, rule: salam}", ['101:21: test tests::1 on "x": expected rule "salam", got "no rule".']),
        (
            "- {send: 'penawaran#Jo#2', given: {harga: 1}, fields: {nama: Jo, jumlah: 3, kapan: besok}}",
            ['101:57: test tests::1 on "penawaran#Jo#2": expected fields "jumlah: 3 kapan: besok", got "jumlah: 2 kapan:".'],
        ),
        (
            "- {send: 'penawaran#Jo', given: {harga: 1}, fields: {nam: Jo}}",
            ['101:55: test tests::1 on "penawaran#Jo": expected fields "nam: Jo", got "nam: no such field. Did you mean \'nama\'?".'],
        ),
        ("- {send: x, fields: {nama: Jo}}", ['101:23: test tests::1 on "x": expected fields "nama: Jo", got "nama: no such field.".']),
        (
            "- {send: 'penawaran##1', invalid: []}",
            ['101:37: test tests::1 on "penawaran##1": expected invalid "nothing invalid", got "nama: Mohon diisi ya.".'],
        ),
        ("- {send: halo, invalid: nama}", ['101:27: test tests::1 on "halo": expected invalid "nama", got "nothing invalid".']),
        ("- {send: halo, reply: Halo}", ['101:25: test tests::1 on "halo": expected reply "Halo", got "Halo Kak 6281200000000!".']),
        ("- {send: halo, reply: []}", ['101:25: test tests::1 on "halo": expected reply "no reply", got "Halo Kak 6281200000000!".']),
        ("- {send: x, reply: Halo}", ['101:22: test tests::1 on "x": expected reply "Halo", got "no reply".']),
        (
            "- {send: halo, reply: {one_of: [Hai, {image: https://x.id/a.png, weight: 2}]}}",
            ['101:25: test tests::1 on "halo": expected reply "Hai | [image] https://x.id/a.png", got "Halo Kak 6281200000000!".'],
        ),
        (
            "- {send: halo, reply_has: [Halo, Mas]}",
            ['101:29: test tests::1 on "halo": expected reply_has "Mas", got "Halo Kak 6281200000000!".'],
        ),
        ("- {send: halo, count: 2}", ['101:25: test tests::1 on "halo": expected count "2", got "1: Halo Kak 6281200000000!".']),
        ("- {send: x, count: 2}", ['101:22: test tests::1 on "x": expected count "2", got "0".']),
        (
            "- {send: halo, reply_has: Mas, count: 3}",
            [
                '101:29: test tests::1 on "halo": expected reply_has "Mas", got "Halo Kak 6281200000000!".',
                '101:41: test tests::1 on "halo": expected count "3", got "1: Halo Kak 6281200000000!".',
            ],
        ),
        ("- {send: x, rule: salam, count: 3}", ['101:21: test tests::1 on "x": expected rule "salam", got "no rule".']),
        (
            "- {talk: [{send: halo, rule: salam}, {send: hai, count: 2}, {send: x, rule: salam}]}",
            ['101:59: test tests::1 on "hai": expected count "2", got "1: Halo Kak 6281200000000!".'],
        ),
        ("- {talk: [halo, x], rule: salam}", ['101:29: test tests::1 on "x": expected rule "salam", got "no rule".']),
    ],
)
def test_what_is_otherwise_is_told_with_its_place_and_both_sides(tmp_path: Path, test: str, failures: list[str]) -> None:
    assert told(tmp_path, test) == failures


def test_a_failure_shows_long_texts_line_by_line(tmp_path: Path) -> None:
    (failure,) = failing(tmp_path, '- send: penawaran#Jo#3\n  given: {harga: 15000}\n  reply: ["Terima kasih Jo!\\n3 buah: Rp20.000.", x]')
    assert str(failure).splitlines()[1:] == [
        "      Terima kasih Jo!",
        "    - 3 buah: Rp20.000.",
        "    - x",
        "    + 3 buah: Rp15.000.",
        "    + [document] https://example.com/katalog.pdf, Katalog",
    ]


def test_a_failure_that_fits_into_a_line_is_one_line(tmp_path: Path) -> None:
    (failure,) = failing(tmp_path, "- {send: x, rule: salam}")
    assert (str(failure), failure.difference) == (f'{failure.mark}: test tests::1 on "x": expected rule "salam", got "no rule".', ())
    assert str(failure.problem) == str(failure)


# ---- Values of fields ----------------------------------------------------------------------------

ID = Context(language_of("id"), "ID", MONDAY)


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("text", "Jhon", "Jhon"),
        ("text", "Jhon", " Jhon "),
        ("integer", 3, "3"),
        ("integer", 3, "3.0"),
        ("integer", 1000, "1000"),
        ("integer", 1000, "1.000"),
        ("number", 2.5, "2.5"),
        ("number", 2.5, "2,50"),
        ("number", 2.5, "2.50"),
        ("date", date(2026, 11, 24), "2026-11-24"),
        ("date", date(2026, 11, 24), "24/11/2026"),
        ("date", date(2026, 11, 24), "besok"),
        ("phone", "62812345678", "0812-345-678"),
        ("yesno", True, "true"),
        ("yesno", True, "ya"),
        ("yesno", False, "no"),
        ("text", None, ""),
        ("text", None, None),
    ],
)
def test_a_value_may_be_written_as_customers_write_it(kind: str, value: object, text: str | None) -> None:
    assert is_same(value, text, Field(name="x", type=kind, kind=FIELD_TYPES[kind]), ID)


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("text", "Jhon", "jhon"),
        ("text", "3", "3.0"),
        ("text", "None", None),
        ("text", None, "None"),
        ("integer", 3, "4"),
        ("integer", 3, "empat"),
        ("integer", 1, "true"),
        ("integer", 0, ""),
        ("date", date(2026, 11, 24), "24"),
        ("yesno", True, "1.0"),
        ("yesno", False, ""),
    ],
)
def test_another_value_is_another(kind: str, value: object, text: str | None) -> None:
    assert not is_same(value, text, Field(name="x", type=kind, kind=FIELD_TYPES[kind]), ID)


# ---- Tests under a rule --------------------------------------------------------------------------


def test_a_rule_must_answer_the_tests_under_it(tmp_path: Path) -> None:
    assert under_rule(tmp_path, "- send: halo\n- send: x\n- talk: [x, hai]\n- {send: 'penawaran#', rule: penawaran}") == [
        '8:15: test salam::2 on "x": expected rule "salam", got "no rule".'
    ]


def test_a_rule_without_a_name_of_its_own_is_known_by_the_one_it_got(tmp_path: Path) -> None:
    twice = "rules:\n" + "  - keyword: halo\n    reply: Hai\n    tests: [send: halo]\n" * 2
    book = load(tmp_path, twice)
    assert [(case.name, [each.got for each in run(case, book)]) for case in cases(book)] == [("halo::1", []), ("halo 2::1", ["halo"])]


def test_tests_are_named_by_their_rule_and_counted_there(tmp_path: Path) -> None:
    files = {"a.yaml": "rules: [{name: b, keyword: b, tests: [send: b, send: b]}]\ntests: [{send: b, rule: b}]\n"}
    book = load(tmp_path, "include: a.yaml\nrules: [{name: a, keyword: a, tests: [send: a]}]\ntests: [{send: a, rule: a}]\n", files)
    names = [case.name for case in cases(book)]
    assert names == ["a::1", "b::1", "b::2", "tests::1", "tests::2"]
    assert [Path(case.test.mark.file).name for case in cases(book)] == ["rules.yaml", "a.yaml", "a.yaml", "rules.yaml", "a.yaml"]


# ---- What Python supplies ------------------------------------------------------------------------


def test_what_a_rule_needs_and_no_test_gives_is_named(tmp_path: Path) -> None:
    none_runs = "Rule 'penawaran' needs it from a Python handler, and none runs in tests."
    assert told(tmp_path, "- {send: 'penawaran#Jo', rule: penawaran}\n- {send: 'penawaran#Jo', given: {hrga: 1}, rule: penawaran}") == [
        f'101:12: test tests::1 on "penawaran#Jo": expected given "harga", got "nothing". {none_runs} Write it under \'given:\'.',
        f'102:12: test tests::2 on "penawaran#Jo": expected given "harga", got "hrga". {none_runs} Did you mean \'hrga\'?',
    ]


def test_values_that_are_given_keep_their_kinds(tmp_path: Path) -> None:
    rules = (
        "version: 1\nrules:\n  - keyword: a\n    needs: [angka, kata, benar, daftar, peta]\n"
        '    reply: "{{ angka + 1 }} {{ kata }} {{ benar }} {% for each in daftar %}{{ each.n * 2 }},{% endfor %} {{ peta.x }}"\n'
    )
    given = "given: {angka: 15000, kata: '15000', benar: true, daftar: [{n: 1}, {n: 2}], peta: {x: y}}"
    assert told(tmp_path, f"- {{send: a, reply: '15001 15000 ya 2,4, y', {given}}}", rules) == []


def test_an_answer_that_failed_fails_the_test_though_nothing_was_expected_of_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    rules = "version: 1\nrules: [{name: a, keyword: a, needs: [x], reply: '{{ x + 1 }}'}]\n"
    assert told(tmp_path, "- {send: a, rule: a, given: {x: satu}}\n- {send: a, reply_has: Maaf, given: {x: satu}}", rules) == [
        (
            '101:12: test tests::1 on "a": expected reply "an answer", '
            'got "Maaf, sistem kami sedang ada gangguan. Mohon dicoba lagi...". It failed; the log says why.'
        )
    ]
    assert len(caplog.records) == 2


# ---- Where, when, and who before -----------------------------------------------------------------


def test_without_a_word_it_is_monday_the_23rd_of_november_at_ten_in_the_rules_time_zone(tmp_path: Path) -> None:
    rule = "rules: [{keyword: a, reply: \"{{ now | date('full') }}, {{ now | time }}\"}]"
    rules = f"version: 1\nsettings: {{timezone: Asia/Jayapura, language: en}}\n{rule}\n"
    (failure,) = failing(tmp_path, "- {send: a, reply: x}", rules)
    assert failure.got == "Monday, November 23, 2026, 10:00\u202fAM"


def test_conditions_are_tested_with_at_chat_line_and_first(tmp_path: Path) -> None:
    rules = """\
version: 1
settings: {groups: all}
rules:
  - {name: baru, keyword: a, when: {first_contact: true}, reply: baru}
  - {name: malam, keyword: a, when: {time: "22.00-23.00"}, reply: malam}
  - {name: grup, keyword: a, when: {chat: group}, reply: grup}
  - {name: dumai, keyword: a, when: {line: dumai}, reply: dumai}
  - {name: biasa, keyword: a, reply: biasa}
"""
    tests = """\
- {send: a, rule: biasa}
- {send: a, rule: baru, first: true}
- {send: a, rule: malam, at: 2026-11-23 22:30}
- {send: a, rule: grup, chat: group}
- {send: a, rule: dumai, line: dumai}
- {talk: [{send: a, rule: baru}, {send: a, at: 2026-11-23 22:30, rule: malam}, {send: a, rule: malam}], first: true}
"""
    assert told(tmp_path, tests, rules) == []


def test_a_talk_is_remembered_from_turn_to_turn(tmp_path: Path) -> None:
    rules = """\
version: 1
rules:
  - name: survei
    keyword: survei
    ask:
      - nilai: {question: Nilainya?, type: integer, min: 1, max: 5}
      - saran: {question: Sarannya?, optional: true}
    reply: Terima kasih untuk {{ nilai }}.
    tests:
      - talk: [survei, {send: "9", reply_has: Nilainya}, {send: "5", reply_has: Sarannya}, "-"]
        reply: Terima kasih untuk 5.
        fields: {nilai: 5, saran: ""}
      - talk: [survei, {send: "5", at: 2026-11-23 10:20, rule: survei}]
"""
    assert told(tmp_path, "- {send: '5', reply: []}", rules) == ['13:64: test survei::2 on "5": expected rule "survei", got "no rule".']


def test_chance_falls_the_same_each_time(tmp_path: Path) -> None:
    rules = f"version: 1\nrules: [{{keyword: a, reply: {{one_of: {[f'jawaban {number}' for number in range(50)]}}}}}]\n"
    assert len({failing(tmp_path, "- {send: a, reply: x}", rules)[0].got for _ in range(5)}) == 1


# ---- What cannot be read -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("test", "told"),
    [
        (
            "- send: halo",
            ["5:5: this test expects nothing, so it cannot fail. Add one of: rule, fields, invalid, reply, reply_has, count, reminds."],
        ),
        (
            "- talk: [halo, hai]",
            ["5:5: this test expects nothing, so it cannot fail. Add one of: rule, fields, invalid, reply, reply_has, count, reminds."],
        ),
        (
            "- rule: a",
            ["5:5: a test has either 'send', one text, 'sends', a kind of message, or 'talk', a list of these. Write one of them."],
        ),
        (
            "- {send: a, talk: [a], rule: a}",
            ["5:5: a test has either 'send', one text, 'sends', a kind of message, or 'talk', a list of these. Write one of them."],
        ),
        ("- {send: a, rule: b}", ["5:21: there is no rule 'b'."]),
        ("- {talk: [{send: a, rule: aa}], count: 1}", ["5:29: there is no rule 'aa'. Did you mean 'a'?"]),
        ("- {send: a, rule: a, at: besok}", ["5:28: 'besok' is not a date and time. Write them like 2026-11-23 09:00."]),
        ("- {talk: [{send: a, at: '09:00'}], count: 1}", ["5:27: '09:00' is not a date and time. Write them like 2026-11-23 09:00."]),
        ("- {send: a, repply: b}", ["5:15: unknown key 'repply'. Did you mean 'reply'?"]),
        ("- {send: a, chat: grup}", ["5:21: 'chat' must be one of private, group, not 'grup'. Write 'group'."]),
        ("- {send: a, count: dua}", ["5:22: 'count' must be a whole number, not 'dua'."]),
        ("- {send: a, count: -1}", ["5:22: 'count' must be at least 0, not -1."]),
        ("- {send: a, fields: {nama: [a]}}", ["5:30: 'nama' must be text, not a list."]),
        (
            "- {send: a, given: {x-y: 1}, count: 1}",
            ["5:23: 'x-y' cannot be a name in templates. Use letters, digits and _, beginning with a letter."],
        ),
        (
            "- {talk: [{rule: a}]}",
            ["5:13: a turn has either 'send', one text, 'sends', a kind of message, or 'row', which staff move. Write one of them."],
        ),
        (
            "- {talk: [{send: a, sends: image}], count: 1}",
            ["5:13: a turn has either 'send', one text, 'sends', a kind of message, or 'row', which staff move. Write one of them."],
        ),
        (
            "- {sends: media, rule: a}",
            ["5:13: 'sends' must be one of image, audio, video, document, sticker, location, contact, not 'media'."],
        ),
        ("- {sends: location, caption: a, rule: a}", ["5:23: 'caption' is no part of what is sent here. Remove it."]),
        ("- {send: a, lat: 3, rule: a}", ["5:15: 'lat' is no part of what is sent here. Remove it."]),
        ("- {talk: [], rule: a}", ["5:12: 'talk' is an empty list. Write at least 1 entry, or remove it."]),
        (
            "- {talk: [{send: a, rule: a}], rule: a}",
            ["5:34: the last turn has a 'rule' of its own. Remove one of the two."],
        ),
        (
            "- {send: a, reply: {one_of: [{text: a, image: b}]}}",
            ["5:32: an entry of 'one_of' holds one reply, and beside it at most a 'weight'."],
        ),
        ("halo", ["4:8: 'tests' must be a list, not 'halo'."]),
    ],
)
def test_a_wrong_test_is_a_problem_with_its_place(tmp_path: Path, test: str, told: list[str]) -> None:
    joint = "\n  " if test.startswith("-") else " "
    found = problems(tmp_path, f"version: 1\nrules:\n  - {{name: a, keyword: a, reply: a}}\ntests:{joint}{test}\n")
    assert [each.removeprefix("rules.yaml:") for each in found] == told


def test_rules_that_could_not_be_read_are_not_missed_by_the_tests(tmp_path: Path) -> None:
    found = problems(tmp_path, "rules:\n  - {name: a, keyword: a, repply: a}\ntests: [{send: a, rule: a}]\n")
    assert found == ["rules.yaml:2:27: unknown key 'repply'. Did you mean 'reply'?"]


def test_a_load_says_what_it_looked_at(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    book = load(
        tmp_path, "include: [a*.yaml, b/*.yaml]\nrules: [{keyword: a, reply: a}]\n", {"a.yaml": "rules: []\n", "b/c.yaml": "rules: []\n"}
    )
    paths = [tmp_path / name for name in ("rules.yaml", "a.yaml", "b/c.yaml")]
    assert (book.sources.globs, list(book.sources.digests)) == (("a*.yaml", "b/*.yaml"), paths)
    assert len(set(book.sources.digests.values())) == 2  # two of the three say the same


def test_a_file_that_cannot_be_read_was_looked_at_too(tmp_path: Path) -> None:
    assert read_rules(tmp_path / "none.yaml").sources.digests == {tmp_path / "none.yaml": None}


SENDING = """
rules:
  - {name: foto, sends: image, reply: "{{ media.mime }} {{ media.name }}"}
  - {name: tempat, sends: [location, contact], reply: "{{ location }}{{ contact }}"}
  - name: bukti
    keyword: bukti
    ask: [{foto: {question: "Foto?", type: image}}]
    reply: "{{ foto }}"
    tests:
      - talk: [bukti, {sends: sticker, reply_has: "Foto?"}, {sends: image}]
        fields: {foto: image}
      - {talk: [bukti, {sends: image, filename: a.jpg}], fields: {foto: foto a.jpg}}
tests:
  - {sends: image, caption: halo, filename: a.png, mime: image/png, rule: foto, reply: image/png a.png}
  - {sends: location, lat: 1.5, lng: 100, name: Kantor, rule: tempat, reply: "Kantor (1.5, 100)"}
  - {sends: contact, name: Budi, numbers: ["0811", "0812"], rule: tempat, reply: "Budi 0811, 0812"}
  - {sends: contact, rule: tempat}
"""


def test_tests_send_what_is_no_text(tmp_path: Path) -> None:
    book = load(tmp_path, SENDING)
    assert [failure for case in cases(book) for failure in run(case, book)] == []


def test_a_failure_names_what_was_sent(tmp_path: Path) -> None:
    book = load(tmp_path, "rules: [{keyword: a, reply: b}]\ntests: [{sends: image, caption: hai, rule: a}]")
    (failure,) = [failure for case in cases(book) for failure in run(case, book)]
    assert (failure.sent, failure.got) == ("[image] hai", "no rule")


LOOKING_UP = """
tables: {harga: harga.csv}
rules:
  - name: status
    keyword: status#
    fields: [{nomor: {type: integer}}]
    find: {in: pesanan, by: nomor}
    not_found: Tidak ada.
    reply: "{{ found.kue }}"
    tests:
      - {send: status 12, given: {rows: {pesanan: [{nomor: 12, kue: bolu}, {nomor: 13, kue: lapis}]}}, reply: bolu}
      - {send: status 14, given: {rows: {pesanan: [{nomor: 12, kue: bolu}]}}, reply: Tidak ada.}
      - {talk: [pesan#lapis, pesan#bolu, status 2], reply: bolu}
  - {name: pesan, keyword: "pesan#", fields: [kue], save: pesanan, reply: "Nomor {{ saved.number }}."}
  - name: harga
    keyword: harga#
    fields: [kode]
    find: {in: harga, by: kode}
    reply: "{{ found.harga }}"
    tests:
      - {send: "harga#a", reply: "5"}
      - {send: "harga#a", given: {rows: {harga: [{kode: A, harga: 7}]}}, reply: "7"}
tests:
  - {talk: [pesan#lapis, pesan#bolu], reply: Nomor 2.}
"""


def test_tests_find_what_they_give_what_was_saved_in_them_and_what_files_hold(tmp_path: Path) -> None:
    book = load(tmp_path, LOOKING_UP, {"harga.csv": "kode;harga\nA;5\n"})
    assert [str(failure) for case in cases(book) for failure in run(case, book)] == []


def test_rows_of_a_table_that_python_supplies_must_be_given(tmp_path: Path) -> None:
    tests = "tests: [{send: stok#a, reply: '3'}]"
    rule = f"{{keyword: 'stok#', fields: [kode], find: {{in: stok, by: kode}}, reply: '{{{{ found.sisa }}}}', {tests}}}"
    path = write(tmp_path, f"rules: [{rule}]\n")
    book = load_rules(path, Additions(tables={"stok": ()}))
    (failure,) = [failure for case in cases(book) for failure in run(case, book)]
    hint = "The table 'stok' is supplied by Python, and none runs in tests. Write its rows under 'given:'."
    assert (failure.key, failure.expected, failure.hint) == ("given", "rows.stok", hint)
