"""Tests in rule files see what customers would be reminded of, and when."""

from pathlib import Path

import pytest

from flask_chatbot.core.checks.runner import cases, run
from tests.core.books import load, problems

RULES = """\
version: 1
rules:
  - name: cuci
    keyword: cuci#
    fields: [{tanggal: {type: date}}]
    save:
      to: cucian
      states: [baru, siap diambil, selesai]
      on_state: {siap diambil: "{{ sapaan }}, nomor {{ saved.number }} siap."}
      remind:
        - {before: tanggal, by: 1 day, while: {state: baru}, reply: "Besok {{ tanggal | date }}."}
        - {after: 3 days, while: {state: siap diambil}, reply: Masih menunggu.}
    reply: Nomor {{ saved.number }}.
    tests:
"""
PASSING = """\
- {send: "cuci#2026-11-28", reminds: {"2026-11-27 09:00": Besok 28 November}}
- {send: "cuci#2026-11-28", reminds: {2026-11-27T09:00: }}
- {send: "cuci#2026-11-24", at: "2026-11-23 10:00", reminds: {}}
- talk:
    - {send: "cuci#2026-11-28", at: "2026-11-23 10:00"}
    - {row: cucian 1, state: Siap  diambil, at: "2026-11-24 08:00", reply: "Kak, nomor 1 siap.", reminds: {"2026-11-27 08:00": menunggu}}
    - {row: cucian 1, state: selesai, reminds: {}, count: 0}
- given: {rows: {cucian: [{nomor: 7, tanggal: "2026-12-05", state: baru}]}}
  nama: Budi
  talk: ["cuci#2026-11-28", {row: cucian 7, state: siap diambil, reply_has: "Kak Budi, nomor 7"}]
"""


def of(folder: Path, tests: str) -> list[str]:
    """The failures of tests under the rule, without their places."""
    text = RULES + "".join(f"      {line}\n" for line in tests.splitlines())
    book = load(folder, text)
    return [str(failure.message) for case in cases(book) for failure in run(case, book)]


def test_reminders_are_seen_by_their_times_and_parts_of_their_texts(tmp_path: Path) -> None:
    assert of(tmp_path, PASSING) == []


@pytest.mark.parametrize(
    ("test", "told"),
    [
        (
            '{send: "cuci#2026-11-28", reminds: {}}',
            'on "cuci#2026-11-28": expected reminds "no reminder", got "2026-11-27 09:00: Besok 28 November 2026.".',
        ),
        (
            '{send: "cuci#2026-11-28", reminds: {"2026-11-27 10:00": Besok}}',
            'expected reminds "2026-11-27 10:00: Besok", got "2026-11-27 09:00: Besok 28 November 2026.".',
        ),
        (
            '{send: "cuci#2026-11-28", reminds: {"2026-11-27 09:00": Lusa}}',
            'expected reminds "2026-11-27 09:00: Lusa", got "2026-11-27 09:00: Besok 28 November 2026.".',
        ),
        (
            '{talk: ["cuci#2026-11-28", {row: cucian 2, state: selesai}]}',
            "No row of this test has it. Write it under 'given:', or let a rule save it.",
        ),
        (
            '{talk: ["cuci#2026-11-28", {row: cucian 1, state: seleai}]}',
            "got \"baru, siap diambil, selesai\". It is not a state of these rows. Did you mean 'selesai'?",
        ),
    ],
)
def test_a_reminder_that_is_another_fails_with_both_sides(tmp_path: Path, test: str, told: str) -> None:
    (failure,) = of(tmp_path, f"- {test}")
    assert failure.endswith(told)


@pytest.mark.parametrize(
    ("turn", "told"),
    [
        ("{row: cucian, state: selesai}", "a turn in which staff move a row has its table, its number and a state"),
        ("{row: cucian 1}", "a turn in which staff move a row has its table, its number and a state"),
        ("{row: cucian 1, send: halo, state: selesai}", "a turn has either 'send', one text, 'sends', a kind of message, or 'row'"),
        ('{send: halo, reminds: {besok: ""}}', "'besok' is not a date and time. Write them like 2026-11-23 09:00."),
    ],
)
def test_a_turn_that_cannot_be_read_is_a_problem_with_its_place(tmp_path: Path, turn: str, told: str) -> None:
    text = RULES + f"      - talk: [{turn}]\n"
    found = [each for each in problems(tmp_path, text) if told in each]
    assert [each.split(":")[1] for each in found] == ["15"]
