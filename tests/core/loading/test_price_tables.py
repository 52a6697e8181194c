"""Maps among the vars, as price tables: what a template may look up in them, and entries that nobody can choose."""

from pathlib import Path

import pytest

from tests.core.books import load, problems
from tests.core.conversation.talks import Talk

SHOP = """\
vars:
  harga: {{kopi: 25000, teh: 15000{more}}}
  sewa: {{besar: {{hari: 5, minggu: 30}}, kecil: {{hari: 3, minggu: 20}}}}
  ongkir: {{1: 5000, 2: 9000}}
rules:
  - keyword: pesan
    ask:
      - produk: {{question: Kopi atau teh?, options: {{kopi: [kopi gayo], teh: []}}}}
      - gula: {{question: Gula?, options: [kopi, teh], optional: true}}
      - mobil: {{question: Mobil besar atau kecil?, options: [besar, kecil]}}
      - lama: {{question: Sehari atau seminggu?, options: {{hari: [sehari], minggu: [seminggu]}}}}
      - jumlah: {{question: Berapa?, type: integer}}
      - nama: Nama?
      - ada: {{question: Ada?, type: yesno}}
    reply: "{reply}"
"""


def told(folder: Path, reply: str, more: str = "") -> list[str]:
    """What is wrong with a reply, without its place."""
    found = problems(folder, SHOP.format(reply=reply, more=more))
    assert all(each.startswith("rules.yaml:15:") for each in found)
    return [each.split(": ", 1)[1] for each in found]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("{{ (jumlah * harga[produk]) | rupiah }}", "Rp30.000"),
        ("{{ harga.kopi }} {{ harga['teh'] + 1 }}", "25000 15001"),
        ("{{ sewa[mobil][lama] }} {{ sewa.besar[lama] }}", "20 30"),
        ("{{ ongkir[jumlah] | default(0) }} {{ harga[nama] | default('?') }}", "9000 ?"),
        ("{% if gula %}{{ harga[gula] }}{% else %}-{% endif %}", "-"),
        ("{% for barang in harga %}{{ barang }} {{ harga[barang] | rupiah }}. {% endfor %}", "kopi Rp25.000. teh Rp15.000."),
        ("{{ 'ada' if nama in harga else 'tidak ada' }} {{ produk in harga }}", "tidak ada ya"),
    ],
)
def test_what_is_sure_to_be_in_a_map_is_looked_up(tmp_path: Path, text: str, answer: str) -> None:
    assert told(tmp_path, text) == []
    talk = Talk(load(tmp_path, SHOP.format(reply=text, more="")))
    assert talk.hears("pesan", "2", "-", "kecil", "seminggu", "2", "Budi", "ya")[-1] == answer


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{ harga.tehh }}", "harga has no 'tehh'. Did you mean 'teh'?"),
        ("{{ harga['gula'] }}", "harga has no 'gula'. It has kopi, teh."),
        ("{{ harga[lama] }}", "customers may choose 'hari', and harga has no such entry. Add `hari: ...` to it."),
        (
            "{{ harga[gula] }}",
            "gula may have been left out, and harga has no entry for nothing. Ask `{% if gula is not none %}` first.",
        ),
        (
            "{{ harga[nama] }}",
            "harga[nama] may not be there: harga has kopi, teh. Give nama `options:`, or write `harga[nama] | default(0)`.",
        ),
        ("{{ harga[ada] }}", "the entries of harga have names, and ada is a yes or no. Look one up by a choice, or by its name in quotes."),
        ("{{ harga }}", "harga is a map: customers would read all of it. Write one entry, such as `harga['kopi']`."),
        ("{{ sewa.besar }}", "sewa.besar is a map: customers would read all of it. Write one entry, such as `sewa.besar['hari']`."),
        ("{{ harga * 2 }}", "'*' works on numbers, and harga is a map. Look an entry up: `harga['kopi']`."),
        ("{{ harga | rupiah }}", "the filter 'rupiah' needs a number, and harga is a map. Look an entry up: `harga['kopi']`."),
        ("{{ sewa.besar.bulan }}", "sewa.besar has no 'bulan'. It has hari, minggu."),
    ],
)
def test_what_may_not_be_in_a_map_is_told(tmp_path: Path, text: str, message: str) -> None:
    assert told(tmp_path, text) == [message]


def test_an_entry_that_is_missing_for_an_option_is_told_with_the_one_that_was_meant(tmp_path: Path) -> None:
    rules = SHOP.format(reply="{{ harga[produk] }}", more="").replace("teh: 15000", "tehh: 15000")
    assert problems(tmp_path, rules) == ["rules.yaml:15:16: customers may choose 'teh', and harga has no such entry. Did you mean 'tehh'?"]


def test_a_price_that_is_text_is_told_where_it_is_reckoned_with(tmp_path: Path) -> None:
    rules = SHOP.format(reply="{{ jumlah * harga[produk] }}", more="").replace("25000, teh: 15000", "25.000, teh: 15.000")
    assert problems(tmp_path, rules) == [
        "rules.yaml:15:23: '*' works on numbers, and harga[produk] is text. Write `kopi: 25000` in 'harga' among the vars."
    ]


def test_an_entry_that_no_option_leads_to_is_warned_of_at_its_place(tmp_path: Path) -> None:
    warning = "rules.yaml:2:36: warning: nobody can choose 'susu' of 'harga'. Add it to the options of the field, or remove it."
    assert problems(tmp_path, SHOP.format(reply="{{ harga[produk] }}", more=", susu: 9")) == [warning]


@pytest.mark.parametrize(
    "text",
    [
        "{{ harga[produk] }} {{ harga.susu }}",
        "{{ harga[produk] }} {{ harga[nama] | default(0) }}",
        "{% for a in harga %}{{ a }}{% endfor %}",
    ],
)
def test_an_entry_that_is_used_otherwise_is_not_warned_of(tmp_path: Path, text: str) -> None:
    assert problems(tmp_path, SHOP.format(reply=text, more=", susu: 9")) == []


def test_the_entries_of_two_forms_are_counted_together(tmp_path: Path) -> None:
    other = "  - {keyword: pasar, ask: [{apa: {question: Apa?, options: [susu]}}], reply: '{{ harga[apa] }}'}\n"
    assert problems(tmp_path, SHOP.format(reply="{{ harga[produk] }}", more=", susu: 9") + other) == []


def test_a_map_that_is_empty_or_nested_too_deep_is_refused(tmp_path: Path) -> None:
    rules = "vars:\n  a: {}\n  b: {x: {y: {z: 1}}}\n  c: {x: [1]}\nrules:\n  - {keyword: a, reply: a}\n"
    assert problems(tmp_path, rules) == [
        "rules.yaml:2:6: 'a' is an empty group. Write a key and its value into it.",
        "rules.yaml:3:14: 'y' must be text, not a group of keys.",
        "rules.yaml:4:10: 'x' must be text or a group of keys, not a list.",
    ]
