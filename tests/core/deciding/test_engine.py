import logging
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_chatbot.core.conversation.changes import differ
from flask_chatbot.core.conversation.memory import NO_MEMORY, State
from flask_chatbot.core.deciding.decision import Decision
from flask_chatbot.core.deciding.engine import decide
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.fields.types import FIELD_TYPES
from flask_chatbot.core.language.folding import is_blank
from flask_chatbot.core.language.signs import seen
from flask_chatbot.core.matching.match import Kind, Match
from flask_chatbot.core.values.actions import Notify
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.replies import Document, Text
from tests.core.books import ask, load, replies, said
from tests.core.conversation.talks import Talk

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
APOLOGY = Text("Maaf, sistem kami sedang ada gangguan. Mohon dicoba lagi nanti ya.")


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
                "nama": "Mohon ditulis lebih lengkap ya.",
                "email": 'Maaf, "bukan-email" belum bisa kami baca sebagai alamat email. Contoh: nama@contoh.com.',
            },
        ),
        (
            Text(
                "Maaf, masih ada yang perlu diperbaiki:\n"
                "- Nama: Mohon ditulis lebih lengkap ya.\n"
                '- Email: Maaf, "bukan-email" belum bisa kami baca sebagai alamat email. Contoh: nama@contoh.com.\n'
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
    assert said(book, "ditolak#Ani#muda") == "Kurang lengkap, Ani (-)."
    assert said(book, "ditolak") == "Kurang lengkap, Kak (-)."


def test_a_rule_without_fields_takes_a_hundred_parts_and_the_log_counts_those_there_were(
    book: RuleBook, caplog: pytest.LogCaptureFixture
) -> None:
    assert said(book, "bebas#a## b #") == "a++b"
    assert said(book, "bebas#" + "#".join("ab" * 50) + "##") == "+".join("ab" * 50)
    assert caplog.messages == []
    assert said(book, "bebas#" + "#".join("ab" * 100)) == "+".join("ab" * 50)
    assert said(book, "lain#" + "#".join("ab" * 100)).split("/")[4] == "+".join("ab" * 50)
    assert set(caplog.messages) == {"a message has 200 parts between its #, and the first 100 are used"}


def test_a_loop_over_the_parts_of_any_message_ends(tmp_path: Path) -> None:
    book = load(tmp_path, 'rules: [{keyword: "bebas#", reply: "{% for each in data %}{{ each }},{% endfor %}"}]')
    assert said(book, "bebas#" + "#".join("a" * 4000)) == "a," * 100


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
        '- Amount: Sorry, we could not read "many" as a whole number. Example: 3.\n'
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
    book = load(tmp_path, "\n\nrules:\n  - name: bagi\n    keyword: bagi#\n    reply: ['Baik.', '{{ {1: text}[1] | rupiah }}']\n")
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
        "{{ data[7 + 0] }}",
        "{{ data[given] }}",
        "{{ given.rahasia }}",
        "{{ given[given] }}",
        "{{ given + 1 }}",
        "{{ given - 1 }}",
        "{{ given < 1 }}",
        "{{ 1 / (data | length - 1) }}",
        "{{ given | date }}",
        "{{ now | date(given) }}",
        "{{ given | sum }}",
        "{{ [data] | length }}",
        "{% for c in given %}{{ c }}{% endfor %}",
        "{% for a, b in data %}{{ a }}{% endfor %}",
        "{{ given | abs }}",
        "{{ 1 | truncate(1, 2, 3, 4, 5, 6) }}",
    ],
)
def test_no_log_holds_what_a_customer_wrote(tmp_path: Path, caplog: pytest.LogCaptureFixture, template: str) -> None:
    book = load(tmp_path, f'rules: [{{keyword: "bagi#", reply: "{{% set given = {{1: text}}[1] %}}{template}"}}]\n')
    assert replies(book, "bagi#pelanggan") == [APOLOGY]
    (record,) = caplog.records
    assert "pelanggan" not in record.getMessage()


def test_the_apology_is_in_the_language_of_the_file(tmp_path: Path) -> None:
    book = load(tmp_path, "settings: {language: en}\nrules: [{keyword: x, reply: '{{ 1 / 0 }}'}]\n")
    assert said(book, "x") == "Sorry, something went wrong on our side. Please try again later."


ANY_TEXT = st.text(st.characters(), max_size=80)  # with surrogates and control characters
FIELDS = "\n".join(f"      - f_{name}: {{type: {name}, optional: true}}" for name in FIELD_TYPES if name != "choice")
EVERY_TYPE = f"""
words: {{ignore: [kak]}}
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
    assert (decision.match is None) is is_blank(text)
    assert APOLOGY not in decision.replies


@given(text=ANY_TEXT.filter(str.strip))
def test_a_value_comes_out_as_it_went_in(every_type: RuleBook, text: str) -> None:
    match = ask(every_type, f"sisa#{text}").match
    assert match is not None
    kept = seen(text) or text.strip()
    while kept.endswith("#"):
        kept = kept.rstrip("#").rstrip()
    assert match.fields == {"isi": kept or None}


@given(text=st.text(st.characters(exclude_characters="#", exclude_categories=["Cs"]), min_size=1).filter(str.strip))
def test_a_value_reaches_the_reply_as_it_was_written(every_type: RuleBook, text: str) -> None:
    assert said(every_type, f"sisa#{text}") == (seen(text) or text.strip())


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
    assert said(book, "x#" * 5000) == "4096 100 1"
    assert said(book, "y" * 5000) == "4096 0 4096"


def test_parts_too_many_are_told(every_type: RuleBook) -> None:
    match = ask(every_type, "semua" + "#" * 20 + "x").match
    assert match is not None
    assert dict(match.invalid) == {"#": "Isiannya ada 20, sedangkan formatnya hanya 12."}


# -- conditions, and what is remembered of a person --------------------------------------------------

TIMES = """
settings: {groups: keywords, hours: {mon-fri: 08.00-17.00}}
rules:
  - {name: sapa, keyword: halo, when: {first_contact: true}, reply: Selamat datang.}
  - {name: lagi, keyword: halo, reply: Halo lagi.}
  - {name: harga, keyword: harga, when: {open: true}, otherwise: "Buka lagi {{ next_open | datetime }}.", once_per: 10 minutes, reply: 1000}
  - {name: isi, keyword: 'isi#', fields: [{n: {type: integer}}], once_per: 1 jam, reply: "{{ n }}", notify: "628117601234"}
  - {name: bagi, keyword: 'bagi#', once_per: 1 jam, reply: "{{ 1 / (data | length) }}"}
  - {name: toko, keyword: stok, when: {line: toko}, reply: Toko.}
  - {name: gudang, keyword: stok, reply: Gudang.}
  - {name: sore, contains: sore, reply: Sore!}
  - {name: diam, keyword: diam, once_per: 1 jam, reply: []}
  - {name: entah, fallback: true, reply: Entah.}
"""
MONDAY = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)  # 10.00 in Jakarta


@pytest.fixture
def talk(tmp_path: Path) -> Talk:
    return Talk(load(tmp_path, TIMES), now=MONDAY)


def test_a_rule_answers_once_and_keeps_quiet_until_its_time_is_over(talk: Talk) -> None:
    assert talk.hears("harga", "harga") == ["1000", None]
    assert talk.says("harga", "628222") == "1000"
    talk.wait(minutes=9, seconds=59)
    decision = talk.decision("harga")
    assert (decision.replies, decision.actions, decision.match and decision.match.rule.name) == ((), (), "harga")
    talk.wait(seconds=1)
    assert talk.says("harga") == "1000"


def test_a_refusal_and_an_apology_are_no_answer_that_keeps_a_rule_quiet(talk: Talk, caplog: pytest.LogCaptureFixture) -> None:
    assert (talk.says("isi") or "").startswith("Silakan kirim")
    assert (talk.says("isi#banyak") or "").startswith("Maaf, masih ada")
    assert talk.hears("isi#2", "isi#banyak", "isi") == ["2", None, None]
    assert talk.hears("bagi", "bagi", "bagi#1", "bagi#1") == [APOLOGY.text, APOLOGY.text, "1.0", None]
    assert len(caplog.records) == 2


def test_silence_keeps_no_rule_quiet(talk: Talk) -> None:
    assert talk.decision("diam").remember == State(seen=True)
    assert talk.decision("diam").remember is None


def test_actions_come_with_the_answer_alone(talk: Talk) -> None:
    assert [talk.decision(text).actions for text in ("isi", "isi#x", "isi#2", "isi#2")] == [(), (), (Notify("628117601234"),), ()]


def test_otherwise_answers_where_the_clock_is_the_reason_as_often_as_asked(talk: Talk) -> None:
    talk.wait(hours=7)
    assert talk.hears("harga", "harga") == ["Buka lagi Selasa, 24 November 2026 pukul 08.00."] * 2
    talk.wait(hours=15)
    assert talk.says("harga") == "1000"


def test_the_first_contact_is_the_first_text_whatever_it_is(talk: Talk) -> None:
    assert [talk.says("halo"), talk.says("halo"), talk.says("apa", "628222"), talk.says("halo", "628222")] == [
        "Selamat datang.", "Halo lagi.", "Entah.", "Halo lagi.",
    ]  # fmt: skip


def test_the_first_contact_is_not_tracked_where_no_rule_asks_for_it(tmp_path: Path) -> None:
    talk = Talk(load(tmp_path, "rules: [{keyword: halo, reply: Hai}]"))
    assert (talk.decision("halo").remember, talk.book.remembers) == (None, False)


def test_a_line_chooses_among_rules_of_one_keyword(talk: Talk) -> None:
    assert [talk.says("stok", line="toko"), talk.says("stok", line="lain"), talk.says("stok")] == ["Toko.", "Gudang.", "Gudang."]


CHECKED = """\
rules:
  - {name: resi, keyword: "resi#", fields: [{nomor: {pattern: '[A-Z]{2}[0-9]{4}'}}], reply: "[{{ nomor }}]"}
  - {name: isi, keyword: isi, ask: [{nomor: {question: "Nomor?", pattern: '[A-Z]{2}[0-9]{4}'}}], reply: "[{{ nomor }}]"}
  - {name: cek, pattern: '^cek (?P<nomor>.*)$', fields: [{nomor: {pattern: '[A-Z]{2}[0-9]{4}'}}], reply: "[{{ nomor }}]"}
  - {name: saya, pattern: 'nama saya(?P<siapa>.+)', reply: "[{{ siapa }}]"}
"""


@pytest.mark.parametrize("written", ["AB1234", "AB1234\u200b", " \u200eAB1234\u202c ", "\uff21\uff221234", "AB1234 \u2060"])
def test_a_value_is_kept_as_it_was_checked_however_it_came(tmp_path: Path, written: str) -> None:
    talk = Talk(load(tmp_path, CHECKED))
    assert talk.hears(f"resi#{written}", "isi", written, f"cek {written}") == ["[AB1234]", "Nomor?", "[AB1234]", "[AB1234]"]


@pytest.mark.parametrize("written", ["xyz", "AB12345", "AB 1234", "\u200b"])
def test_a_value_that_does_not_fit_the_pattern_of_its_field_is_refused(tmp_path: Path, written: str) -> None:
    talk = Talk(load(tmp_path, CHECKED))
    for text in (f"resi#{written}", f"cek {written}"):
        match = talk.decision(text).match
        assert match is not None
        assert list(match.invalid) == ["nomor"]
        talk.says("batal")
    talk.says("isi")
    assert "belum sesuai formatnya. Mohon dicek lagi ya.\nNomor?" in (talk.says(written) or "")


def test_what_a_group_of_a_pattern_holds_is_trimmed(tmp_path: Path) -> None:
    assert Talk(load(tmp_path, CHECKED)).hears("nama saya  Budi ", "nama saya\tBudi\u3000") == ["[Budi]", "[Budi]"]


TWINS = """\
settings: {hours: {mon-fri: 08.00-17.00}}
rules:
  - {name: form, keyword: "pesan#", fields: [barang], priority: PRIORITY, reply: "{{ barang }}"}
  - {name: minggu, keyword: pesan, when: {days: sun}, reply: Minggu kami libur.}
  - {name: malam, keyword: tanya, when: {open: true}, otherwise: Kami tutup., reply: Kami buka.}
  - {name: tanya apa, keyword: "tanya#", fields: [apa], reply: "{{ apa }}"}
  - {name: kosong, keyword: "kosong#", when: {days: sun}, reply: Minggu.}
  - {name: isi, keyword: kosong, reply: Kosong.}
  - {name: memuat, contains: pesan, priority: 5, when: {chat: group}, reply: Ada pesan.}
  - {fallback: true, reply: Entah.}
"""


@pytest.mark.parametrize("priority", [-1, 0, 9])
def test_a_keyword_whose_rule_may_not_answer_now_is_read_as_if_there_were_none(tmp_path: Path, priority: int) -> None:
    sunday, monday = (datetime(2026, 11, day, 10, tzinfo=ZoneInfo("Asia/Jakarta")) for day in (22, 23))
    talk = Talk(load(tmp_path, TWINS.replace("PRIORITY", str(priority))), now=sunday)
    form = "Silakan kirim dengan format:\n*pesan#Barang*"
    assert talk.hears("pesan", "kosong#", "tanya") == ["Minggu kami libur.", "Minggu.", "Kami tutup."]
    talk.now = monday
    assert talk.hears("pesan", "Pesan!", "kosong#", "tanya") == [form, form, "Kosong.", "Kami buka."]


def test_a_rule_for_the_first_message_alone_hides_no_keyword_from_the_second(tmp_path: Path) -> None:
    talk = Talk(load(tmp_path, TWINS.replace("{days: sun}", "{first_contact: true}").replace("PRIORITY", "0")))
    assert talk.hears("pesan", "pesan") == ["Minggu kami libur.", "Silakan kirim dengan format:\n*pesan#Barang*"]


def test_in_groups_keywords_alone_may_be_answered(talk: Talk) -> None:
    said = [talk.says(text, chat="group") for text in ("halo", "stok", "isi#2", "selamat sore", "apa")]
    assert said == ["Selamat datang.", "Gudang.", "2", None, None]


@pytest.mark.parametrize(("groups", "said"), [("never", [None, None, None]), ("all", ["Gudang.", "Sore!", "Entah."])])
def test_in_groups_nothing_or_all_may_be_answered(tmp_path: Path, groups: str, said: list[str | None]) -> None:
    talk = Talk(load(tmp_path, TIMES.replace("groups: keywords", f"groups: {groups}")))
    assert [talk.says(text, chat="group") for text in ("stok", "selamat sore", "apa")] == said


def test_a_rule_without_a_handler_and_without_actions_is_handed_to_nobody(tmp_path: Path) -> None:
    book = load(tmp_path, "rules: [{keyword: [a, b], reply: R}, {keyword: c, reply: R}, {keyword: d, pause: 1 hour, reply: R}]")
    asked: list[str] = []

    def handle(match: Match, message: Message, notes: dict[str, Any]) -> None:
        asked.append(match.rule.name)

    for text in ("a", "b", "c", "d"):
        assert decide(book, Message(text=text), NO_MEMORY, datetime.now(UTC), Random(1), handle, {"a"}).replies == (Text("R"),)
    assert asked == ["a", "a", "d"]


def test_changes_deep_inside_of_notes_are_remembered(talk: Talk) -> None:
    def handle(match: Match, message: Message, notes: dict[str, Any]) -> tuple[Text]:
        notes.setdefault("a", {}).setdefault("b", []).append(message.text)
        return (Text(str(notes)),)

    talk.handle = handle
    assert talk.hears("stok", "sore") == ["{'a': {'b': ['stok']}}", "{'a': {'b': ['stok', 'sore']}}"]
    talk.wait(days=30)
    assert talk.says("stok") == "{'a': {'b': ['stok']}}"


def test_notes_that_stay_as_they_are_are_not_written_again(talk: Talk) -> None:
    talk.handle = lambda match, message, notes: notes.setdefault("a", [1]) and None
    assert talk.decision("stok").remember is not None
    assert talk.decision("stok").remember is None


class Odd:
    """What can be neither equal nor different."""

    def __eq__(self, other: object) -> bool:
        raise ValueError("no answer")

    __hash__ = None  # type: ignore[assignment]


def test_notes_that_cannot_be_compared_have_changed() -> None:
    assert differ({"a": Odd()}, {"a": 1})
