"""Texts that nothing matches: suggested, answered at once, or left to the fallback."""

from pathlib import Path

import pytest

from flask_chatbot import Skip
from flask_chatbot.core.deciding.decision import Notes
from flask_chatbot.core.deciding.guessing import AHEAD, ANSWERED, SUGGESTED, Guessed, guess
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.matching.match import Kind, Match
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.values.messages import Message
from tests.core.books import load, problems
from tests.core.conversation.talks import Talk

RULES = """\
settings: {guess: suggest, groups: all}
synonyms: {harga: [hrg]}
rules:
  - {name: price, contains: harga grosir, reply: Harganya 1000.}
  - {name: jam, similar: "Buka jam berapa?", reply: Jam 8.}
  - {name: cabang, keyword: [alamat cabang], reply: Di Dumai.}
  - {name: menu, keyword: menu, reply: Pilih., menu: [Cara pembayaran: bayar, Jam buka: jam]}
  - {name: bayar, reply: Transfer.}
  - {name: iya, keyword: [ya, ok], reply: Sama-sama.}
  - {name: angka, keyword: "7", reply: Tujuh.}
  - {name: entah, fallback: true, reply: Entah.}
"""
OFFER = "Entah.\nMungkin maksudnya:\n1. harga grosir\n0. Bukan itu"
DECLINED = "Baik. Silakan tulis dengan kata lain ya."


def talk(folder: Path, rules: str = RULES, **changes: str) -> Talk:
    """A talk with the rules, with some of their words changed."""
    for word, other in changes.items():
        assert word in rules
        rules = rules.replace(word, other)
    return Talk(load(folder, rules))


def guessed(book: RuleBook, text: str) -> Guessed:
    return guess(book, text, lambda rule: rule.when is None)


def suggested(folder: Path, rules: str, text: str) -> list[tuple[str, str]]:
    """The rules that are suggested, and the words they are shown in."""
    return [(meant.rule.name, meant.words) for meant in guessed(load(folder, rules), text).suggestions]


# -- suggestions --------------------------------------------------------------------------------------


def test_the_nearest_phrase_is_suggested_below_the_text_of_the_fallback(tmp_path: Path) -> None:
    assert talk(tmp_path).says("mau grosir dong, harganya") == OFFER


@pytest.mark.parametrize("text", ["ya", "Ya!", "1", "1.", "harga grosir", "ok"])
def test_a_suggestion_is_taken_by_a_yes_its_number_or_its_words(tmp_path: Path, text: str) -> None:
    assert talk(tmp_path).hears("harga grosirnya dong", text)[1] == "Harganya 1000."


@pytest.mark.parametrize("text", ["0", "tidak", "bukan"])
def test_suggestions_are_declined_by_a_nought_or_a_no(tmp_path: Path, text: str) -> None:
    assert talk(tmp_path).hears("grosir harganya", text) == [OFFER, DECLINED]


def test_suggestions_are_for_the_next_message_alone(tmp_path: Path) -> None:
    assert talk(tmp_path).hears("grosir harganya", "7", "ya") == [OFFER, "Tujuh.", "Sama-sama."]
    assert talk(tmp_path).hears("grosir harganya", "0", "ya") == [OFFER, DECLINED, "Sama-sama."]


def test_suggestions_are_over_after_a_quarter_of_an_hour(tmp_path: Path) -> None:
    chat = talk(tmp_path)
    chat.says("grosir harganya")
    chat.wait(minutes=15)
    assert chat.says("ya") == "Sama-sama."


def test_a_menu_shown_before_stays_the_last_menu(tmp_path: Path) -> None:
    chat = talk(tmp_path)
    menu = "Pilih.\n1. Cara pembayaran\n2. Jam buka"
    assert chat.hears("menu", "grosir harganya", "0", "1") == [menu, OFFER, DECLINED, "Transfer."]


def test_words_that_only_a_menu_shows_are_suggested_and_taken(tmp_path: Path) -> None:
    offer = "Entah.\nMungkin maksudnya:\n1. Cara pembayaran\n0. Bukan itu"
    assert talk(tmp_path).hears("pembayarannya gimana", "cara pembayaran") == [offer, "Transfer."]


def test_a_suggestion_is_shown_in_its_own_words(tmp_path: Path) -> None:
    assert suggested(tmp_path, RULES, "hrg yg grosir") == [("price", "harga grosir")]
    assert suggested(tmp_path, RULES, "jam berapa") == [("jam", "Buka jam berapa?")]


def test_at_most_three_are_suggested_each_of_another_rule(tmp_path: Path) -> None:
    rules = "rules:\n" + "".join(f"  - {{name: n{n}, keyword: [kopi gayo {w}, kopi {w}], reply: x}}\n" for n, w in enumerate("abcde"))
    assert suggested(tmp_path, rules, "kopi gayo") == [("n0", "kopi gayo a"), ("n1", "kopi gayo b"), ("n2", "kopi gayo c")]


def test_what_shares_nothing_is_not_suggested(tmp_path: Path) -> None:
    assert talk(tmp_path).says("xyz") == "Entah."


@pytest.mark.parametrize("text", ["grosri", "alamt cabnag", "bkua jam brapa"])
def test_typing_errors_are_looked_through(tmp_path: Path, text: str) -> None:
    assert suggested(tmp_path, RULES, text) != []


def test_what_stands_behind_a_mark_is_not_asked(tmp_path: Path) -> None:
    rules = "rules:\n  - {name: p, keyword: 'penawaran#', fields: [nama], reply: x}\n"
    assert suggested(tmp_path, rules, "penawarn#Budi") == [("p", "penawaran")]


def test_a_suggestion_in_the_words_of_the_fallback_is_the_first_and_the_only_one(tmp_path: Path) -> None:
    rules = RULES.replace("reply: Entah.", "reply: 'Entah.{% if suggestion %} Maksudnya *{{ suggestion }}*?{% endif %}'")
    asks = "Entah. Maksudnya *harga grosir*?"
    assert talk(tmp_path, rules).hears("grosir harganya", "iya") == [asks, "Harganya 1000."]
    assert talk(tmp_path, rules).hears("grosir harganya", "harga grosir") == [asks, "Harganya 1000."]
    assert talk(tmp_path, rules).hears("menu", "grosir harganya", "1")[1:] == [asks, "Transfer."]  # the number is that of the menu
    assert talk(tmp_path, rules).says("xyz") == "Entah."


def test_a_fallback_that_says_nothing_suggests_nothing(tmp_path: Path) -> None:
    chat = talk(tmp_path, RULES.replace("reply: Entah.", "reply: []"))
    assert chat.hears("grosir harganya", "ya") == [None, "Sama-sama."]


def test_a_menu_of_the_fallback_is_left_alone(tmp_path: Path) -> None:
    chat = talk(tmp_path, RULES.replace("reply: Entah.", "reply: Entah., menu: [Harga: price]"))
    assert chat.says("grosir harganya") == "Entah.\n1. Harga"


def test_below_a_picture_suggestions_are_a_text_of_their_own(tmp_path: Path) -> None:
    chat = talk(tmp_path, RULES.replace("reply: Entah.", "reply: {image: https://example.com/a.png}"))
    assert len(chat.replies("grosir harganya")) == 2


def test_never_leaves_the_fallback_alone(tmp_path: Path) -> None:
    rules = RULES.replace("guess: suggest", "guess: never").replace("reply: Entah.", "reply: 'Entah.{{ suggestion }}'")
    assert talk(tmp_path, rules).hears("grosir harganya", "ya") == ["Entah.", "Sama-sama."]


def test_nobody_takes_what_was_suggested_to_another_or_elsewhere(tmp_path: Path) -> None:
    chat = talk(tmp_path)
    chat.says("grosir harganya")
    assert chat.says("ya", number="6281200000001") == "Sama-sama."
    assert chat.says("ya", group="120363041234567890") == "Sama-sama."
    assert chat.says("ya") == "Harganya 1000."


# -- answers ------------------------------------------------------------------------------------------


def test_what_is_near_enough_is_answered_at_once(tmp_path: Path) -> None:
    decision = talk(tmp_path, RULES.replace("suggest,", "answer,")).decision("alamatnya cabang")
    assert decision.match is not None
    assert (decision.match.rule.name, decision.match.kind, decision.match.literal) == ("cabang", Kind.GUESS, "alamat cabang")


def test_what_is_answered_is_near_enough_and_ahead_and_the_rest_is_suggested(tmp_path: Path) -> None:
    rules = (
        "settings: {guess: answer}\nrules:\n  - {name: a, keyword: kirim paket, reply: x}\n  - {name: b, keyword: kirim surat, reply: x}\n"
    )
    book = load(tmp_path, rules)
    near, both = guessed(book, "kirim paketnya"), guessed(book, "kirim apa")
    assert (near.answer, near.near[0].score >= ANSWERED, near.near[0].score - near.near[1].score >= AHEAD) == (near.near[0], True, True)
    assert (both.answer, both.near[0].score >= SUGGESTED, len(both.suggestions)) == (None, True, 2)


def test_an_answer_needs_no_fallback(tmp_path: Path) -> None:
    rules = "settings: {guess: answer}\nrules: [{name: a, keyword: kirim paket, reply: Dikirim.}]\n"
    assert talk(tmp_path, rules).hears("kirim paketnya", "xyz") == ["Dikirim.", None]


def test_a_rule_that_matches_is_never_guessed_past(tmp_path: Path) -> None:
    assert talk(tmp_path, RULES.replace("suggest,", "answer,")).says("ok") == "Sama-sama."


GUARDED = """\
settings: {{guess: answer, groups: all}}
rules:
  - {{name: target, keyword: [kirim paket besar], {keys}, reply: x}}
  - {{name: entah, fallback: true, reply: Entah.}}
"""


@pytest.mark.parametrize(
    ("keys", "becomes"),
    [
        ("priority: 0", "answered"),
        ("guess: true", "answered"),
        ("guess: false", "nothing"),
        ("subscribe: false", "nothing"),
        ("subscribe: true", "answered"),
        ("pause: 2 hours", "suggested"),
        ("notify: '628117601234'", "suggested"),
        ("save: rows", "suggested"),
        ("forward: {url: 'https://example.com'}", "suggested"),
        ("save: rows, ask: [nama: {question: Siapa?}]", "answered"),
        ("when: {chat: group}", "nothing"),
        ("when: {dates: 2026-01-01..2026-01-02}, otherwise: y", "answered"),
    ],
)
def test_what_a_rule_does_decides_how_far_a_guess_at_it_goes(tmp_path: Path, keys: str, becomes: str) -> None:
    decision = talk(tmp_path, GUARDED.format(keys=keys)).decision("kirim paketnya yang besar")
    assert decision.match is not None
    text = str(decision.replies)
    found = "answered" if decision.match.kind is Kind.GUESS else "suggested" if "kirim paket besar" in text else "nothing"
    assert found == becomes


def test_nothing_is_guessed_of_a_text_of_more_than_forty_words(tmp_path: Path) -> None:
    book = load(tmp_path, RULES)
    assert guessed(book, "harga grosir " * 20 + "ya").near == ()
    assert guessed(book, "harga grosir " * 19 + "harga").near != ()


def test_nothing_is_guessed_from_one_short_word_of_a_long_text(tmp_path: Path) -> None:
    rules = "rules:\n  - {name: cs, keyword: cs, reply: x}\n"
    assert suggested(tmp_path, rules, "mana cs") == [("cs", "cs")]
    assert guessed(load(tmp_path, rules), "mana cs anda itu").near == ()


def test_nothing_is_guessed_while_a_form_waits(tmp_path: Path) -> None:
    rules = """\
rules:
  - {name: order, keyword: order, ask: [nama: {question: Siapa?}], reply: x}
  - {name: skips, keyword: "grosir#", reply: x}
  - {name: entah, fallback: true, reply: Entah.}
"""

    def handle(match: Match, message: Message, notes: Notes) -> None:
        if match.rule.name == "skips":
            raise Skip

    chat = Talk(load(tmp_path, rules), handle)
    assert chat.hears("order", "grosir#") == ["Siapa?", "Entah."]


def test_in_a_group_where_only_keywords_are_answered_nothing_is_guessed(tmp_path: Path) -> None:
    chat = talk(tmp_path, RULES.replace("suggest, groups: all", "answer, groups: keywords"))
    assert chat.says("alamatnya cabang", group="120363041234567890") is None


def test_a_rule_that_has_skipped_a_text_is_not_guessed_at(tmp_path: Path) -> None:
    def handle(match: Match, message: Message, notes: Notes) -> None:
        if match.rule.name == "price":
            raise Skip

    chat = Talk(load(tmp_path, RULES.replace("suggest,", "answer,")), handle)
    assert chat.says("harga grosir") == "Entah."


def test_twins_under_conditions_count_as_one_rule(tmp_path: Path) -> None:
    rules = """\
settings: {guess: answer}
rules:
  - {name: a, contains: [harga*, pricelist], reply: Eceran.}
  - {name: b, contains: harga*, priority: 5, when: {from: "62811760*"}, reply: Reseller.}
  - {name: c, contains: harga*, priority: 9, when: {chat: group}, reply: Grup.}
"""
    book = load(tmp_path, rules)
    near = guess(book, "hrga", rule_may_answer_reseller).near
    assert [(meant.rule.name, meant.words) for meant in near] == [("b", "harga")]
    assert [meant.rule.name for meant in guessed(book, "hrga").near] == ["a"]


def rule_may_answer_reseller(rule: Rule) -> bool:
    return rule.name != "c"


def test_priority_does_not_count_among_guesses(tmp_path: Path) -> None:
    rules = """\
settings: {guess: answer}
rules:
  - {name: a, keyword: kirim paket, reply: Paket.}
  - {name: b, keyword: kirim surat, priority: 9, reply: Surat.}
"""
    assert talk(tmp_path, rules).says("kirim paketnya") == "Paket."


# -- keys ---------------------------------------------------------------------------------------------


def test_a_wrong_way_to_guess_is_told(tmp_path: Path) -> None:
    assert problems(tmp_path, "settings: {guess: always}\nrules: [{keyword: a, reply: x}]\n") == [
        "rules.yaml:1:19: 'guess' must be one of never, suggest, answer, not 'always'."
    ]
    assert problems(tmp_path, "rules: [{keyword: a, guess: maybe, reply: x}]\n") == [
        "rules.yaml:1:29: 'guess' must be true or false, not 'maybe'."
    ]


def test_a_suggestion_is_known_to_fallbacks_only(tmp_path: Path) -> None:
    found = problems(tmp_path, "rules:\n  - keyword: a\n    reply: '{{ suggestion }}'\n  - fallback: true\n    reply: '{{ suggestion }}'\n")
    assert found == ["rules.yaml:3:16: unknown name 'suggestion'."]


def test_a_rule_that_is_a_fallback_too_has_no_suggestion_where_it_is_found_otherwise(tmp_path: Path) -> None:
    chat = talk(tmp_path, "rules:\n  - {keyword: menu, fallback: true, reply: 'a {{ suggestion }}'}\n  - {keyword: harga, reply: x}\n")
    assert chat.hears("menu", "mneu", "hrga") == ["a", "a", "a harga"]
