"""Sentences said otherwise: what is taken, and what is wrong with the rest."""

from pathlib import Path

import pytest

from flask_chatbot.core.language.sentences import SENTENCES, language_of, say
from tests.core.books import load, problems, said
from tests.core.conversation.talks import Talk

RULES = """\
rules:
  - name: pesan
    keyword: pesan
    ask: [{nama: "Atas nama siapa?"}, {jumlah: {question: "Berapa?", type: integer, max: 9}}]
    reply: Siap {{ sapaan }}.
  - {keyword: halo, reply: "Halo {{ sapaan }}!"}
  - {fallback: true, reply: Entah.}
"""
TEMPLATE = "a sentence has placeholders in single braces, such as {sapaan}, and no templates. Write it that way."
EMPTY = (
    "the sentence 'apology' may not be empty: only brackets, form_skip, form_waits, form_way_out, form_way_out_yesno, suggested, "
    "unsupported may. Write something, or remove it."
)
LACKING = (
    "the language 'ms' needs all its sentences under 'sentences', and 3 are missing: apology, not_choice, no. "
    "Add them: `flask chatbot sentences --language en` prints all, ready to be translated."
)
MAP = "sentences: {form_cancelled: 'Oke, {rule} batal.', form_way_out: '', not_integer: \"{value} bukan angka :{\"}\n"


def found(folder: Path, sentence: str) -> list[str]:
    return [each.removeprefix("rules.yaml:") for each in problems(folder, f"sentences:\n  {sentence}\n{RULES}")]


def test_a_sentence_of_the_file_takes_the_place_of_the_built_in_one(tmp_path: Path) -> None:
    talk = Talk(load(tmp_path, MAP + RULES))
    assert talk.hears("pesan", "Ani", "banyak", "10", "batal") == [
        "Atas nama siapa?",
        "Berapa?",
        '"banyak" bukan angka :{\nBerapa?',
        "Maksimal 9.\nBerapa?",
        "Oke, pesan batal.",
    ]


def test_other_bots_keep_the_built_in_sentences(tmp_path: Path) -> None:
    load(tmp_path, MAP + RULES)
    assert say(language_of("id"), "form_way_out") == "(Mau berhenti? Ketik *batal*.)"


@pytest.mark.parametrize(
    ("sentence", "problem"),
    [
        ('not_date: "{nilai} salah"', "2:14: the sentence 'not_date' has no placeholder {nilai}. Did you mean {value}? KNOWN"),
        ('not_date: "{valeu} salah"', "2:14: the sentence 'not_date' has no placeholder {valeu}. Did you mean {value}? KNOWN"),
        ('not_date: "Aduh {xyz}"', "2:19: the sentence 'not_date' has no placeholder {xyz}. KNOWN"),
        ('not_date: "Aduh {0}"', "2:19: the sentence 'not_date' has no placeholder {0}. KNOWN"),
        ('not_date: "Aduh {value!r}"', "2:19: the sentence 'not_date' has no placeholder {value!r}. Did you mean {value}? KNOWN"),
        ('"yes": "ya {sapaan}"', "2:14: the sentence 'yes' has no placeholder {sapaan}. It has none: remove it."),
        (
            'apology: "Maaf {{ nama }}"',
            f"2:18: {TEMPLATE}",
        ),
        (
            'apology: "{% if x %}Maaf"',
            f"2:13: {TEMPLATE}",
        ),
        ("not_choice: Salah.", "2:15: the sentence 'not_choice' needs {options}: without it nobody knows what to do. Add it."),
        ("not_between: 'Mulai {min}.'", "2:16: the sentence 'not_between' needs {max}: without it nobody knows what to do. Add it."),
        ("apology: ''", "2:12: 'apology' is an empty text. Write something, or remove it."),
        (
            "apology: '  '",
            f"2:12: {EMPTY}",
        ),
        (f"not_choice: '{'{options}' * 4}'", "2:15: the sentence 'not_choice' has {options} more than 3 times. Write it once or twice."),
        ("apolgy: Maaf", "2:3: unknown key 'apolgy'. Did you mean 'apology'?"),
        ("zzzz: Maaf\n  missing: Isi.", "2:3: unknown sentence 'zzzz'. `flask chatbot sentences` prints all that there are."),
        ("apology: [Maaf]", "2:12: 'apology' must be text, not a list."),
        ("apology: {text: Maaf}", "2:12: 'apology' must be text, not a group of keys."),
        ("apology:", "2:3: 'apology' is empty. Write text after it, or remove it."),
        ("apology: " + "x" * 1001, "2:12: 'apology' has more than 1000 characters. Shorten it."),
    ],
)
def test_what_is_wrong_with_a_sentence_is_told_at_its_place(tmp_path: Path, sentence: str, problem: str) -> None:
    assert found(tmp_path, sentence) == [problem.replace("KNOWN", "It may have {value}, {example}, {sapaan}.")]


def test_a_sentence_given_twice_names_both_places(tmp_path: Path) -> None:
    files = {"lain.yaml": "sentences: {apology: Aduh.}\n"}
    assert problems(tmp_path, f"include: lain.yaml\nsentences: {{apology: Maaf.}}\n{RULES}", files) == [
        "lain.yaml:1:13: the sentence 'apology' is given already, at rules.yaml:2:13. Remove one of them."
    ]


def test_what_customers_wrote_is_only_ever_a_value(tmp_path: Path) -> None:
    talk = Talk(load(tmp_path, RULES))
    assert talk.hears("pesan", "Ani", "{options} {0} {{ nama }}")[-1] == (
        'Maaf, "{options} {0} {{ nama }}" belum bisa kami baca sebagai jumlah. Contoh: 3.\nBerapa?\n(Mau berhenti? Ketik *batal*.)'
    )


@pytest.mark.parametrize(
    ("settings", "hello", "cancelled"),
    [
        ("", "Halo Kak Budi!", "Baik, *pesan* dibatalkan."),
        ("settings: {call: Kak}\n", "Halo Kak Budi!", "Baik Kak Budi, *pesan* dibatalkan."),
        ("settings: {call: Bapak/Ibu}\n", "Halo Bapak/Ibu Budi!", "Baik Bapak/Ibu Budi, *pesan* dibatalkan."),
        ("settings: {call: ''}\n", "Halo Budi!", "Baik Budi, *pesan* dibatalkan."),
        ("settings: {language: en}\n", "Halo Budi!", "All right, *pesan* is cancelled."),
    ],
)
def test_people_are_addressed_as_the_settings_say(tmp_path: Path, settings: str, hello: str, cancelled: str) -> None:
    book = load(tmp_path, settings + RULES)
    assert said(book, "halo") == hello
    assert say(book.locale.language.addressing("Budi"), "form_cancelled", rule="pesan") == cancelled


def test_where_nobody_can_be_named_no_gap_is_left(tmp_path: Path) -> None:
    own = "sentences: {apology: '{sapaan}, maaf ya.', declined: 'Baik {sapaan}, lagi.'}\nsettings: {call: ''}\n"
    language = load(tmp_path, own + RULES).locale.language
    assert [say(language.addressing(name), key) for name in ("Budi", "") for key in ("apology", "declined")] == [
        "Budi, maaf ya.",
        "Baik Budi, lagi.",
        "Maaf ya.",
        "Baik, lagi.",
    ]


def test_a_field_of_that_name_hides_how_people_are_addressed(tmp_path: Path) -> None:
    rule = "rules: [{keyword: 'a#', fields: [sapaan], reply: 'Halo {{ sapaan }}!'}]\n"
    assert said(load(tmp_path, rule), "a#Tuan") == "Halo Tuan!"


@pytest.mark.parametrize("call", ["'{{ nama }}'", "'*Kak*'", "'Kak {x}'"])
def test_a_word_of_address_has_no_signs(tmp_path: Path, call: str) -> None:
    (problem,) = problems(tmp_path, f"settings: {{call: {call}}}\n{RULES}")
    assert problem.startswith("rules.yaml:1:18: ")
    assert problem.endswith(" is no word to address people by. Write it without signs, such as Kak or Bapak/Ibu.")


def test_a_language_of_its_own_is_told_all_that_it_lacks_at_once(tmp_path: Path) -> None:
    given = {key: text for key, text in SENTENCES["en"].items() if key not in ("apology", "not_choice", "no")}
    lines = "".join(f"  {key}: '{text}'\n" for key, text in given.items())
    assert problems(tmp_path, f"settings: {{language: ms}}\nsentences:\n{lines}{RULES}") == ["rules.yaml:1:22: " + LACKING]


@pytest.mark.parametrize("name", ["x", "a b", "../id", "m" * 36])
def test_what_is_no_name_of_a_language_is_told(tmp_path: Path, name: str) -> None:
    assert problems(tmp_path, f"settings: {{language: '{name}'}}\n{RULES}") == [
        f"rules.yaml:1:22: '{name}' is no name of a language. Write one such as id, en or ms: letters, digits and hyphens."
    ]


def test_a_var_may_not_hide_how_people_are_addressed(tmp_path: Path) -> None:
    assert problems(tmp_path, f"vars: {{sapaan: Kak}}\n{RULES}") == [
        "rules.yaml:1:8: a var may not be called 'sapaan', which means something else in templates. Choose another name."
    ]
