"""The index finds what a loop over all rules finds, in every step of the look-up."""

from random import Random

import pytest

from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.language.words import words_of
from flask_chatbot.core.matching.index import Index
from flask_chatbot.core.matching.match import Candidate
from flask_chatbot.core.matching.steps import LookupStep
from tests.core.books import load
from tests.core.matching.naive import Naive

SYNONYMS = {"hrg": "harga", "price": "harga", "bayar di tempat": "cod", "mksh": "terima kasih"}
RULES = """
synonyms: {harga: [hrg, price], cod: [bayar di tempat], terima kasih: [mksh]}
rules:
  - {name: salam, keyword: [halo, selamat pagi], reply: x}
  - {name: halo, keyword: {exact: halo}, reply: x}
  - {name: ya, keyword: [ya, ok], reply: x}
  - {name: makasih, keyword: makasih, reply: x}
  - {name: terima kasih, contains: terima kasih, reply: x}
  - {name: menu, keyword: [menu, "menu \U0001f44d"], reply: x}
  - {name: jempol, keyword: "\U0001f44d", reply: x}
  - {name: latte, keyword: "caf\u00e9 latte", reply: x}
  - {name: latte 2, keyword: {exact: "caf\u00e9 latte"}, priority: 1, reply: x}
  - {name: harga, keyword: harga kopi, contains: "harga*", reply: x}
  - {name: teh, keyword: hrg teh, reply: x}
  - {name: cod, keyword: bisa cod, similar: apa bisa cod, reply: x}
  - {name: lokasi, keyword: [dimana, alamat toko], reply: x}
  - {name: kaos, keyword: kaos laki-laki, contains: kaos polos, reply: x}
  - {name: paket, keyword: paket 10 30, reply: x}
  - {name: ukuran, keyword: XL, reply: x}
  - {name: maaf, keyword: maaf, priority: -1, reply: x}
  - {name: status, keyword: ["status#", "cek resi#"], fields: [{nomor: {type: integer}}, catatan], reply: x}
  - {name: lacak, keyword: {exact: "lacak#"}, fields: [{nomor: {type: integer}}], reply: x}
  - {name: order, keyword: ["order#", "order#baru#"], fields: [barang], reply: x}
  - {name: tanda, keyword: "?#", fields: [{nomor: {type: integer}}, catatan], reply: x}
  - {name: stop, keyword: stop, subscribe: false, reply: x}
  - {name: promo, contains: promo, reply: x}
  - {name: jam, contains: [jam buka, "s\u00e9nin"], similar: buka jam berapa, reply: x}
  - {name: bawaan, fallback: true, reply: x}
"""
SAID = (
    """
halo, selamat pagi, hai, met pagi, selamat malam, assalamualaikum, ya, iya, ok, ok siap, betul sekali, makasih, terima kasih, mksh, tq,
menu, menu \U0001f44d, \U0001f44d, caf\u00e9 latte, cafe latte, harga kopi, hrg kopi, harga teh, price teh, hrg teh, harganya,
bisa cod, bisa bayar di tempat, apa bisa cod, apa bsia bayar di tempat, dimana, di mana, alamattoko, kaos laki-laki, kaos laki laki,
kaos polos, kaospolos, paket 10 30, paket 1030, XL, XXL, maaf, status, status 12, status 12 tolong cepat, cek resi 7, lacak 3, status abc,
order, order baru, stop, stop promo, promo, jangan kirim promo lagi, jam buka, jambuka, senin, s\u00e9nin, buka jam berapa,
buka jam brapa, berapa, apa saja, xyz, ? 12, toko.jambuka,
toko.jam buka, kaos-polos, kaos-laki-laki, jam'buka, harga-teh, cek-resi 7, 1000, saat
""".replace("\n", " ")
    .strip()
    .split(", ")
)
AHEAD = ["", "", "kak ", "mau tanya ", "pagi kak, ", "halo, ", "ok ", "terima kasih, ", "\U0001f64f ", "#", "aja "]
BEHIND = ["", "", " kak", " dong kak", " ya", " makasih", "!!", "?", " \U0001f64f", "#", "#kopi", " #baru#kopi", " # ", " aja", " berapa"]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> RuleBook:
    return load(tmp_path_factory.mktemp("agreement"), RULES)


@pytest.fixture(scope="module")
def literal_book(tmp_path_factory: pytest.TempPathFactory) -> RuleBook:
    """The same rules without synonyms: of such a book, one look at its words may rule a text out."""
    return load(tmp_path_factory.mktemp("literal"), RULES.partition("\n")[2].partition("\n")[2])


def held(random: Random, text: str) -> str:
    """The text with one of its letters held down."""
    place = random.randrange(len(text))
    return text[:place] + text[place] * random.choice([1, 1, 2, 4]) + text[place + 1 :] if text[place].isalpha() else text


def message(random: Random) -> str:
    text = random.choice(SAID)
    if random.random() < 0.3:
        text = held(random, text)
    if random.random() < 0.2:
        text = text.replace(" ", random.choice(["", "  ", "-", " "]), 1)
    text = f"{random.choice(AHEAD)}{text}{random.choice(BEHIND)}"
    return random.choice([text, text, text.upper(), text.title()])


def shown(candidates: list[Candidate]) -> list[tuple[str, str, str, str, str]]:
    return [(each.rule.name, each.kind.name, each.literal, each.rest, each.step.name) for each in candidates]


def agree(book: RuleBook, synonyms: dict[str, str], seed: int) -> None:
    """Let the index and the loop find rules, some of them silent, for texts that are made of a seed."""
    random = Random(seed)
    rules = [rule for rule in book.rules if random.random() < 0.8]
    silent = {rule.position for rule in rules if random.random() < 0.1}
    index, naive = Index(rules, book.folding), Naive(rules, words_of("id"), synonyms)
    for text in (message(random) for _ in range(25)):
        found = list(index.candidates(text, lambda rule: rule.position not in silent))
        assert (text, shown(found)) == (text, shown(naive.candidates(text, silent)))


@pytest.mark.parametrize("seed", range(40))
def test_the_index_and_the_loop_agree_on_texts_as_people_write_them(book: RuleBook, seed: int) -> None:
    agree(book, SYNONYMS, seed)


@pytest.mark.parametrize("seed", range(40))
def test_they_agree_where_no_word_stands_for_another(literal_book: RuleBook, seed: int) -> None:
    agree(literal_book, {}, seed)


def test_these_texts_take_every_step(book: RuleBook) -> None:
    random = Random(1)
    taken = {each.step for _ in range(1_500) for each in book.index.candidates(message(random))}
    assert taken == set(LookupStep)
