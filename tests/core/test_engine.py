import logging
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_chatbot.core.engine import NO_MEMORY, Decision, decide
from flask_chatbot.core.fieldtypes import FIELD_TYPES
from flask_chatbot.core.matching import Kind, Match
from flask_chatbot.core.messages import Message, Sender
from flask_chatbot.core.replies import Document, Text
from flask_chatbot.core.rules import RuleBook
from tests.core.books import ask, load, replies, said

PENAWARAN = """
rules:
  - name: penawaran
    keyword: [penawaran#, minta harga#]
    fields:
      - nama: {min: 2}
      - email: {type: email}
      - jumlah: {type: integer, min: 1, max: 1000, default: 1}
    reply:
      - Terima kasih {{ nama }}, {{ jumlah }} buah.
      - document: https://example.com/katalog.pdf
  - name: bebas
    keyword: bebas#
    reply: "{{ data | join('+') }}"
  - name: ditolak
    keyword: ditolak#
    fields: [nama, {umur: {type: integer}}]
    invalid: "Kurang lengkap, {{ nama or 'Kak' }} ({{ umur or '-' }})."
    reply: Baik.
  - fallback: true
    reply: "{{ nama }}/{{ nohp }}/{{ text }}/{{ keyword }}/{{ data | join('+') }}/{{ now | time }}"
"""
APOLOGY = Text("Maaf, sedang ada gangguan di sistem kami. Silakan coba lagi beberapa saat lagi.")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> RuleBook:
    return load(tmp_path_factory.mktemp("rules"), PENAWARAN)


def test_a_match_carries_the_values_of_its_fields(book: RuleBook) -> None:
    assert ask(book, "PENAWARAN#Jhon Doe#jhon@example.com#3") == Decision(
        Match(
            rule=book.by_name["penawaran"],
            kind=Kind.FIELDS,
            literal="penawaran",
            data=("Jhon Doe", "jhon@example.com", "3"),
            fields={"nama": "Jhon Doe", "email": "jhon@example.com", "jumlah": 3},
        ),
        (Text("Terima kasih Jhon Doe, 3 buah."), Document("https://example.com/katalog.pdf")),
    )


def test_wrong_values_are_explained_with_the_keyword_that_was_used(book: RuleBook) -> None:
    assert ask(book, "minta HARGA#J#bukan-email") == Decision(
        Match(
            rule=book.by_name["penawaran"],
            kind=Kind.FIELDS,
            literal="minta harga",
            data=("J", "bukan-email"),
            fields={"nama": None, "email": None, "jumlah": 1},
            invalid={
                "nama": "Terlalu pendek, minimal 2 karakter.",
                "email": '"bukan-email" bukan alamat email. Contoh: nama@contoh.com.',
            },
        ),
        (
            Text(
                "Maaf, masih ada yang perlu diperbaiki:\n"
                "- Nama: Terlalu pendek, minimal 2 karakter.\n"
                '- Email: "bukan-email" bukan alamat email. Contoh: nama@contoh.com.\n'
                "\n"
                "Silakan kirim ulang dengan format:\n"
                "*minta harga#Nama#Email#[Jumlah]*\n"
                "Bagian dalam [ ] boleh dikosongkan."
            ),
        ),
    )


@pytest.mark.parametrize("text", ["penawaran", "penawaran#", "Penawaran kak", "penawaran # ##"])
def test_a_keyword_without_values_is_answered_with_the_form_alone(book: RuleBook, text: str) -> None:
    assert said(book, text) == ("Silakan kirim dengan format:\n*penawaran#Nama#Email#[Jumlah]*\nBagian dalam [ ] boleh dikosongkan.")


def test_the_rules_own_reply_to_wrong_values_may_use_the_good_ones(book: RuleBook) -> None:
    assert said(book, "ditolak#Ani#tiga") == "Kurang lengkap, Ani (-)."
    assert said(book, "ditolak") == "Kurang lengkap, Kak (-)."


def test_a_rule_without_fields_takes_any_number_of_parts(book: RuleBook) -> None:
    assert said(book, "bebas#a## b #") == "a++b"
    assert said(book, "bebas#" + "#".join("ab" * 100)) == "+".join("ab" * 100)


def test_templates_know_the_sender_the_text_its_parts_and_the_time(book: RuleBook) -> None:
    assert said(book, "Apa#Ini # itu") == "Budi/6281234567890/Apa#Ini # itu/Apa/Ini+itu/21.47"


def test_a_field_hides_the_senders_name(book: RuleBook) -> None:
    match = ask(book, "penawaran#Jhon#a@b.co").match
    assert match is not None
    assert match.fields["nama"] == "Jhon"
    assert said(book, "halo").startswith("Budi/")


def test_nobody_answers_where_no_rule_matches(tmp_path: Path) -> None:
    assert ask(load(tmp_path, "rules: [{keyword: halo, reply: Hai}]\n"), "apa") == Decision(None)


def test_an_empty_list_of_replies_is_silence(tmp_path: Path) -> None:
    book = load(tmp_path, "rules: [{name: diam, keyword: halo, reply: []}]\n")
    assert ask(book, "halo") == Decision(Match(rule=book.by_name["diam"], kind=Kind.KEYWORD, literal="halo"))


def test_explanations_are_in_the_language_of_the_file(tmp_path: Path) -> None:
    book = load(tmp_path, "settings: {language: en}\nrules: [{keyword: 'quote#', fields: [{amount: {type: integer}}], reply: OK}]\n")
    assert said(book, "quote#many") == (
        "Sorry, something still needs to be corrected:\n"
        '- Amount: "many" is not a whole number. Example: 3.\n'
        "\n"
        "Please send it again in this format:\n"
        "*quote#Amount*"
    )


def test_dates_are_read_and_written_in_the_time_zone_of_the_file(tmp_path: Path) -> None:
    book = load(tmp_path, "settings: {timezone: Asia/Jayapura}\nrules: [{keyword: 'x#', fields: [{d: {type: date}}], reply: '{{ d }}'}]\n")
    late = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)  # the 23rd in Jayapura
    decision = decide(book, Message(text="x#besok"), NO_MEMORY, late, Random(1))
    assert decision.replies == (Text("24 November 2026"),)


def test_the_same_clock_and_chance_give_the_same_decision(tmp_path: Path) -> None:
    book = load(tmp_path, "rules: [{keyword: halo, reply: {one_of: [a, b, c, d, e, '{{ now }}']}}]\n")
    first = [ask(book, "halo", random=Random(7)) for _ in range(20)]
    assert [each.replies for each in first] == [first[0].replies] * 20


def test_a_template_that_fails_is_an_apology_and_one_line_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    book = load(tmp_path, "\n\nrules:\n  - name: bagi\n    keyword: bagi#\n    reply: ['Baik.', '{{ data.0 | rupiah }}']\n")
    with caplog.at_level(logging.DEBUG):
        decision = ask(book, "bagi#rahasia pelanggan")
    assert decision.replies == (APOLOGY,)
    assert decision.match is not None
    assert decision.match.rule is book.by_name["bagi"]
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("ERROR", f"rule 'bagi' at {tmp_path}/rules.yaml:4:5 cannot answer: the filter rupiah needs a number, not text")
    ]


@pytest.mark.parametrize(
    "template",
    [
        "{{ data.7 }}",
        "{{ data[text] }}",
        "{{ data.rahasia }}",
        "{{ text[text] }}",
        "{{ data[0] + 1 }}",
        "{{ data[0] - 1 }}",
        "{{ data < 1 }}",
        "{{ 1 / (data | length - 1) }}",
        "{{ data[0] | date }}",
        "{{ now | date(text) }}",
        "{{ data | sum }}",
        "{{ [data] | length }}",
        "{% for c in text %}{{ c }}{% endfor %}",
        "{% for a, b in data %}{{ a }}{% endfor %}",
        "{{ data | abs }}",
        "{{ 1 | truncate(1, 2, 3, 4, 5, 6) }}",
    ],
)
def test_no_log_holds_what_a_customer_wrote(tmp_path: Path, caplog: pytest.LogCaptureFixture, template: str) -> None:
    book = load(tmp_path, f'rules: [{{keyword: "bagi#", reply: "{template}"}}]\n')
    assert replies(book, "bagi#pelanggan") == [APOLOGY]
    (record,) = caplog.records
    assert "pelanggan" not in record.getMessage()


def test_the_apology_is_in_the_language_of_the_file(tmp_path: Path) -> None:
    book = load(tmp_path, "settings: {language: en}\nrules: [{keyword: x, reply: '{{ data[0] }}'}]\n")
    assert said(book, "x") == "Sorry, something went wrong on our side. Please try again in a moment."


ANY_TEXT = st.text(st.characters(), max_size=80)  # with surrogates and control characters
FIELDS = "\n".join(f"      - f_{name}: {{type: {name}, optional: true}}" for name in FIELD_TYPES if name != "choice")
EVERY_TYPE = f"""
settings: {{ignore_words: [kak]}}
synonyms: {{harga: [hrg]}}
rules:
  - keyword: semua#
    fields:
{FIELDS}
      - f_choice: {{type: choice, options: [a, {{b: [c]}}], optional: true}}
      - f_pattern: {{pattern: "[a-z]{{2,9}}.*", optional: true}}
      - f_error: {{type: email, error: "{{{{ value | upper | truncate(9) }}}}?", optional: true}}
    reply: "{{{{ f_text }}}}{{{{ f_integer }}}}{{{{ f_number }}}}{{{{ f_date }}}}{{{{ f_yesno }}}}{{{{ f_phone | default('') | phone }}}}"
  - keyword: sisa#
    fields: [{{isi: {{rest: true}}}}]
    reply: "{{{{ isi }}}}"
  - fallback: true
    reply: |
      {{{{ text | upper | title | replace('a', text) }}}}{{{{ data | join(keyword) }}}}
      {{% if 'a' in text %}}
      {{{{ nama }}}}
      {{% endif %}}
"""


@pytest.fixture(scope="module")
def every_type(tmp_path_factory: pytest.TempPathFactory) -> RuleBook:
    return load(tmp_path_factory.mktemp("rules"), EVERY_TYPE)


@given(
    text=st.one_of(
        ANY_TEXT, ANY_TEXT.map("semua#{}".format), st.lists(ANY_TEXT, max_size=11).map(lambda parts: "#".join(["semua", *parts]))
    )
)
def test_no_text_makes_deciding_fail(every_type: RuleBook, text: str) -> None:
    decision = ask(every_type, text, Sender(number=text, name=text))
    assert decision.match is not None
    assert APOLOGY not in decision.replies


@given(text=ANY_TEXT.filter(str.strip))
def test_a_value_comes_out_as_it_went_in(every_type: RuleBook, text: str) -> None:
    match = ask(every_type, f"sisa#{text}").match
    assert match is not None
    kept = text.strip()
    while kept.endswith("#"):
        kept = kept.rstrip("#").rstrip()
    assert match.fields == {"isi": kept or None}


@given(text=st.text(st.characters(exclude_characters="#", exclude_categories=["Cs"]), min_size=1).filter(str.strip))
def test_a_value_reaches_the_reply_as_it_was_written(every_type: RuleBook, text: str) -> None:
    assert said(every_type, f"sisa#{text}") == text.strip()


@pytest.mark.parametrize("written", ["{{ 7*7 }}", "{% for x in y %}", "{# #}", "{{ nama.__class__ }}", "\\x41", "&lt;b&gt; <b>"])
def test_what_a_customer_writes_is_a_value_and_never_a_template(every_type: RuleBook, written: str) -> None:
    assert said(every_type, f"sisa#{written}") == written


@pytest.mark.parametrize(
    "text", ["a" * 4096, "kak " * 1024, "ab " * 1365, "#" * 4096, "\ufdfa" * 4096, "semua#" + "1#" * 2045, "x#" * 50_000]
)
def test_the_longest_texts_are_decided(every_type: RuleBook, text: str) -> None:
    decision = ask(every_type, text)
    assert decision.match is not None
    assert APOLOGY not in decision.replies
    assert all(isinstance(reply, Text) and 0 < len(reply.text) <= 4096 for reply in decision.replies)


def test_a_text_beyond_its_limit_ends_there(tmp_path: Path) -> None:
    book = load(tmp_path, "rules: [{fallback: true, reply: '{{ text | length }} {{ data | length }} {{ keyword | length }}'}]\n")
    assert said(book, "x#" * 5000) == "4096 2047 1"
    assert said(book, "y" * 5000) == "4096 0 4096"


def test_parts_too_many_are_told(every_type: RuleBook) -> None:
    match = ask(every_type, "semua" + "#" * 20 + "x").match
    assert match is not None
    assert dict(match.invalid) == {"#": "Ada 20 bagian yang diisi, sedangkan formatnya hanya 10 bagian."}
