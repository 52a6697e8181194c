"""A language from scratch: all its sentences and its words in the rule file, and the bot speaks and hears it."""

from pathlib import Path

import pytest

from flask_chatbot.core.language.sentences import SENTENCES
from tests.core.books import load, said
from tests.core.conversation.talks import Talk

MALAY = """\
settings: {language: ms, country: MY, timezone: Asia/Kuala_Lumpur, call: Encik/Puan}
words:
  yes: [betul]
  no: [tak nak]
  cancel: [batalkan tempahan]
  skip: [tiada]
  days: [isnin, selasa, rabu, khamis, jumaat, sabtu, ahad]
  months: [januari, februari, mac, april, mei, jun, julai, ogos, september, oktober, november, disember]
  numbers: {0: kosong, 2: dua, 8: lapan}
sentences: bahasa.yaml
rules:
  - name: tempah
    keyword: tempah
    ask:
      - jumlah: {question: Berapa helai?, type: integer, max: 9}
      - tarikh: {question: Bila?, type: date}
      - nota: {question: Ada nota?, optional: true}
    confirm: "{{ jumlah }} helai, {{ tarikh | date('full') }}. Betul?"
    reply: "Terima kasih {{ sapaan }}. {{ 1234567.5 | number }}; {{ now | datetime }}"
  - {keyword: buka, reply: "{{ true }}/{{ false }}"}
  - {fallback: true, reply: "Maaf {{ sapaan }}?"}
"""


def bahasa() -> str:
    """Sentences that say their names, in Malay where they are looked at."""
    ours = {
        "not_integer": "Maaf {sapaan}, {value} bukan nombor. Contoh: 3.",
        "too_large": "Paling banyak {max}, ya.",
        "not_date": "Maaf, {value} bukan tarikh. Contoh: {example}.",
        "form_skip": "(Jika tiada, taip *-*.)",
        "form_way_out": "",
        "form_cancelled": "Baiklah {sapaan}, {rule} dibatalkan.",
        "date_time": "{date}, pukul {time}",
        "yes": "ya",
        "no": "tidak",
    }
    return "".join(f"{key}: '{ours.get(key, text)}'\n" for key, text in SENTENCES["en"].items())


@pytest.fixture
def talk(tmp_path: Path) -> Talk:
    return Talk(load(tmp_path, MALAY, {"bahasa.yaml": bahasa()}))


def test_an_order_goes_through_in_malay(talk: Talk) -> None:
    assert talk.hears("tempah", "banyak", "10", "lapan", "minggu hadapan", "5 disember", "tiada", "betul") == [
        "Berapa helai?",
        'Maaf Encik/Puan, "banyak" bukan nombor. Contoh: 3.\nBerapa helai?',
        "Paling banyak 9, ya.\nBerapa helai?",
        "Bila?",
        'Maaf, "minggu hadapan" bukan tarikh. Contoh: 22 November.\nBila?',
        "Ada nota?\n(Jika tiada, taip *-*.)",
        "8 helai, Sabtu, 5 Disember 2026. Betul?",
        "Terima kasih Encik/Puan. 1,234,567.5; Ahad, 22 November 2026, pukul 10:47\u202fPTG",
    ]


DAYS = [("khamis", "Khamis, 26 November"), ("ogos 17", "Selasa, 17 Ogos"), ("esok", "Isnin, 23 Nov"), ("1 mac", "Isnin, 1 Mac")]


@pytest.mark.parametrize(("day", "read"), DAYS)
def test_days_and_months_are_read_in_malay(talk: Talk, day: str, read: str) -> None:
    assert read in str(talk.hears("tempah", "dua", day, "-")[-1])


def test_what_is_cancelled_is_said_in_malay(talk: Talk) -> None:
    assert talk.hears("tempah", "batalkan tempahan", "entah") == [
        "Berapa helai?",
        "Baiklah Encik/Puan, tempah dibatalkan.",
        "Maaf Encik/Puan?",
    ]


def test_a_language_that_babel_does_not_know_is_written_as_the_country_writes(tmp_path: Path) -> None:
    text = "settings: {language: gaul}\nsentences: bahasa.yaml\nrules: [{keyword: a, reply: '{{ 1500.5 | number }} {{ now | date }}'}]\n"
    assert said(load(tmp_path, text, {"bahasa.yaml": bahasa()}), "a") == "1.500,5 22 November 2026"
