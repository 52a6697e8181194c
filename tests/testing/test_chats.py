"""What a user's own tests are written with: `Chat`, and how replies compare and print."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from flask_chatbot import Chatbot, ChatbotError, Image, Location, Message, Text, TryLater
from flask_chatbot.errors import AnswerFailed
from flask_chatbot.testing import Chat, Replies, difference, working
from flask_chatbot.transports.simulator import Simulator
from tests.apps import make_app
from tests.bots import app_of, chat_of, place

RULES = """\
settings: {timezone: Asia/Makassar}
rules:
  - {name: salam, keyword: halo, reply: "Halo {{ nama or 'Kak' }}, {{ nohp }}."}
  - {name: jam, keyword: jam, reply: "{{ now | date }} {{ now | time }}"}
  - name: acak
    keyword: acak
    reply: {one_of: [a, b, c, d, e, f]}
  - name: penawaran
    keyword: penawaran#
    fields: [nama, {jumlah: {type: integer, default: 1}}]
    reply: [Terima kasih, {image: https://x.id/a.png}]
  - {name: penawaran lain, keyword: penawaran#, reply: lain}
  - {name: entah, fallback: true, reply: Entah.}
"""
PNG = Image("https://x.id/a.png")


@pytest.fixture
def chat(tmp_path: Path) -> Chat:
    return chat_of(tmp_path, RULES, Chatbot())


# -- replies -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("replies", "other", "equal"),
    [
        (Replies([Text("Halo")]), "Halo", True),
        (Replies([Text("Halo")]), Text("Halo"), True),
        (Replies([Text("Halo")]), ["Halo"], True),
        (Replies([Text("Halo")]), ("Halo",), True),
        (Replies([Text("Halo")]), [Text("Halo")], True),
        (Replies([Text("Halo")]), Replies([Text("Halo")]), True),
        (Replies([Text("Halo")]), "Hal", False),
        (Replies([Text("Halo")]), ["Halo", "Halo"], False),
        (Replies([Text("Halo")]), [], False),
        (Replies([Text("Halo")]), None, False),
        (Replies([Text("Halo"), PNG]), ["Halo", PNG], True),
        (Replies([Text("Halo"), PNG]), [PNG, "Halo"], False),
        (Replies([PNG]), PNG, True),
        (Replies(), [], True),
        (Replies(), "", False),
        (Replies(), None, False),
    ],
)
def test_replies_equal_the_texts_and_replies_they_stand_for(replies: Replies, other: Any, equal: bool) -> None:
    assert (replies == other, other == replies, replies != other) == (equal, equal, not equal)


def test_equal_replies_have_one_hash() -> None:
    assert hash(Replies([Text("Halo")])) == hash(Replies([Text("Halo")]))


def test_a_text_is_in_replies_where_it_is_in_one_of_their_texts() -> None:
    replies = Replies([Text("Halo Kak"), PNG])
    assert ("Kak" in replies, "x.id" in replies, PNG in replies, Text("Halo") in replies) == (True, False, True, False)


def test_replies_show_as_what_they_equal() -> None:
    replies = Replies([Text("it's"), Text("dua\nbaris"), Location(1.5, 2.5)])
    assert repr(replies) == "[\"it's\", 'dua\\nbaris', Location(lat=1.5, lng=2.5, name='')]"
    assert replies == eval(repr(replies))  # noqa: S307  what it shows can be copied into a test
    assert repr(Replies()) == "[]"


def test_replies_print_as_a_customer_reads_them() -> None:
    assert str(Replies([Text("dua\nbaris"), PNG])) == "dua\nbaris\nImage(url='https://x.id/a.png', caption='', filename='')"
    assert str(Replies()) == "(no reply)"


def test_the_text_of_replies_is_that_of_all_text_replies() -> None:
    assert Replies([Text("satu"), PNG, Text("dua")]).text == "satu\ndua"


@pytest.mark.parametrize(
    ("answered", "wanted", "lines"),
    [
        (["a"], "b", ["  - 'b'", "  + 'a'"]),
        (["a", "b"], ["a", "c"], ["    'a'", "  - 'c'", "  + 'b'"]),
        (["a", "b"], "a", ["    'a'", "  + 'b'"]),
        ([], "a", ["  - 'a'"]),
        (["a"], [], ["  + 'a'"]),
        (["a"], None, ["  - None", "  + 'a'"]),
        (["a"], PNG, ["  - Image(url='https://x.id/a.png', caption='', filename='')", "  + 'a'"]),
    ],
)
def test_a_difference_marks_what_was_wanted_and_what_was_answered(answered: list[str], wanted: object, lines: list[str]) -> None:
    assert difference(Replies(map(Text, answered)), wanted) == ["the bot answered otherwise", *lines, "  (- wanted, + answered)"]


# -- what a customer says ----------------------------------------------------------------------------


def test_a_customer_has_a_number_and_may_have_a_name(chat: Chat) -> None:
    assert chat.says("halo") == "Halo Kak, 6281200000000."
    assert Chat(chat.app, from_="628111", nama="Ani").says("halo") == "Halo Ani, 628111."


def test_a_time_without_a_zone_is_in_that_of_the_rules(chat: Chat) -> None:
    assert chat.says("jam", at=datetime(2026, 11, 22, 23, 30)) == "22 November 2026 23.30"  # noqa: DTZ001
    assert chat.says("jam", at=datetime(2026, 11, 22, 23, 30, tzinfo=UTC)) == "23 November 2026 07.30"


def test_the_time_of_a_chat_is_that_of_all_its_messages_but_those_with_their_own(chat: Chat) -> None:
    later = Chat(chat.app, at=datetime(2026, 11, 22, 8))  # noqa: DTZ001
    assert later.says("jam") == "22 November 2026 08.00"
    assert later.says("jam", at=datetime(2026, 11, 22, 9)) == "22 November 2026 09.00"  # noqa: DTZ001
    assert later.says("jam") == "22 November 2026 08.00"
    later.at = datetime(2026, 11, 22, 10)  # noqa: DTZ001
    assert later.says("jam") == "22 November 2026 10.00"


def test_without_a_time_it_is_now(chat: Chat) -> None:
    assert str(datetime.now(UTC).year) in chat.says("jam") or str(datetime.now(UTC).year + 1) in chat.says("jam")


def test_the_same_seed_chooses_the_same(chat: Chat) -> None:
    def chosen(seed: int) -> str:
        customer = Chat(chat.app, seed=seed)
        return "".join(customer.says("acak").text for _ in range(20))

    assert chosen(1) == chosen(1)
    assert chosen(1) != chosen(2)
    assert set(chosen(1)) == set("abcdef")


def test_a_line_is_the_name_of_the_webhook_key(tmp_path: Path) -> None:
    bot = Chatbot()
    bot.rule("salam")(lambda message: str(message.line))
    chat = chat_of(tmp_path, RULES, bot)
    assert [chat.says("halo", line="toko"), chat.says("halo")] == ["toko", "None"]


# -- the last message --------------------------------------------------------------------------------


def test_the_last_message_tells_rule_fields_and_replies(chat: Chat) -> None:
    replies = chat.says("penawaran#Jhon Doe#3")
    assert (chat.last.rule, chat.last.fields, chat.last.invalid) == ("penawaran", {"nama": "Jhon Doe", "jumlah": 3}, {})
    assert chat.last.replies is replies
    assert chat.last.message == Message(text="penawaran#Jhon Doe#3", sender=chat.last.message.sender, id="chat-1")


def test_the_last_message_tells_what_was_invalid(chat: Chat) -> None:
    chat.says("penawaran##banyak")
    assert chat.last.fields == {"nama": None, "jumlah": None}
    assert chat.last.invalid == {"nama": "Mohon diisi ya.", "jumlah": 'Maaf, "banyak" belum bisa kami baca sebagai jumlah. Contoh: 3.'}


def test_the_last_message_explains_why_each_rule_won_or_lost(chat: Chat, tmp_path: Path) -> None:
    chat.says("penawaran#A")
    assert chat.last.explain().replace(f"{tmp_path}/", "").splitlines() == [
        "penawaran (rules.yaml:8:5) by keyword with # 'penawaran', priority 0: wins",
        "penawaran lain (rules.yaml:12:5) by keyword with # 'penawaran', priority 0: it comes after penawaran in the files",
        "entah (rules.yaml:13:5) as fallback, priority 0: a fallback answers only what no other rule does",
    ]


def test_where_no_rule_matches_there_is_nothing_to_explain(tmp_path: Path) -> None:
    chat = chat_of(tmp_path, "rules: [{keyword: halo, reply: Hai}]", Chatbot())
    assert chat.says("zzz") == []
    assert (chat.last.rule, chat.last.fields, chat.last.explain()) == (None, {}, "no rule matches")


def test_what_went_on_shows_where_a_test_fails(chat: Chat) -> None:
    chat.says("halo")
    assert repr(chat.last) == "<'halo' -> rule 'salam': ['Halo Kak, 6281200000000.']>"
    assert repr(chat) == "<Chat of 6281200000000>"
    assert repr(Chat(chat.app, nama="Ani")) == "<Chat of Ani>"


def test_nothing_is_last_before_something_is_said(chat: Chat) -> None:
    with pytest.raises(ChatbotError, match=r"^Nothing has been said yet\. Call says\(\) first\.$"):
        _ = chat.last


def test_an_app_without_a_bot_is_told() -> None:
    with pytest.raises(ChatbotError, match=r"^This app has no Chatbot\. Call init_app\(app\) before Chat\(app\)\.$"):
        Chat(Flask(__name__))


# -- handlers that fail -------------------------------------------------------------------------------

APOLOGY = "Maaf, sistem kami sedang ada gangguan. Mohon dicoba lagi nanti ya."
FAILING = """\
rules:
  - {name: halo, keyword: halo, reply: Hai}
  - {name: harga, keyword: harga, needs: [harga], reply: "{{ harga }}"}
  - {name: nik, keyword: "nik#", fields: [{nik: {type: nik}}], reply: "{{ nik }}"}
  - {name: teriak, keyword: "teriak#", fields: [kata], reply: "{{ kata | seru }}"}
"""


def failing(folder: Path, *, testing: bool) -> Flask:
    """An app whose own code fails, wherever it is called."""
    bot = Chatbot()

    def fail() -> str:
        raise LookupError("gudang tutup")

    bot.rule("halo")(fail)
    bot.rule("harga")(lambda: {"hrga": 1})
    bot.field_type("nik")(lambda text: fail())
    bot.template_filter("seru")(lambda text: fail())
    app = app_of(folder, FAILING, bot)
    app.testing = testing
    return app


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("halo", LookupError, "^gudang tutup$"),
        ("harga", AnswerFailed, "returned hrga, and the rule needs harga"),
        ("nik#1", AnswerFailed, "the field type 'nik' raised LookupError"),
        ("teriak#a", AnswerFailed, "the filter 'seru' raised LookupError"),
    ],
)
def test_what_the_apps_own_code_raises_is_raised_while_testing_and_an_apology_else(
    tmp_path: Path, text: str, error: type[Exception], message: str
) -> None:
    apps = {testing: failing(tmp_path / str(testing), testing=testing) for testing in (True, False)}
    for chat in (Chat(apps[True]), Chat(apps[False], raises=True), Chat(apps[True]).person("628222")):
        with pytest.raises(error, match=message):
            chat.says(text)
        assert chat.last.replies == APOLOGY
    assert [Chat(apps[False]).says(text), Chat(apps[True], raises=False).says(text)] == [APOLOGY, APOLOGY]


@pytest.mark.parametrize("place", ["before", "after", "fallback"])
def test_functions_beside_the_rules_raise_as_well(tmp_path: Path, place: str) -> None:
    bot = Chatbot()

    def fail(message: Message) -> None:
        raise LookupError("gudang tutup")

    getattr(bot, place)(fail)
    app = app_of(tmp_path, "rules: [{keyword: halo, reply: Hai}]", bot)
    with pytest.raises(LookupError, match=r"^gudang tutup$"):
        Chat(app, raises=True).says("zzz" if place == "fallback" else "halo")


def test_an_error_that_a_handler_of_errors_answers_is_not_raised(tmp_path: Path) -> None:
    bot = Chatbot()
    bot.rule("halo")(lambda: 1 // 0)
    bot.errorhandler(ZeroDivisionError)(lambda error: "Nol?")
    app = app_of(tmp_path / "lain", "rules: [{name: halo, keyword: halo}]", bot)
    app.testing = True
    assert Chat(app).says("halo") == "Nol?"


# -- several people ----------------------------------------------------------------------------------


def counting(folder: Path) -> Flask:
    bot = Chatbot()

    @bot.fallback
    def count(memory: dict[str, int]) -> str:
        memory["n"] = memory.get("n", 0) + 1
        return str(memory["n"])

    return app_of(folder, RULES, bot)


def test_two_people_do_not_mix(tmp_path: Path) -> None:
    ani = Chat(counting(tmp_path), nama="Ani", at=datetime(2026, 11, 22, 8))  # noqa: DTZ001
    budi = ani.person("628222", nama="Budi")
    assert [each.text for each in (ani.says("x"), budi.says("x"), ani.says("x"), budi.says("x"))] == ["1", "1", "2", "2"]
    assert [ani.says("halo"), budi.says("halo")] == ["Halo Ani, 6281200000000.", "Halo Budi, 628222."]
    assert budi.says("jam") == "22 November 2026 08.00"
    assert (ani.last.message.text, budi.last.message.text) == ("halo", "jam")


def test_two_people_of_one_chat_share_its_seed(chat: Chat) -> None:
    def chosen() -> str:
        ani = Chat(chat.app, seed=3)
        budi = ani.person("628222")
        return "".join(ani.says("acak").text + budi.says("acak").text for _ in range(10))

    assert chosen() == chosen()


@pytest.mark.parametrize("number", ["6281200000000", "+62 812-0000-0000"])
def test_another_person_needs_another_number(chat: Chat, number: str) -> None:
    with pytest.raises(
        ChatbotError, match=f"^{re.escape(number)} is the number of this customer already\\. Give the other one another number\\.$"
    ):
        chat.person(number)


def test_the_last_message_is_explained_by_what_is_remembered_of_a_number_however_it_is_written(tmp_path: Path) -> None:
    rules = "rules:\n  - {name: promo, keyword: promo, once_per: 1 hour, reply: Diskon.}\n"
    chat = Chat(app_of(tmp_path, rules, Chatbot()), from_="0812-0000-0000", at=datetime(2026, 11, 22, 8, tzinfo=UTC))
    assert [list(chat.says("promo")), list(chat.says("promo"))] == [[Text("Diskon.")], []]
    assert chat.last.explain().endswith("keeps quiet: 'once_per' has 1 hour left")


def test_a_chat_begins_with_somebody_the_bot_has_not_met(tmp_path: Path) -> None:
    app = counting(tmp_path)
    first = Chat(app)
    assert [first.says("x"), first.says("x")] == ["1", "2"]
    assert Chat(app).says("x") == "1"


def test_a_chat_reads_the_rules_that_are_in_use_when_something_is_said(tmp_path: Path) -> None:
    bot = Chatbot()
    chat = chat_of(tmp_path, RULES, bot)

    @bot.keyword("baru")
    def new() -> str:
        return "baru"

    assert chat.says("baru") == "baru"
    assert chat.last.explain().splitlines()[0] == f"baru ({place(new)}) by keyword 'baru', priority 0: wins"


# -- several messages --------------------------------------------------------------------------------

FORM = """\
rules:
  - {keyword: menu, reply: Pilih., menu: [{Survei: survei}]}
  - name: survei
    keyword: survei
    ask: [{nilai: {question: "Puas?", type: integer}}]
    once_per: 1 hour
    reply: "Terima kasih, {{ nilai }}."
  - {name: entah, fallback: true, reply: Entah.}
"""


def test_a_chat_goes_on_from_message_to_message(tmp_path: Path) -> None:
    ani = chat_of(tmp_path, FORM, Chatbot())
    budi = ani.person("628222")
    assert [ani.says("menu"), ani.says("1"), budi.says("1"), ani.says("5")] == ["Pilih.\n1. Survei", "Puas?", "Entah.", "Terima kasih, 5."]
    assert (ani.last.rule, ani.last.fields) == ("survei", {"nilai": 5})
    assert ani.says("survei") == []


def test_the_time_of_a_chat_may_be_moved(tmp_path: Path) -> None:
    chat = chat_of(tmp_path, FORM, Chatbot())
    morning = datetime(2026, 11, 23, 8, tzinfo=UTC)
    assert [chat.says("survei", at=morning), chat.says("5", at=morning + timedelta(minutes=15))] == ["Puas?", "Entah."]


def test_what_one_chat_is_in_the_middle_of_no_other_knows(tmp_path: Path) -> None:
    chat = chat_of(tmp_path, FORM, Chatbot())
    chat.says("survei")
    assert Chat(chat.app).says("5") == "Entah."
    assert chat.says("5") == "Terima kasih, 5."


def test_a_chat_leaves_the_database_of_the_app_alone(tmp_path: Path) -> None:
    chat = chat_of(tmp_path, FORM, Chatbot())
    assert [chat.says("survei"), chat.says("5")] == ["Puas?", "Terima kasih, 5."]
    assert [path.name for path in tmp_path.iterdir()] == ["rules.yaml"]


def test_the_last_message_explains_that_a_form_or_a_menu_went_first(tmp_path: Path) -> None:
    chat = chat_of(tmp_path, FORM, Chatbot())
    chat.says("menu")
    chat.says("1")
    assert chat.last.explain().replace(f"{tmp_path}/", "").splitlines()[0] == "survei (rules.yaml:3:5) by the menu, priority 0: wins"
    chat.says("5")
    assert chat.last.explain().replace(f"{tmp_path}/", "").splitlines()[0].startswith("survei (rules.yaml:3:5) by its form, priority 0: ")


def test_the_owner_may_write_by_hand_and_the_bot_is_silent(tmp_path: Path) -> None:
    rules = "settings: {takeover: 10 minutes}\nrules: [{keyword: halo, reply: Halo.}]\n"
    chat = chat_of(tmp_path, rules, Chatbot())
    siti, then = chat.person("628222"), datetime(2026, 11, 27, 9, tzinfo=UTC)
    chat.owner_writes(at=then)
    assert chat.says("halo", at=then) == []
    assert siti.says("halo", at=then) == "Halo."
    assert chat.last.explain().endswith("the owner writes to this person by hand, and the bot is silent: 10 minutes left")
    assert chat.says("halo", at=then + timedelta(minutes=10)) == "Halo."


def test_the_owner_writes_on_one_line(tmp_path: Path) -> None:
    chat = chat_of(tmp_path, "rules: [{keyword: halo, reply: Halo.}]\n", Chatbot())
    chat.owner_writes(line="toko")
    assert chat.says("halo", line="toko") == []
    assert chat.says("halo", line="bengkel") == "Halo."


def test_where_the_rules_say_never_nobody_takes_over(tmp_path: Path) -> None:
    chat = chat_of(tmp_path, "settings: {takeover: never}\nrules: [{keyword: halo, reply: Halo.}]\n", Chatbot())
    chat.owner_writes()
    assert chat.says("halo") == "Halo."


# -- working -----------------------------------------------------------------------------------------


def test_while_an_app_is_at_work_what_a_phone_writes_is_answered(tmp_path: Path) -> None:
    whatsapp = Simulator()
    budi = whatsapp.phone("628111", name="Budi")
    app = make_app(tmp_path, CHATBOT_TRANSPORT=whatsapp, CHATBOT_DATABASE_URL=f"sqlite:///{tmp_path}/chatbot.sqlite")
    budi.writes("halo")  # and waits: nobody is at work yet
    with working(app):
        assert [arrived.reply for arrived in budi.waits_for(1)] == [Text("Halo Budi, nomor 628111.")]


def test_after_the_block_nothing_goes_out_any_more(tmp_path: Path) -> None:
    whatsapp = Simulator()
    app = make_app(tmp_path, CHATBOT_TRANSPORT=whatsapp, CHATBOT_DATABASE_URL=f"sqlite:///{tmp_path}/chatbot.sqlite")
    with working(app):
        pass
    with pytest.raises(TryLater, match=r"^The simulator is not open in this process\.$"):
        whatsapp.groups()


def test_an_app_that_sends_nothing_is_told_what_it_lacks(tmp_path: Path) -> None:
    for app in (Flask("none"), make_app(tmp_path)):
        with pytest.raises(ChatbotError, match=r"^This app sends nothing by itself\. Set CHATBOT_TRANSPORT "), working(app):
            pass
