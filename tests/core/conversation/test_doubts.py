"""E-mail addresses that look misspelled: asked about once, before the values are confirmed."""

from pathlib import Path

import pytest

from tests.core.books import load
from tests.core.conversation.talks import Talk

RULES = """\
rules:
  - name: daftar
    keyword: [daftar, "daftar#"]
    on_invalid: ask
    fields: [{nama: {question: Nama?}}, {email: {type: email, question: Emailnya?}}]
    confirm: "{{ nama }}, {{ email }}. Benar? (ya/tidak)"
    reply: Terdaftar {{ email }}.
  - {keyword: harga, reply: Murah.}
  - {name: entah, fallback: true, reply: Entah.}
"""
DOUBT = "Alamat emailnya budi@gmial.com. Maksudnya budi@gmail.com?"
ASKED = "Budi, {}. Benar? (ya/tidak)"


@pytest.fixture
def talk(tmp_path: Path) -> Talk:
    talk = Talk(load(tmp_path, RULES))
    assert talk.says("daftar#Budi#budi@gmial.com") == DOUBT
    return talk


@pytest.mark.parametrize("text", ["ya", "Iya kak", "betul", "👍"])
def test_a_yes_takes_the_address_that_was_meant(talk: Talk, text: str) -> None:
    assert talk.hears(text, "ya") == [ASKED.format("budi@gmail.com"), "Terdaftar budi@gmail.com."]


@pytest.mark.parametrize("text", ["tidak", "bukan kak", "budi@gmial.com"])
def test_a_no_keeps_the_address_and_it_is_not_asked_about_again(talk: Talk, text: str) -> None:
    assert talk.hears(text, "tidak", "nama", "Budi", "ya")[-2:] == [ASKED.format("budi@gmial.com"), "Terdaftar budi@gmial.com."]


@pytest.mark.parametrize("text", ["budi@x.id", "bukan, budi@x.id", "eh salah, emailnya budi@x.id", "Email: budi@x.id"])
def test_another_address_takes_its_place(talk: Talk, text: str) -> None:
    said = talk.says(text) or ""
    assert said.endswith(ASKED.format("budi@x.id"))


def test_another_address_that_looks_misspelled_is_asked_about_as_well(talk: Talk) -> None:
    assert talk.says("emailnya budi@yaho.com") == "Alamat emailnya budi@yaho.com. Maksudnya budi@yahoo.com?"


def test_what_is_no_answer_asks_again_and_sets_the_form_aside_in_the_end(talk: Talk) -> None:
    way_out = f"Mohon dijawab *ya* atau *tidak*.\n{DOUBT}\n(Mau berhenti? Ketik *batal*.)"
    assert talk.hears("sebentar", "harga", "hmm", "apa") == [f"Baik, kami tunggu ya.\n{DOUBT}", f"Murah.\n\n{DOUBT}", way_out, way_out]
    assert "*lanjut*" in (talk.says("siapa") or "")
    assert talk.hears("lanjut", "ya") == [DOUBT, ASKED.format("budi@gmail.com")]


def test_it_can_be_called_off(talk: Talk) -> None:
    talk.says("batal")
    assert talk.says("ya") == "Entah."


@pytest.mark.parametrize("address", ["budi@gmail.com", "budi@tokobudi.co.id", "budi@mail.com"])
def test_an_address_of_a_provider_that_exists_is_not_asked_about(tmp_path: Path, address: str) -> None:
    assert Talk(load(tmp_path, RULES)).says(f"daftar#Budi#{address}") == ASKED.format(address)


def test_without_a_confirmation_an_address_is_taken_as_it_is(tmp_path: Path) -> None:
    rules = RULES.replace('    confirm: "{{ nama }}, {{ email }}. Benar? (ya/tidak)"\n', "")
    assert Talk(load(tmp_path, rules)).says("daftar#Budi#budi@gmial.com") == "Terdaftar budi@gmial.com."
