"""What is told of mistakes in forms, menus and actions when the rules are loaded."""

from datetime import timedelta
from pathlib import Path

import pytest

from flask_chatbot.core.values.actions import Forward, Notify, Pause, Save, Subscribe
from flask_chatbot.core.values.replies import Text
from tests.core.books import in_rule, load, problems, replies

NO_TEMPLATE = "is not a template: customers would see the braces. Write it without them."


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            "keyword: [survei, survei#]\nask: [{a: {question: A?}}]",
            ["3:23: 'ask' is a form without #. Write the keyword without it, or 'fields' in place of 'ask'."],
        ),
        (
            "keyword: a\nfields: [b]\nask: [{c: {question: C?}}]",
            ["5:5: 'ask' replaces 'fields'. Keep one of them."],
        ),
        (
            "keyword: a\nask: [nama, {umur: {type: integer}}, {kota: {question: ' '}}]",
            [
                "4:11: the field 'nama' has no question to ask for it. Write it behind the name: `nama: ...`.",
                "4:17: the field 'umur' has no question to ask for it. Write it behind the name: `umur: ...`.",
                "4:42: the field 'kota' has no question to ask for it. Write it behind the name: `kota: ...`.",
            ],
        ),
        ("keyword: a\nask: [{a: {question: 'Halo {{ nama }}?'}}]", [f"4:26: a question {NO_TEMPLATE}"]),
        ("keyword: a\nask: [{a: 'Halo {{ nama }}?'}]", [f"4:12: a question {NO_TEMPLATE}"]),
        (
            "keyword: a\npatience: 1 hour\ntries: 2",
            [
                "4:5: 'patience' is for a form that asks or a menu, and there is none. Remove it.",
                "5:5: 'tries' is for a form that asks, and there is none. Remove it.",
            ],
        ),
        ("keyword: a\nask: [{b: B?}]\ntries: 11", ["5:12: 'tries' must be at most 10, not 11."]),
        (
            "keyword: a\nask: [{b: {question: B?, if: cc == 'x'}}]",
            ["4:34: unknown name 'cc'."],
        ),
        (
            "keyword: a\npaste: false",
            ["4:5: 'paste' is about lines with the labels of fields, and there are none. Add them, or remove it."],
        ),
        (
            "keyword: a\ninterrupt: false",
            ["4:5: 'interrupt' is for a form that asks. Write 'ask', or 'on_invalid: ask', or remove it."],
        ),
        (
            "keyword: a\nask: [{nama: Siapa?}, {email: email}]",
            ["4:35: customers would be asked 'email'. Write it as email: {question: ..., type: email}."],
        ),
        (
            "keyword: a#\nfields: [{a: {label: '{% if x %}', question: '{{ x }}'}}]",
            [f"4:26: a label {NO_TEMPLATE}", f"4:50: a question {NO_TEMPLATE}"],
        ),
        (
            "keyword: a\nask: [{a: {question: A?, rest: true}}]",
            ["4:30: 'rest' is for parts after a #. Here each answer is a message of its own: remove it."],
        ),
        (
            "keyword: a\nask: [{a: {question: A?}}]\non_invalid: explain\ninvalid: x",
            [
                "5:5: 'on_invalid' is for 'fields'; 'ask' asks again. Remove it.",
                "6:5: 'invalid' is for 'fields'; 'ask' asks again. Remove it.",
            ],
        ),
        (
            "keyword: a#\nfields: [b]\nconfirm: '{{ b }}?'",
            ["5:5: 'confirm' belongs to a form that asks. Write 'ask', or 'on_invalid: ask'."],
        ),
        ("keyword: a\nconfirm: Benar?", ["4:5: 'confirm' belongs to a form that asks. Write 'ask', or 'on_invalid: ask'."]),
        (
            "keyword: a\nask: [{b: {question: B?}}]\nconfirm: true",
            [("5:14: 'confirm' is the text that customers say yes or no to. Write one, such as \"Nilai {{ nilai }}. Benar? (ya/tidak)\".")],
        ),
        ("keyword: a\nask: [{b: {question: B?}}]\nconfirm: '{{ c }}?'", ["5:18: unknown name 'c'."]),
        ("keyword: a\nask: []", ["4:10: 'ask' is an empty list. Write at least 1 entry, or remove it."]),
        ("keyword: a\nask: {b: {question: B?}}", ["4:10: 'ask' must be a list, not a group of keys. Begin each entry with '-'."]),
        ("keyword: a\nmenu: []", ["4:11: 'menu' is an empty list. Write at least 1 entry, or remove it."]),
        ("keyword: a\nmenu: {A: a}", ["4:11: 'menu' must be a list, not a group of keys. Begin each entry with '-'."]),
        (
            "keyword: a\nmenu: [a]",
            [
                (
                    "4:12: entry 1 of 'menu' must be a group of keys, not 'a'. "
                    "Write an entry as the words shown and the rule they lead to: `a: a`"
                )
            ],
        ),
        (
            "keyword: a\nmenu:\n- A: a\n  B: a",
            ["5:7: 'A' and 'B' are in one entry. Write each as an entry of its own, beginning with '-'."],
        ),
        (
            "keyword: a\nmenu: [{A: a}, {' a!': a}]",
            ["4:20: the menu already has an entry ' a!'. Use other words here."],
        ),
        (
            "keyword: a\nmenu: [{1: a}, {2.: a}]",
            [
                "4:13: menu entries are numbered automatically. Write the words to show, such as `- Daftar harga: a`.",
                "4:21: menu entries are numbered automatically. Write the words to show, such as `- Daftar harga: a`.",
            ],
        ),
        ("keyword: a\nmenu: [{1. Harga: a}]", ["4:13: menu entries are numbered automatically. Write 'Harga' alone."]),
        ("keyword: a\nmenu: [{' ': a}]", ["4:13: the words of a menu entry are empty. Write what customers are to see."]),
        ("keyword: a\nmenu: [{'Halo {{ nama }}': a}]", [f"4:13: an entry of a menu {NO_TEMPLATE}"]),
        ("keyword: harga\nmenu: [{A: hrga}]", ["4:16: the menu leads to a rule 'hrga', which does not exist. Did you mean 'harga'?"]),
        (
            "keyword: harga\nmenu: [{harga: Daftar lengkap}]",
            ["4:20: the menu leads to a rule 'Daftar lengkap', which does not exist. Write the words first, and then the name of a rule."],
        ),
        (
            "keyword: a\nfailed: Maaf.",
            ["4:5: 'failed' is sent when 'forward' fails, but this rule has no 'forward'. Add one, or remove 'failed'."],
        ),
        ("keyword: a\nforward: {url: crm.id}", ["4:20: 'crm.id' is not a web address. Write it with https:// in front."]),
        ("keyword: a\nforward: {timeout: 1 jam}", ["4:14: 'forward' lacks the key 'url'. Add `url: ...`."]),
        (
            "keyword: a\npause: 2h\nnotify: [admin, 0811-7601-234]",
            [
                "4:12: '2h' cannot be read as a length of time. Write 2 hours",
                "5:14: there is no member of staff 'admin'. Write a number, or add to the settings: `staff: {admin: 6281234567890}`",
            ],
        ),
        ("keyword: a\nsubscribe: no", ["4:16: 'subscribe' must be true or false, not 'no'. Write false."]),
    ],
)
def test_what_cannot_be_is_told_with_its_place_and_the_mend(tmp_path: Path, lines: str, told: list[str]) -> None:
    assert in_rule(tmp_path, lines) == told


def test_a_rule_that_could_not_be_read_is_not_missed_by_menus(tmp_path: Path) -> None:
    text = "rules: [{keyword: a, menu: [{A: harga}]}, {name: harga, repply: x}]"
    assert problems(tmp_path, text) == [
        "rules.yaml:1:57: unknown key 'repply'. Did you mean 'reply'?",
    ]


def test_actions_are_what_the_rule_says(tmp_path: Path) -> None:
    text = """rules:
  - keyword: a
    save: survei
    notify: [08117601234, "+62 811-7601-235"]
    pause: 2 hours
    subscribe: false
    forward: {url: "https://crm.id/hook", webhookkey: rahasia}
    failed: Maaf.
  - {keyword: b, forward: {url: "https://crm.id/hook", timeout: 3 detik}}
"""
    book = load(tmp_path, text)
    assert book.by_name["a"].actions == (
        Save("survei"),
        Notify("628117601234"),
        Notify("628117601235"),
        Pause(timedelta(hours=2)),
        Subscribe(False),
        Forward("https://crm.id/hook", "rahasia", timedelta(seconds=10)),
    )
    assert book.by_name["b"].actions == (Forward("https://crm.id/hook", "", timedelta(seconds=3)),)


STAFF = "settings: {staff: {kasir: 08117601234, gudang: 251500@lid}}\nrules: [{keyword: a, reply: x, notify: %s}]"


def test_staff_are_notified_by_name_number_or_id_alone_or_several(tmp_path: Path) -> None:
    for written, meant in (
        ("kasir", ["628117601234"]),
        ("[gudang, 08117601235, ID.1349]", ["251500@lid", "628117601235", "ID.1349"]),
        ("{to: kasir}", ["628117601234"]),
        ("[{to: [kasir, gudang]}, kasir]", ["628117601234", "251500@lid", "628117601234"]),
    ):
        assert load(tmp_path, STAFF % written).by_name["a"].actions == tuple(map(Notify, meant))


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("kasirr", "2:40: there is no member of staff 'kasirr'. Did you mean 'kasir'?"),
        ("[kasir, Bos]", "2:48: there is no member of staff 'Bos'. Known are kasir, gudang."),
        ("{to: [kasir, gudng]}", "2:53: there is no member of staff 'gudng'. Did you mean 'gudang'?"),
        ("{to: 0812}", "2:45: '0812' is not a possible phone number. Write it with its country code, such as 6281234567890."),
        ("{text: x}", "2:40: 'notify' lacks the key 'to'. Add `to: ...`."),
        ("{kepada: kasir, text: x}", "2:41: unknown key 'kepada'. Write 'to'."),
        ("{to: kasir, text: '{{ nma }}'}", "2:62: unknown name 'nma'. Did you mean 'nama'?"),
        (
            "{to: kasir, text: '{{ saved.number }}'}",
            "2:62: unknown name 'saved'. A rule that has 'save' knows it, in its reply and 'notify'.",
        ),
        ("{to: kasir, text: '{{ text | rupiah }}'}", "2:69: the filter 'rupiah' needs a number, and text is text."),
    ],
)
def test_what_nobody_could_be_told_is_a_problem_at_load(tmp_path: Path, written: str, told: str) -> None:
    (problem,) = problems(tmp_path, STAFF % written)
    assert problem.startswith(f"rules.yaml:{told}")


@pytest.mark.parametrize(
    ("staff", "told"),
    [
        (
            "{08117601234: kasir}",
            ["1:20: '08117601234' looks like a number.", "1:33: 'kasir' is not a possible phone number."],
        ),
        ("{251500@lid: '628117601234'}", ["1:20: '251500@lid' looks like a number. Call members of staff by a name, such as kasir."]),
        ("{kasir: 0812}", ["1:27: '0812' is not a possible phone number. Write it with its country code, such as 6281234567890."]),
        ("{kasir: {nomor: 1}}", ["1:27: 'kasir' must be text, not a group of keys."]),
        ("{}", ["1:19: 'staff' is an empty group. Write a key and its value into it."]),
        ("628117601234", ["1:19: 'staff' must be a group of keys, not '628117601234'."]),
    ],
)
def test_staff_need_a_name_and_a_number_and_who_lacks_one_is_not_missed_by_rules(tmp_path: Path, staff: str, told: list[str]) -> None:
    found = problems(tmp_path, f"settings: {{staff: {staff}}}\nrules: [{{keyword: a, reply: x, notify: kasir}}]")
    assert [each.removeprefix("rules.yaml:")[: len(start)] for each, start in zip(found, told, strict=False)] == told


def test_a_question_of_fields_is_what_is_said_where_they_are_missing(tmp_path: Path) -> None:
    book = load(tmp_path, "rules: [{keyword: 'a#', fields: [{b: {question: 'Siapa?'}}, c], reply: x}]")
    (said,) = replies(book, "a##x")
    assert isinstance(said, Text)
    assert "- B: Siapa?" in said.text
