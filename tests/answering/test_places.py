"""Limited places: a slot that is full is told, asked for again, and never taken by two at once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask

from flask_chatbot import Chatbot
from flask_chatbot.store import saved
from flask_chatbot.testing import Chat
from tests.answering.test_moving import moves
from tests.core.books import problems

SAVE = "{to: janji, states: [baru, hadir, batal], at_most: 1, per: [tanggal, jam], full: 'Jam {{ jam }} sudah penuh.'}"
JAM = "{jam: {type: choice, options: [pagi, sore], question: Jam berapa?}}"
FIELDS = f"[{{tanggal: {{type: date, question: Tanggal berapa?}}}}, {JAM}, {{nama_pasien: Untuk siapa?}}]"
RULES = f"""\
version: 1
rules:
  - {{keyword: janji, ask: {FIELDS}, confirm: "Benar?", save: {SAVE}, reply: "Nomor {{{{ saved.number }}}}."}}
  - {{keyword: langsung#, fields: [jam], save: {{to: antri, at_most: 1, per: jam}}, reply: Masuk.}}
  - {{keyword: kursi, save: {{to: kursi, at_most: 2}}, reply: Dapat.}}
"""
ANI, CITRA = "6285550000001", "6285550000002"


def shop(folder: Path, url: str | None = None, rules: str = RULES, bot: Chatbot | None = None) -> Flask:
    (folder / "rules.yaml").write_text(rules, "utf-8")
    app = Flask(__name__, root_path=str(folder), instance_path=str(folder / "instance"))
    app.config.update(CHATBOT_WEBHOOK_KEY="kunci-rahasia", CHATBOT_TRANSPORT="simulator", CHATBOT_WORKER="off")
    if url is not None:
        app.config.update(CHATBOT_DATABASE_URL=url)
    (bot or Chatbot()).init_app(app)
    return app


def says(app: Flask, text: str, number: str = ANI) -> str:
    keyword, mark, rest = text.partition("#")
    body = {"webhookkey": "kunci-rahasia", "from": number, "keyword": keyword + mark, "data": [rest] if mark else []}
    answer = app.test_client().post("/chatbot/webhook", json=body).json or {}
    return "\n".join(each["content"] for each in answer["message"]["reply"])


def kept(app: Flask, name: str) -> list[dict[str, object]]:
    with app.extensions["chatbot"].make_database().reading() as connection:
        return [dict(row.fields) for row in saved.rows(connection, name)]


def talk(app: Flask, *texts: str, number: str = ANI) -> list[str]:
    return [says(app, text, number) for text in texts]


def test_a_form_says_that_a_slot_is_full_and_asks_for_another_before_all_else(tmp_path: Path) -> None:
    app = shop(tmp_path)
    assert talk(app, "janji", "5/12/2099", "pagi", "Budi", "ya")[-1] == "Nomor 1."
    said = talk(app, "janji", "5/12/2099", "pagi", "5/12/2099", "sore", "Citra", "ya", number=CITRA)
    assert said[2:5] == ["Jam pagi sudah penuh.\nTanggal berapa?", said[1], "Untuk siapa?"]
    assert said[-1] == "Nomor 2."
    assert [(row["jam"], row["nama_pasien"]) for row in kept(app, "janji")] == [("pagi", "Budi"), ("sore", "Citra")]


def test_a_slot_that_is_taken_before_the_yes_is_asked_for_again_and_nothing_else_is(tmp_path: Path) -> None:
    app = shop(tmp_path)
    talk(app, "janji", "5/12/2099", "pagi", "Citra", number=CITRA)
    talk(app, "janji", "5/12/2099", "pagi", "Budi", "ya")
    said = talk(app, "ya", "6/12/2099", "pagi", "ya", number=CITRA)
    assert said[0] == "Jam pagi sudah penuh.\nTanggal berapa?"
    assert (said[2], len(kept(app, "janji"))) == ("Benar?", 2)
    assert kept(app, "janji")[1] == {"tanggal": "2099-12-06", "jam": "pagi", "nama_pasien": "Citra"}


def test_a_cancelled_row_frees_its_place_and_one_that_is_done_does_not(tmp_path: Path) -> None:
    app = shop(tmp_path)
    talk(app, "janji", "5/12/2099", "pagi", "Budi", "ya")
    moves(app, 1, "hadir", name="janji")
    assert "penuh" in talk(app, "janji", "5/12/2099", "pagi", number=CITRA)[-1]
    moves(app, 1, "batal", name="janji")
    assert talk(app, "5/12/2099", "pagi", "Citra", "ya", number=CITRA)[-1].startswith("Nomor ")


@pytest.mark.parametrize(
    ("states", "frees", "state", "is_free"),
    [
        ("[baru, hadir, batal oleh klinik]", "", "batal oleh klinik", True),
        ("[baru, ditolak, hadir]", "", "ditolak", True),
        ("[baru, hadir, batal, tidak datang]", "", "tidak datang", False),
        ("[baru, hadir, batal, tidak datang]", ", frees: [tidak datang]", "tidak datang", True),
        ("[baru, hadir, batal, tidak datang]", ", frees: [tidak datang]", "batal", False),
    ],
)
def test_the_states_that_free_a_place_say_so_or_are_named(tmp_path: Path, states: str, frees: str, state: str, is_free: bool) -> None:
    app = shop(tmp_path, rules=RULES.replace("[baru, hadir, batal]", states).replace("per: [tanggal, jam]", f"per: [tanggal, jam]{frees}"))
    talk(app, "janji", "5/12/2099", "pagi", "Budi", "ya")
    moves(app, 1, state, name="janji")
    assert ("penuh" not in talk(app, "janji", "5/12/2099", "pagi", number=CITRA)[-1]) is is_free


def test_without_a_form_the_sentence_stands_alone(tmp_path: Path) -> None:
    app = shop(tmp_path)
    assert [says(app, "langsung#9", number) for number in (ANI, CITRA)] == [
        "Masuk.",
        "Maaf, Jam 9 sudah penuh. Silakan pilih yang lain.",
    ]
    assert [says(app, "kursi", number) for number in (ANI, ANI, CITRA)] == ["Dapat.", "Dapat.", "Maaf, tempatnya sudah penuh."]
    assert (len(kept(app, "antri")), len(kept(app, "kursi"))) == (1, 2)


def test_of_many_who_want_the_last_places_at_once_only_so_many_get_one(url: str, tmp_path: Path) -> None:
    app, start = shop(tmp_path, url), Barrier(8)

    def customer(number: int) -> str:
        start.wait()
        return says(app, "kursi", f"62855500000{number:02}")

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(customer, range(8)))
    assert (said.count("Dapat."), said.count("Maaf, tempatnya sudah penuh.")) == (2, 6)
    assert len(kept(app, "kursi")) == 2


def test_of_two_who_want_the_last_place_of_a_slot_at_once_one_is_asked_for_another(url: str, tmp_path: Path) -> None:
    app, start = shop(tmp_path, url), Barrier(2)
    for number in (ANI, CITRA):
        talk(app, "janji", "5/12/2099", "pagi", "Budi", number=number)

    def confirms(number: str) -> str:
        start.wait()
        return says(app, "ya", number)

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(confirms, (ANI, CITRA)))
    assert said[0] == "Jam pagi sudah penuh.\nTanggal berapa?"
    assert said[1].startswith("Nomor ")
    assert len(kept(app, "janji")) == 1


def test_a_handler_runs_once_though_another_takes_the_place_meanwhile(tmp_path: Path) -> None:
    bot, runs = Chatbot(), list[str]()

    @bot.rule("kursi")
    def seat(message: object) -> None:
        runs.append("kursi")
        if len(runs) == 1:  # two others come first
            assert [says(app, "kursi", number) for number in (ANI, ANI)] == ["Dapat.", "Dapat."]

    app = shop(tmp_path, bot=bot)
    assert says(app, "kursi", CITRA) == "Maaf, tempatnya sudah penuh."
    assert (len(runs), len(kept(app, "kursi"))) == (3, 2)


def test_trials_and_tests_of_rules_know_places(tmp_path: Path) -> None:
    ani = Chat(shop(tmp_path))
    assert [str(ani.says("kursi")) for _ in range(3)] == ["Dapat.", "Dapat.", "Maaf, tempatnya sudah penuh."]
    assert kept(ani.app, "kursi") == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            (", at_most: 1, per: [tanggal, jam]", ", per: [tanggal, jam]"),
            "'per' is about places, and there is no limit to them. Add `at_most: 4`",
        ),
        (("per: [tanggal, jam]", "per: [tanggal, jm]"), "the rule has no field 'jm'. Did you mean 'jam'?"),
        (("per: [tanggal, jam]", "per: [tanggal, jam], frees: [btal]"), "'btal' is not a state of 'janji'. Did you mean 'batal'?"),
        (("per: [tanggal, jam]", "per: [tanggal, jam], frees: baru"), "a row begins as 'baru', and would be cancelled at once."),
        (("{type: date,", "{type: date, optional: true,"), "'tanggal' may be left out, and then nobody knows which places are taken."),
        (("at_most: 1, per: [t", "at_most: 0, per: [t"), "at_most"),
        (("Jam {{ jam }}", "Jam {{ jm }}"), "unknown name 'jm'. Did you mean 'jam'?"),
    ],
)
def test_mistakes_are_told_at_load(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    assert told in problems(tmp_path, RULES.replace(*change))[0]
