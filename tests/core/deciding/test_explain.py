import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Literal

import pytest

from flask_chatbot import Chatbot, Skip
from flask_chatbot.core.conversation.memory import NOTHING, ShortMemory, State
from flask_chatbot.core.deciding.engine import decide
from flask_chatbot.core.deciding.explain import Explanation, explain
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.values.contents import Choice
from flask_chatbot.core.values.messages import Message
from flask_chatbot.testing import Chat
from tests.bots import chat_of
from tests.core.books import BUDI, NOW, load, rule_name

RULES = """\
rules:
  - {name: harga, keyword: harga, reply: x}
  - {name: harga kaos, keyword: [harga kak, harga], reply: x}
  - {name: mendesak, keyword: harga, priority: 5, reply: x}
  - {name: isi, keyword: "harga#", reply: x}
  - {name: isi besar, keyword: "harga#besar#", reply: x}
  - {name: umum, fallback: true, reply: x}
  - {name: umum lain, fallback: true, reply: x}
words: {ignore: [kak]}
"""


@pytest.fixture
def book(tmp_path: Path) -> RuleBook:
    return load(tmp_path, RULES)


def whys(book: RuleBook, text: str) -> list[tuple[str, str]]:
    return [(explanation.candidate.rule.name, explanation.why) for explanation in explanations(book, text)]


def explanations(book: RuleBook, text: str, state: State = NOTHING, handled: tuple[str, ...] = ()) -> tuple[Explanation, ...]:
    """What is told of a text that Budi writes on a Sunday night."""
    return explain(book, Message(text=text, sender=BUDI), state, NOW, handled=handled)


def test_each_reason_is_told_in_the_documented_order(book: RuleBook) -> None:
    assert whys(book, "harga") == [
        ("mendesak", "wins"),
        ("harga", "its priority is lower than 5"),
        ("harga kaos", "its priority is lower than 5"),
        ("umum", "a fallback answers only what no other rule does"),
        ("umum lain", "a fallback answers only what no other rule does"),
    ]


def test_what_is_found_as_written_goes_before_what_is_found_without_courtesy(book: RuleBook) -> None:
    assert whys(book, "harga kak")[:2] == [("harga kaos", "wins"), ("umum", "a fallback answers only what no other rule does")]


def test_an_explanation_names_the_step_in_which_a_rule_was_found(book: RuleBook) -> None:
    assert (
        str(explanations(book, "kak harga")[0])
        == f"mendesak ({book.by_name['mendesak'].mark}) by keyword 'harga' without courtesy, priority 5: wins"
    )


def test_of_two_keywords_with_marks_the_longer_wins(book: RuleBook) -> None:
    assert whys(book, "harga#besar#3")[:2] == [("isi besar", "wins"), ("isi", "its keyword is shorter than 'harga#besar'")]


def test_the_order_in_the_files_decides_at_last(book: RuleBook) -> None:
    assert whys(book, "zzz") == [("umum", "wins"), ("umum lain", "it comes after umum in the files")]


KINDS = """\
rules:
  - {name: b, similar: harga kopi, reply: x}
  - {name: c, contains: [kopi, har*], reply: x}
  - {name: d, contains: harga kopi, reply: x}
  - {name: e, pattern: "k[aiueo]pi", reply: x}
  - {name: f, pattern: kopi, reply: x}
  - {name: g, similar: harga kopi, reply: x}
"""


def test_each_kind_says_by_what_it_was_found_and_why_it_lost(tmp_path: Path) -> None:
    found = [str(explanation).replace(f"{tmp_path}/rules.yaml:", "") for explanation in explanations(load(tmp_path, KINDS), "harga kopi")]
    assert found == [
        "e (5:5) by pattern 'k[aiueo]pi', priority 0: wins",
        "f (6:5) by pattern 'kopi', priority 0: it comes after e in the files",
        "d (4:5) by contains 'harga kopi', priority 0: a pattern goes first",
        "c (3:5) by contains 'kopi', priority 0: a pattern goes first",
        "b (2:5) by similar 'harga kopi', priority 0: a pattern goes first",
        "g (7:5) by similar 'harga kopi', priority 0: a pattern goes first",
    ]


def test_the_longer_phrase_wins_without_its_star(tmp_path: Path) -> None:
    found = whys(load(tmp_path, KINDS.replace("pattern", "similar")), "harga kopi")
    assert found[:2] == [("d", "wins"), ("c", "its phrase is shorter than 'harga kopi'")]


def test_the_winner_is_the_rule_that_answers(book: RuleBook) -> None:
    for text in ("harga", "harga kak", "harga#1", "harga#besar#1", "zzz"):
        assert whys(book, text)[0][0] == rule_name(book, text)


def test_nothing_matches_nothing(tmp_path: Path) -> None:
    assert explanations(load(tmp_path, "rules: [{keyword: a, reply: x}]"), "b") == ()


def test_an_explanation_names_rule_place_keyword_priority_and_reason(book: RuleBook, tmp_path: Path) -> None:
    lines = [str(explanation).replace(f"{tmp_path}/", "") for explanation in explanations(book, "HARGA#1")]
    assert lines == [
        "isi (rules.yaml:5:5) by keyword with # 'harga', priority 0: wins",
        "umum (rules.yaml:7:5) as fallback, priority 0: a fallback answers only what no other rule does",
        "umum lain (rules.yaml:8:5) as fallback, priority 0: a fallback answers only what no other rule does",
    ]


# -- conditions, once_per and groups -------------------------------------------------------------------


CONDITIONS = """\
rules:
  - {name: a, keyword: harga, when: {open: true, line: [toko, gudang]}, otherwise: x, reply: x}
  - {name: b, keyword: harga, when: {first_contact: false}, reply: x}
  - {name: c, keyword: harga, when: {days: [mon, tue], time: "08.00-12.00"}, reply: x}
  - {name: d, keyword: harga, when: {open: true}, otherwise: Tutup., reply: x}
  - {name: e, keyword: harga, reply: x}
settings: {hours: {mon: "08.00-17.00"}}
"""


def test_conditions_that_do_not_hold_are_told_with_what_they_wanted_and_what_is(tmp_path: Path) -> None:
    assert whys(load(tmp_path, CONDITIONS), "harga") == [
        ("a", "its conditions do not hold. open: wanted true, is false; line: wanted toko, gudang, is no line with a name"),
        ("b", "its conditions do not hold. first_contact: wanted false, is true"),
        ("c", "its conditions do not hold. days: wanted mon, tue, is sun; time: wanted 08.00-12.00, is 21.47"),
        ("d", "answers with its 'otherwise'. open: wanted true, is false"),
        ("e", "it comes after d in the files"),
    ]


@pytest.mark.parametrize(("left", "told"), [(0.5, "1 second"), (600, "10 minutes"), (3661, "1 hour 1 minute"), (172_800, "2 days")])
def test_a_rule_that_answered_lately_wins_and_keeps_quiet_for_the_time_that_is_left(tmp_path: Path, left: float, told: str) -> None:
    book = load(tmp_path, "rules: [{name: a, keyword: harga, once_per: 2 days, reply: x}, {name: b, keyword: harga, reply: x}]")
    found = explanations(book, "harga", State(answered={"a": NOW.timestamp() + left}))
    assert [explanation.why for explanation in found] == [f"keeps quiet: 'once_per' has {told} left", "it comes after a in the files"]


@pytest.mark.parametrize(
    ("groups", "told"),
    [
        ("never", ["the bot never answers in groups"] * 2),
        ("keywords", ["in groups only keywords are answered", "wins"]),
        ("all", ["wins", "its priority is lower than 1"]),
    ],
)
def test_what_groups_keep_from_being_answered_is_told(tmp_path: Path, groups: str, told: list[str]) -> None:
    rules = "rules: [{name: a, contains: harga, priority: 1, reply: x}, {keyword: harga, reply: x}]"
    book = load(tmp_path, f"{rules}\nsettings: {{groups: {groups}}}")
    found = explain(book, Message(text="harga", sender=BUDI, chat="group"), NOTHING, NOW)
    assert [explanation.why for explanation in found] == told


# -- forms and menus -----------------------------------------------------------------------------------


DIALOGUES = """\
rules:
  - name: survei
    keyword: survei
    ask: [{nilai: {question: "Nilai?", type: integer}}]
    confirm: "{{ nilai }}?"
    reply: Terima kasih.
  - {name: menu, keyword: menu, reply: Silakan., menu: [Harga: harga, Lainnya: lain]}
  - {name: harga, keyword: ["1", harga], reply: x}
  - {name: lain, menu: [Survei: survei], reply: x}
  - {name: tutup, keyword: tutup, reply: x, menu: [Nanti: nanti]}
  - {name: nanti, when: {open: true}, reply: x}
  - {name: kirim, keyword: "kirim#", reply: x}
  - {name: resi, keyword: resi, pattern: "^resi (?P<nomor>[0-9]+)$", fields: [{nomor: {type: integer}}], reply: x}
  - {fallback: true, reply: x}
settings: {hours: {mon: "08.00-17.00"}}
"""


def after(folder: Path, *texts: str, chat: Literal["private", "group"] = "private") -> list[str]:
    """What is told of the last of several texts, without places; the rule that answers it is the first that is not passed over."""
    book, memory = load(folder, DIALOGUES), ShortMemory()
    for text in texts:
        message = Message(text=text, sender=BUDI, chat=chat)
        state = memory.recall(BUDI.number, NOW.timestamp())
        decision = decide(book, message, memory, NOW, Random(1))
        if decision.remember is not None:
            memory.commit(BUDI.number, decision.remember, NOW.timestamp())
    known = explain(book, message, state, NOW, decision=decision)
    assert known == explain(book, message, state, NOW)
    assert decision.match is None or decision.match.rule in [explanation.candidate.rule for explanation in known]
    return [re.sub(r" \(.*?\)", "", str(explanation)) for explanation in known]


FALLBACK = "fallback as fallback, priority 0: {}"


def test_a_form_that_waits_goes_before_all_rules(tmp_path: Path) -> None:
    assert after(tmp_path, "survei", "3 harga") == [
        "survei by its form, priority 0: goes first: its form asks for 'nilai'",
        FALLBACK.format("the form goes first"),
    ]
    assert after(tmp_path, "survei", "3", "ya")[0] == "survei by its form, priority 0: goes first: its form asks for a yes or no"


def test_a_form_comes_again_below_the_answer_of_another_rule(tmp_path: Path) -> None:
    assert after(tmp_path, "survei", "harga") == [
        "survei by its form, priority 0: its form asks for 'nilai', and comes again below the answer of another rule",
        "harga by keyword 'harga', priority 0: wins",
        FALLBACK.format("a fallback answers only what no other rule does"),
    ]


def test_a_keyword_with_its_mark_leaves_the_form(tmp_path: Path) -> None:
    assert after(tmp_path, "survei", "kirim#A") == [
        "survei by its form, priority 0: its form asks for 'nilai', and a keyword with # leaves it",
        "kirim by keyword with # 'kirim', priority 0: wins",
        FALLBACK.format("a fallback answers only what no other rule does"),
    ]


def test_another_command_leaves_the_form_of_a_pattern(tmp_path: Path) -> None:
    assert after(tmp_path, "resi", "resi 5")[:2] == [
        "resi by its form, priority 0: its form asks for 'nomor', and a pattern leaves it",
        "resi by pattern '^resi$', priority 0: wins",  # less what stands in parentheses
    ]


def test_a_choice_of_the_menu_goes_before_all_rules(tmp_path: Path) -> None:
    assert after(tmp_path, "menu", "1") == [
        "harga by the menu, priority 0: wins",
        "harga by keyword '1', priority 0: the menu goes first",
        FALLBACK.format("the menu goes first"),
    ]


def test_the_way_back_through_menus_is_told(tmp_path: Path) -> None:
    assert after(tmp_path, "menu", "2", "0") == [
        "menu by the menu, priority 0: goes first: 0 leads back to its menu",
        FALLBACK.format("the menu goes first"),
    ]


def test_a_text_that_chooses_nothing_of_the_menu_goes_on_to_the_rules(tmp_path: Path) -> None:
    assert after(tmp_path, "menu", "apa") == [
        "menu by the menu, priority 0: its menu was shown last, and the text chooses nothing of it",
        FALLBACK.format("wins"),
    ]


def test_what_is_chosen_may_be_passed_over_for_its_conditions(tmp_path: Path) -> None:
    assert after(tmp_path, "tutup", "1") == [
        "nanti by the menu, priority 0: its conditions do not hold. open: wanted true, is false",
        "harga by keyword '1', priority 0: wins",
        FALLBACK.format("a fallback answers only what no other rule does"),
    ]


def test_a_form_and_a_menu_that_waited_too_long_are_not_told_of(tmp_path: Path) -> None:
    book, memory = load(tmp_path, DIALOGUES), ShortMemory()
    remember = decide(book, Message(text="menu", sender=BUDI), memory, NOW, Random(1)).remember
    assert remember is not None
    later = NOW + timedelta(minutes=16)
    assert [explanation.why for explanation in explain(book, Message(text="x", sender=BUDI), remember, later)] == ["wins"]


def test_a_form_whose_rule_is_gone_is_not_told_of(tmp_path: Path) -> None:
    book, memory = load(tmp_path, DIALOGUES), ShortMemory()
    remember = decide(book, Message(text="survei", sender=BUDI), memory, NOW, Random(1)).remember
    assert remember is not None
    rest = replace(book, by_name={name: rule for name, rule in book.by_name.items() if name != "survei"})
    assert [explanation.why for explanation in explanations(rest, "x", remember)] == ["wins"]


# -- with handlers -----------------------------------------------------------------------------------


def skip() -> None:
    raise Skip


def explained(chat: Chat, text: str) -> list[str]:
    """The rules that match, with why; as a test of an app would ask."""
    chat.says(text)
    return [re.sub(r"^(.+?) \(.+\) (by|as) .+?, priority [0-9]+: ", r"\1: ", line) for line in chat.last.explain().splitlines()]


def test_a_handler_that_did_not_run_may_skip(book: RuleBook) -> None:
    assert [explanation.why for explanation in explanations(book, "harga", handled=("mendesak", "harga"))][:2] == [
        "wins, unless its handler skips",
        "its priority is lower than 5",
    ]


def test_a_rule_whose_handler_skipped_did_not_win(tmp_path: Path) -> None:
    bot = Chatbot()
    bot.rule("mendesak")(bot.rule("harga")(skip))
    assert explained(chat_of(tmp_path, RULES, bot), "harga") == [
        "mendesak: its handler skipped",
        "harga: its handler skipped",
        "harga kaos: wins",
        "umum: a fallback answers only what no other rule does",
        "umum lain: a fallback answers only what no other rule does",
    ]


def test_after_a_skip_the_later_steps_of_the_look_up_are_tried(tmp_path: Path) -> None:
    bot = Chatbot()
    bot.rule("halo")(bot.rule("halo kak")(skip))
    rules = "rules: [{keyword: halo kak, reply: x}, {keyword: halo, reply: x}, {keyword: hai, reply: Hai!}, {fallback: true, reply: x}]"
    chat = chat_of(tmp_path, rules, bot)
    assert explained(chat, "halo kak") == [
        "halo kak: its handler skipped",
        "halo: its handler skipped",
        "hai: wins",
        "fallback: a fallback answers only what no other rule does",
    ]


def test_a_fallback_of_python_that_skipped_leaves_the_next(tmp_path: Path) -> None:
    bot = Chatbot()
    bot.fallback(skip)
    assert explained(chat_of(tmp_path, RULES, bot), "zzz") == [
        f"{__name__}.skip: its handler skipped",
        "umum: wins",
        "umum lain: it comes after umum in the files",
    ]


def test_a_fallback_of_python_goes_first_by_its_priority(tmp_path: Path) -> None:
    bot = Chatbot()
    bot.fallback(lambda: "x")
    chat = chat_of(tmp_path, RULES, bot)
    assert explained(chat, "zzz")[1:] == ["umum: its priority is lower than 1", "umum lain: its priority is lower than 1"]


@pytest.mark.parametrize("decorator", ["before", "fallback"])
def test_where_no_rule_answered_none_won(tmp_path: Path, decorator: str) -> None:
    bot = Chatbot()
    if decorator == "before":
        bot.before(lambda: "tutup")
    else:
        bot.fallback(bot.rule("umum")(bot.rule("umum lain")(skip)))
    found = explained(chat_of(tmp_path, RULES, bot), "zzz")
    assert {explanation.partition(": ")[2] for explanation in found} == {"no answer: skipped by its handler, or not asked"}


# -- guesses ------------------------------------------------------------------------------------------

NEAR = """\
settings: {guess: answer}
rules:
  - {name: harga, keyword: harga grosir, reply: x}
  - {name: lokasi, keyword: lokasi grosir, reply: x}
  - {name: diam, keyword: kurir grosir, pause: 1 hour, reply: x}
  - {name: umum, fallback: true, reply: x}
"""


def test_the_nearest_phrases_are_explained_with_their_scores(tmp_path: Path) -> None:
    assert whys(load(tmp_path, NEAR), "harganya grosir") == [
        ("harga", "wins: its phrase is the nearest, with a score of 0.69"),
        ("diam", "its phrase is not as near, with a score of 0.34"),
        ("lokasi", "its phrase is not as near, with a score of 0.31"),
        ("umum", "a fallback answers only what no other rule does"),
    ]


@pytest.mark.parametrize(
    ("guess", "text", "name", "why"),
    [
        ("answer", "ongkirnya grosir", "diam", "suggested, with a score of 0.30. It is not answered at once: that takes 0.40"),
        (
            "answer",
            "lokasi dan harga grosir",
            "lokasi",
            "suggested, with a score of 0.67. It is not answered at once: rule 'harga' is less than 0.05 behind",
        ),
        (
            "answer",
            "kurirnya grosir",
            "diam",
            "suggested, with a score of 0.73. It is not answered at once: its rule does more than answer",
        ),
        ("suggest", "harganya grosir", "harga", "suggested, with a score of 0.69"),
        ("answer", "harumnya begini", "harga", "not suggested: its score is 0.15, and 0.25 is needed"),
    ],
)
def test_it_is_explained_why_a_near_phrase_is_not_answered(tmp_path: Path, guess: str, text: str, name: str, why: str) -> None:
    assert whys(load(tmp_path, NEAR.replace("guess: answer", f"guess: {guess}")), text)[0] == (name, why)


def test_a_text_that_a_rule_answers_is_not_guessed_at(tmp_path: Path) -> None:
    assert whys(load(tmp_path, NEAR), "harga grosir") == [("harga", "wins"), ("umum", "a fallback answers only what no other rule does")]


@pytest.mark.parametrize(("text", "first"), [("ya", ("harga", "wins")), ("0", ("umum", "goes first: what it suggested is declined"))])
def test_an_answer_to_suggestions_goes_first(tmp_path: Path, text: str, first: tuple[str, str]) -> None:
    book = load(tmp_path, NEAR.replace("guess: answer", "guess: suggest"))
    remember = decide(book, Message(text="harganya grosir", sender=BUDI), ShortMemory(), NOW, Random(1)).remember
    assert remember is not None
    explanation = explanations(book, text, remember)[0]
    assert (explanation.candidate.rule.name, explanation.why) == first


ORDER = """\
rules:
  - {name: pesan, keyword: [pesan, "pesan#"], on_invalid: ask, fields: [nama, jumlah], reply: "{{ nama }} {{ jumlah }}"}
  - {name: tanya, contains: nama, reply: x}
  - {name: umum, fallback: true, reply: x}
"""


def test_pasted_lines_that_fill_a_form_are_explained_by_their_labels(tmp_path: Path) -> None:
    lines = "goes first: lines of the text have the labels of nama, jumlah"
    for text in ("Nama: Ani\nJumlah: 2", "pesan#\nNama: Ani\nJumlah: 2"):
        first, *others = explained(chat_of(tmp_path, ORDER, Chatbot()), text)
        assert first == f"pesan: {lines}"
        assert all(each.endswith(("the form goes first", "a fallback answers only what no other rule does")) for each in others)


def test_the_reminder_of_a_form_that_was_set_aside_is_explained_once(tmp_path: Path) -> None:
    chat = chat_of(tmp_path, ORDER.replace("on_invalid: ask", "on_invalid: ask, patience: 1 second"), Chatbot())
    for text in ("pesan", "Ani"):
        chat.says(text, at=NOW)
    later = NOW + timedelta(minutes=1)
    reminder = "its form was set aside, and what no rule takes gets a reminder of it, once"
    found = []
    for _ in range(2):
        chat.says("apa", at=later)
        found.append(reminder in chat.last.explain().splitlines()[0])
    assert found == [True, False]
    chat.says("batal", at=later)
    assert "its form was set aside, and what no rule takes drops it" in chat.last.explain().splitlines()[0]


TAPPED = """\
settings: {groups: all}
rules:
  - {name: menu, keyword: menu, reply: Silakan., menu: [Harga: harga, Lokasi toko: lokasi, Ongkir: ongkir]}
  - {name: harga, reply: Mulai Rp65.000.}
  - {name: lokasi, reply: Jl. Melati 5.}
  - {name: ongkir, when: {chat: group}, reply: Rp10.000.}
  - {name: toko, contains: toko, reply: Toko Maju.}
  - {name: pesan, keyword: pesan, ask: [nama: Siapa?], reply: Siap.}
  - {name: umum, fallback: true, reply: Maaf.}
"""


@pytest.mark.parametrize(
    ("shown", "choice", "told"),
    [
        ("menu", Choice("lokasi", "Lokasi toko"), [("lokasi", "wins: 'Lokasi toko' was tapped"), ("toko", "the menu goes first")]),
        ("", Choice("lokasi", ""), [("lokasi", "wins: 'lokasi' was tapped")]),
        ("pesan", Choice("harga", "Harga"), [("harga", "wins: 'Harga' was tapped"), ("pesan", "the menu goes first")]),
        ("menu", Choice("0", "Kembali"), [("menu", "its menu was shown last, and the text chooses nothing of it")]),
        ("", Choice("ongkir", "Ongkir"), [("ongkir", "its conditions do not hold. chat: wanted group, is private")]),
        ("", Choice("tak ada", "toko"), [("toko", "wins")]),
    ],
)
def test_a_tapped_choice_is_told_before_all_else(tmp_path: Path, shown: str, choice: Choice, told: list[tuple[str, str]]) -> None:
    book, memory = load(tmp_path, TAPPED), ShortMemory()
    if shown:
        decision = decide(book, Message(text=shown, sender=BUDI), memory, NOW, Random(1))
        assert decision.remember is not None
        memory.commit(BUDI.number, decision.remember, NOW.timestamp())
    message = Message(text=choice.title, sender=BUDI, kind="choice", choice=choice)
    found = explain(book, message, memory.recall(BUDI.number, NOW.timestamp()), NOW)
    assert [(each.candidate.rule.name, each.why) for each in found][: len(told)] == told
