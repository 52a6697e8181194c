"""All problems at once: what is refused costs itself, and nothing beside it."""

from pathlib import Path

import pytest

from flask_chatbot.core.language.sentences import SENTENCES
from flask_chatbot.core.schema.complaints import Complaint
from flask_chatbot.core.translation.translatable import NO_MESSAGE
from tests.core.books import in_rule, problems

NO_FRENCH = (
    f"the language 'fr' does not come with the package, which has id, en. Use one of those, or write all {len(SENTENCES['en'])} sentences "
    "under 'sentences': `flask chatbot sentences --language en` prints them, ready to be translated."
)

RULE_KEYS = (
    "name, keyword, pattern, contains, similar, sends, small_talk, hash, fallback, priority, when, otherwise, once_per, guess, "
    "fields, ask, patience, tries, interrupt, paste, confirm, menu, save, "
    "notify, pause, subscribe, forward, failed, find, not_found, needs, on_invalid, invalid, reply, tests"
)
NAME = "a field may not be called 'class', which means something else here. Choose another name."
NO_KEY = "'a: b' was read as a key and its value. Put quotes around this text: \"a: b\""
NMAA = "unknown name 'nmaa'. Did you mean 'nama'?"


def test_one_wrong_setting_hides_no_other(tmp_path: Path) -> None:
    settings = "settings: {timezone: ../x, country: XX, language: fr, zone: x}\nwords: {ignore: [a b, [c]]}\n"
    assert problems(tmp_path, settings + "rules: [{keyword: a}]\n") == [
        "rules.yaml:1:22: unknown time zone '../x'. Use an IANA name, such as Asia/Jakarta.",
        "rules.yaml:1:37: 'XX' is not a country with telephone numbers. Write its two capital letters, such as ID or MY.",
        f"rules.yaml:1:51: {NO_FRENCH}",
        "rules.yaml:1:55: unknown key 'zone'. Did you mean 'timezone'?",
        "rules.yaml:2:23: entry 2 of 'ignore' must be text, not a list.",
    ]


def test_two_fields_in_one_entry_hide_nothing(tmp_path: Path) -> None:
    fields = """keyword: a#
fields:
  - nama: {min: 2}
    class: {}
  - nama: {}
  - warna: {type: choice}
  - class: {type: integr}
reply: "{{ nmaa }} {{ nama }}"
"""
    assert in_rule(tmp_path, fields) == [
        "5:9: 'nama' and 'class' are in one entry. Write each as an entry of its own, beginning with '-'.",
        f"6:9: {NAME}",
        "7:9: the name 'nama' is taken by another field. Choose another one.",
        "8:9: the field 'warna' is a choice without `options:`. List what may be chosen.",
        f"9:9: {NAME}",
        "9:9: the name 'class' is taken by another field. Choose another one.",
        "9:23: unknown field type 'integr'. Did you mean 'integer'?",
        "10:16: " + NMAA,
    ]


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (
            "keyword: a#\npriorty: 3\nfields: [{b: {type: integr}}]",
            ["4:5: unknown key 'priorty'. Did you mean 'priority'?", "5:25: unknown field type 'integr'. Did you mean 'integer'?"],
        ),
        ("kyword: a#\nfields: [b]\nreply: '{{ b }} {{ nmaa }}'", ["3:5: unknown key 'kyword'. Did you mean 'keyword'?", f"5:24: {NMAA}"]),
        (
            "keyword: [{a: b}]\nask: [{b: {question: B?, type: integr}}]\nreply: '{{ b }}'",
            [
                f"3:16: {NO_KEY}",
                "4:36: unknown field type 'integr'. Did you mean 'integer'?",
            ],
        ),
        (
            "keyword: a\nask: [{b: {question: B?, type: integr}}, {c: {type: integr}}]\nreply: '{{ b }}'",
            [
                "4:36: unknown field type 'integr'. Did you mean 'integer'?",
                "4:46: the field 'c' has no question to ask for it. Write it behind the name: `c: ...`.",
                "4:57: unknown field type 'integr'. Did you mean 'integer'?",
            ],
        ),
        (
            "keyword: a\nask: [{b: {question: B?, unti: kg}}]\ntries: 2\npatience: 1 hour\ninterrupt: false\nreply: '{{ b }}'",
            ["4:30: unknown key 'unti'. Did you mean 'unit'?"],
        ),
        ("keyword: a\nmenu: [[b]]\npatience: 1 hour", ["4:12: entry 1 of 'menu' must be a group of keys, not a list."]),
        (
            "keyword: a\nforward: {url: https://x.id, webhookkey: {a: b}}\nfailed: Gagal.",
            ["4:46: 'webhookkey' must be text, not a group of keys."],
        ),
        (
            "keyword: {a: b}\nfields: [b]\nreply: '{{ b }}'",
            [f"3:15: {NO_KEY}"],
        ),
        ("keyword: [[a]]\nfields: [b]\nreply: '{{ b }}'", ["3:15: entry 1 of 'keyword' must be text, not a list."]),
        ("fallback: yes\nreply: '{{ nmaa }}'", ["3:15: 'fallback' must be true or false, not 'yes'. Write true.", f"4:16: {NMAA}"]),
        (
            "xyz: [a]",
            [
                f"3:5: unknown key 'xyz'. Known here: {RULE_KEYS}.",
                "3:5: this rule has neither a 'keyword' nor a 'name', so nothing leads to it. Give it one.",
            ],
        ),
        ("xyz: a", ["3:5: unknown key 'xyz'. Write `keyword: xyz`, and below it `reply: a`"]),
        ("keyword: a\npriority: high\nreply: '{{ nmaa }}'", ["4:15: 'priority' must be a whole number, not 'high'.", f"5:16: {NMAA}"]),
        (
            "keyword: a\nreply: ['{{ nmaa }}', [b], '{{ nmaa }}']",
            [f"4:17: {NMAA}", "4:27: entry 2 of 'reply' must be text or a group of keys, not a list.", f"4:36: {NMAA}"],
        ),
        (
            "keyword: a\nreply: {text: '{{ nmaa }}', image: '{{ nmaa }}'}",
            [
                "4:12: 'text' and 'image' are in one entry. Write each as an entry of its own, beginning with '-'.",
                f"4:23: {NMAA}",
                f"4:44: {NMAA}",
            ],
        ),
        (
            "keyword: a\nreply: {location: {lat: 91, lng: x, name: '{{ nmaa }}'}}",
            [
                "4:29: 'lat' must be at most 90, not 91. Write degrees with a decimal point, such as -6.2.",
                "4:38: 'lng' must be a number, not 'x'.",
                f"4:51: {NMAA}",
            ],
        ),
        (
            "keyword: a\nreply: {contact: {name: '{{ nmaa }}', numbers: [[1], '{{ nmaa }}']}}",
            [f"4:33: {NMAA}", "4:53: entry 1 of 'numbers' must be text, not a list.", f"4:62: {NMAA}"],
        ),
        ("keyword: a\nreply: {image: {caption: '{{ nmaa }}'}}", ["4:20: 'image' lacks the key 'url'. Add `url: ...`.", f"4:34: {NMAA}"]),
        (
            "keyword: a\nreply: {one_of: [{text: '{{ nmaa }}', weight: 0}, {xyz: 1, weight: 2}]}",
            [
                f"4:33: {NMAA}",
                "4:51: 'weight' must be more than 0, not 0.",
                "4:56: unknown key 'xyz'. Known here: text, image, audio, video, document, sticker, location, contact, reaction, weight.",
            ],
        ),
        (
            "keyword: a\nreply: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, '{{ nmaa }}']",
            ["4:12: 'reply' has more than 10 entries. Shorten it.", f"4:48: {NMAA}"],
        ),
        (
            "keyword: a#\nfields: [{b: teks}, {class: {}}]\nreply: '{{ b * 2 }}'",
            ["4:18: 'b' must be a group of keys, not 'teks'. Write its type as b: {type: text}", f"4:26: {NAME}"],
        ),
        (
            "keyword: a#\nfields:\n  - b:\n    type: integer\nreply: '{{ b * 2 }}'",
            ["5:9: the keys of 'b' stand beside it, not below it. Indent them deeper than 'b'."],
        ),
        (
            "keyword: a#\nfields: [{b: {type: integr}}]\nreply: '{{ b * 2 }}'",
            ["4:25: unknown field type 'integr'. Did you mean 'integer'?"],
        ),
        (
            "keyword: a#\nfields: [{b: {type: [x], min: y}}]\nreply: '{{ b * 2 }}'",
            ["4:25: 'type' must be text, not a list."],
        ),
        (
            "keyword: a#\nfields: [{b: {type: choice, options: [x, {y: [[z]]}, {}]}}]\nreply: '{{ nmaa }}'",
            [
                "4:51: entry 1 of 'y' must be text, not a list.",
                "4:58: entry 3 of 'options' is an empty group. Write a key and its value into it.",
                f"5:16: {NMAA}",
            ],
        ),
        (
            "keyword: a#\nfields: [{b: {pattern: [x], label: ''}}]\nreply: '{{ nmaa }}'",
            [
                "4:28: 'pattern' must be text, not a list.",
                "4:40: 'label' is an empty text. Write something, or remove it.",
                f"5:16: {NMAA}",
            ],
        ),
        (
            "keyword: a#\nfields: b\ninvalid: x\non_invalid: reply\nreply: '{{ b }}'",
            ["4:13: 'fields' must be a list, not 'b'. Write a list: [b]"],
        ),
        ("keyword: a#\nfeilds: [b]\nreply: '{{ b }}'", ["4:5: unknown key 'feilds'. Did you mean 'fields'?"]),
        ("keyword: a\nneeds: [[b]]\nreply: '{{ b }}'", ["4:13: entry 1 of 'needs' must be text, not a list."]),
        (
            "keyword: a#\nfields: [b]\non_invalid: maybe\ninvalid: '{{ nmaa }}'",
            ["5:17: 'on_invalid' must be one of explain, ask, reply, not 'maybe'.", f"6:18: {NMAA}"],
        ),
    ],
)
def test_what_is_refused_in_a_rule_hides_nothing_and_makes_nothing_up(tmp_path: Path, lines: str, found: list[str]) -> None:
    assert in_rule(tmp_path, lines) == found


def test_a_rule_that_is_none_costs_no_other(tmp_path: Path) -> None:
    text = "rules:\n  - halo\n  -\n  - {name: a, keyword: b, repply: c}\n  - {name: a}\n  - {name: [a], keyword: '#'}\n"
    assert problems(tmp_path, text) == [
        "rules.yaml:2:5: entry 1 of 'rules' must be a group of keys, not 'halo'. Begin it with its keyword, such as `- keyword: halo`",
        "rules.yaml:3:4: entry 2 of 'rules' is empty. Write a group of keys after it, or remove it.",
        "rules.yaml:4:27: unknown key 'repply'. Did you mean 'reply'?",
        "rules.yaml:5:5: the name 'a' is taken by the rule at rules.yaml:4:5. Choose another one.",
        "rules.yaml:6:12: 'name' must be text, not a list.",
        "rules.yaml:6:26: the keyword '#' has nothing that can be compared. Write at least one letter, digit or sign.",
    ]


def test_what_is_refused_before_the_rules_hides_nothing(tmp_path: Path) -> None:
    text = "synonyms: {a: [b, [c], 'd#e'], f: {}}\nvars: {x: {}, y: [z, [z]], now: 1}\n"
    text += "rules: [{keyword: a, reply: '{{ x }} {{ y | join }} {{ nmaa }}'}]\n"
    assert problems(tmp_path, text) == [
        "rules.yaml:1:19: entry 2 of 'a' must be text, not a list.",
        "rules.yaml:1:24: a synonym is one word or a few, at most 10, without a #, and 'd#e' is something else. Change it.",
        "rules.yaml:1:35: 'f' must be text or a list, not a group of keys.",
        "rules.yaml:2:11: 'x' is an empty group. Write a key and its value into it.",
        "rules.yaml:2:22: entry 2 of 'y' must be text, not a list.",
        "rules.yaml:2:28: a var may not be called 'now', which means something else in templates. Choose another name.",
        f"rules.yaml:3:56: {NMAA}",
    ]


def test_a_complaint_is_about_its_value_unless_it_says_otherwise() -> None:
    assert Complaint(("rules",), NO_MESSAGE) == Complaint(("rules",), NO_MESSAGE, at_key=False, says_all=False, stays=False, meant="")
