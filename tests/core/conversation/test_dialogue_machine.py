"""Forms and menus under any texts at any time: nothing raises, nobody is mixed up with anybody, everything ends."""

from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from flask_chatbot.core.conversation.dialogue import DAY, PATIENCE, Dialogue
from flask_chatbot.core.conversation.memory import ShortMemory, State, read_state, write_state
from flask_chatbot.core.conversation.stored_dialogues import read_dialogues
from flask_chatbot.core.deciding.decision import Decision, Outcome
from flask_chatbot.core.deciding.engine import decide
from flask_chatbot.core.matching.match import Kind, Match
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.replies import Menu, Text
from flask_chatbot.errors import Invalid, Skip
from tests.core.books import NOW, load
from tests.core.conversation.talks import Chat
from tests.examples import at_most

SURVEI = """  - name: survei
    keyword: survei
    ask:
      - nilai: {question: "Puas?", type: integer, min: 1, max: 5}
      - warna: {question: "Warna?", type: choice, options: [merah, stop]}
      - saran: {question: "Saran?", optional: true}
    confirm: "{{ nilai }} {{ saran }}?"
    save: survei
    once_per: 5 minutes
    reply: "{{ nilai }} {{ warna }} {{ saran }} oleh {{ nohp }}"
"""
JANJI = """  - name: janji
    keyword: janji#
    fields: [{nama: {min: 2}}, {tanggal: {type: date}}]
    on_invalid: ask
    reply: "{{ nama }} {{ tanggal }}"
"""
KIRIM = """  - name: kirim
    keyword: [kirim, "kirim#"]
    on_invalid: ask
    fields:
      - nama
      - email: {type: email}
      - bayar: {options: [tunai, bank]}
      - bank: {if: bayar == 'bank'}
      - jam: {type: time}
      - bagi: {type: integer, optional: true, if: 8 / (jam | time('H') | int) > 1}
    confirm: "{{ nama }} {{ email }} {{ bayar }} {{ bank }} {{ jam }} {{ bagi }}?"
    reply: "{% if nama == 'Budi' %}{{ 1 / 0 }}{% endif %}Dikirim."
"""
MENUS = """  - {name: menu, keyword: menu, reply: Pilih., menu: [{Survei: survei}, {Janji: janji}, {Lain: lain}, {Habis: habis}]}
  - {name: lain, keyword: lain, reply: [Satu., Dua.], menu: [{Menu: menu}, {Cari: cari}, {Cara: gagal}]}
  - {name: habis, reply: []}
  - {name: gagal, reply: "{{ 1 / 0 }}"}
  - {name: cari, keyword: cari, reply: x}
  - {name: sapa, keyword: halo, when: {first_contact: true}, reply: Selamat datang.}
  - {name: entah, fallback: true, reply: "Entah {{ nohp }}."}
"""
BOOKS = {
    "whole": SURVEI + JANJI + KIRIM + MENUS,
    "other fields": SURVEI.replace("nilai", "angka").replace("      - saran: {", "      - kota: {question: Kota?}\n      - saran: {")
    + JANJI
    + MENUS,
    "no fields": SURVEI[: SURVEI.index("    ask:")] + "    reply: ok\n" + JANJI.replace("on_invalid: ask", "on_invalid: explain") + MENUS,
    "no forms": MENUS.replace("{Survei: survei}, {Janji: janji}, ", ""),
}
WORDS = [
    "survei", "janji", "menu", "lain", "cari", "halo", "janji#Budi#besok", "janji#B#x", "janji#Budi#besok#lagi",
    "0", "1", "2", "3", "4", "5", "9",
    "lanjut", "no 2", "dua", "tunggu", "nilai: 4", "nilainya salah", "ganti warna merah", "Nilai: 4\nSaran: a", "Nama: Budi\nTanggal: x",
    "kirim", "a@gmial.com", "a@x.id", "bank", "tunai", "jam 2", "siang", "bayarnya tunai", "bayar: bank", "gak jadi kak",
    "bukan, jamnya salah",
    "Nama: A\nEmail: b@gmial.com\nBayar: bank\nBank: BCA", "Bayar: tunai\nBayar: bank\nJam: 9", "kirim#A#a@x.id#tunai#BCA#9#x", "0.00",
    "ya", "tidak", "batal", "-", "stop", "merah", "besok", "Budi", "Survei", "", " ", "#", "x" * 5000, "\ud83d", "\ufdfa" * 300,
]  # fmt: skip
NUMBERS = ["628111", "628222"]
TEXTS = st.sampled_from(WORDS) | st.text(max_size=12)
CHATS: st.SearchStrategy[Chat] = st.sampled_from(["private", "private", "private", "group"])


def handle(match: Match, message: Message, notes: dict[str, object]) -> Outcome:
    """A handler that does all a handler may do, by what it gets."""
    notes["n"] = int(str(notes.get("n", 0))) + 1
    notes.setdefault("by", message.sender.number)
    if match.rule.name == "janji" and match.fields.get("nama") == "Budi":
        raise Invalid(nama="Bukan Budi.")
    if match.rule.name == "survei" and match.fields.get("warna") == "merah":
        raise Skip
    if match.rule.name == "cari":
        return (Text("Ini."), Menu("Hasil:", {"Satu": "cari", "Dua": "lain"}))
    return None


def given(dialogue: Dialogue | None) -> dict[str, dict[str, str]]:
    """The texts given to the forms of a dialogue, by their rules."""
    asides = [form for form, _ in dialogue.below] if dialogue else []
    forms = [*asides, *filter(None, (dialogue.aside, dialogue.form))] if dialogue else []
    return {form.rule: texts for form in forms if (texts := {name: text for name, text in form.texts.items() if text})}


def decision_texts(decision: Decision) -> str:
    """All that a decision says."""
    return "\n".join(reply.text for reply in decision.replies if isinstance(reply, Text))


class Talking(RuleBasedStateMachine):
    """Two people, in private and in a group, while the clock moves, the bot is started anew and its rules change."""

    folder: Path

    def __init__(self) -> None:
        super().__init__()
        self.books = {
            name: load(self.folder / name.replace(" ", "_"), f"settings: {{groups: all}}\nrules:\n{text}") for name, text in BOOKS.items()
        }
        self.book = self.books["whole"]
        self.memory = ShortMemory()
        self.now = self.latest = NOW
        self.random = Random(1)

    def dialogue(self, number: str, chat: Chat) -> Dialogue | None:
        time = self.now.timestamp()
        return read_dialogues(self.memory.recall(number, time).dialogue, time).get(chat)

    def handle(self, match: Match, message: Message, notes: dict[str, object]) -> Outcome:
        try:
            return handle(match, message, notes)
        except Skip:
            self.has_skipped = True
            raise

    def write(self, number: str, text: str, chat: Chat = "private") -> Decision:
        time, self.has_skipped = self.now.timestamp(), False
        self.latest = max(self.now, self.latest)  # a clock that was set back lets things live longer
        others = {other: self.memory.recall(other, time) for other in NUMBERS if other != number}
        message = Message(text=text, sender=Sender(number=number), chat=chat)
        decision = decide(self.book, message, self.memory, self.now, self.random, self.handle)
        if decision.remember is not None:
            assert self.memory.commit(number, decision.remember, time)
        assert {other: self.memory.recall(other, time) for other in others} == others
        return decision

    @rule(number=st.sampled_from(NUMBERS), text=TEXTS, chat=CHATS)
    def someone_writes(self, number: str, text: str, chat: Chat) -> None:
        other = next(each for each in NUMBERS if each != number)
        before = self.dialogue(number, chat)
        decision = self.write(number, text, chat)
        self.nothing_is_lost(before, self.dialogue(number, chat), decision)
        said = [reply.text for reply in decision.replies if isinstance(reply, Text)]
        assert not any(other in each for each in said)
        assert all(0 < len(each) <= 4096 for each in said)
        after = self.dialogue(number, chat)
        if after and after.form:
            assert (len(decision.replies), decision.actions) == (1, ())
            assert after.form.rule in self.book.by_name
            assert max(after.form.wrong, after.form.refused) < 3
        if decision.actions:
            assert decision.match is not None
            assert decision.match.kind is Kind.FORM

    def nothing_is_lost(self, before: Dialogue | None, after: Dialogue | None, decision: Decision) -> None:
        """What was given to a form is kept, or its rule has answered: it was done, called off, begun anew, or named as not needed."""
        for name, texts in given(before).items():
            fields = {field.name for field in (self.book.by_name[name].fields if name in self.book.by_name else None) or ()}
            now = given(after).get(name)
            if now is None or (decision.match and decision.match.kind is not Kind.FORM):
                assert not fields or now == texts or self.has_skipped or (decision.match and decision.match.rule.name == name)
                continue
            lost = {field for field in texts if field in fields and not now.get(field)}
            assert not lost or "Tidak perlu diisi" in decision_texts(decision)

    @rule(number=st.sampled_from(NUMBERS))
    def someone_leaves(self, number: str) -> None:
        before = self.dialogue(number, "private")
        if before and before.form and "warna" not in before.form.asks[:1]:
            self.write(number, "batal")
            after = self.dialogue(number, "private")
            assert after is None or after.form is None

    @rule(seconds=st.sampled_from([1, 60, 299, 300, 899, 900, -3600, 90_000]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        if (self.now - self.latest).total_seconds() >= PATIENCE + DAY:
            assert [self.dialogue(number, chat) for number in NUMBERS for chat in ("private", "group")] == [None] * 4

    @rule()
    def the_bot_is_started_anew(self) -> None:
        time, old, self.memory = self.now.timestamp(), self.memory, ShortMemory()
        for number in NUMBERS:
            state = old.recall(number, time)
            copy = read_state(write_state(state), 0, time + 1, time)
            assert write_state(copy) == write_state(state)
            assert self.memory.commit(number, copy, time)

    @rule(name=st.sampled_from([*BOOKS]))
    def the_rules_change(self, name: str) -> None:
        self.book = self.books[name]

    @rule(
        number=st.sampled_from(NUMBERS),
        data=st.dictionaries(st.sampled_from(["private", "group", "form"]), st.none() | st.text() | st.lists(st.integers())),
    )
    def what_is_remembered_is_damaged(self, number: str, data: dict[str, object]) -> None:
        time = self.now.timestamp()
        state = self.memory.recall(number, time)
        damaged = State(dialogue=data, dialogue_until=time + 60, seen=state.seen, version=state.version)
        assert self.memory.commit(number, damaged, time)

    @invariant()
    def notes_are_of_one_person_alone(self) -> None:
        for number in NUMBERS:
            assert self.memory.recall(number, self.now.timestamp()).notes.get("by", number) == number

    def teardown(self) -> None:
        """Whatever went on before: who writes nonsense only is out of everything within a few messages."""
        for number in NUMBERS:
            for _ in range(3 * 4 + 3 * 3):
                self.write(number, "\n")
            after = self.dialogue(number, "private")
            assert after is None or after.form is None


def test_whatever_is_written_and_whenever(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("CRITICAL")
    with TemporaryDirectory() as folder:
        Talking.folder = Path(folder)
        for name in BOOKS:
            (Path(folder) / name.replace(" ", "_")).mkdir()
        machine = Talking.TestCase
        machine.settings = settings(max_examples=at_most(60), stateful_step_count=40)
        machine("runTest").runTest()
