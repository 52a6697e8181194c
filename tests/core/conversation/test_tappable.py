"""Menus that can be tapped: what is shown, and what a tapped choice leads to."""

from pathlib import Path
from random import Random

import pytest

from flask_chatbot.core.conversation.tappable import tappable
from flask_chatbot.core.deciding.decision import Decision
from flask_chatbot.core.deciding.engine import decide
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.language.sentences import language_of
from flask_chatbot.core.values.contents import Choice
from flask_chatbot.core.values.menus import Buttons, List
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.replies import Image, Reply, Text
from tests.core.books import BUDI, load
from tests.core.conversation.talks import Talk

RULES = """\
rules:
  - {keyword: menu, reply: Silakan., menu: [Daftar harga: harga, Layanan: layanan]}
  - {name: harga, reply: Mulai Rp65.000.}
  - {name: layanan, reply: Apa?, menu: [Janji: janji, Harga: harga]}
  - {name: janji, ask: [{nama: Siapa?}, {hari: Kapan?}], reply: "{{ nama }}, {{ hari }}."}
  - {name: rahasia, reply: Hanya untuk dikirim., guess: false}
  - {keyword: alamat, when: {chat: group}, reply: Jl. Melati 5.}
  - {fallback: true, reply: Belum paham.}
"""
BACK = Choice("0", "Kembali")


@pytest.fixture
def book(tmp_path: Path) -> RuleBook:
    return load(tmp_path, RULES)


def shown(decision: Decision, *, buttons: bool = True, lists: bool = True) -> Reply:
    """The last reply to a message, on a connection with these abilities."""
    return tappable(decision.replies, decision.choices, language_of("id"), buttons=buttons, lists=lists)[-1]


def taps(talk: Talk, choice: Choice) -> Decision:
    """What a tapped choice is answered."""
    message = Message(text=choice.title, sender=BUDI, kind="choice", choice=choice)
    decision = decide(talk.book, message, talk.memory, talk.now, Random(1))
    if decision.remember is not None:
        assert talk.memory.commit(BUDI.number, decision.remember, talk.now.timestamp())
    return decision


def menu_of(entries: int, *, words: str = "Cabang", above: str = "Pilih cabang.") -> tuple[tuple[Reply, ...], tuple[Choice, ...]]:
    """The reply that shows so many choices, and these."""
    choices = tuple(Choice(f"cabang {number}", f"{words} {number}") for number in range(1, entries + 1))
    lines = "\n".join(f"{number}. {each.title}" for number, each in enumerate(choices, 1))
    return (Text(f"{above}\n{lines}" if above else lines),), choices


def form_of(entries: int, *, buttons: bool = True, lists: bool = True, **more: str) -> type:
    replies, choices = menu_of(entries, **more)
    (made,) = tappable(replies, choices, language_of("id"), buttons=buttons, lists=lists)
    assert isinstance(made, Text) or (made.choices, made.plain) == (choices, replies[0].text)  # type: ignore[union-attr]
    return type(made)


def test_up_to_3_entries_are_buttons_up_to_10_a_list_and_more_a_text() -> None:
    assert [form_of(entries) for entries in (1, 3, 4, 10, 11)] == [Buttons, Buttons, List, List, Text]


def test_words_longer_than_20_letters_are_no_buttons_and_longer_than_24_no_list() -> None:
    assert [form_of(3, words="x" * letters) for letters in (18, 19, 22, 23)] == [Buttons, List, List, Text]


def test_a_connection_with_neither_shows_numbers_and_one_with_one_of_them_shows_that() -> None:
    assert form_of(3, buttons=False, lists=False) is Text
    assert (form_of(3, buttons=False), form_of(3, lists=False), form_of(4, lists=False)) == (List, Buttons, Text)


def test_a_text_above_of_more_than_1024_letters_keeps_the_numbers() -> None:
    assert (form_of(3, above="x" * 1024), form_of(3, above="x" * 1025)) == (Buttons, Text)


def test_a_menu_without_a_text_gets_one_and_a_list_says_what_its_button_does() -> None:
    replies, choices = menu_of(4, above="")
    (made,) = tappable(replies, choices, language_of("id"), buttons=True, lists=True)
    assert made == List("Silakan pilih", choices, replies[0].text, "Silakan pilih")  # type: ignore[union-attr]


def test_two_entries_with_the_same_words_keep_their_numbers() -> None:
    choices = (Choice("a", "Harga"), Choice("b", "Harga"))
    replies = (Text("Pilih.\n1. Harga\n2. Harga"),)
    assert tappable(replies, choices, language_of("id"), buttons=True, lists=True) == replies


def test_a_reply_that_shows_no_choices_stays_as_it_is() -> None:
    replies, choices = (Text("Ketik 1. Harga"), Image("https://example.com/a.png")), (Choice("harga", "Harga"),)
    assert tappable(replies, choices, language_of("id"), buttons=True, lists=True) == replies
    assert tappable(replies, (), language_of("id"), buttons=True, lists=True) == replies


def test_a_menu_can_be_tapped_and_goes_back_by_a_button(book: RuleBook) -> None:
    talk = Talk(book)
    entries = (Choice("harga", "Daftar harga"), Choice("layanan", "Layanan"))
    plain = "Silakan.\n1. Daftar harga\n2. Layanan"
    assert shown(talk.decision("menu")) == Buttons("Silakan.", entries, plain)
    below = (Choice("janji", "Janji"), Choice("harga", "Harga"), BACK)
    assert shown(taps(talk, entries[1])) == Buttons("Apa?", below, "Apa?\n1. Janji\n2. Harga\n0. Kembali")
    assert shown(taps(talk, below[1])) == Text("Mulai Rp65.000.")
    assert shown(taps(talk, BACK)) == Buttons("Apa?", below, "Apa?\n1. Janji\n2. Harga\n0. Kembali")
    assert shown(taps(talk, BACK)) == Buttons("Silakan.", entries, plain)


def test_a_choice_leads_to_its_rule_also_long_after_its_menu_ended(book: RuleBook) -> None:
    talk = Talk(book)
    talk.says("menu")
    talk.wait(days=9)
    assert taps(talk, Choice("harga", "Daftar harga")).replies == (Text("Mulai Rp65.000."),)


def test_a_choice_tapped_during_a_form_leaves_it_and_nothing_given_is_lost(book: RuleBook) -> None:
    talk = Talk(book)
    taps(talk, Choice("janji", "Janji"))
    talk.says("Budi")
    assert taps(talk, Choice("harga", "Harga")).replies == (Text("Mulai Rp65.000."),)
    assert talk.hears("lanjut", "besok") == ["Kapan?", "Budi, besok."]


def test_an_id_that_no_menu_leads_to_finds_nothing(book: RuleBook) -> None:
    assert taps(Talk(book), Choice("rahasia", "xyzzy")).replies == (Text("Belum paham."),)


def test_an_id_of_somebody_else_is_answered_by_the_words_of_its_choice(book: RuleBook) -> None:
    assert taps(Talk(book), Choice("row-17", "menu")).replies == (Text("Silakan.\n1. Daftar harga\n2. Layanan"),)


def test_a_choice_whose_rule_may_not_answer_now_is_an_ordinary_text(book: RuleBook) -> None:
    assert taps(Talk(book), Choice("alamat", "Alamat")).replies[0] == Text("Belum paham.")


def test_suggestions_can_be_tapped_and_declined(tmp_path: Path) -> None:
    rules = "rules:\n  - {keyword: jam buka, reply: 8 sampai 5.}\n  - {fallback: true, reply: Belum paham.}\n"
    talk = Talk(load(tmp_path, rules))
    offered = shown(talk.decision("jm bukaa"))
    choices = (Choice("jam buka", "jam buka"), Choice("0", "Bukan itu"))
    assert isinstance(offered, Buttons)
    assert (offered.text, offered.choices) == ("Belum paham.\nMungkin maksudnya:", choices)
    assert taps(talk, choices[1]).replies == (Text("Baik. Silakan tulis dengan kata lain ya."),)
    assert taps(talk, choices[0]).replies == (Text("8 sampai 5."),)
