"""The way of a message through the handlers: what they may return and raise, and what the customer and the log get of it."""

import logging
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from time import time
from typing import Any

import pytest
from flask import Flask, current_app, g, has_request_context, request

from flask_chatbot import (
    Audio,
    Chatbot,
    ContactCard,
    Document,
    HandlerError,
    Image,
    Invalid,
    Location,
    Menu,
    Message,
    RulesError,
    Skip,
    Text,
    Video,
)
from flask_chatbot.bot.bot import Bot
from flask_chatbot.core.conversation.memory import Memory, ShortMemory, State
from flask_chatbot.core.deciding.decision import Decision
from flask_chatbot.core.language.numbers import mask
from flask_chatbot.core.translation.translatable import untranslated
from flask_chatbot.core.values.actions import Notify, Save
from flask_chatbot.core.values.messages import Sender
from flask_chatbot.core.values.problems import Mark, Problem
from flask_chatbot.core.values.replies import Media, Reply
from flask_chatbot.testing import Chat
from tests import bots
from tests.apps import halo
from tests.bots import name, place

RULES = """\
words: {ignore: [kak]}
rules:
  - name: penawaran
    keyword: [penawaran#, tawar#]
    fields: [nama, {jumlah: {type: integer, default: 1}}]
    needs: harga
    reply: ["{{ jumlah }} buah untuk {{ nama }}: {{ harga }}", dua]
  - name: bisu
    keyword: bisu#
    fields: [{kode: {optional: true}}]
  - {name: harga, keyword: [harga, harga kak], reply: Harga dari YAML, priority: 1}
  - {name: harga lain, keyword: [harga, harga kak], reply: Harga lain}
  - name: sendiri
    keyword: sendiri#
    fields: [nama, kode]
    on_invalid: reply
    invalid: "Salah: {{ kode or 'tanpa kode' }}, {{ nama }}"
    reply: "{{ kode }}"
  - {name: entah, fallback: true, reply: Entah.}
"""
BUDI = "6281234567890"
APOLOGY = "Maaf, sistem kami sedang ada gangguan. Mohon dicoba lagi nanti ya."


def app_of(folder: Path, rules: str, bot: Chatbot) -> Flask:
    """An app of that bot; where the test brings no handler for the offer, there is one that knows a price."""
    if rules is RULES and "penawaran" not in bot._handlers.rules:
        bot.rule("penawaran")(lambda: {"harga": "Rp1"})
    return bots.app_of(folder, rules, bot)


def chat_of(folder: Path, rules: str, bot: Chatbot) -> Chat:
    """A customer of such an app."""
    return Chat(app_of(folder, rules, bot))


def answers(folder: Path, value: object, rule: str = "harga") -> Chat:
    """A customer of a bot whose handler for a rule returns `value`, or what it returns where it is a function."""
    bot = Chatbot()

    @bot.rule(rule)
    def handler() -> object:
        return value() if callable(value) else value

    return chat_of(folder, RULES, bot)


def heard(chat: Chat, text: str) -> tuple[str, str | None]:
    """The texts a message is answered with, and the rule that answered."""
    return chat.says(text).text, chat.last.rule


def lines(caplog: pytest.LogCaptureFixture, folder: Path) -> list[str]:
    """What the log has, less the folder."""
    return [record.getMessage().splitlines()[0].replace(f"{folder}/", "") for record in caplog.records]


# -- what a handler returns --------------------------------------------------------------------------


def generator() -> Iterator[object]:
    yield "satu"
    yield [Text("dua"), iter(["tiga"])]


@pytest.mark.parametrize(
    ("value", "replies"),
    [
        ("Halo", ["Halo"]),
        (Text("Halo"), [Text("Halo")]),
        (Image("https://x.id/a.png"), [Image("https://x.id/a.png")]),
        (Audio("https://x.id/a.mp3"), [Audio("https://x.id/a.mp3")]),
        (Video("https://x.id/a.mp4", caption="Film"), [Video("https://x.id/a.mp4", "Film")]),
        (Document("https://x.id/a.pdf", filename="A.pdf"), [Document("https://x.id/a.pdf", "", "A.pdf")]),
        (Location(-6.2, 106.8, "Kantor"), [Location(-6.2, 106.8, "Kantor")]),
        (ContactCard("Admin", ("0811-111-1111",)), [ContactCard("Admin", ("628111111111",))]),
        (["a", Text("b")], ["a", "b"]),
        (("a", ["b", ("c", [])]), ["a", "b", "c"]),
        pytest.param(generator, ["satu", "dua", "tiga"], id="generator"),
        pytest.param(lambda: (word for word in ("a", "b")), ["a", "b"], id="generator expression"),
        (None, ["Harga dari YAML"]),
        ({}, ["Harga dari YAML"]),
        ({"unused": 1}, ["Harga dari YAML"]),
        ([], []),
        ("", []),
        (["", " \n", Text(""), Image("")], []),
    ],
    ids=str,
)
def test_every_form_of_an_answer_becomes_replies(tmp_path: Path, value: object, replies: list[object]) -> None:
    assert answers(tmp_path, value).says("harga") == replies


def test_numbers_as_databases_give_them_make_a_location(tmp_path: Path) -> None:
    assert answers(tmp_path, Location(Decimal("0.5"), "101.4")).says("harga") == Location(0.5, 101.4)  # type: ignore[arg-type]


def test_the_numbers_of_a_card_may_be_a_list(tmp_path: Path) -> None:
    assert answers(tmp_path, ContactCard("A", [BUDI, BUDI])).says("harga") == ContactCard("A", (BUDI, BUDI))  # type: ignore[arg-type]


def test_what_is_too_much_is_cut_and_the_log_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert answers(tmp_path, [str(number) for number in range(12)]).says("harga") == [str(number) for number in range(10)]
    assert lines(caplog, tmp_path) == ["a handler returned more than 10 replies; the others are dropped"]


def test_ten_replies_are_not_too_many(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert len(answers(tmp_path, ["a"] * 10).says("harga")) == 10
    assert lines(caplog, tmp_path) == []


def test_an_endless_generator_ends_where_the_replies_do(tmp_path: Path) -> None:
    assert answers(tmp_path, lambda: iter(lambda: "lagi", "")).says("harga") == ["lagi"] * 10


def test_a_long_text_becomes_several_messages_and_a_caption_ends_at_the_limit(tmp_path: Path) -> None:
    long = "a" * 5000
    value = [long, Image("https://x.id/a.png", long), Location(1, 2, long), ContactCard(long, (BUDI,))]
    cut = "a" * 4096
    assert answers(tmp_path, value).says("harga") == [
        cut,
        "a" * 904,
        Image("https://x.id/a.png", cut),
        Location(1.0, 2.0, cut),
        ContactCard(cut, (BUDI,)),
    ]


def test_of_a_text_of_more_than_ten_messages_the_first_ten_are_sent(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    paragraphs = [f"{number} {'kopi ' * 800}".strip() for number in range(1, 13)]
    assert answers(tmp_path, lambda: "\n\n".join(paragraphs)).says("harga") == paragraphs[:10]
    assert "a handler returned more than 10 replies; the others are dropped" in caplog.text


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (5, "a value of type int is not a reply. Return a text, a reply or a list of these."),
        (b"Halo", "a value of type bytes is not a reply. Return a text, a reply or a list of these."),
        ({"a"}, "a value of type set is not a reply. Return a text, a reply or a list of these."),
        (["a", None], "None is not a reply. Return a text, a reply or a list of these."),
        (["a", {"harga": 1}], "a dict of names cannot be mixed with replies. Return the dict itself."),
        (Media("https://x.id/a"), "a value of type Media is not a reply. Return a text, a reply or a list of these."),
        (Text(5), "Text.text is a text, not int."),  # type: ignore[arg-type]
        (Image(None), "Image.url is a text, not NoneType."),  # type: ignore[arg-type]
        (Image("https://x.id", caption=1), "Image.caption is a text, not int."),  # type: ignore[arg-type]
        (Document("https://x.id", filename=1), "Document.filename is a text, not int."),  # type: ignore[arg-type]
        (Location("utara", 1), "Location.lat must be a number from -90 to 90."),  # type: ignore[arg-type]
        (Location(91, 1), "Location.lat must be a number from -90 to 90."),
        (Location(1, float("nan")), "Location.lng must be a number from -180 to 180."),
        (Location(1, None), "Location.lng must be a number from -180 to 180."),  # type: ignore[arg-type]
        (Location(1, 1, None), "Location.name is a text, not NoneType."),  # type: ignore[arg-type]
        (ContactCard("A", "628111"), "ContactCard.numbers is a list of texts, one for each telephone number."),  # type: ignore[arg-type]
        (ContactCard("A", ()), "ContactCard.numbers is a list of texts, one for each telephone number."),
        (ContactCard("A", (628,)), "each of ContactCard.numbers is a text, not int."),  # type: ignore[arg-type]
        (ContactCard(None, ("1",)), "ContactCard.name is a text, not NoneType."),  # type: ignore[arg-type]
    ],
    ids=str,
)
def test_what_is_no_reply_is_an_apology_and_the_log_says_what_to_return(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, value: object, said: str
) -> None:
    assert answers(tmp_path, value).says("harga") == APOLOGY
    assert f"TypeError: {said}" in caplog.text


def test_a_card_that_nobody_could_call_is_an_apology_and_the_log_says_which_number_it_is(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert answers(tmp_path, ContactCard("A", (BUDI, "x"))).says("harga") == APOLOGY
    assert "UnusableNumber: numbers[1]: 'x' is not a possible phone number." in caplog.text


def test_a_list_inside_of_itself_is_an_apology(tmp_path: Path) -> None:
    endless: list[object] = []
    endless.append(endless)
    assert answers(tmp_path, endless).says("harga") == APOLOGY


# -- a dict, and what a rule needs -------------------------------------------------------------------


def test_a_dict_joins_the_names_of_the_rules_reply(tmp_path: Path) -> None:
    assert answers(tmp_path, {"harga": "Rp1", "nama": "Bu Ani"}, "penawaran").says("penawaran#Ani#3") == ["3 buah untuk Bu Ani: Rp1", "dua"]


@pytest.mark.parametrize(
    ("value", "returned"), [(None, "no names"), ({}, "no names"), ({"hrga": 1, "stok": 2}, "hrga, stok"), ({"628 111": 1}, "no names")]
)
def test_a_name_that_is_needed_and_not_returned_is_an_apology_and_the_log_has_the_handler_and_its_names(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, value: dict[str, int] | None, returned: str
) -> None:
    def price() -> dict[str, int] | None:
        return value

    bot = Chatbot()
    bot.rule("penawaran")(price)
    assert chat_of(tmp_path, RULES, bot).says("penawaran#Ani") == APOLOGY
    said = f"{name(price)} at {place(price)} returned {returned}, and the rule needs harga"
    assert lines(caplog, tmp_path) == [f"rule 'penawaran' at rules.yaml:3:5 cannot answer: {said}"]


def test_a_row_of_a_database_is_a_dict_of_its_columns(tmp_path: Path) -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        database.row_factory = sqlite3.Row
        row = database.execute("SELECT 'Rp1' AS harga").fetchone()
    assert answers(tmp_path, row, "penawaran").says("penawaran#Ani#3") == ["3 buah untuk Ani: Rp1", "dua"]


UNMET = "rule 'penawaran' needs harga, and no handler supplies it. Write one: @bot.rule('penawaran')"


def test_a_bot_with_a_rule_that_needs_a_handler_answers_nothing_until_there_is_one(tmp_path: Path) -> None:
    bot = Chatbot()
    chat = bots.chat_of(tmp_path, RULES, bot)
    for text in ("penawaran#Ani", "harga"):
        with pytest.raises(HandlerError) as caught:
            chat.says(text)
        assert caught.value.problems == (Problem(Mark(str(tmp_path / "rules.yaml"), 3, 5), untranslated(UNMET)),)
    bot.rule("penawaran")(lambda: {"harga": "Rp1"})
    assert chat.says("penawaran#Ani") == ["1 buah untuk Ani: Rp1", "dua"]


def test_a_rule_that_needs_something_may_be_answered_without_it(tmp_path: Path) -> None:
    assert answers(tmp_path, "Habis.", "penawaran").says("penawaran#Ani") == "Habis."


def test_none_is_silence_for_a_rule_without_a_reply(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    chat = answers(tmp_path, None, "bisu")
    assert heard(chat, "bisu#A") == ("", "bisu")
    assert lines(caplog, tmp_path) == []


def test_a_dict_for_a_rule_without_a_reply_is_silence_and_the_log_wonders(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    bot = Chatbot()

    @bot.rule("bisu")
    def handler() -> dict[str, int]:
        return {"harga": 1}

    assert chat_of(tmp_path, RULES, bot).says("bisu#A") == []
    assert lines(caplog, tmp_path) == [f"{name(handler)} at {place(handler)} returned names, and rule 'bisu' has no reply to use them in"]


# -- Skip --------------------------------------------------------------------------------------------


def skip() -> None:
    raise Skip


def silent() -> list[str]:
    return []


class ClosedError(LookupError):
    pass


def fail() -> None:
    raise ClosedError("the shop is closed")


def test_skip_lets_the_next_rule_answer(tmp_path: Path) -> None:
    chat = answers(tmp_path, skip)
    assert heard(chat, "harga") == ("Harga lain", "harga lain")


def test_skip_is_the_fallback_where_no_other_rule_matches(tmp_path: Path) -> None:
    chat = answers(tmp_path, skip, "bisu")
    assert heard(chat, "bisu#A") == ("Entah.", "entah")
    assert chat.last.fields == {}


def test_a_rule_that_skips_is_not_asked_again_by_another_of_its_keywords(tmp_path: Path) -> None:
    asked = []
    bot = Chatbot()

    @bot.rule("harga")
    def handler(message: Message) -> None:
        asked.append(message.text)
        raise Skip

    assert chat_of(tmp_path, RULES, bot).says("harga kak") == "Harga lain"
    assert asked == ["harga kak"]


def test_skip_from_the_fallback_is_the_files_own(tmp_path: Path) -> None:
    bot = Chatbot()

    @bot.fallback
    def guess(message: Message, memory: dict[str, Any]) -> str:
        memory["n"] = memory.get("n", 0) + 1
        if memory["n"] > 1:
            raise Skip
        return f"{message.text}?"

    chat = chat_of(tmp_path, RULES, bot)
    assert [heard(chat, "zzz"), heard(chat, "zzz")] == [("zzz?", name(guess)), ("Entah.", "entah")]


def test_where_all_skip_there_is_silence(tmp_path: Path) -> None:
    bot = Chatbot()
    bot.fallback(bot.rule("entah")(bot.rule("harga lain")(bot.rule("harga")(skip))))
    chat = chat_of(tmp_path, RULES, bot)
    assert heard(chat, "harga") == ("", None)
    assert chat.last.replies == []


def test_a_generator_may_skip_halfway(tmp_path: Path) -> None:
    def halfway() -> Iterator[str]:
        yield "mulai"
        raise Skip

    assert answers(tmp_path, halfway).says("harga") == "Harga lain"


def test_a_fallback_of_python_answers_where_the_file_has_none(tmp_path: Path) -> None:
    bot = Chatbot()
    bot.fallback(lambda message: f"{message.text}?")
    chat = chat_of(tmp_path, "rules: [{keyword: halo, reply: Hai}]", bot)
    assert [chat.says("halo"), chat.says("zzz")] == ["Hai", "zzz?"]


def test_a_fallback_of_python_that_returns_none_is_silence(tmp_path: Path) -> None:
    bot = Chatbot()
    bot.fallback(lambda: None)
    assert chat_of(tmp_path, RULES, bot).says("zzz") == []


def test_a_fallback_of_python_goes_before_one_of_any_priority(tmp_path: Path) -> None:
    bot = Chatbot()
    bot.fallback(lambda: "Python")
    assert chat_of(tmp_path, "rules: [{fallback: true, priority: 7, reply: YAML}]", bot).says("zzz") == "Python"


# -- Invalid -----------------------------------------------------------------------------------------


def test_invalid_is_explained_as_a_wrong_field_is(tmp_path: Path) -> None:
    bot = Chatbot()

    @bot.keyword("stok#", fields=["kode", {"warna": {"optional": True}}])
    def stock(kode: str) -> None:
        raise Invalid(kode=f"Kode {kode} tidak dikenal.", warna="Habis.")

    chat = chat_of(tmp_path, RULES, bot)
    assert chat.says("stok#Z9") == (
        "Maaf, masih ada yang perlu diperbaiki:\n- Kode: Kode Z9 tidak dikenal.\n- Warna: Habis.\n\n"
        "Silakan kirim ulang dengan format:\n*stok#Kode#[Warna]*\nBagian dalam [ ] boleh dikosongkan."
    )
    assert (chat.last.fields, chat.last.invalid) == ({"kode": None, "warna": None}, {"kode": "Kode Z9 tidak dikenal.", "warna": "Habis."})


def test_invalid_is_explained_where_nothing_was_written_at_all(tmp_path: Path) -> None:
    def refuse() -> None:
        raise Invalid(kode="Belum ada pesanan.")

    said = answers(tmp_path, refuse, "bisu").says("bisu").text
    assert said.startswith("Maaf, masih ada yang perlu diperbaiki:\n- Kode: Belum ada pesanan.\n")


def test_invalid_sends_the_rules_own_sentence_and_the_wrong_value_is_gone(tmp_path: Path) -> None:
    def refuse() -> None:
        raise Invalid(kode="Tidak ada.")

    chat = answers(tmp_path, refuse, "sendiri")
    assert chat.says("sendiri#Ani#Z9") == "Salah: tanpa kode, Ani"
    assert chat.last.invalid == {"kode": "Tidak ada."}


def test_a_handler_is_not_asked_while_a_field_is_wrong(tmp_path: Path) -> None:
    asked: list[object] = []
    chat = answers(tmp_path, lambda: asked.append(1), "penawaran")
    chat.says("penawaran#Ani#banyak")
    assert (chat.last.invalid, asked) == ({"jumlah": 'Maaf, "banyak" belum bisa kami baca sebagai jumlah. Contoh: 3.'}, [])


@pytest.mark.parametrize(
    ("rule", "text", "problems", "said"),
    [
        ("bisu", "bisu#A", {"kod": "x"}, "Invalid names 'kod', which is not a field of rule 'bisu'. Did you mean 'kode'?"),
        (
            "sendiri",
            "sendiri#A#B",
            {"kode": "x", "xyz": "y"},
            "Invalid names 'xyz', which is not a field of rule 'sendiri'. Its fields are: nama, kode.",
        ),
        ("harga", "harga", {"kode": "x"}, "Invalid names 'kode', which is not a field of rule '[...]'. Its fields are: none."),
        ("entah", "zzz", {"kode": "x"}, "Invalid names 'kode', which is not a field of rule 'entah'. Its fields are: none."),
    ],
)
def test_invalid_that_names_no_field_is_a_mistake_of_the_handler(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, rule: str, text: str, problems: dict[str, str], said: str
) -> None:
    def refuse() -> None:
        raise Invalid(**problems)

    assert answers(tmp_path, refuse, rule).says(text) == APOLOGY
    assert re.search(rf"HandlerError: \S+:\d+:1: {re.escape(said)}$", caplog.text, re.MULTILINE)


# -- before and after --------------------------------------------------------------------------------


def test_before_answers_at_once_or_lets_the_rules(tmp_path: Path) -> None:
    bot = Chatbot()
    seen = []

    @bot.before
    def first(message: Message) -> str | list[str] | None:
        seen.append("first")
        if message.text == "tutup":
            return "Kami tutup."
        return [] if message.text == "diam" else None

    @bot.before
    def second(message: Message) -> None:
        seen.append("second")

    chat = chat_of(tmp_path, RULES, bot)
    assert [chat.says(text) for text in ("tutup", "diam", "harga")] == ["Kami tutup.", [], "Harga dari YAML"]
    assert seen == ["first", "first", "first", "second"]


def test_an_answer_of_before_has_no_rule(tmp_path: Path) -> None:
    bot = Chatbot()
    bot.before(lambda: "Kami tutup.")
    chat = chat_of(tmp_path, RULES, bot)
    chat.says("harga")
    assert (chat.last.rule, chat.last.fields, chat.last.invalid) == (None, {}, {})


def test_two_lambdas_before_are_both_asked(tmp_path: Path) -> None:
    seen: list[int] = []
    bot = Chatbot()
    bot.before(lambda: seen.append(1))
    bot.before(lambda: seen.append(2))
    chat_of(tmp_path, RULES, bot).says("harga")
    assert seen == [1, 2]


def test_after_sees_each_answer_with_its_message_and_may_change_it(tmp_path: Path) -> None:
    bot = Chatbot()
    bot.before(lambda message: "Kami tutup." if message.text == "tutup" else None)

    @bot.after
    def sign(message: Message, replies: tuple[Text, ...]) -> list[object]:
        return [*replies, f"-- {message.text}"]

    @bot.after
    def shout(replies: tuple[Text, ...]) -> list[str] | None:
        return [reply.text.upper() for reply in replies] if len(replies) > 1 else None

    chat = chat_of(tmp_path, RULES, bot)
    assert chat.says("harga") == ["HARGA DARI YAML", "-- HARGA"]
    assert chat.last.rule == "harga"
    assert chat.says("tutup") == ["KAMI TUTUP.", "-- TUTUP"]


SILENCES = """\
rules:
  - {name: diam, keyword: diam, reply: []}
  - {name: kosong, keyword: kosong, reply: "{{ nama }}"}
  - {name: bisu, keyword: bisu}
  - {name: jeda, keyword: jeda, pause: 1 hour, reply: Admin segera membalas.}
  - {name: sekali, keyword: sekali, once_per: 1 hour, reply: Sekali saja.}
  - {name: rusak, keyword: rusak, reply: Rusak.}
  - {name: lewat, keyword: lewat, reply: Lewat.}
"""


class Signed:
    """A bot that signs what it says, and counts how often it was asked to; its handlers are silent in all the ways there are."""

    def __init__(self) -> None:
        self.bot = Chatbot()
        self.asked: list[str] = []
        self.bot.before(lambda message: [] if message.text == "terlarang" else None)
        self.bot.rule("bisu")(silent)
        self.bot.rule("rusak")(fail)
        self.bot.rule("lewat")(skip)
        self.bot.fallback(silent)
        self.bot.errorhandler(ClosedError)(silent)
        self.bot.after(self.sign)

    def sign(self, message: Message, replies: tuple[Reply, ...]) -> list[object]:
        self.asked.append(message.text)
        return [*replies, "-- Toko Maju"]


@pytest.mark.parametrize("text", ["terlarang", "diam", "kosong", "bisu", "rusak", "lewat", "entah apa"])
def test_nobody_is_asked_after_a_silence_whoever_decided_on_it(tmp_path: Path, text: str) -> None:
    signed = Signed()
    chat = chat_of(tmp_path, SILENCES, signed.bot)
    assert [list(chat.says(text)), signed.asked] == [[], []]


def test_who_is_paused_or_was_answered_once_hears_nothing_of_those_after_either(tmp_path: Path) -> None:
    signed = Signed()
    chat = chat_of(tmp_path, SILENCES, signed.bot)
    assert [chat.says("sekali"), chat.says("sekali")] == [["Sekali saja.", "-- Toko Maju"], []]
    assert [chat.says("jeda"), chat.says("jeda"), chat.says("halo")] == [["Admin segera membalas.", "-- Toko Maju"], [], []]
    assert signed.asked == ["sekali", "jeda"]


def test_a_silence_of_one_after_ends_the_matter_for_the_next(tmp_path: Path) -> None:
    bot = Chatbot()
    bot.after(lambda replies: [])
    bot.after(lambda replies: [*replies, "-- Toko Maju"])
    assert chat_of(tmp_path, RULES, bot).says("harga") == []


@pytest.mark.parametrize("first", [lambda: "Kami tutup.", fail], ids=["replies", "fails"])
def test_what_stands_before_the_rules_does_not_break_a_pause_or_the_silence_in_groups(tmp_path: Path, first: Callable[[], object]) -> None:
    bot = Chatbot()
    is_closed: list[bool] = []
    bot.before(lambda: first() if is_closed else None)
    chat = chat_of(tmp_path, SILENCES, bot)
    assert chat.says("jeda") == "Admin segera membalas."
    is_closed.append(True)
    ani = chat.person("628222")
    assert chat.says("halo") == []
    assert ani.says("halo") != []
    group = Message(text="halo", sender=Sender(number="628333"), chat="group", group="120363041234567890")
    with chat.app.app_context():
        assert chat.app.extensions["chatbot"].bot.answer(group) == Decision(None)


@pytest.mark.parametrize("number", ["+62 812-3456-7890", "0812-3456-7890", "6281234567890@c.us"])
def test_a_pause_holds_before_the_rules_however_the_number_is_written(tmp_path: Path, number: str) -> None:
    bot = Chatbot()
    bot.before(lambda message: "Buka jam 8." if message.text == "jam" else None)
    app = chat_of(tmp_path, SILENCES, bot).app
    with app.app_context():
        assert app.extensions["chatbot"].bot.answer(Message(text="jeda", sender=Sender(number="6281234567890"))).replies
        assert app.extensions["chatbot"].bot.answer(Message(text="jam", sender=Sender(number=number))) == Decision(None)


def test_after_may_silence(tmp_path: Path) -> None:
    bot = Chatbot()
    bot.after(lambda replies: [])
    assert chat_of(tmp_path, RULES, bot).says("harga") == []


def test_skip_before_and_after_leaves_things_as_they_are(tmp_path: Path) -> None:
    bot = Chatbot()
    bot.after(bot.before(skip))
    assert chat_of(tmp_path, RULES, bot).says("harga") == "Harga dari YAML"


# -- errors ------------------------------------------------------------------------------------------


def test_a_handler_that_raises_is_one_apology_and_the_log_has_rule_place_and_traceback(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bot = Chatbot()
    bot.rule("penawaran")(fail)
    assert chat_of(tmp_path, RULES, bot).says("penawaran#Ani#3") == APOLOGY
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("flask_chatbot.bot.handling", "ERROR")
    assert lines(caplog, tmp_path) == [f"{name(fail)} at {place(fail)}, for rule 'penawaran' at rules.yaml:3:5, failed"]
    assert "Traceback" in caplog.text
    assert "ClosedError: the shop is closed" in caplog.text


def test_the_apology_is_in_the_language_of_the_file(tmp_path: Path) -> None:
    bot = Chatbot()
    bot.rule("a")(fail)
    chat = chat_of(tmp_path, "settings: {language: en}\nrules: [{name: a, keyword: a}]", bot)
    assert chat.says("a") == "Sorry, something went wrong on our side. Please try again later."


def test_a_generator_that_raises_halfway_is_one_apology_alone(tmp_path: Path) -> None:
    def halfway() -> Iterator[str]:
        yield "mulai"
        fail()

    assert answers(tmp_path, halfway).says("harga") == APOLOGY


@pytest.mark.parametrize("decorator", ["before", "after"])
def test_a_function_around_the_rules_that_raises_is_one_apology(tmp_path: Path, caplog: pytest.LogCaptureFixture, decorator: str) -> None:
    bot = Chatbot()
    getattr(bot, decorator)(fail)
    assert chat_of(tmp_path, RULES, bot).says("harga") == APOLOGY
    assert lines(caplog, tmp_path) == [f"{name(fail)} at {place(fail)} failed"]


def test_the_error_handler_of_the_nearest_class_answers_and_nothing_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    bot = Chatbot()
    bot.errorhandler(Exception)(lambda: "Exception")

    @bot.errorhandler(LookupError)
    def lookup(error: LookupError, message: Message) -> list[object]:
        return [f"{message.text}: {error}", Image("https://x.id/a.png")]

    bot.rule("harga")(fail)
    bot.rule("harga lain")(lambda: 1 / 0)
    chat = chat_of(tmp_path, RULES, bot)
    assert chat.says("harga") == ["harga: the shop is closed", Image("https://x.id/a.png")]
    assert lines(caplog, tmp_path) == []


def test_an_error_handler_of_another_class_is_not_asked(tmp_path: Path) -> None:
    bot = Chatbot()
    bot.errorhandler(ValueError)(lambda: "ValueError")
    bot.errorhandler(Exception)(lambda error: type(error).__name__)
    bot.before(fail)
    assert chat_of(tmp_path, RULES, bot).says("harga") == "ClosedError"


def test_an_error_handler_that_returns_none_leaves_the_apology_and_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    bot = Chatbot()
    told: list[Exception] = []

    @bot.errorhandler(LookupError)
    def note(error: LookupError) -> None:
        told.append(error)

    bot.rule("harga")(fail)
    assert chat_of(tmp_path, RULES, bot).says("harga") == APOLOGY
    assert [type(error) for error in told] == [ClosedError]
    assert lines(caplog, tmp_path) == [f"{name(fail)} at {place(fail)}, for rule 'harga' at rules.yaml:11:5, failed"]


def test_an_error_handler_that_fails_is_an_apology_and_both_are_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    bot = Chatbot()

    @bot.errorhandler(LookupError)
    def worse() -> str:
        raise OSError("disk full")

    bot.rule("harga")(fail)
    assert chat_of(tmp_path, RULES, bot).says("harga") == APOLOGY
    assert lines(caplog, tmp_path) == [
        f"the error handler {name(worse)} at {place(worse)} itself failed",
        f"{name(fail)} at {place(fail)}, for rule 'harga' at rules.yaml:11:5, failed",
    ]
    assert "OSError: disk full" in caplog.text
    assert "ClosedError: the shop is closed" in caplog.text


def test_what_ends_the_process_passes_through(tmp_path: Path) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        answers(tmp_path, stop).says("harga")


# -- the app around them -----------------------------------------------------------------------------


def post(chat: Chat, **payload: object) -> tuple[int, object]:
    answer = chat.app.test_client().post("/chatbot/webhook", json=halo(**payload))
    return answer.status_code, answer.json


def message(*texts: str) -> dict[str, object]:
    return {"success": True, "message": {"reply": [{"type": "message", "content": text} for text in texts]}}


def test_the_webhook_answers_200_with_the_apology(tmp_path: Path) -> None:
    assert post(answers(tmp_path, fail), keyword="harga") == (200, message(APOLOGY))


def test_a_reply_that_could_not_be_written_is_an_apology_and_no_503(tmp_path: Path) -> None:
    assert post(answers(tmp_path, Location("utara", "timur")), keyword="harga") == (200, message(APOLOGY))  # type: ignore[arg-type]


def test_all_that_came_through_the_webhook_reaches_the_handler(tmp_path: Path) -> None:
    bot = Chatbot()

    @bot.rule("penawaran")
    def quote(nama: str, jumlah: int, message: Message) -> list[str]:
        return [f"{nama} {jumlah}", message.text, message.sender.number]

    chat = chat_of(tmp_path, RULES, bot)
    body = {"keyword": "penawaran#", "data": ["Jhon Doe", "2"], "from": "628123"}
    assert post(chat, **body) == (200, message("Jhon Doe 2", "penawaran#Jhon Doe#2", "628123"))


def test_handlers_run_in_the_apps_context_outside_of_any_request(tmp_path: Path) -> None:
    chat = answers(tmp_path, lambda: f"{current_app.name} {has_request_context()}")
    assert chat.says("harga") == "tests.bots False"


def test_handlers_run_in_the_webhooks_request(tmp_path: Path) -> None:
    assert post(answers(tmp_path, lambda: request.path), keyword="harga") == (200, message("/chatbot/webhook"))


def test_each_message_has_a_context_of_its_own(tmp_path: Path) -> None:
    def count() -> str:
        g.count = g.get("count", 0) + 1
        return str(g.count)

    chat = answers(tmp_path, count)
    closed: list[object] = []
    chat.app.teardown_appcontext(closed.append)
    assert [chat.says("harga"), chat.says("harga")] == ["1", "1"]
    assert closed == [None, None]


def test_our_log_lines_never_hold_what_a_customer_wrote_or_a_whole_number(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secret, number = "rahasia sekali", "6281234567890"

    def refuse() -> None:
        raise Invalid(rahasia=secret)

    values: list[object] = [fail, refuse, {"hrga": secret}, [secret] * 11, 5, Text(secret), {1: secret}]
    for place_, value in enumerate(values):
        chat = answers(tmp_path / str(place_), value, "penawaran")
        post(chat, keyword="penawaran#", data=[secret, "2"], **{"from": number})
        post(chat, keyword="penawaran#", data=[secret, secret], **{"from": number})
    assert len(caplog.records) > len(values)
    assert [line for line in lines(caplog, tmp_path) if secret in line or number in line] == []
    assert secret not in caplog.text
    assert number not in caplog.text


# -- memory ------------------------------------------------------------------------------------------


def counting(folder: Path) -> Chat:
    bot = Chatbot()

    @bot.rule("harga")
    def count(memory: dict[str, int]) -> str:
        memory["n"] = memory.get("n", 0) + 1
        return str(memory["n"])

    return chat_of(folder, RULES, bot)


def test_each_sender_has_a_memory_that_lasts(tmp_path: Path) -> None:
    chat = counting(tmp_path)
    other = chat.person("628222")
    assert [chat.says("harga").text, other.says("harga").text, chat.says("harga").text] == ["1", "1", "2"]


def test_senders_without_a_number_share_no_memory(tmp_path: Path) -> None:
    chat = counting(tmp_path)
    assert [post(chat, keyword="harga", **{"from": ""}) for _ in range(2)] == [(200, message("1"))] * 2


def test_two_apps_of_one_chatbot_share_no_memory(tmp_path: Path) -> None:
    bot = Chatbot()
    bot.rule("harga")(lambda memory: str(memory.setdefault("app", current_app.root_path)))
    one, two = chat_of(tmp_path / "one", RULES, bot), chat_of(tmp_path / "two", RULES, bot)
    assert [one.says("harga"), two.says("harga")] == [str(tmp_path / "one"), str(tmp_path / "two")]


FORMS = """\
rules:
  - keyword: survei
    ask: [{nilai: {question: "Puas?", type: integer}}, {saran: {question: "Saran?"}}]
    reply: "{{ nilai }}, {{ saran }}."
  - {keyword: menu, reply: Pilih., menu: [{Survei: survei}]}
  - {name: harga, keyword: harga, once_per: 1 jam, reply: Harga dari YAML}
  - {name: entah, fallback: true, reply: Entah.}
"""


class Interrupted(ShortMemory):
    """A memory that another worker changes each time just before something is committed, by the next of `others`."""

    def __init__(self, *others: State) -> None:
        super().__init__()
        self.others = list(others)

    def commit(self, sender: str, state: State, now: float) -> bool:
        if self.others:
            other, version = self.others.pop(0), self.recall(sender, now).version
            assert super().commit(sender, replace(other, version=version), now)
        return super().commit(sender, state, now)


def answered(chat: Chat, memory: Memory, text: str) -> str:
    """The answer to a text of one sender, with a memory that stands in for the bot's own."""
    with chat.app.app_context():
        bot: Bot = chat.app.extensions["chatbot"].bot
        replies = bot.answer(Message(text=text, sender=Sender(number="628111")), memory=memory).replies
    return "\n".join(reply.text for reply in replies if isinstance(reply, Text))


def test_a_message_that_another_one_came_before_is_decided_again(tmp_path: Path) -> None:
    chat, memory, elsewhere = chat_of(tmp_path, FORMS, Chatbot()), Interrupted(), ShortMemory()
    for text in ("survei", "4"):
        answered(chat, elsewhere, text)
    answered(chat, memory, "survei")
    memory.others.append(elsewhere.recall("628111", time()))
    assert answered(chat, memory, "5") == "4, 5."
    assert answered(chat, memory, "5") == "Entah."


def test_a_handler_is_asked_once_though_another_message_came_before_and_nothing_of_either_is_lost(tmp_path: Path) -> None:
    bot = Chatbot()
    asked = []

    @bot.rule("harga")
    def handler(memory: dict[str, Any]) -> None:
        asked.append(deepcopy(memory))
        memory["ours"] = {"a": 1}
        memory["shared"]["ours"] = 1
        memory.pop("gone")

    until = time() + 1000
    theirs = State(
        notes={"theirs": 2, "shared": {"before": 0, "theirs": 2}, "gone": 1}, notes_until=until, answered={"promo": until}, seen=True
    )
    memory = Interrupted()
    memory.commit("628111", State(notes={"shared": {"before": 0}, "gone": 1}, notes_until=until), time())
    memory.others.append(theirs)
    assert answered(chat_of(tmp_path, FORMS, bot), memory, "harga") == "Harga dari YAML"
    state = memory.recall("628111", time())
    assert asked == [{"shared": {"before": 0}, "gone": 1}]
    assert state.notes == {"theirs": 2, "ours": {"a": 1}, "shared": {"before": 0, "theirs": 2, "ours": 1}}
    assert (sorted(state.answered), state.seen) == (["harga", "promo"], True)


def test_functions_around_the_rules_are_asked_once_too(tmp_path: Path) -> None:
    bot = Chatbot()
    asked: list[str] = []
    bot.before(lambda: asked.append("before"))
    bot.after(lambda: asked.append("after"))
    memory = Interrupted(State(seen=True))
    assert answered(chat_of(tmp_path, FORMS, bot), memory, "survei") == "Puas?"
    assert asked == ["before", "after"]
    assert memory.recall("628111", time()).seen
    assert answered(chat_of(tmp_path / "again", FORMS, bot), memory, "5") == "Saran?"


def test_where_others_come_before_without_end_the_answer_is_sent_and_the_log_says_what_is_lost(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    memory = Interrupted(*[State(seen=True)] * 100)
    assert answered(chat_of(tmp_path, FORMS, Chatbot()), memory, "survei") == "Puas?"
    assert lines(caplog, tmp_path) == [f"the result of a message from {mask('628111')} is not remembered: too many came at once"]


@pytest.mark.parametrize("value", [{1, 2}, object(), float("nan"), "x" * 70_000, b"x"], ids=lambda value: type(value).__name__)
def test_notes_that_cannot_be_kept_stay_as_they_were_and_all_else_is_remembered(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, value: object
) -> None:
    bot = Chatbot()
    seen = []

    @bot.rule("harga")
    def handler(memory: dict[str, Any], message: Message) -> Menu:
        seen.append(dict(memory))
        memory["good"] = 1
        if len(seen) == 2:
            memory["bad"] = value
        return Menu("Lagi?", {"Ya": "survei"})

    chat, memory = chat_of(tmp_path, FORMS.replace("once_per: 1 jam, ", ""), bot), ShortMemory()
    assert [answered(chat, memory, text) for text in ("harga", "harga", "1", "batal", "harga")] == [
        "Lagi?\n1. Ya", "Lagi?\n1. Ya", "Puas?", "Baik, *survei* dibatalkan.", "Lagi?\n1. Ya",
    ]  # fmt: skip
    assert seen == [{}, {"good": 1}, {"good": 1}]
    (line,) = lines(caplog, tmp_path)
    assert line.startswith(f"the handlers' memory of {mask('628111')} stays as it was: ")


def test_a_handler_that_fails_keeps_no_rule_quiet_and_has_nothing_done(tmp_path: Path) -> None:
    bot = Chatbot()
    fails = [True, False]

    @bot.rule("harga")
    def handler() -> None:
        if fails.pop(0):
            raise ClosedError

    rules = FORMS.replace("once_per: 1 jam, ", "once_per: 1 jam, save: harga, ")
    chat = chat_of(tmp_path, rules, bot)
    outcomes = [(chat.says("harga").text, chat.last.decision.actions) for _ in range(3)]
    assert outcomes == [(APOLOGY, ()), ("Harga dari YAML", (Save("harga"),)), ("", ())]


def test_senders_without_a_number_are_asked_nothing_they_could_not_answer(tmp_path: Path) -> None:
    chat = chat_of(tmp_path, FORMS, Chatbot())
    assert [post(chat, keyword=text, **{"from": ""}) for text in ("survei", "5")] == [(200, message("Puas?")), (200, message("Entah."))]


def test_what_is_remembered_is_in_the_instance_folder_and_outlives_the_app(tmp_path: Path) -> None:
    chat = chat_of(tmp_path, FORMS, Chatbot())
    file = tmp_path / "instance" / "chatbot.sqlite"
    assert (post(chat, keyword="halo"), file.exists()) == ((200, message("Entah.")), False)
    assert (post(chat, keyword="survei"), file.exists()) == ((200, message("Puas?")), True)
    assert post(chat_of(tmp_path, FORMS, Chatbot()), keyword="5") == (200, message("Saran?"))


def test_a_database_that_fails_is_a_503_to_be_tried_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    chat = chat_of(tmp_path, FORMS, Chatbot())
    (tmp_path / "instance").write_text("no folder", encoding="utf-8")
    answer = chat.app.test_client().post("/chatbot/webhook", json=halo(keyword="survei"))
    assert (answer.status_code, answer.json) == (503, {"success": False, "message": "The bot cannot reach its database. Try again later."})
    assert answer.headers["Retry-After"] == "30"
    (line,) = lines(caplog, tmp_path)
    assert line.startswith("a webhook call could not be answered: The database ")
    assert "Traceback" not in caplog.text


NOTHING_TO_REMEMBER = """
import sys
from pathlib import Path
from flask import Flask
from flask_chatbot import Chatbot

folder = Path(sys.argv[1])
app = Flask("shop", root_path=str(folder), instance_path=str(folder / "instance"))
app.config["CHATBOT_WEBHOOK_KEY"] = "kunci-toko"
Chatbot(app)
for text in ("harga", "x#1", "zzz"):
    answer = app.test_client().post("/chatbot/webhook", json={"keyword": text, "data": [], "webhookkey": "kunci-toko", "from": "628111"})
    assert answer.status_code == 200, answer.data
print(sorted({name.partition(".")[0] for name in sys.modules} & {"sqlalchemy", "sqlite3", "psycopg"}))
"""


@pytest.mark.process
def test_rules_that_remember_nothing_open_no_database(tmp_path: Path) -> None:
    rules = "version: 1\nrules: [{keyword: harga, reply: Rp1}, {keyword: 'x#', fields: [a], reply: x}]\n"
    (tmp_path / "rules.yaml").write_text(rules, encoding="utf-8")
    command = [sys.executable, "-c", NOTHING_TO_REMEMBER, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.stdout, done.stderr) == ("[]\n", "")
    assert [path.name for path in tmp_path.iterdir()] == ["rules.yaml"]


def test_rules_that_notify_are_told_at_the_start_where_nothing_can_be_sent(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    rules = "rules:\n  - {name: a, keyword: a, save: t, notify: '628117601234', reply: x}\n  - {keyword: b, pause: 1 jam, reply: x}"
    chat = chat_of(tmp_path, rules, Chatbot())
    told = "nobody can be notified without a connection to WhatsApp. Set CHATBOT_TRANSPORT, for: 'a' at rules.yaml:2:5"
    assert lines(caplog, tmp_path) == [told]
    chat.says("a")
    assert chat.last.decision.actions == (Save("t"), Notify("628117601234"))


def test_rules_that_wait_for_files_are_named_at_the_start_of_a_webhook(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    rules = "rules:\n  - {name: a, sends: image, reply: x}\n  - {keyword: b, ask: [{c: {question: C?, type: location}}], reply: '{{ c }}'}"
    chat_of(tmp_path, rules, Chatbot())
    told = "only texts come by the webhook, and no files, locations or contacts. Set CHATBOT_TRANSPORT, for: "
    assert lines(caplog, tmp_path) == [told + "'a' at rules.yaml:2:5, 'b' at rules.yaml:3:5"]


# -- menus of handlers -------------------------------------------------------------------------------


def test_a_menu_of_a_handler_is_numbered_and_chosen_from(tmp_path: Path) -> None:
    chat = answers(tmp_path, ["Cari apa?", Menu("Pilih:", {"Harga lain": "harga lain", "Tawar": "penawaran"})])
    assert chat.says("harga") == ["Cari apa?", "Pilih:\n1. Harga lain\n2. Tawar"]
    assert heard(chat, "1") == ("Harga lain", "harga lain")
    assert chat.says("tawar").text.startswith("Silakan kirim dengan format:\n*penawaran#")
    assert chat.says("0") == "Pilih:\n1. Harga lain\n2. Tawar"


def test_a_menu_of_too_many_entries_is_cut_and_the_log_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    chat = answers(tmp_path, Menu("Pilih:", {f"Barang {number}": "harga lain" for number in range(1, 40)}))
    assert chat.says("harga").text.endswith("\n30. Barang 30")
    assert lines(caplog, tmp_path) == ["a handler returned a menu of more than 30 entries; the others are dropped"]


@pytest.mark.parametrize(
    ("menu", "said"),
    [
        (Menu("x", {}), "the entries of a Menu are a dict, from the words shown to the name of a rule."),
        (Menu("x", ["a"]), "the entries of a Menu are a dict, from the words shown to the name of a rule."),  # type: ignore[arg-type]
        (Menu("x", {"a": 1}), "the entries of a Menu are a dict, from the words shown to the name of a rule."),  # type: ignore[dict-item]
        (Menu(1, {"a": "harga"}), "Menu.text is a text, not int."),  # type: ignore[arg-type]
    ],
    ids=str,
)
def test_what_is_no_menu_is_an_apology(tmp_path: Path, caplog: pytest.LogCaptureFixture, menu: Menu, said: str) -> None:
    assert answers(tmp_path, menu).says("harga") == APOLOGY
    assert said in caplog.text


@pytest.mark.parametrize("decorator", ["before", "after"])
def test_a_menu_belongs_to_a_rule(tmp_path: Path, caplog: pytest.LogCaptureFixture, decorator: str) -> None:
    bot = Chatbot()
    getattr(bot, decorator)(lambda: Menu("x", {"a": "harga"}))
    assert chat_of(tmp_path, RULES, bot).says("harga") == APOLOGY
    assert "a Menu is for handlers of rules: its numbers go back to the rule that showed it." in caplog.text


def test_what_a_handler_finds_wrong_in_a_form_is_asked_for_again(tmp_path: Path) -> None:
    bot = Chatbot()

    @bot.rule("survei")
    def survey(nilai: int, saran: str) -> str:
        if nilai == 3:
            raise Invalid(nilai="Tiga tidak bisa.")
        return f"{nilai}: {saran}"

    chat = chat_of(tmp_path, FORMS, bot)
    assert [chat.says(text).text for text in ("survei", "3", "Bagus", "4")] == ["Puas?", "Saran?", "Tiga tidak bisa.\nPuas?", "4: Bagus"]


# -- many at once ------------------------------------------------------------------------------------


def test_eight_threads_get_each_their_own_answer(tmp_path: Path) -> None:
    bot = Chatbot()

    @bot.rule("penawaran")
    def quote(nama: str, jumlah: int, message: Message, memory: dict[str, list[int]]) -> str:
        memory.setdefault("seen", []).append(jumlah)
        return f"{nama} {jumlah} {message.sender.number} {len(memory['seen'])}"

    app = app_of(tmp_path, RULES, bot)

    def customer(number: int) -> list[str]:
        client = app.test_client()
        texts = []
        for turn in range(40):
            body = halo(keyword="penawaran#", data=[f"Ani {number}", str(turn)], **{"from": str(number)})
            answer = client.post("/chatbot/webhook", json=body).json
            assert answer is not None
            texts.append(answer["message"]["reply"][0]["content"])
        return texts

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(customer, range(1, 9)))
    assert said == [[f"Ani {number} {turn} {number} {turn + 1}" for turn in range(40)] for number in range(1, 9)]


def test_a_message_ends_with_the_rules_it_began_with(tmp_path: Path) -> None:
    """A reload in the middle of a message is seen by the next one."""
    bot = Chatbot()

    @bot.rule("harga")
    def reload() -> None:
        (tmp_path / "rules.yaml").write_text(f"version: 1\n{RULES.replace('Harga dari YAML', 'baru')}", encoding="utf-8")
        current_app.extensions["chatbot"].bot.reload()

    chat = chat_of(tmp_path, RULES, bot)
    assert [chat.says("harga"), chat.says("harga")] == ["Harga dari YAML", "baru"]


def test_a_reload_that_does_not_suit_the_handlers_leaves_the_rules_as_they_were(tmp_path: Path) -> None:
    bot = Chatbot()
    bot.rule("harga")(lambda: "Python")
    chat = chat_of(tmp_path, RULES, bot)
    (tmp_path / "rules.yaml").write_text("version: 1\nrules: [{name: hargaa, keyword: harga}]\n", encoding="utf-8")
    with pytest.raises(RulesError, match=r"answers for rule 'harga', but there is no such rule\. Did you mean 'hargaa'\?"):
        chat.app.extensions["chatbot"].bot.reload()
    assert chat.says("harga") == "Python"


def test_a_message_longer_than_what_is_matched_is_answered(tmp_path: Path) -> None:
    chat = answers(tmp_path, lambda: "ok", "penawaran")
    assert chat.says("penawaran#" + "a" * 10_000) == "ok"


def test_a_message_may_be_answered_without_http_or_chat(tmp_path: Path) -> None:
    chat = answers(tmp_path, "Halo")
    with chat.app.app_context():
        decision = chat.app.extensions["chatbot"].bot.answer(Message(text="harga", sender=Sender(number="1")))
    assert decision.replies == (Text("Halo"),)
