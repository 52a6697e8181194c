import re
import subprocess
import sys
from pathlib import Path

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from flask_chatbot.core.language.folding import TEXT_LIMIT
from flask_chatbot.core.matching.pattern_index import CROWD_LIMIT, LOOK, PatternIndex, has_one_form
from flask_chatbot.core.matching.pattern_parts import read_parts
from flask_chatbot.core.matching.pattern_probe import EFFORT_LIMIT, effort
from flask_chatbot.core.matching.patterns import read_pattern
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.values.problems import Mark
from tests.core.books import ask, load, problems, rule_name, said


def rules_of(*sources: str) -> list[Rule]:
    patterns = enumerate(map(read_pattern, sources))
    return [Rule(name=str(at), is_named=True, mark=Mark("r.yaml", at + 1, 1), position=at, patterns=(each,)) for at, each in patterns]


def told_of(*sources: str) -> list[str]:
    return list(map(str, PatternIndex(rules_of(*sources)).problems()))


@pytest.mark.parametrize(
    ("pattern", "text", "is_found"),
    [
        ("resi [0-9]+", "cek RESI 123 ya", True),
        ("^halo$", "  Halo \n", True),
        ("^halo$", "halo!", False),
        ("rp ?10[.]000", "harga Rp10.000?", True),
        ("harga", "\uff28\uff21\uff32\uff27\uff21", True),
        ("caf\u00e9", "di CAFE\u0301 itu", True),
        ("cafe\u0301", "caf\u00c9", True),
        ("\u4ef7\u683c", "\u8bf7\u95ee\u4ef7\u683c\u591a\u5c11", True),
        ("\u0627\u0644\u0633\u0639\u0631", "\u0643\u0645 \u0627\u0644\u0633\u0639\u0631\u061f", True),
        ("halo", "\u200f\u202bhalo\u202c", True),
        ("\U0001f44d", "ok \U0001f44d\U0001f3fd", True),
        ("\U0001f468.\U0001f469", "\U0001f468\u200d\U0001f469", True),
        ("s[kl]s", "\u017f\u212as", True),
        ("\\pL+ #[0-9]", "pesan \u00e9 #1", True),
    ],
)
def test_a_pattern_is_found_in_the_text_as_written(tmp_path: Path, pattern: str, text: str, is_found: bool) -> None:
    book = load(tmp_path, f"rules:\n  - {{name: a, pattern: '{pattern}', reply: x}}\n")
    assert (rule_name(book, text) == "a") is is_found


FIELDS = """
rules:
  - name: pesan
    pattern: ['pesan (?P<jumlah>\\S+)( (?P<barang>[a-z]+))?( ke (?P<kota>[a-z ]+))?', 'mau (?P<barang>[a-z]+)']
    keyword: kami pesan
    fields: [jumlah: {type: integer, default: 1}, barang: {optional: true}]
    reply: "{{ jumlah + 1 }} {{ barang }} {{ kota }}"
"""


@pytest.mark.parametrize(
    ("text", "answer"),
    [("pesan 3 kaos ke jambi", "4 kaos jambi"), ("pesan 3", "4"), ("saya mau kaos", "2 kaos"), ("kami pesan", "2")],
)
def test_named_groups_become_fields_and_one_that_took_no_part_is_left_out(tmp_path: Path, text: str, answer: str) -> None:
    assert said(load(tmp_path, FIELDS), text) == answer


def test_a_group_without_a_field_is_text_or_none(tmp_path: Path) -> None:
    match = ask(load(tmp_path, FIELDS), "pesan 3 kaos").match
    assert match is not None
    assert dict(match.fields) == {"jumlah": 3, "barang": "kaos", "kota": None}


def test_a_group_that_does_not_fit_its_field_is_explained_without_a_form(tmp_path: Path) -> None:
    text = said(load(tmp_path, FIELDS), "pesan banyak kaos")
    assert text == 'Maaf, masih ada yang perlu diperbaiki:\n- Jumlah: Maaf, "banyak" belum bisa kami baca sebagai jumlah. Contoh: 3.'


NOT_HAD = "Look-around and backreferences are not supported."
REPEAT_LESS = "Repeat less, or write * for any number of times."
BOUNDARY = "\\b sees no word begin or end at '\u00e9'. Use 'contains', or [^\\pL]."
FILL = "Put (?P<nama>...) into the pattern, or make the field optional."
WRITE_OUT = "Write out a word that it always finds, or use 'contains'."


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ("pattern: '(a'", f"5:14: RE2 cannot read this pattern: missing ): (a. {NOT_HAD}"),
        ("pattern: 'a(?=b)'", f"5:14: RE2 cannot read this pattern: invalid perl operator: (?=. {NOT_HAD}"),
        ("pattern: [ab, 'a{51}']", f"5:19: the pattern repeats {{51}} times, and the limit is 50. {REPEAT_LESS}"),
        ("pattern: '((ab){20}){6}'", f"5:14: the repeats of the pattern add up to 120, and the limit is 100. {REPEAT_LESS}"),
        ("pattern: '(?P<text>a)'", "5:5: a field may not be called 'text', which means something else here. Choose another name."),
        ("pattern: 'caf\u00e9\\b'", f"5:14: to RE2 only a to z are letters, so {BOUNDARY}"),
        ("pattern: '\uff21'", "5:14: texts are read with 'A' in place of '\uff21', so the pattern would not find it. Write 'A'."),
        ("pattern: a\n    fields: [nama]", f"6:5: nothing fills the field 'nama'. {FILL}"),
        ("pattern: '(?P<a>b)'\n    reply: '{{ b }}'", "6:16: unknown name 'b'."),
        ("pattern: '(?P<a>b{51})'\n    reply: '{{ a }}'", f"5:14: the pattern repeats {{51}} times, and the limit is 50. {REPEAT_LESS}"),
        ("pattern: '(?P<a>b{51})'\n    fields: [a]", f"5:14: the pattern repeats {{51}} times, and the limit is 50. {REPEAT_LESS}"),
    ],
)
def test_a_wrong_pattern_is_told_with_its_place_and_the_way_out(tmp_path: Path, keys: str, found: str) -> None:
    assert problems(tmp_path, f"rules:\n  - name: z\n    keyword: z\n  - name: a\n    {keys}\n") == [f"rules.yaml:{found}"]


@pytest.mark.parametrize(("length", "is_refused"), [(512, False), (513, True)])
def test_a_pattern_has_at_most_512_characters(tmp_path: Path, length: int, is_refused: bool) -> None:
    told = problems(tmp_path, f"rules:\n  - pattern: [{'a' * length}]\n    reply: x\n")
    assert told == ["rules.yaml:2:15: entry 1 of 'pattern' has more than 512 characters. Shorten it."] * is_refused


@pytest.mark.process
def test_without_re2_it_is_told_how_to_install_it(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text("version: 1\nrules:\n  - {pattern: a, reply: x}\n", "utf-8")
    program = f"""\
import sys
sys.path[:0] = {sys.path!r}
sys.modules["re2"] = None
from flask_chatbot.core.loading.loader import read_rules
print(*read_rules("rules.yaml").problems)
"""
    shown = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert shown == "rules.yaml:3:15: patterns need RE2, which is not installed. Run: pip install 'flask-chatbot[patterns]'\n"


@pytest.mark.parametrize("text", ["\ud800", "halo \udc80 halo"])
def test_half_a_character_is_no_trouble(tmp_path: Path, text: str) -> None:
    book = load(tmp_path, "rules: [{name: a, pattern: '(?P<x>halo)', reply: '{{ x }}'}]")
    assert rule_name(book, text) == ("a" if "halo" in text else None)


@pytest.mark.parametrize(
    ("source", "repeats", "needed"),
    [
        ("halo", 0, [{"halo"}]),
        ("Halo?s", 1, [{"hal"}, {"s"}]),
        ("ab+c", 1, [{"ab"}, {"c"}]),
        ("ab{0,3}c{2}", 5, [{"a"}, {"c"}]),
        ("a|bc", 0, [{"a", "bc"}]),
        ("a|", 0, []),
        ("(a|bc)d", 0, [{"a", "bc"}, {"d"}]),
        ("(?P<x>ab[cd]{2,4}e)*f", 4, [{"f"}]),
        ("(?:ab|c(d|e)){3}", 3, [{"ab", "c"}]),
        (r"\Qa.b\Ec\.d\d", 0, [{"a.bc.d"}]),
        (r"[]a]b[^]x][[:alpha:]|]c", 0, [{"b"}, {"c"}]),
        (r"\pLa\p{Greek}b\x41c\x{41}d", 0, [{"a"}, {"b"}, {"c"}, {"d"}]),
        ("(?i)a(?s:b)^$.", 0, [{"a"}, {"b"}]),
        ("a{b}", 0, [{"a{b}"}]),
        ("a{2}?b*?c", 3, [{"a"}, {"c"}]),
    ],
)
def test_a_pattern_says_what_it_repeats_and_needs(source: str, repeats: int, needed: list[set[str]]) -> None:
    found = read_parts(source)
    assert (found.repeats, list(map(set, found.needed))) == (repeats, needed)
    assert read_pattern(source).needed == found.needed


ATOMS = st.sampled_from(["a", "b", "K", "s", "\u00e9", "\u03c3", ".", "[ab]", r"\d", r"\.", "ab", "(a|b)", "(?:ab)?", "x*", "[^a]+"])
SOURCES = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.tuples(inner, inner).map("(?:{0[0]}|{0[1]})".format),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{0,2}", "{1,}"])).map("(?:{0[0]}){0[1]}".format),
    ),
    max_leaves=8,
)


@given(SOURCES, st.text(st.sampled_from("abkKsS\u017f\u212a\u00e9\u00c9\u03c3\u03a3\u03c2.1x "), max_size=20))
def test_what_a_pattern_finds_holds_what_it_needs(source: str, text: str) -> None:
    options = re2.Options()
    options.case_sensitive = False
    if text.isascii() and re2.search(source, text, options):
        assert all(any(each in text.lower() for each in texts) for texts in read_parts(source).needed if all(map(has_one_form, texts)))


def is_taken(source: str) -> bool:
    try:
        read_pattern(source)
    except ValueError:
        return False
    return True


@given(st.lists(SOURCES, max_size=6), st.text(st.sampled_from("abkKsS\u00e9\u00c9\u03c3\u03a3\u03c2.1x "), max_size=20))
def test_the_index_finds_what_a_loop_over_all_patterns_finds(sources: list[str], text: str) -> None:
    rules = rules_of(*filter(is_taken, sources))
    found = {rule.position for rule, _ in PatternIndex(rules).find(text)}
    assert found == {rule.position for rule in rules if rule.patterns[0].compiled.search(text.strip())}


def test_five_thousand_patterns_with_a_word_of_their_own_are_looked_up_by_it() -> None:
    rules = rules_of(*(f"promo{number:04d}( [0-9]+)?" for number in range(5000)))
    index = PatternIndex(rules)
    assert list(index.problems()) == []
    assert [(rule.position, source) for rule, source in index.find("ada PROMO1234 5?")] == [(1234, "promo1234( [0-9]+)?")]


def test_patterns_that_only_share_a_word_are_refused_where_they_are_too_many() -> None:
    sources = [f"pesan [0-9]{chr(97 + number % 26)}{chr(97 + number // 26)}" for number in range(CROWD_LIMIT + 1)]
    assert told_of(*sources[:-1]) == []
    assert told_of(*sources) == [f"r.yaml:101:1: 101 patterns would be tried for any text with 'pesan ', and the limit is 100. {WRITE_OUT}"]


def test_patterns_that_share_a_word_are_refused_where_they_are_too_hard_together() -> None:
    sources = [f"kirim .{{1,40}} ke .{{1,40}} {chr(97 + number)}" for number in range(4)]
    (told,) = told_of(*sources)
    assert told_of(sources[0]) == []
    assert told.partition(": ")[2].startswith(
        "some texts with 'kirim ' would take RE2 too long, as it tries 4 patterns, 'kirim .{1,40} ke ."
    )
    assert told.endswith(f" the hardest. {WRITE_OUT}")


def test_of_a_text_with_the_words_of_very_many_patterns_those_that_win_are_tried() -> None:
    rules = rules_of(*(f"promo{number:04d}( [0-9]+)?" for number in range(400)))
    text = " ".join(f"promo{number:04d}" for number in range(372))
    found = [rule.position for rule, _ in PatternIndex(rules).find(text)]
    assert found == list(range(EFFORT_LIMIT * TEXT_LIMIT // len(text) // (LOOK + effort(*rules[0].patterns))))
    assert len(PatternIndex(rules).find(text[:1000])) == 100


def test_patterns_without_three_letters_are_refused_where_they_are_too_many() -> None:
    sources = [f"{chr(97 + number % 26)}.{chr(97 + number // 26)}" for number in range(CROWD_LIMIT + 1)]
    assert told_of(*sources[:-1]) == []
    assert told_of(*sources) == [
        f"r.yaml:101:1: 101 patterns hold no three letters that they always find, and the limit is 100. {WRITE_OUT}"
    ]


def test_patterns_without_three_letters_are_refused_where_they_are_too_hard_together() -> None:
    fact = "some texts would take RE2 too long, as it tries 9 patterns without three letters that they always find, '"
    (told,) = told_of(*(f"a[^{letter}]{{9}}{letter}" for letter in "cdefghijk"))
    assert told.partition(": ")[2].startswith(fact)
    assert told.endswith(f"' the hardest. {WRITE_OUT}")


def test_patterns_without_three_letters_that_are_hard_at_once_only_are_tried_one_by_one() -> None:
    sources = ["(?P<a>.{1,25})-(?P<b>.{1,25})", "[0-9]{4}", "a[ab]{8}x"]
    assert told_of(*sources) == []
    found = PatternIndex(rules_of(*sources)).find("12345-abbbbbbbbx")
    assert sorted(rule.position for rule, _ in found) == [0, 1, 2]


NATURAL = [
    "kirim .{1,40} ke .{1,40}",
    "pesan .{1,50}",
    "(beli|pesan|order) .{0,30} (pcs|kg)",
    "kirim (?P<barang>.{1,40}) ke (?P<kota>.{1,40})",
    "(?P<kota>.{1,30}) ke (?P<tuju>.{1,30})",
    ".{1,50}(promo|diskon).{1,50}",
    "nama (?P<nama>.{2,40}) alamat (?P<alamat>.{5,50})",
    "(?P<a>.{1,50})x(?P<b>.*)",
    r"\pL+ \pL+ \pL+",
    "(((a*)*)*)*",
    "nama .{2,30} alamat .{5,50}",
    "dari [a-z ]{3,30} ke [a-z ]{3,30} tanggal [0-9]{1,2}",
    "saya .{0,20}mau .{0,20}(pesan|beli)",
    r"harga \S{1,20}( \S{1,20}){0,3}",
    "^.{1,50}b.{1,20}c",
]


@pytest.mark.parametrize("source", NATURAL)
def test_a_pattern_that_counts_the_letters_between_words_is_taken(source: str) -> None:
    assert told_of(source) == []


@pytest.mark.parametrize(
    ("source", "way_out"),
    [
        ("[ab].{49}x", "Write '.+' for '.{49}'."),
        ("a.{0,50}b", "Write '.*' for '.{0,50}'."),
        (".{20,49}a.{20,49}b", "Write '.+' for '.{20,49}'."),
        ("a" + "." * 380 + "b", "Repeat less in it."),
        ("(a|b|ab)*a" + "(a|b|ab)" * 62, "Repeat less in it."),
    ],
)
def test_a_pattern_that_some_text_would_take_too_long_for_is_refused(source: str, way_out: str) -> None:
    shown = source if len(source) <= 60 else f"{source[:57]}..."
    assert (
        told_of(source)[0].replace("'...", "...'") == f"r.yaml:1:1: some texts would take RE2 too long for the pattern {shown!r}. {way_out}"
    )


NESTED = ["(.*.*.*)*" * 50 + "Z", "(x+x+)+y" * 60, "((a.{0,9}){5}){10}Z", "(?:(?:(?:a{2}){2}){2}){2}" * 20, r"\pL{20,50}\pN{20,50}Z"]


@pytest.mark.parametrize("source", NESTED)
def test_repeats_inside_of_repeats_are_refused(source: str) -> None:
    with pytest.raises(ValueError, match=r"the repeats of the pattern add up to \d+, and the limit is 100|pattern too large"):
        read_pattern(source)


BIG = r"the pattern is too big for RE2. Write less, or smaller classes, such as [a-z] or \S for \pL."


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (
            "".join(f"(?P<{name}>{name})" for name in "abcdefghijk"),
            "the pattern has 11 named groups, and the limit is 10. Write (...) for some.",
        ),
        (r"(?P<a>(\S{20}x)*){7}", "the repeats of the pattern add up to 140, and the limit is 100. Repeat less."),
        ("a" + "." * 500 + "b", BIG),
        (r"\pL\pL\pL\pL", BIG),
    ],
)
def test_a_pattern_that_is_too_big_is_refused(source: str, told: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(told)}$"):
        read_pattern(source)


def test_a_group_without_a_name_costs_nothing() -> None:
    assert read_pattern("(((a)*)*)*").size == read_pattern("a*").size


@pytest.mark.parametrize("text", ["a" * 4096, "a " * 2048, "#" * 4096, "\ufdfa" * 4096, ""])
def test_the_longest_texts_are_searched_like_any_other(text: str) -> None:
    sources = ["a{3}", "^a a a", "##+", "\u0635\u0644\u0649", "^$"]
    found = sorted(rule.position for rule, _ in PatternIndex(rules_of(*sources)).find(text))
    assert found == {"a": [0], "a ": [1], "#": [2], "\ufdfa": [3], "": [4]}[text[: 2 if text[1:2] == " " else 1]]
