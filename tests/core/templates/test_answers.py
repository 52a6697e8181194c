from collections import Counter
from pathlib import Path
from random import Random

import pytest

from flask_chatbot.core.language.sentences import Locale
from flask_chatbot.core.templates.answers import OneOf, TextAnswer, make_all
from flask_chatbot.core.templates.template import Sandbox, Template
from flask_chatbot.core.values.replies import Audio, ContactCard, Document, Image, Location, Reply, Text, Video
from tests.core.books import ask, in_rule, load, replies

QUOTES = "Put quotes around this text:"
REPLY_KINDS = "text, image, audio, video, document, sticker, location, contact, reaction, one_of"
SANDBOX = Sandbox(Locale(), {})


def text(source: str) -> TextAnswer:
    return TextAnswer(Template(source, SANDBOX))


@pytest.mark.parametrize(
    ("reply", "made"),
    [
        ("Halo", [Text("Halo")]),
        ("no", [Text("no")]),
        ("08:00", [Text("08:00")]),
        ("010", [Text("010")]),
        ("1.10", [Text("1.10")]),
        ("6281234567890", [Text("6281234567890")]),
        ("true", [Text("true")]),
        ("'null'", [Text("null")]),
        ("'~'", [Text("~")]),
        ("{text: on}", [Text("on")]),
        ("[a, {text: b}, 3]", [Text("a"), Text("b"), Text("3")]),
        ("[]", []),
        ("{image: 'https://x.id/a.png'}", [Image("https://x.id/a.png")]),
        ("{audio: 'https://x.id/a.mp3'}", [Audio("https://x.id/a.mp3")]),
        ("{video: {url: 'https://x.id/a.mp4', caption: 'Untuk {{ nama }}'}}", [Video("https://x.id/a.mp4", "Untuk Budi")]),
        ("{document: {url: 'https://x.id/a.pdf', filename: 010}}", [Document("https://x.id/a.pdf", "", "010")]),
        ("{image: 'https://x.id/{{ nohp }}.png'}", [Image("https://x.id/6281234567890.png")]),
        ("{location: {lat: -6.2, lng: 106}}", [Location(-6.2, 106.0)]),
        ("{location: {lat: -90, lng: 180, name: 'Rumah {{ nama }}'}}", [Location(-90.0, 180.0, "Rumah Budi")]),
        ("{contact: {name: Admin, numbers: 628111111111}}", [ContactCard("Admin", ("628111111111",))]),
        ("{contact: {name: Ambulans, numbers: [119, '112']}}", [ContactCard("Ambulans", ("119", "112"))]),
        ("{contact: {name: Admin, numbers: ['0811-111-1111', '{{ nohp }}']}}", [ContactCard("Admin", ("628111111111", "6281234567890"))]),
        ("{one_of: [{image: 'https://x.id/a.png', weight: 3}]}", [Image("https://x.id/a.png")]),
    ],
)
def test_every_kind_of_reply_is_made(tmp_path: Path, reply: str, made: list[Reply]) -> None:
    assert replies(load(tmp_path, f"rules:\n  - keyword: x\n    reply: {reply}\n"), "x") == made


def test_a_number_that_nobody_can_call_is_left_out_and_so_is_a_card_of_only_such(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    card = "{contact: {name: A, numbers: %s}}"
    several = card % "[x, '0812-3456-7890', '{{ nama }}', '{{ none }}']"
    book = load(tmp_path, f"rules:\n  - keyword: x\n    reply:\n      - {several}\n      - {card % '[x]'}\n      - Halo\n")
    assert replies(book, "x") == [ContactCard("A", ("6281234567890",)), Text("Halo")]
    assert [record.message for record in caplog.records] == [
        f"{tmp_path}/rules.yaml:{place}: this number of a contact is not valid, and is left out" for place in ("4:39", "4:60", "5:39")
    ]


@pytest.mark.parametrize("reply", ["'{{ none }}'", "' '", "{text: '{% if false %}x{% endif %}'}", "{image: '{{ none }}'}"])
def test_a_reply_that_comes_out_empty_is_left_out(tmp_path: Path, reply: str) -> None:
    assert replies(load(tmp_path, f"rules: [{{keyword: x, reply: [{reply}, Halo]}}]\n"), "x") == [Text("Halo")]


@pytest.mark.parametrize(
    ("reply", "fills_in"),
    [
        ("reply: 100% {halal}", False),
        ("reply: [Halo, {image: https://example.com/a.png}, {one_of: [Ya, Tidak]}]", False),
        ("reply: Halo {{ nama }}", True),
        ("reply: [Halo, {image: 'https://example.com/{{ text }}.png'}]", True),
        ("reply: {one_of: [Ya, '{% if nama %}Kak{% endif %}']}", True),
    ],
)
def test_a_rule_fills_in_something_if_one_of_its_replies_does(tmp_path: Path, reply: str, fills_in: bool) -> None:
    (rule,) = load(tmp_path, f"rules:\n  - keyword: halo\n    {reply}").rules
    assert rule.fills_in is fills_in


def test_percent_signs_stand_in_a_text_with_names_as_they_are_written(tmp_path: Path) -> None:
    book = load(tmp_path, "rules: [{keyword: halo, reply: '100% untuk {{ nama }}: 50%s, %(nama)s, %%.'}]")
    assert replies(book, "halo") == [Text("100% untuk Budi: 50%s, %(nama)s, %%.")]


def test_a_constant_text_is_made_once() -> None:
    answer = text("Halo")
    made = answer.make({}, Random(1))
    assert made == (Text("Halo"),)
    assert answer.make({}, Random(1)) is made


def test_the_replies_keep_their_order() -> None:
    assert make_all([text("satu"), text(""), text("dua")], {}, Random(1)) == (Text("satu"), Text("dua"))


@pytest.mark.parametrize(
    ("one_of", "shares"),
    [
        ("[a, b]", {"a": 0.5, "b": 0.5}),
        ("[a, {text: b, weight: 3}]", {"a": 0.25, "b": 0.75}),
        ("[{text: a, weight: 0.1}, {text: b, weight: 0.1}, {text: c, weight: 0.2}]", {"a": 0.25, "b": 0.25, "c": 0.5}),
        ("[{text: a, weight: 1000000}]", {"a": 1.0}),
    ],
)
def test_weights_say_how_often_each_is_taken(tmp_path: Path, one_of: str, shares: dict[str, float]) -> None:
    book = load(tmp_path, f"rules: [{{keyword: x, reply: {{one_of: {one_of}}}}}]\n")
    random = Random(42)
    counts = Counter(reply.text for _ in range(2000) for reply in ask(book, "x", random=random).replies if isinstance(reply, Text))
    assert counts.total() == 2000
    assert {name: round(count / 2000, 1) for name, count in counts.items()} == pytest.approx(shares, abs=0.06)


class Fixed(Random):
    """Chance that always comes out the same."""

    def __init__(self, point: float) -> None:
        super().__init__(0)
        self.point = point

    def random(self) -> float:
        return self.point


@pytest.mark.parametrize(("point", "taken"), [(0.0, "a"), (0.2499, "a"), (0.25, "b"), (1 - 2**-53, "b")])
def test_chance_at_its_ends_takes_the_first_and_the_last(point: float, taken: str) -> None:
    assert OneOf((text("a"), text("b")), (0.1, 0.3)).make({}, Fixed(point)) == (Text(taken),)


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        ("reply:", ["4:5: 'reply' is empty. Write text or a list or a group of keys after it, or remove it."]),
        ("reply: ''", ["4:12: 'reply' is an empty text. Write something, or remove it."]),
        ("reply: {}", ["4:12: 'reply' is an empty group. Write a key and its value into it."]),
        ("reply: ['']", ["4:13: entry 1 of 'reply' is an empty text. Write something, or remove it."]),
        ("reply:\n  - a\n  -", ["6:8: entry 2 of 'reply' is empty. Write text or a group of keys after it, or remove it."]),
        ("reply: [[a]]", ["4:13: entry 1 of 'reply' must be text or a group of keys, not a list."]),
        ("reply:\n  - Harga: 10rb", [f"5:9: 'Harga: 10rb' was read as a key and its value. {QUOTES} \"Harga: 10rb\""]),
        ("reply:\n  Harga: 10rb", [f"5:7: 'Harga: 10rb' was read as a key and its value. {QUOTES} \"Harga: 10rb\""]),
        ('reply:\n  - Kata "x": y', [f"5:9: 'Kata \"x\": y' was read as a key and its value. {QUOTES} 'Kata \"x\": y'"]),
        ("reply:\n  - Pilihan:\n      - a", [f"5:9: unknown key 'Pilihan'. Known here: {REPLY_KINDS}."]),
        ("reply: {txt: a}", ["4:13: unknown key 'txt'. Did you mean 'text'?"]),
        ("reply: {xyz: a, text: b}", [f"4:13: unknown key 'xyz'. Known here: {REPLY_KINDS}."]),
        (
            "reply: {text: a, weight: 2}",
            ["4:22: 'weight' belongs in an entry of 'one_of'. Write `one_of:` above it, and `- weight: 2` indented below that."],
        ),
        (
            "reply: {weight: 2}",
            ["4:13: 'weight' belongs in an entry of 'one_of'. Write `one_of:` above it, and `- weight: 2` indented below that."],
        ),
        (
            "reply: {text: a, image: https://b}",
            ["4:12: 'text' and 'image' are in one entry. Write each as an entry of its own, beginning with '-'."],
        ),
        (
            "reply:\n  - text: a\n    image: https://b",
            ["5:9: 'text' and 'image' are in one entry. Write each as an entry of its own, beginning with '-'."],
        ),
        ("reply:\n  - image:\n    url: b", ["5:9: the keys of 'image' stand beside it, not below it. Indent them deeper than 'image'."]),
        (
            "reply:\n  - image: https://x.id/y.png\n    caption: halo",
            ["6:9: 'caption' belongs below 'image', not beside it. Write `image: {url: ..., caption: ...}`."],
        ),
        (
            "reply: {document: https://u, caption: t, filename: f}",
            [
                f"4:{column}: '{key}' belongs below 'document', not beside it. Write `document: {{url: ..., {key}: ...}}`."
                for column, key in ((34, "caption"), (46, "filename"))
            ],
        ),
        (
            "reply: {video: {caption: t}, url: u}",
            [
                "4:20: 'video' lacks the key 'url'. Add `url: ...`.",
                "4:34: 'url' belongs below 'video', not beside it. Write `video: {url: ..., caption: ...}`.",
            ],
        ),
        ("reply: {text: [a]}", ["4:19: 'text' must be text, not a list."]),
        ("reply: {image: []}", ["4:20: 'image' must be text or a group of keys, not a list."]),
        ("reply: {image: {}}", ["4:20: 'image' lacks the key 'url'. Add `url: ...`."]),
        ("reply: {image: {url: ''}}", ["4:26: 'url' is an empty text. Write something, or remove it."]),
        ("reply: {image: {url: https://a, captoin: b}}", ["4:37: unknown key 'captoin'. Did you mean 'caption'?"]),
        (
            "reply: {location: Jakarta}",
            [
                (
                    "4:23: 'location' must be a group of keys, not 'Jakarta'. "
                    "Write its coordinates, which a map shows for the place, such as {lat: -6.2, lng: 106.816}"
                )
            ],
        ),
        (
            "reply: {location: {}}",
            ["4:23: 'location' lacks the key 'lat'. Add `lat: ...`.", "4:23: 'location' lacks the key 'lng'. Add `lng: ...`."],
        ),
        (
            "reply: {location: {lat: 90.1, lng: -181}}",
            [
                "4:29: 'lat' must be at most 90, not 90.1. Write degrees with a decimal point, such as -6.2.",
                "4:40: 'lng' must be at least -180, not -181. Write degrees with a decimal point, such as 106.816.",
            ],
        ),
        (
            "reply: {location: {lat: utara, lng: '1'}}",
            ["4:29: 'lat' must be a number, not 'utara'.", "4:41: 'lng' must be a number, not '1'. Write 1, without quotes."],
        ),
        ("reply: {contact: {name: A}}", ["4:22: 'contact' lacks the key 'numbers'. Add `numbers: ...`."]),
        ("reply: {contact: {name: A, numbers: []}}", ["4:41: 'numbers' is an empty list. Write at least 1 entry, or remove it."]),
        ("reply: {one_of: []}", ["4:21: 'one_of' is an empty list. Write at least 1 entry, or remove it."]),
        ("reply: {one_of: a}", ["4:21: 'one_of' must be a list, not 'a'. Write a list: [a]"]),
        ("reply: {one_of: [{weight: 2}]}", ["4:22: an entry of 'one_of' holds one reply, and beside it at most a 'weight'."]),
        ("reply: {one_of: [{text: a, image: b}]}", ["4:22: an entry of 'one_of' holds one reply, and beside it at most a 'weight'."]),
        (
            "reply: {one_of: [{text: a, image: https://b, weight: 1}]}",
            ["4:22: 'text' and 'image' and 'weight' are in one entry. Write each as an entry of its own, beginning with '-'."],
        ),
        ("reply: {one_of: [{text: a, weight: 0}]}", ["4:40: 'weight' must be more than 0, not 0."]),
        ("reply: {one_of: [{text: a, weight: 1000001}]}", ["4:40: 'weight' must be at most 1000000, not 1000001."]),
        ("reply: {one_of: [{text: a, weight: two}]}", ["4:40: 'weight' must be a number, not 'two'."]),
        (
            "reply: {one_of: [{one_of: [a]}]}",
            ["4:23: unknown key 'one_of'. Known here: text, image, audio, video, document, sticker, location, contact, reaction, weight."],
        ),
        ("reply: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]", []),
        ("reply: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]", ["4:12: 'reply' has more than 10 entries. Shorten it."]),
        ("reply: a #b", [f"4:12: '#b' was read as a comment. {QUOTES} \"a #b\" (or a space after the # of a comment)"]),
    ],
)
def test_a_wrong_reply(tmp_path: Path, reply: str, found: list[str]) -> None:
    assert in_rule(tmp_path, f"keyword: a\n{reply}") == found
