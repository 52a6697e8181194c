"""Tables that the app's functions supply: what they are asked, what they may return, and what is told of those that do not fit."""

from datetime import date
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest

from flask_chatbot import Chatbot
from flask_chatbot.bot.bot import Bot
from flask_chatbot.bot.dry_run import dry_run
from flask_chatbot.core.conversation.memory import ShortMemory
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.deciding.trial_rows import TrialRows
from flask_chatbot.core.loading.additions import UNKNOWN_ADDITIONS
from flask_chatbot.core.loading.loader import read_rules
from flask_chatbot.core.values.messages import Message
from flask_chatbot.errors import ChatbotError, HandlerError, RulesError
from flask_chatbot.testing import Chat
from tests.bots import app_of, chat_of, name, place
from tests.core.books import NOW

RULES = """\
rules:
  - name: stok
    keyword: stok#
    fields: [kode, {ukuran: {optional: true}}]
    find: {in: stok, by: [kode, ukuran]}
    not_found: "{{ kode }} tidak ada."
    reply: "{% for row in found.rows %}{{ row.kode }} {{ row.sisa }};{% endfor %}"
"""
GOODS = [{"kode": "A1", "ukuran": "S", "sisa": 3}, {"kode": "a1", "ukuran": "M", "sisa": 4}, {"kode": "B2", "ukuran": "S", "sisa": 0}]
APOLOGY = "Maaf, sistem kami sedang ada gangguan. Mohon dicoba lagi nanti ya."


class Row(NamedTuple):
    kode: str
    sisa: int


def talking(folder: Path, function: Any, columns: tuple[str, ...] = (), rules: str = RULES) -> Chat:
    """A customer of an app whose table is supplied by a function."""
    bot = Chatbot()
    bot.table("stok", columns=columns)(function)
    return chat_of(folder, rules, bot)


TYPED = """\
rules:
  - keyword: janji#
    fields: [{tanggal: {type: date}}]
    find: {in: stok, by: tanggal}
    not_found: Tidak ada.
    reply: "{{ found.sisa }}"
"""


def test_texts_of_a_supplied_table_are_read_as_the_field_reads_what_customers_write(tmp_path: Path) -> None:
    chat = talking(tmp_path, lambda: [{"tanggal": "28/11/2026", "sisa": 1}, {"tanggal": date(2026, 11, 29), "sisa": 2}], rules=TYPED)
    assert [chat.says(f"janji#{day}") for day in ("28 nov 2026", "29-11-2026", "30/11/2026")] == ["1", "2", "Tidak ada."]


def noted(book: RuleBook | None, bot: Bot | None = None) -> str:
    """What a dry run says beside its answer."""
    assert book is not None
    return dry_run(book, ShortMemory(), TrialRows(), Message(text="stok#a1"), NOW, Random(1), bot).note


def test_a_dry_run_says_that_a_table_of_the_app_was_not_asked(tmp_path: Path) -> None:
    bot = Chatbot()

    @bot.table("stok")
    def goods() -> list[dict[str, object]]:
        return GOODS

    core: Bot = app_of(tmp_path, RULES, bot).extensions["chatbot"].bot
    assert noted(core.book, core) == f"{name(goods)} at {place(goods)} supplies the table 'stok', but is not run; add --run"
    alone = read_rules(core.path, UNKNOWN_ADDITIONS).book
    assert noted(alone) == "the table 'stok' would come from the app, and was not asked. Name the app, and add --run: flask --app ..."


def test_a_dry_run_says_that_saved_rows_were_not_read(tmp_path: Path) -> None:
    rules = RULES + "  - {keyword: isi#, fields: [kode, ukuran, sisa], save: stok, reply: ok}\n"
    core: Bot = app_of(tmp_path, rules, Chatbot()).extensions["chatbot"].bot
    assert noted(core.book, core) == "the rows saved to 'stok' are not read here; add --run"
    alone = read_rules(core.path, UNKNOWN_ADDITIONS).book
    assert noted(alone) == "the rows saved to 'stok' are not read here. Name the app, and add --run: flask --app ..."


def test_rows_are_picked_out_of_all_by_the_normal_form(tmp_path: Path) -> None:
    chat = talking(tmp_path, lambda: GOODS)
    assert [chat.says(text) for text in ("stok#a-1", "stok#A1", "stok#a1#m")] == ["a-1 tidak ada.", "A1 3;a1 4;", "a1 4;"]


def test_a_condition_is_put_on_all_rows_of_a_function_however_many_fail(tmp_path: Path) -> None:
    rules = RULES.replace("[kode, ukuran]}", "[kode, ukuran], where: sisa > 0}")
    goods = [{"kode": "A1", "ukuran": "S", "sisa": int(place == 250)} for place in range(260)]
    assert talking(tmp_path, lambda: goods, ("kode", "ukuran", "sisa"), rules).says("stok#a1") == "A1 1;"


def test_a_function_with_parameters_looks_the_row_up_itself(tmp_path: Path) -> None:
    asked: list[str] = []

    def stock(kode: str) -> dict[str, object] | None:
        asked.append(kode)
        return {"kode": "A1", "ukuran": "S", "sisa": 3} if kode == "a1" else None

    chat = talking(tmp_path, stock)
    assert [chat.says(text) for text in ("stok#a1", "stok#c3", "stok#a1#m")] == ["A1 3;", "c3 tidak ada.", "a1 tidak ada."]
    assert asked == ["a1", "c3", "a1"]


def test_a_function_may_ask_for_the_message(tmp_path: Path) -> None:
    chat = talking(tmp_path, lambda message, kode: [{"kode": kode, "sisa": message.sender.number}])
    assert chat.says("stok#a1") == "a1 6281200000000;"


@pytest.mark.parametrize("returned", ["habis", 5, [Row("A1", 3)], ["A1"]])
def test_what_is_no_row_is_one_apology_and_the_log_says_what_to_return(
    tmp_path: Path, returned: object, caplog: pytest.LogCaptureFixture
) -> None:
    chat = talking(tmp_path, lambda: returned)
    chat.raises = False
    assert chat.says("stok#a1") == APOLOGY
    assert "Return a dict, a list of dicts, or None" in caplog.text


def test_a_function_that_raises_is_one_apology_and_the_log_has_its_place(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def stock(kode: str) -> None:
        raise LookupError(kode)

    chat = talking(tmp_path, stock)
    chat.raises = False
    assert chat.says("stok#a1") == APOLOGY
    assert "the table 'stok', tests.bot.test_supplied.test_a_function_that_raises" in caplog.text
    assert "a1" not in caplog.text.replace("kode", "").split("LookupError")[-1]


def test_columns_that_are_named_are_checked_when_the_rules_are_read(tmp_path: Path) -> None:
    with pytest.raises(RulesError, match=r"row has no 'sisa'\. Did you mean 'sisaa'\?"):
        talking(tmp_path, lambda: GOODS, ("kode", "ukuran", "sisaa"))


def test_a_parameter_that_the_rules_do_not_look_up_by_is_told_with_both_places(tmp_path: Path) -> None:
    with pytest.raises(RulesError, match=r"wants 'resi', and rule 'stok' at .*rules\.yaml:2:5 does not look the table 'stok' up by it\."):
        talking(tmp_path, lambda resi: GOODS)


def test_two_functions_for_one_table_and_a_table_after_the_rules_were_read_are_refused(tmp_path: Path) -> None:
    bot = Chatbot()
    bot.table("stok")(lambda: GOODS)
    with pytest.raises(HandlerError, match="supplies the table 'stok' already"):
        bot.table("stok")(lambda kode: GOODS)
    chat = chat_of(tmp_path, RULES, bot)
    with pytest.raises(ChatbotError, match="the table 'harga' comes after init_app"):
        bot.table("harga")(lambda: GOODS)
    assert chat.says("stok#b2") == "B2 0;"


def refused(folder: Path, rules: str) -> list[str]:
    """What is wrong with rules of an app that supplies `stok`, without places."""
    (folder / "stok.csv").write_text("kode;ukuran;sisa\nA1;S;3\n", "utf-8")
    with pytest.raises(RulesError) as raised:
        talking(folder, goods, rules=rules)
    return [str(each.message) for each in raised.value.problems]


def goods() -> list[dict[str, object]]:
    return GOODS


def test_a_table_of_the_app_with_the_name_of_a_file_or_of_saved_rows_is_refused_with_both(tmp_path: Path) -> None:
    (told,) = refused(tmp_path, "tables: {stok: stok.csv}\n" + RULES)
    assert told.startswith(f"{name(goods)} supplies the table 'stok', and so does a file under `tables:` in ")
    assert told.endswith("rules.yaml. Remove one of them.")
    (told,) = refused(tmp_path, RULES + "  - {name: isi, keyword: isi#, fields: [kode, ukuran], save: stok, reply: ok}\n")
    assert told.startswith(f"{name(goods)} supplies the table 'stok', and rule 'isi' at ")
    assert told.endswith("rules.yaml:8:5 saves rows to it. Give one of them another name.")


def test_options_from_a_table_of_the_app_are_refused_with_the_way_out(tmp_path: Path) -> None:
    rules = RULES + "  - {keyword: pesan, ask: [{kode: {question: Apa?, options: {from: stok.kode}}}], reply: ok}\n"
    assert refused(tmp_path, rules) == [
        (
            "options come from a CSV file, and the application supplies 'stok'. "
            "Write the options here, or let customers write it, and look it up by `find:`."
        )
    ]
