"""The steps in which a text is looked up where nothing is found as it is written."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_chatbot.core.conversation.memory import NO_MEMORY
from flask_chatbot.core.deciding.engine import decide
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.language.variants import joined, squeezed, without_accents
from flask_chatbot.core.matching.steps import LookupStep
from flask_chatbot.core.values.messages import Message
from tests.core.books import NOW, ask, load, rule_name

RULES = """
synonyms: {harga: [hrg, price], cod: [cash on delivery, bayar di tempat]}
words: {ignore: [cuy], greetings: [sugeng]}
rules:
  - {name: menu, keyword: menu, reply: x}
  - {name: cafe, keyword: "caf\u00e9 latte", reply: x}
  - {name: si, contains: "s\u00ed", reply: x}
  - {name: halo, keyword: [halo, selamat malam], reply: x}
  - {name: cod, keyword: bisa cod, reply: x}
  - {name: dimana, keyword: dimana, reply: x}
  - {name: laki, keyword: kaos laki-laki, reply: x}
  - {name: jam, keyword: paket 10 30, reply: x}
  - {name: xl, keyword: XL, reply: x}
  - {name: maaf, keyword: maaf, reply: x}
  - {name: ya, keyword: ya, reply: x}
  - {name: makasih, keyword: makasih, reply: x}
  - {name: thanks, contains: terima kasih, reply: x}
  - {name: harga, contains: [harga*, jam buka], reply: x}
  - {name: stop, keyword: stop, subscribe: false, reply: x}
  - {name: promo, contains: promo, reply: x}
  - {name: thumb, keyword: "\U0001f44d", reply: x}
  - {name: status, keyword: ["status#", "cek resi#"], fields: [{nomor: {type: integer}}, catatan], reply: x}
  - {name: order, keyword: "order#", fields: [barang], reply: x}
  - {name: resi, keyword: "resi#", fields: [{nomor: {min: 10, max: 10}}], reply: x}
  - {name: kode, keyword: "kode#", hash: required, fields: [{nomor: {type: integer}}], reply: x}
"""


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> RuleBook:
    return load(tmp_path_factory.mktemp("steps"), RULES)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("menu \U0001f64f", "menu"),
        ("\U0001f44b menu :)", "menu"),
        ("cafe latte", "cafe"),
        ("CAFE\u0301 Latte", "cafe"),
        ("si dong", "si"),
        ("price berapa", "harga"),
        ("bisa bayar di tempat cuy", "cod"),
        ("di mana", "dimana"),
        ("kaos laki laki", "laki"),
        ("kaos lakilaki kak", "laki"),
        ("paket 1030", None),
        ("haloo", "halo"),
        ("maaaaf", "maaf"),
        ("menuu kakk", "menu"),
        ("XXXL", None),
        ("XXL", None),
        ("met malam", "halo"),
        ("met pagi kak", "halo"),
        ("sugeng", "halo"),
        ("iya", "ya"),
        ("ok \U0001f44d", "ya"),
        ("iya benar", "ya"),
        ("ok makasih", None),
        ("ok kak", None),
        ("iya betul sekali kak", None),
        ("kak ya", None),
        ("tq", "makasih"),
        ("jambuka", "harga"),
        ("jaam buka", "harga"),
        ("stop promo", "stop"),
        ("jangan kirim promo lagi ya kak", "stop"),
        ("ada promo", "promo"),
        ("\U0001f44d\U0001f3fd\U0001f44d", "thumb"),
        ("terima kasih, harganya berapa?", "harga"),
        ("terima kasih, harganya bisa kurang", "harga"),
        ("terima kasih", "thanks"),
        ("status 1042", "status"),
        ("kak cek resi 12 dong", "status"),
        ("status abc", None),
        ("order kaos", None),
        ("resi TM12345678 kak", "resi"),
        ("resi saya belum sampai", None),
        ("kode 12", None),
        ("kode#12", "kode"),
        ("kak order#kaos", "order"),
        ("mau order\uff03kaos", "order"),
        ("#order#kaos", "order"),
        ("orderr#kaos", "order"),
        ("menuu#kaos", None),
        ("#\ufe0f\u20e3", None),
    ],
)
def test_a_text_is_understood_as_people_write_it(book: RuleBook, text: str, name: str | None) -> None:
    assert rule_name(book, text) == name


def test_a_space_for_the_hash_deals_out_one_word_a_field_until_a_text_takes_the_rest(book: RuleBook) -> None:
    match = ask(book, "Status 1042 tolong cepat Ya").match
    assert match is not None
    assert dict(match.fields) == {"nomor": 1042, "catatan": "tolong cepat"}


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("menu", LookupStep.WRITTEN),
        ("cafe latte", LookupStep.ASIDE),
        ("bisa bayar di tempat", LookupStep.SYNONYMS),
        ("menu kak", LookupStep.COURTESY),
        ("bisa bayar di tempat kak", LookupStep.COURTEOUS_SYNONYMS),
        ("status 1", LookupStep.SPACED),
        ("stop promo", LookupStep.OPT_OUT),
        ("di mana", LookupStep.JOINED),
        ("haloo", LookupStep.SQUEEZED),
        ("met pagi", LookupStep.MEANING),
    ],
)
def test_a_candidate_says_in_which_step_it_was_found(book: RuleBook, text: str, step: LookupStep) -> None:
    assert next(book.index.candidates(text)).step is step


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("menu", "menu"),
        ("Menu kak \U0001f64f", "menu"),
        ("kafe", "kaf\u00e9"),
        ("hrg", None),
        ("menuu", None),
        ("brg", "brg"),
        ("barang", None),
        ("barang kak", None),
        ("brg kak", "brg"),
    ],
)
def test_groups_that_hear_keywords_hear_them_as_written_less_courtesy(tmp_path: Path, text: str, name: str | None) -> None:
    synonyms = "settings: {groups: keywords}\nsynonyms: {harga: hrg, barang: brg}\n"
    rules = "".join(f"  - {{keyword: {keyword}, reply: x}}\n" for keyword in ("menu", "harga", "brg", "kaf\u00e9"))
    book = load(tmp_path, f"{synonyms}rules:\n{rules}")
    decision = decide(book, Message(text=text, chat="group"), NO_MEMORY, NOW, Random(1))
    assert (decision.match.rule.name if decision.match else None) == name


@pytest.mark.parametrize(
    ("text", "step"), [("barang", LookupStep.SYNONYMS), ("barang kak", LookupStep.COURTEOUS_SYNONYMS), ("brg kak", LookupStep.COURTESY)]
)
def test_a_keyword_is_found_by_the_word_that_it_stands_for_as_by_a_synonym(tmp_path: Path, text: str, step: LookupStep) -> None:
    book = load(tmp_path, "synonyms: {barang: brg}\nrules: [{keyword: brg, reply: x}]\n")
    assert [each.step for each in book.index.candidates(text)] == [step]


EXACT_RULES = """
synonyms: {harga: hrg}
words: {ignore: [kak]}
rules:
  - {name: halo, keyword: [{exact: halo}, {exact: di mana}], reply: x}
  - {name: hrg, keyword: {exact: hrg}, reply: x}
  - {name: kafe, keyword: {exact: "caf\u00e9"}, reply: x}
  - {name: makasih, keyword: [{exact: makasih}, harga kopi], reply: x}
  - {name: status, keyword: {exact: "status#"}, fields: [{nomor: {type: integer}}], reply: x}
  - {name: lain, fallback: true, reply: x}
settings: {guess: never}
"""


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Halo!", "halo"),
        ("halo kak \U0001f64f", "halo"),
        ("haloo", "lain"),
        ("hai", "lain"),
        ("dimana", "lain"),
        ("di mana kamu", "lain"),
        ("hrg", "hrg"),
        ("hrg kak", "hrg"),
        ("harga", "lain"),
        ("hrg kopi", "makasih"),
        ("cafe", "kafe"),
        ("makasih", "makasih"),
        ("tq", "lain"),
        ("status#12", "status"),
        ("status 12", "lain"),
    ],
)
def test_an_exact_keyword_is_found_as_written_less_decoration_and_courtesy(tmp_path: Path, text: str, name: str) -> None:
    assert rule_name(load(tmp_path, EXACT_RULES), text) == name


def test_accents_count_where_something_is_found_with_them(tmp_path: Path) -> None:
    book = load(tmp_path, "rules: [{name: a, keyword: si, reply: x}, {name: b, keyword: s\u00ed, reply: x}]\n")
    assert [rule_name(book, text) for text in ("si", "s\u00ed", "s\u00ec")] == ["a", "b", "a"]


def test_a_phrase_without_accents_is_found_whatever_accents_other_phrases_have(tmp_path: Path) -> None:
    rules = (
        "{name: a, contains: caf\u00e9 latte, reply: x}",
        "{name: b, contains: cafe, reply: x}",
        "{name: c, contains: r\u00e9s*, reply: x}",
    )
    book = load(tmp_path, f"rules: [{', '.join(rules)}]\n")
    texts = ("caf\u00e9", "di caf\u00e8", "caf\u00e8 latte", "resep", "r\u00e9sep")
    assert [rule_name(book, text) for text in texts] == ["b", "b", "a", "c", "c"]


def test_a_rule_whose_conditions_fail_leaves_a_text_to_the_next_step(tmp_path: Path) -> None:
    book = load(tmp_path, "rules: [{name: a, keyword: menu kak, when: {days: [mon]}, reply: x}, {name: b, keyword: menu, reply: x}]\n")
    assert rule_name(book, "menu kak") == "b"


@given(st.lists(st.text("abeiokl ' -", max_size=12), max_size=3).map(" ".join))
def test_the_other_ways_of_writing_are_reached_in_one_go(text: str) -> None:
    folded = " ".join(text.split())
    for form in (joined, squeezed, without_accents):
        assert form(form(folded)) == form(folded)


@pytest.mark.parametrize(
    "text", ["a" * 4096, "a b " * 1024, "kak " * 1024, "\U0001f44d" * 1000, "haloo " * 600, "#" * 4096, "status " * 500]
)
def test_long_texts_that_find_nothing_are_soon_done_with(book: RuleBook, text: str) -> None:
    assert rule_name(book, text) in (None, "thumb")
