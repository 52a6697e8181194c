"""What is wrong in a rule file: the whole list of problems, each with its place and its sentence."""

from pathlib import Path

import pytest

from flask_chatbot.core.loading.loader import load_rules, read_rules
from flask_chatbot.errors import RulesError
from tests.core.books import in_rule, load, problems, said, told, write

RULE_KEYS = (
    "name, keyword, pattern, contains, similar, sends, small_talk, hash, fallback, priority, when, otherwise, once_per, guess, "
    "fields, ask, patience, tries, interrupt, paste, confirm, menu, "
    "save, notify, pause, subscribe, forward, failed, find, not_found, needs, on_invalid, invalid, reply, tests"
)
TYPES = "text, integer, number, money, email, phone, date, time, choice, yesno, image, document, media, location"
QUOTES = "Put quotes around this text:"

NULL = "which is nothing in YAML. Write"

BANYAK = (
    "4:47: the option 'banyak' does not fit the field. A customer who wrote it would read: "
    'Maaf, "banyak" belum bisa kami baca sebagai jumlah. Contoh: 3.'
)


@pytest.mark.parametrize("word", ["~", "null", "Null", "NULL"])
@pytest.mark.parametrize(
    ("rule", "place", "what", "wanted"),
    [
        ("keyword: a\nreply: {}", "4:12", "'reply'", "text or a list or a group of keys, [] for silence,"),
        ("keyword: a\nreply:\n  - {}", "5:9", "entry 1 of 'reply'", "text or a group of keys,"),
        ("keyword: a\nreply: {{text: {}}}", "4:19", "'text'", "text,"),
        ("keyword: a\nreply: {{image: {}}}", "4:20", "'image'", "text or a group of keys,"),
        ("keyword: {}\nreply: x", "3:14", "'keyword'", "text or a list,"),
        ("keyword: [a, {}]\nreply: x", "3:18", "entry 2 of 'keyword'", "text,"),
        ("name: {}\nkeyword: a\nreply: x", "3:11", "'name'", "text,"),
        ("keyword: a\nask: [{{b: {{question: {}}}}}]\nreply: x", "4:26", "'question'", "text,"),
        ("keyword: a\nask: [{{b: {{question: B?}}}}]\nconfirm: {}\nreply: x", "5:14", "'confirm'", "text,"),
        ("keyword: a#\nfields: [{{b: {{default: {}}}}}]\nreply: x", "4:28", "'default'", "text,"),
        (
            "keyword: a#\nfields: [b]\ninvalid: {}\nreply: x",
            "5:14",
            "'invalid'",
            "text or a list or a group of keys, [] for silence,",
        ),
        (
            "keyword: a\nwhen: {{days: mon}}\notherwise: {}\nreply: x",
            "5:16",
            "'otherwise'",
            "text or a list or a group of keys, [] for silence,",
        ),
        (
            "keyword: a\nforward: {{url: 'https://x.id'}}\nfailed: {}",
            "5:13",
            "'failed'",
            "text or a list or a group of keys, [] for silence,",
        ),
    ],
)
def test_a_null_where_a_text_or_a_list_is_meant_is_told_at_its_place(
    tmp_path: Path, word: str, rule: str, place: str, what: str, wanted: str
) -> None:
    way_out = f'If the text is meant, put quotes around it: "{word}"'
    assert in_rule(tmp_path, rule.format(word)) == [f"{place}: {what} is {word}, {NULL} {wanted} or remove it. {way_out}"]


def test_a_null_in_quotes_and_one_with_more_beside_it_are_texts(tmp_path: Path) -> None:
    rules = "- {keyword: 'null', reply: \"~\"}\n  - {keyword: a, reply: ~ kami}\n  - {keyword: b, reply: null dan nihil}"
    book = load(tmp_path, f"rules:\n  {rules}\n")
    assert [said(book, text) for text in ("null", "a", "b")] == ["~", "~ kami", "null dan nihil"]


def test_a_null_where_a_number_is_meant_is_not_told_of_quotes(tmp_path: Path) -> None:
    said = in_rule(tmp_path, "keyword: a\npriority: ~\nreply: x")
    assert said == [f"4:15: 'priority' is ~, {NULL} a whole number, or remove it."]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["1:1: the file is empty. Write something into it, or delete it."]),
        ("halo", ["1:1: the file must be a group of keys, not 'halo'."]),
        (
            "- version: 1",
            [
                (
                    "1:1: the file must be a group of keys, not a list. "
                    "Write `version: 1` and `rules:` on lines of their own above it, and indent the list below `rules:`."
                )
            ],
        ),
        ("version: 1", ["1:1: there are no rules. Add a list of them under 'rules:'."]),
        ("version: 1\nrules: []", ["1:1: there are no rules. Add a list of them under 'rules:'."]),
        ("version: 1\nrules:", ["2:1: 'rules' is empty. Write a list after it, or remove it."]),
        ("version: 1\nrules: halo", ["2:8: 'rules' must be a list, not 'halo'."]),
        ("version: 1\nrules: {keyword: halo}", ["2:8: 'rules' must be a list, not a group of keys. Begin each entry with '-'."]),
        ("version: 1\nrules:\n  -\n", ["3:4: entry 1 of 'rules' is empty. Write a group of keys after it, or remove it."]),
        (
            "version: 1\nrules:\n  - halo\n",
            ["3:5: entry 1 of 'rules' must be a group of keys, not 'halo'. Begin it with its keyword, such as `- keyword: halo`"],
        ),
        ("version: 1\nrules:\n  - keyword:dua\n", ["3:5: a space is missing after the colon. Write keyword: dua"]),
        ("version: 1\nrules:\n  - keyword\uff1a dua\n", ["3:5: the sign \uff1a is not a colon to YAML. Write keyword: dua"]),
        ("version: 1\nrules:\n  - {}\n", ["3:5: this rule has neither a 'keyword' nor a 'name', so nothing leads to it. Give it one."]),
        ("version: 2\nrules: [{keyword: a}]", ["1:10: 'version' must be 1, not 2."]),
        ("version: '1'\nrules: [{keyword: a}]", ["1:10: 'version' must be a whole number, not '1'. Write 1, without quotes."]),
        ("rules: [{keyword: a}] # version:", ["1:1: the file lacks the key 'version'. Begin it with `version: 1`."]),
        ("version: 1\nrule: [{keyword: a}]", ["2:1: unknown key 'rule'. Did you mean 'rules'?"]),
        (
            "version: 1\nxyz: 1\nrules: [{keyword: a}]",
            ["2:1: unknown key 'xyz'. Known here: version, include, settings, synonyms, words, sentences, tables, vars, rules, tests."],
        ),
        (
            "version: 1\nsettings:\nlanguage: en\nrules: [{keyword: a}]",
            [
                "2:1: 'settings' is empty. Write a group of keys after it, or remove it.",
                "3:1: 'language' belongs below 'settings'. Write `settings: {language: en}`.",
            ],
        ),
        (
            "version: 1\nversion: 1\nrules: [{keyword: a}]",
            ["2:1: duplicate key 'version': line 1 has it already. Remove one of them."],
        ),
    ],
)
def test_a_file_that_is_no_rule_file(tmp_path: Path, text: str, found: list[str]) -> None:
    (tmp_path / "rules.yaml").write_text(text, "utf-8")
    assert told(tmp_path / "rules.yaml") == [f"rules.yaml:{each}" for each in found]


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("reply: Halo", ["3:5: this rule has neither a 'keyword' nor a 'name', so nothing leads to it. Give it one."]),
        ("fallback: false", ["3:5: this rule has neither a 'keyword' nor a 'name', so nothing leads to it. Give it one."]),
        ("keyword: a\nrepply: b", ["4:5: unknown key 'repply'. Did you mean 'reply'?"]),
        (
            "keyword: a\nxyz: b\nqqq: c",
            [f"{line}:5: unknown key {key!r}. Known here: {RULE_KEYS}." for line, key in ((4, "xyz"), (5, "qqq"))],
        ),
        ("name:\nkeyword: a", ["3:5: 'name' is empty. Write text after it, or remove it."]),
        ("name: ''\nkeyword: a", ["3:11: 'name' is an empty text. Write something, or remove it."]),
        ("name: [a]", ["3:11: 'name' must be text, not a list."]),
        ("keyword:", ["3:5: 'keyword' is empty. Write text or a list after it, or remove it."]),
        ("keyword: []", ["3:14: 'keyword' is an empty list. Write at least 1 entry, or remove it."]),
        ("keyword: [a, ]", []),
        ("keyword:\n  - a\n  -", ["5:8: entry 2 of 'keyword' is empty. Write text after it, or remove it."]),
        ("keyword: {a: b}", ["3:15: 'a: b' was read as a key and its value. Put quotes around this text: \"a: b\""]),
        ("keyword: {}", ["3:14: 'keyword' is an empty group. Write a key and its value into it."]),
        ("keyword: {exakt: b}", ["3:15: unknown key 'exakt'. Did you mean 'exact'?"]),
        ("keyword: [a, {exact: [b]}]", ["3:26: 'exact' must be text, not a list."]),
        ("keyword: {exact: }", ["3:15: 'exact' is empty. Write text after it, or remove it."]),
        (
            "keyword: [a, {exact: '#'}]",
            ["3:26: the keyword '#' has nothing that can be compared. Write at least one letter, digit or sign."],
        ),
        ("keyword: {exact: 'b*'}", ["3:22: warning: a star stands for the rest of a word under 'contains' only. Write `contains: b*`."]),
        ("keyword: [a, [b]]", ["3:18: entry 2 of 'keyword' must be text, not a list."]),
        ("keyword: ['#']", ["3:15: the keyword '#' has nothing that can be compared. Write at least one letter, digit or sign."]),
        ("keyword: [a, '  ']", ["3:18: the keyword '' has nothing that can be compared. Write at least one letter, digit or sign."]),
        ("keyword: a\nfallback: yes", ["4:15: 'fallback' must be true or false, not 'yes'. Write true."]),
        ("keyword: a\npriority: high", ["4:15: 'priority' must be a whole number, not 'high'."]),
        ("keyword: a\npriority: 1.5", ["4:15: 'priority' must be a whole number, not '1.5'."]),
        ("keyword: a\npriority:", ["4:5: 'priority' is empty. Write a whole number after it, or remove it."]),
        ("keyword: a\nneeds: [1x]", ["4:13: '1x' cannot be the name of a value. Use letters, digits and _, beginning with a letter."]),
    ],
)
def test_a_wrong_key_of_a_rule(tmp_path: Path, lines: str, found: list[str]) -> None:
    assert in_rule(tmp_path, lines) == found


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ("fields:", ["4:5: 'fields' is empty. Write a list after it, or remove it."]),
        ("fields: []", ["4:13: 'fields' is an empty list. Write at least 1 entry, or remove it."]),
        ("fields: nama", ["4:13: 'fields' must be a list, not 'nama'. Write a list: [nama]"]),
        ("fields: {nama: {}}", ["4:13: 'fields' must be a list, not a group of keys. Begin each entry with '-'."]),
        ("fields:\n  - nama: text", ["5:15: 'nama' must be a group of keys, not 'text'. Write its type as nama: {type: text}"]),
        ("fields: [{tanggal: date}]", ["4:24: 'tanggal' must be a group of keys, not 'date'. Write its type as tanggal: {type: date}"]),
        ("fields: [{nama: Budi}]", ["4:21: 'nama' must be a group of keys, not 'Budi'."]),
        ("fields: [{a: {required: true}}]", ["4:19: unknown key 'required'. Fields are required unless `optional: true`."]),
        ("fields:\n  -", ["5:8: entry 1 of 'fields' is empty. Write text or a group of keys after it, or remove it."]),
        ("fields:\n  - nama:", ["5:9: 'nama' is empty. Write a group of keys after it, or remove it."]),
        ("fields:\n  - nama:\n    min: 2", ["5:9: the keys of 'nama' stand beside it, not below it. Indent them deeper than 'nama'."]),
        (
            "fields:\n  - nama:\n    min: 2\n    max: 3",
            ["5:9: the keys of 'nama' stand beside it, not below it. Indent them deeper than 'nama'."],
        ),
        (
            "fields:\n  - nama: {min: 2}\n    umur: {max: 3}",
            ["5:9: 'nama' and 'umur' are in one entry. Write each as an entry of its own, beginning with '-'."],
        ),
        ("fields:\n  - nama: teks", ["5:15: 'nama' must be a group of keys, not 'teks'. Write its type as nama: {type: text}"]),
        ("fields: [a, a]", ["4:17: the name 'a' is taken by another field. Choose another one."]),
        ("fields: [a, {a: {min: 1}}]", ["4:17: the name 'a' is taken by another field. Choose another one."]),
        ("fields: [{a: {rest: true}}, b]", ["4:33: nothing can follow 'a', which takes the rest. Move it to the end."]),
        ("fields: [a, {b: {rest: true}}]", []),
        (
            "fields: [message, text, data, keyword, now, memory, value, loop, class, true, none, self]",
            [
                f"4:{column}: a field may not be called {name!r}, which means something else here. Choose another name."
                for column, name in zip(
                    (14, 23, 29, 35, 44, 49, 57, 64, 70, 77, 83, 89),
                    "message text data keyword now memory value loop class true none self".split(),
                    strict=True,
                )
            ],
        ),
        (
            "fields: [nama lengkap, {1a: {}}, no-hp]",
            [
                f"4:{column}: {name!r} cannot be the name of a field. Use letters, digits and _, and `label:` for what customers see."
                for column, name in ((14, "nama lengkap"), (29, "1a"), (38, "no-hp"))
            ],
        ),
        ("fields: [nama, nohp, suggestion, 名前]", []),
        ("fields: [{a: {type: integr}}]", ["4:25: unknown field type 'integr'. Did you mean 'integer'?"]),
        (
            "fields: [{a: {type: xyz}}]",
            [f"4:25: unknown field type 'xyz'. Known types: {TYPES}."],
        ),
        (
            "fields: [{a: {type: 1}}]",
            [f"4:25: unknown field type '1'. Known types: {TYPES}."],
        ),
        ("fields: [{a: {type: email, min: 3}}]", ["4:32: a field of type 'email' has no 'min'. Remove it, or change the type."]),
        (
            "fields: [{a: {type: yesno, min: 1, max: 2, pattern: x, options: [y]}}]",
            [
                f"4:{column}: a field of type 'yesno' has no {key!r}. Remove it, or change the type."
                for column, key in ((32, "min"), (40, "max"), (48, "pattern"), (60, "options"))
            ],
        ),
        (
            "fields: [{a: {type: integer, pattern: x}}]",
            ["4:34: a field of type 'integer' has no 'pattern'. Remove it, or change the type."],
        ),
        ("fields: [{a: {options: [x], min: 2}}]", ["4:33: a field of type 'choice' has no 'min'. Remove it, or change the type."]),
        ("fields: [{a: {type: yesno, options: [x]}}]", ["4:32: a field of type 'yesno' has no 'options'. Remove it, or change the type."]),
        ("fields: [{a: {type: date, unit: kg}}]", ["4:31: a field of type 'date' has no 'unit'. Remove it, or change the type."]),
        (
            "fields: [{a: {type: integer, unit: [2 kg]}}]",
            ["4:41: '2 kg' is not a unit. Write each as one word without digits, such as kg or bungkus."],
        ),
        ("fields: [{a: {type: integer, min: besok}}]", ["4:39: 'min' must be a number, not 'besok'."]),
        (
            "fields: [{a: {type: date, max: nanti}}]",
            ["4:36: 'max' must be a day such as 2026-12-05, hari ini, besok or +14 hari, not 'nanti'."],
        ),
        (
            "fields: [{a: {type: date, min: +3 hari, max: besok}}]",
            ["4:36: 'min' is +3 hari and 'max' is besok: no value fits. Swap them."],
        ),
        ("fields: [{a: {type: time, min: 9 pagi}}]", ["4:36: 'min' must be a time of day such as 09.00 or 14.30, not '9 pagi'."]),
        ("fields: [{a: {type: time, min: 17.00, max: 9}}]", ["4:36: 'min' is 17.00 and 'max' is 9: no value fits. Swap them."]),
        (
            "fields: [{a: {type: time, options: [09.00, siang]}}]",
            ["4:48: the option 'siang' does not fit the field. It must be a time of day such as 09.00 or 14.30, not 'siang'."],
        ),
        (
            "fields: [{a: {type: integer, options: [1, banyak]}}]",
            [BANYAK],
        ),
        (
            "fields: [{a: {options: {kopi: [ngopi], teh: [Ngopi]}}}]",
            ["4:49: 'teh' and 'kopi' are one option to customers who write 'ngopi'. Remove it from one of them."],
        ),
        (
            "fields: [{a: {type: date, open: true}}]",
            ["4:31: 'open' needs to know when that is. Add `hours:` to the settings, or remove it."],
        ),
        ("fields: [{a: {type: phone, default: '{{ nomor }}'}}]", ["4:45: unknown name 'nomor'."]),
        ("fields: [{a: {type: choice}}]", ["4:15: the field 'a' is a choice without `options:`. List what may be chosen."]),
        ("fields: [{a: {type: choice, default: x}}]", ["4:15: the field 'a' is a choice without `options:`. List what may be chosen."]),
        ("fields: [{a: {type: choice, options: []}}]", ["4:42: 'options' is an empty list. Write at least 1 entry, or remove it."]),
        ("fields: [{a: {type: choice, options: x}}]", ["4:42: 'options' must be a list or a group of keys, not 'x'. Write a list: [x]"]),
        ("fields: [{a: {min: 3, max: 2}}]", ["4:24: 'min' is 3 and 'max' is 2: no value fits. Swap them."]),
        (
            "fields: [{a: {type: integer, min: 10.000}}]",
            ["4:39: warning: 'min' is 10: the point in 10.000 is a decimal point. Write 10000 if thousands are meant."],
        ),
        (
            "fields: [{a: {type: money, max: 1.500}}]",
            ["4:37: warning: 'max' is 1.5: the point in 1.500 is a decimal point. Write 1500 if thousands are meant."],
        ),
        ("fields: [{a: {type: number, min: 0.5, max: 1.25}}]", []),
        ("fields: [{a: {min: dua}}]", ["4:24: 'min' must be a number, not 'dua'."]),
        ("fields: [{a: {optional: yes}}]", ["4:29: 'optional' must be true or false, not 'yes'. Write true."]),
        ("fields: [{a: {optionl: true}}]", ["4:19: unknown key 'optionl'. Did you mean 'optional'?"]),
        ("fields: [{a: {label: ''}}]", ["4:26: 'label' is an empty text. Write something, or remove it."]),
        (
            "fields: [{a: {type: integer, min: 5, default: 3}}]",
            ["4:51: the default does not fit the field. A customer who wrote it would read: Minimal 5."],
        ),
        (
            "fields: [{a: {type: choice, options: [x, y], default: z}}]",
            [
                (
                    "4:59: the default does not fit the field. A customer who wrote it would read: "
                    'Maaf, "z" tidak ada di pilihan. Pilihannya: x, y.'
                )
            ],
        ),
        ("fields: [{a: {type: integer, min: 1000, default: '1.500'}}]", []),
        ("fields: [{a: {type: date, default: besok}}, {b: {type: yesno, default: no}}]", []),
        ("fields: [{a: {error: '{{ valu }}'}}]", ["4:30: unknown name 'valu'. Did you mean 'value'?"]),
        ("fields: [{a: {error: '{{ nama }}'}}]", ["4:30: unknown name 'nama'."]),
    ],
)
def test_a_wrong_field(tmp_path: Path, fields: str, found: list[str]) -> None:
    assert in_rule(tmp_path, f"keyword: a#\n{fields}") == found


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("keyword: a\nfields: [b]", ["4:5: 'fields' needs a keyword that ends in #, such as `keyword: a#`."]),
        ("name: a\nfields: [b]", ["4:5: 'fields' needs a keyword that ends in #, such as `keyword: penawaran#`."]),
        ("keyword: [a, b#]\nfields: [b]", []),
        ("keyword: a#\non_invalid: explain", ["4:5: 'on_invalid' needs 'fields', whose values could be wrong. Add them, or remove it."]),
        ("keyword: a#\non_invalid: reply", ["4:5: 'on_invalid' needs 'fields', whose values could be wrong. Add them, or remove it."]),
        ("keyword: a#\ninvalid: x", ["4:5: 'invalid' needs 'fields', whose values could be wrong. Add them, or remove it."]),
        ("keyword: a#\nfields: [b]\non_invalid: reply", ["5:5: 'on_invalid: reply' needs the reply to send. Add 'invalid:' to the rule."]),
        (
            "keyword: a#\nfields: [b]\non_invalid: explain\ninvalid: x",
            ["6:5: 'invalid' is never sent while 'on_invalid' is explain. Remove one of them."],
        ),
        ("keyword: a#\nfields: [b]\ninvalid: x", []),
        ("keyword: a#\nfields: [b]\non_invalid: reply\ninvalid: []", []),
        ("pattern: '(?P<b>x+)'\nkeyword: a\nfields: [b]\non_invalid: explain", []),
        ("pattern: '(?P<b>x+)'\nkeyword: [a, a#]\nfields: [b]\non_invalid: explain", []),
        (
            "keyword: a#\nfields: [b]\non_invalid: answer",
            ["5:17: 'on_invalid' must be one of explain, ask, reply, not 'answer'. Write 'reply'."],
        ),
        (
            "keyword: a#\nfields: [b]\non_invalid: replay",
            ["5:17: 'on_invalid' must be one of explain, ask, reply, not 'replay'. Did you mean 'reply'?"],
        ),
    ],
)
def test_keys_that_do_not_go_together(tmp_path: Path, lines: str, found: list[str]) -> None:
    assert in_rule(tmp_path, lines) == found


def test_two_rules_of_one_name_are_told_with_both_places(tmp_path: Path) -> None:
    text = "rules:\n  - {name: a, keyword: x}\n  - {name: b, keyword: y}\n  - keyword: z\n    name: a\n"
    assert problems(tmp_path, text) == ["rules.yaml:4:5: the name 'a' is taken by the rule at rules.yaml:2:5. Choose another one."]


def test_every_problem_of_every_rule_is_told_at_once_in_order(tmp_path: Path) -> None:
    text = """version: 1
settings: {language: indonesia, timezone: Asia/Jakarta}
synonyms: {harga: [hrg], ongkir: [hrg]}
vars: {text: x}
rules:
  - keyword: halo
    repply: Hai
  - name: dua
    keyword: dua#
    fields:
      - nama:
        min: 2
      - email: {type: emial}
    reply: "{{ nmaa }}"
  - name: tiga
    keyword: tiga#
    fields:
      - nama: {type: emial}
    reply: "{{ nmaa }} {{ nama | uper }}"
  - name: tiga
    reply: Halo
    fields: [a]
  - reply:
      - Harga: 10rb
"""
    assert problems(tmp_path, text) == [
        "rules.yaml:2:22: unknown language 'indonesia'. Write 'id'.",
        "rules.yaml:3:35: 'hrg' stands for 'harga' already, at rules.yaml:3:20. Remove one of them.",
        "rules.yaml:4:8: a var may not be called 'text', which means something else in templates. Choose another name.",
        "rules.yaml:7:5: unknown key 'repply'. Did you mean 'reply'?",
        "rules.yaml:11:9: the keys of 'nama' stand beside it, not below it. Indent them deeper than 'nama'.",
        "rules.yaml:13:23: unknown field type 'emial'. Did you mean 'email'?",
        "rules.yaml:14:16: unknown name 'nmaa'. Did you mean 'nama'?",
        "rules.yaml:18:22: unknown field type 'emial'. Did you mean 'email'?",
        "rules.yaml:19:16: unknown name 'nmaa'. Did you mean 'nama'?",
        "rules.yaml:19:34: unknown filter 'uper'. Did you mean 'upper'?",
        "rules.yaml:20:5: the name 'tiga' is taken by the rule at rules.yaml:15:5. Choose another one.",
        "rules.yaml:22:5: 'fields' needs a keyword that ends in #, such as `keyword: penawaran#`.",
        "rules.yaml:23:5: this rule has neither a 'keyword' nor a 'name', so nothing leads to it. Give it one.",
        f"rules.yaml:24:9: 'Harga: 10rb' was read as a key and its value. {QUOTES} \"Harga: 10rb\"",
    ]


def test_the_error_carries_all_problems_and_says_them_all(tmp_path: Path) -> None:
    with pytest.raises(RulesError) as caught:
        load(tmp_path, "rules: [{keyword: a, repply: b}, {fallback: maybe}]\n")
    assert str(caught.value).replace(f"{tmp_path}/", "") == (
        "rules.yaml:1:22: unknown key 'repply'. Did you mean 'reply'?\nrules.yaml:1:45: 'fallback' must be true or false, not 'maybe'. "
        "Write `fallback: true`, and the text below it: `reply: maybe`"
    )
    assert [problem.severity for problem in caught.value.problems] == ["error", "error"]


@pytest.mark.parametrize(
    ("keyword", "several"),
    [("a, b, c", "a, b, c"), ("penawaran#,tiket#", "penawaran#, tiket#"), ("halo, apa kabar,", "halo, apa kabar")],
)
def test_several_keywords_in_one_text_are_warned_of(tmp_path: Path, keyword: str, several: str) -> None:
    path = write(tmp_path, f"rules:\n  - keyword: {keyword}\n    reply: x\n")
    message = f"this is one keyword, commas included. If several are meant, write a list: [{several}]. If not, put it in quotes."
    assert told(path) == [f"rules.yaml:2:14: warning: {message}"]
    assert load_rules(path).rules[0].keywords[0].written == keyword


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("keyword: [Halo, halo!, 'halo#', HALO#]", [("3:21", "halo!", "Halo", "3:15"), ("3:37", "HALO#", "halo#", "3:28")]),
        ("keyword: [Halo, {exact: halo}]", [("3:29", "halo", "Halo", "3:15")]),
        ("contains: [harga*, Harga*]", [("3:24", "Harga*", "harga*", "3:16")]),
        ("similar: [di mana, Di mana?]", [("3:24", "Di mana?", "di mana", "3:15")]),
        ("keyword: [caf\u00e9, cafe]", []),
    ],
)
def test_two_texts_of_a_rule_that_are_compared_as_one_are_told_with_both_places(
    tmp_path: Path, lines: str, found: list[tuple[str, str, str, str]]
) -> None:
    way_out = "what distinguishes them does not count where texts are compared. Remove one of them."
    assert in_rule(tmp_path, f"{lines}\nreply: x") == [
        f"{at}: warning: {text!r} is the same as {other!r} at rules.yaml:{first}: {way_out}" for at, text, other, first in found
    ]


def test_by_synonyms_phrases_are_one_and_keywords_are_not(tmp_path: Path) -> None:
    told = problems(tmp_path, "synonyms: {harga: hrg}\nrules: [{contains: [harga, hrg], keyword: [harga, hrg], reply: x}]\n")
    assert [each.partition(" at ")[0] for each in told] == ["rules.yaml:2:28: warning: 'hrg' is the same as 'harga'"]


@pytest.mark.parametrize("keyword", ["'a, b'", '"a, b"', "[a, b]", "a b", "['a, b', c]"])
def test_a_comma_in_quotes_is_meant(tmp_path: Path, keyword: str) -> None:
    assert in_rule(tmp_path, f"keyword: {keyword}\nreply: x") == []


def shared(count: int) -> str:
    rules = "".join(f"  - {{name: r{number}, keyword: Sama!}}\n" for number in range(count))
    return f"version: 1\nrules:\n{rules}"


def test_a_hundred_rules_may_share_one_keyword(tmp_path: Path) -> None:
    assert problems(tmp_path, shared(100)) == []


def test_more_than_a_hundred_may_not(tmp_path: Path) -> None:
    assert problems(tmp_path, shared(102)) == ["rules.yaml:104:5: 102 rules share the keyword 'sama', and the limit is 100. Merge some."]


def test_a_rule_has_a_hundred_fields_at_the_most(tmp_path: Path) -> None:
    for count, found in ((100, []), (101, ["4:13: 'fields' has more than 100 entries. Shorten it."])):
        assert in_rule(tmp_path, f"keyword: a#\nfields: [{', '.join(f'f{number}' for number in range(count))}]") == found


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert told(tmp_path / "rules.yaml") == [
        "rules.yaml:1:1: there is no such file. Write the first rules with `flask chatbot init`, or name another file."
    ]


def test_a_folder_is_no_rule_file(tmp_path: Path) -> None:
    assert [str(problem) for problem in read_rules(tmp_path).problems] == [f"{tmp_path}:1:1: the file cannot be read: Is a directory."]


def test_a_link_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").symlink_to(tmp_path / "rules.yaml")
    (problem,) = told(tmp_path / "rules.yaml")
    assert problem.startswith("rules.yaml:1:1: the file cannot be read: ")


def test_a_problem_below_the_current_folder_is_named_from_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bot").mkdir()
    write(tmp_path / "bot", "rules: [{kyword: a}]\n")
    with pytest.raises(RulesError, match=r"^bot/rules.yaml:1:10: unknown key 'kyword'. Did you mean 'keyword'\?$"):
        load_rules("bot/rules.yaml")
