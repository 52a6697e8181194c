"""What nobody should write, and somebody does: each is answered kindly, and nothing given before is lost."""

from pathlib import Path

import pytest

from tests.core.books import load, problems
from tests.core.conversation.talks import Talk

RULES = """\
settings: {{hours: {{mon-sat: "08.00-17.00"}}}}
rules:
  - name: pesan
    keyword: pesan
    ask:
      - nama: Nama?
      - isi: {{question: Isi?, type: {kind}{more}}}
    reply: "{{{{ nama }}}}: {{{{ isi }}}}"
  - name: sewa
    keyword: sewa
    ask: [{{pemilik: Pemilik?}}, {{lama: {{question: Lama?, type: integer}}}}, {{kota: Kota?}}]
    reply: "{{{{ pemilik }}}} {{{{ lama }}}} {{{{ kota }}}}"
  - {{name: entah, fallback: true, reply: Entah.}}
"""
TYPES = ["integer", "number", "money", "email", "phone", "date", "time", "yesno", "choice"]


def talk_of(folder: Path, kind: str = "date") -> Talk:
    return Talk(load(folder, RULES.format(kind=kind, more=", options: [kopi, teh]" if kind == "choice" else "")))


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("text", ["a" * 4096, "1" * 4096, "5 " * 2048, "a@" * 2048, "\ud800" * 4096, "٣" * 4096, "-" * 4096])
def test_4096_letters_are_no_value_of_any_type_and_the_question_comes_again(tmp_path: Path, kind: str, text: str) -> None:
    talk = talk_of(tmp_path, kind)
    talk.hears("pesan", "Budi")
    said = talk.says(text) or ""
    assert (said.splitlines()[-1], len(said) < 500) == (
        "(Mau berhenti? Ketik *batal*.)" if kind != "yesno" else said.splitlines()[-1],
        True,
    )
    assert "Isi?" in said
    assert talk.says("gak jadi kak" if kind != "yesno" else "stop") == "Baik, *pesan* dibatalkan."


@pytest.mark.parametrize(
    "text", ["99 Desember", "5/5/0001", "1 januari 0001", "0001-01-01", "31/2", "29 feb 2027", "0/0/0", "32 13 2026", "9" * 10]
)
def test_a_day_that_cannot_be_is_refused_and_the_next_answer_counts(tmp_path: Path, text: str) -> None:
    talk = talk_of(tmp_path)
    assert talk.hears("pesan", "Budi", text)[-1] != "Entah."
    assert talk.says("5 Desember 2026") == "Budi: 5 Desember 2026"


def test_two_hundred_lines_fill_what_they_name_and_the_answer_stays_short(tmp_path: Path) -> None:
    lines = [f"Kolom {number}: isi {number}" for number in range(198)]
    said = talk_of(tmp_path).says("\n".join(["Nama: Ani", *lines, "Isi: besok"])) or ""
    assert said.endswith("Ani: 23 November 2026")
    assert "Kolom 0: isi 0" in said
    assert len(said) < 400


def test_ten_thousand_lines_are_looked_through_as_far_as_the_limits_go(tmp_path: Path) -> None:
    said = talk_of(tmp_path).says("Nama: Ani\n" + "x: y\n" * 10_000 + "Isi: besok") or ""
    assert said in ("Entah.", "Isi?") or said.endswith("Isi?")


def test_a_label_written_twice_is_asked_about_and_the_rest_is_kept(tmp_path: Path) -> None:
    talk = talk_of(tmp_path)
    assert talk.says("Nama: Ani\nIsi: besok\nIsi: lusa") == (
        "Baik, sudah kami catat. Nama: Ani\nIsi tertulis dua kali dan isinya berbeda. Mohon tulis lagi yang benar ya.\nIsi?"
    )
    assert talk.says("lusa") == "Ani: 24 November 2026"


def test_a_label_written_twice_with_one_value_is_that_value(tmp_path: Path) -> None:
    assert talk_of(tmp_path).says("Nama: Ani\nIsi: besok\nIsi: besok") == "Ani: 23 November 2026"


def test_labels_of_two_forms_begin_neither_and_inside_a_form_only_its_own_are_taken(tmp_path: Path) -> None:
    talk = talk_of(tmp_path)
    both = "Nama: Ani\nIsi: besok\nPemilik: Budi\nLama: 3"
    assert talk.says(both) == "Entah."
    talk.says("sewa")
    said = talk.says(both) or ""
    assert ("Nama: Ani" in said, said.endswith("Kota?")) == (True, True)
    assert talk.says("Pekanbaru") == "Budi 3 Pekanbaru"


def test_a_form_begun_by_two_rules_at_once_waits_for_one_answer(tmp_path: Path) -> None:
    rules = RULES.format(kind="date", more="").replace("keyword: sewa", "keyword: [sewa, pesan]")
    talk = Talk(load(tmp_path, rules))
    assert talk.hears("pesan", "Budi", "besok", "Ani") == ["Nama?", "Isi?", "Budi: 23 November 2026", "Entah."]


@pytest.mark.parametrize("default", ["kemarin dulu sekali", "31/2", "minggu depan"])
def test_a_default_that_is_no_value_is_refused_at_load(tmp_path: Path, default: str) -> None:
    (found,) = problems(tmp_path, RULES.format(kind="date", more=f", default: {default}"))
    assert "the default does not fit the field" in found


@pytest.mark.parametrize("default", ["{{ nama }}", "{{ nohp }}", "{{ 1 / 0 }}"])
def test_a_default_that_comes_out_wrong_is_none_and_the_value_is_asked_for(tmp_path: Path, default: str) -> None:
    talk = Talk(load(tmp_path, RULES.format(kind="date", more=f', default: "{default}"')))
    assert talk.hears("pesan", "Budi", "-", "besok")[-1] == "Budi: 23 November 2026"
