from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_chatbot.core.language.folding import fold
from flask_chatbot.core.language.readings import Folding
from flask_chatbot.core.language.words import Words
from flask_chatbot.core.matching.index import Index
from flask_chatbot.core.matching.match import Candidate, Kind
from flask_chatbot.core.matching.patterns import read_pattern
from flask_chatbot.core.matching.phrases import read_phrase
from flask_chatbot.core.matching.rule import Keyword, Rule
from flask_chatbot.core.values.problems import Mark
from tests.core.books import ask, load, rule_name
from tests.core.matching.naive import Naive

IGNORED = ["k", "m"]
SYNONYMS = {"x": "a", "y": "b"}
FOLDING = Folding(Words(ignore=frozenset(IGNORED)), SYNONYMS)

BOOK = """
rules:
  - {name: menu, keyword: [menu, "1"], reply: x}
  - {name: penawaran, keyword: "penawaran#", reply: x}
  - {name: panjang, keyword: "penawaran#besar#", reply: x}
  - {name: sapa, keyword: [selamat pagi, pagi], reply: x}
  - {name: rp, keyword: "harga kaos", reply: x}
  - {name: pagar, keyword: "#promo", reply: x}
  - {name: tanya, keyword: "?", reply: x}
  - {name: kak, keyword: kak, reply: x}
synonyms: {harga: [hrg, price]}
words: {ignore: [kak, min, tolong]}
"""


def rule(
    position: int,
    written: Sequence[str],
    priority: int = 0,
    fallback: bool = False,
    patterns: Sequence[str] = (),
    contains: Sequence[str] = (),
    similar: Sequence[str] = (),
) -> Rule:
    keywords = {(fold(word.removesuffix("#")), word.endswith("#")): word for word in written}
    return Rule(
        name=f"rule {position}",
        is_named=True,
        mark=Mark("rules.yaml", position + 1, 1),
        position=position,
        keywords=tuple(Keyword(word, literal, takes_fields) for (literal, takes_fields), word in keywords.items() if literal),
        priority=priority,
        fallback=fallback,
        patterns=tuple(map(read_pattern, dict.fromkeys(patterns))),
        contains=tuple({phrase.literal: phrase for phrase in (read_phrase(each, FOLDING) for each in contains)}.values()),
        similar=tuple(dict.fromkeys(map(FOLDING.fold, similar))),
    )


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("menu", "menu"),
        ("  MENU!  ", "menu"),
        ("*Menu*", "menu"),
        ("1.", "menu"),
        ("1\ufe0f\u20e3", "menu"),
        ("menu kak", "menu"),
        ("tolong min, menu dong kak", "menu"),
        ("tolong min, menu kak", "menu"),
        ("kak menu kak", "menu"),
        ("kak", "kak"),
        ("min kak", None),
        ("min", None),
        ("menu pagi", None),
        ("HRG kaos?", "rp"),
        ("price kaos kak", "rp"),
        ("menu#", "menu"),
        ("menu # ##", "menu"),
        ("Menu kak#", "menu"),
        ("menu#1", None),
        ("#menu", "menu"),
        ("#promo", "pagar"),
        ("# Promo!", "pagar"),
        ("?", "tanya"),
        ("??", None),
        ("#", None),
        ("", None),
        ("   ", None),
        ("penawaran#A", "penawaran"),
        ("Penawaran! # A", "penawaran"),
        ("penawaran", "penawaran"),
        ("kak penawaran", "penawaran"),
        ("kak penawaran#", "penawaran"),
        ("kak penawaran#A", "penawaran"),
        ("penawaran A", None),
        ("penawaran#besar#A", "panjang"),
        ("penawaran#besar", "penawaran"),
        ("penawaran #BESAR# A#B", "panjang"),
    ],
)
def test_a_text_finds_its_rule(tmp_path: Path, text: str, name: str | None) -> None:
    assert rule_name(load(tmp_path, BOOK), text) == name


@pytest.mark.parametrize(
    ("text", "kind", "data"),
    [
        ("menu", Kind.KEYWORD, ()),
        ("penawaran", Kind.FIELDS, ()),
        ("penawaran#", Kind.FIELDS, ()),
        ("penawaran#A## b #", Kind.FIELDS, ("A", "", "b")),
        ("penawaran#besar#A#B", Kind.FIELDS, ("A", "B")),
    ],
)
def test_a_match_says_how_it_was_found(tmp_path: Path, text: str, kind: Kind, data: tuple[str, ...]) -> None:
    match = ask(load(tmp_path, BOOK), text).match
    assert match is not None
    assert (match.kind, match.data) == (kind, data)


@pytest.mark.parametrize(
    ("rules", "text", "order"),
    [
        ("[{name: a, keyword: halo}, {name: b, keyword: halo}]", "halo", "a b"),
        ("[{name: a, keyword: halo}, {name: b, keyword: halo, priority: 1}]", "halo", "b a"),
        ("[{name: a, keyword: halo, priority: -1}, {name: b, keyword: halo}]", "halo", "b a"),
        ("[{name: a, fallback: true, priority: 9}, {name: b, keyword: halo, priority: -9}]", "halo", "b a"),
        ("[{name: a, fallback: true}, {name: b, fallback: true, priority: 1}]", "halo", "b a"),
        ("[{name: a, keyword: 'x#'}, {name: b, keyword: 'x#y#'}]", "x#y#z", "b a"),
        ("[{name: a, keyword: pagi}, {name: b, keyword: pagi kak}]", "pagi kak", "b"),
        ("[{name: a, keyword: pagi, priority: 1}, {name: b, keyword: pagi kak}]", "pagi kak", "b"),
        ("[{name: a, keyword: 'menu#'}, {name: b, keyword: menu}]", "menu", "b"),
        ("[{name: a, keyword: 'menu#'}, {name: b, keyword: menu}]", "menu#", "a"),
        ("[{name: a, keyword: 'menu#'}, {name: b, keyword: menu}]", "menu\uff03", "a"),
        ("[{name: a, keyword: 'menu#'}, {name: b, keyword: menu}]", "menu kak", "b"),
        ("[{name: a, keyword: 'menu#'}, {name: b, fallback: true}]", "menu", "a b"),
    ],
)
def test_rules_that_match_stand_in_the_documented_order(tmp_path: Path, rules: str, text: str, order: str) -> None:
    book = load(tmp_path, f"rules: {rules}\n")
    assert " ".join(candidate.rule.name for candidate in book.index.candidates(text)) == order


def test_a_rule_with_a_name_only_is_found_by_no_text(tmp_path: Path) -> None:
    assert rule_name(load(tmp_path, "rules: [{name: lokasi, reply: x}]\n"), "lokasi") is None


def test_a_rule_is_found_once_and_of_two_forms_by_the_longest_that_fits(tmp_path: Path) -> None:
    book = load(tmp_path, "rules: [{keyword: ['cek#', 'cek#resi#'], reply: x}]\n")
    assert [(each.literal, each.rest) for each in book.index.candidates("cek#resi#TM1")] == [("cek#resi", "TM1")]


WORDS = st.sampled_from(["a", "b", "x", "y", "k", "m", "K!", "?", "A.", "é"])
PHRASES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
KEYWORDS = st.lists(PHRASES, min_size=1, max_size=3).map("#".join).flatmap(lambda text: st.sampled_from([text, f"{text}#"]))
RULES = st.lists(
    st.tuples(st.lists(KEYWORDS, max_size=3), st.integers(-1, 1), st.sampled_from([False, False, False, True])), max_size=12
).map(lambda drawn: [rule(position, *each) for position, each in enumerate(drawn)])
SPACED_MARKS = st.sampled_from(["#", " #", "# ", "##", " \t#\n"])
TEXTS = st.lists(st.one_of(PHRASES, SPACED_MARKS), max_size=6).map("".join)


def shown(candidates: Iterable[Candidate]) -> list[tuple[str, str, str, str]]:
    """Candidates by what can be read of them."""
    return [(each.rule.name, each.kind.name, each.literal, each.rest) for each in candidates]


@given(RULES, TEXTS)
def test_the_index_agrees_with_a_loop_over_all_rules(rules: list[Rule], text: str) -> None:
    assert shown(Index(rules, FOLDING).candidates(text)) == shown(Naive(rules, FOLDING.words, SYNONYMS).candidates(text))


@given(RULES, TEXTS, st.sets(st.integers(0, 11)))
def test_rules_that_may_not_answer_now_hide_no_keyword_with_or_without_its_mark(rules: list[Rule], text: str, silent: set[int]) -> None:
    found = Index(rules, FOLDING).candidates(text, lambda rule: rule.position not in silent)
    assert shown(found) == shown(Naive(rules, FOLDING.words, SYNONYMS).candidates(text, silent))


@given(RULES, st.data())
def test_every_keyword_is_found_as_its_author_wrote_it(rules: list[Rule], data: st.DataObject) -> None:
    written = [(each, keyword) for each in rules for keyword in each.keywords]
    if not written:
        return
    wanted, keyword = data.draw(st.sampled_from(written))
    (by,) = [found for found in Index(rules, FOLDING).candidates(keyword.written) if found.rule is wanted]
    assert (by.kind, -len(by.literal)) <= (Kind.FIELDS if keyword.takes_fields else Kind.KEYWORD, -len(keyword.literal))


@given(st.text(min_size=1, max_size=30))
def test_any_keyword_is_found_whatever_its_letters(text: str) -> None:
    rules = [rule(0, [text.strip()])]
    literal = "".join(keyword.literal for keyword in rules[0].keywords)
    assert [found.literal for found in Index(rules, FOLDING).candidates(text) if literal] == ([literal] if literal else [])


@pytest.mark.parametrize("text", ["a" * 4096, "a k " * 1024, "k " * 2048, "\ufdfa" * 4096, " " * 4096])
def test_the_longest_texts_are_looked_up_like_any_other(text: str) -> None:
    rules = [rule(0, ["a#a#"]), rule(1, ["a", "k k"]), rule(2, [], fallback=True)]
    assert shown(Index(rules, FOLDING).candidates(text)) == shown(Naive(rules, FOLDING.words, SYNONYMS).candidates(text))


@pytest.mark.parametrize(("text", "found"), [("#" * 4096, []), ("a#" * 2048, [("a#a", "a#" * 2046)])])
def test_a_text_of_marks_is_looked_up_like_any_other(text: str, found: list[tuple[str, str]]) -> None:
    candidates = Index([rule(0, ["a#", "a#a#"]), rule(1, ["a"])], FOLDING).candidates(text)
    assert sorted((each.literal, each.rest) for each in candidates) == found


def test_4096_characters_of_a_text_are_matched_and_no_more() -> None:
    index = Index([rule(0, ["a" * 4096]), rule(1, ["b#"])], FOLDING)
    assert [found.rule.name for found in index.candidates("a" * 4096 + "b")] == ["rule 0"]
    assert [len(found.rest) for found in index.candidates("b#" + "c" * 9000)] == [4094]


def test_no_more_marks_are_looked_at_than_a_keyword_has() -> None:
    index = Index([rule(0, ["a#b#"])], FOLDING)
    assert [found.rest for found in index.candidates("a#b#" + "#" * 4000)] == ["#" * 4000]


# -- all kinds ---------------------------------------------------------------------------------------

SAID = ["harga", "hargaa", "hrga", "ahrga", "hargax", "hargax y", "kopi", "kpoi", "kop", "kopinya", "xkopi", "teh", "te", "a", "x", "k"]
SAID += ["caf\u00e9", "cafe", "caf\u00e9s", "\u4ef7\u683c", "\u683c", "kopi-harga", "kopi,teh", "#kopi", "\U0001f44d\U0001f3fd"]
SAID += ["\u0627\u0644\u0633\u0639\u0631"]
WIDE = ["\uff28\uff21\uff32\uff27\uff21", "Kopi!", "*harga*", "\u200fharga\u200e", "cafe\u0301", "\u0627\u0644\u0633\u0639\u0631\u064c"]
SENTENCES = st.lists(st.sampled_from(SAID), min_size=1, max_size=3).map(" ".join)
STARS = st.sampled_from(["harg*", "kop*", "caf\u00e9*", "\u4ef7*", "x*", "h*"])
STARRED = st.tuples(st.sampled_from(["", "kopi", "harga"]), STARS, st.sampled_from(["", "teh"])).map(" ".join)
CONTAINED = st.one_of(SENTENCES, STARRED)
PATTERNS = st.sampled_from(
    ["harga", "kopi|teh", "^a$", "(kopi )?harga", "k.pi", "(?P<apa>harga|kopi) teh", "[a-z]{3,5}x", "caf\u00e9", "x?"]
)
ALL_KINDS = st.lists(
    st.tuples(
        st.lists(st.one_of(SENTENCES, KEYWORDS), max_size=2),
        st.integers(-1, 1),
        st.sampled_from([False, False, False, True]),
        st.lists(PATTERNS, max_size=2),
        st.lists(CONTAINED, max_size=2),
        st.lists(SENTENCES, max_size=2),
    ),
    max_size=8,
).map(lambda drawn: [rule(position, *each) for position, each in enumerate(drawn)])
MESSAGES = st.lists(st.one_of(SENTENCES, st.sampled_from([*WIDE, " ? ", ","]), SPACED_MARKS), max_size=6).map(" ".join)


@given(ALL_KINDS, st.one_of(MESSAGES, TEXTS))
def test_the_index_agrees_with_a_loop_over_rules_of_every_kind(rules: list[Rule], text: str) -> None:
    assert shown(Index(rules, FOLDING).candidates(text)) == shown(Naive(rules, FOLDING.words, SYNONYMS).candidates(text))


EVERYTHING = rule(0, ["halo", "cek#"], 0, True, ["halo", "[a-z]x"], ["harga*", "daftar barang"], ["berapa harganya", "halo"])


@given(st.text(st.characters(), max_size=80))
def test_no_text_makes_the_index_fail(text: str) -> None:
    assert [each.rule for each in Index([EVERYTHING], FOLDING).candidates(text)] == [EVERYTHING]


@pytest.mark.parametrize("text", ["\ud800", "halo \udfff", "\x00", "#", "#" * 1000, "\ufdfa" * 4096, "a" * 4096, "ab " * 1365, ""])
def test_the_oddest_texts_are_looked_up_like_any_other(text: str) -> None:
    rules = [EVERYTHING, rule(1, [], 0, False, ["a{3}", "[?]"], ["a", "a b a*"], ["a" * 64])]
    assert shown(Index(rules, FOLDING).candidates(text)) == shown(Naive(rules, FOLDING.words, SYNONYMS).candidates(text))


def test_kinds_win_in_the_documented_order_and_priority_goes_before_all_of_them() -> None:
    kinds = [
        rule(0, [], 0, True),
        rule(1, [], similar=["harga kopi"]),
        rule(2, [], contains=["harga kopi"]),
        rule(3, [], patterns=["harga kopi"]),
        rule(4, ["harga kopi#"]),
        rule(5, ["harga kopi"]),
        rule(6, [], 1, similar=["harga kopi"]),
        rule(7, [], 9, True),
        rule(8, [], -1, patterns=["harga"]),
    ]
    found = [each.rule.position for each in Index(kinds, FOLDING).candidates("harga kopi")]
    assert found == [6, 5, 3, 2, 1, 8, 7, 0]
    assert [each.rule.position for each in Index(kinds, FOLDING).candidates("harga kopi#3")] == [4, 3, 2, 8, 7, 0]


def test_a_rule_of_several_kinds_is_found_once_by_the_best() -> None:
    (found,) = Index([rule(0, ["harga"], 0, True, ["harga"], ["harga"], ["harga"])], FOLDING).candidates("harga")
    assert (found.kind, found.literal) == (Kind.KEYWORD, "harga")


def test_the_longer_phrase_wins_and_neither_star_nor_pattern_counts_as_letters() -> None:
    rules = [rule(at, [], contains=[phrase]) for at, phrase in enumerate(["kopi*", "kopi", "harga kopi"])]
    rules += [rule(at, [], patterns=[pattern]) for at, pattern in enumerate(["k.*", "kopi|harga"], 3)]
    assert [each.rule.position for each in Index(rules, FOLDING).candidates("harga kopi")] == [3, 4, 2, 0, 1]
