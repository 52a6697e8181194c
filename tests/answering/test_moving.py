"""Rows move from state to state, by whoever may, and their customers hear of it."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask

from flask_chatbot import Chatbot
from flask_chatbot.answering.moving import Outcome, move_row
from flask_chatbot.core.values.replies import Text
from flask_chatbot.errors import NotAccepted
from flask_chatbot.store import outbox
from flask_chatbot.store.rows.moving import history
from tests.core.books import problems

RULES = """\
version: 1
rules:
  - keyword: cuci#
    fields: [{berat: {type: number}}, {nama_cucian: {optional: true}}]
    save:
      to: cucian
      states: [baru, dicuci, siap diambil, selesai]
      on_state:
        siap diambil: "{{ sapaan }}, cucian nomor {{ saved.number }} ({{ berat }} kg) siap diambil."
        selesai: "{% if nama_cucian %}{{ nama_cucian | upper }}{% endif %}"
    reply: Nomor {{ saved.number }}.
  - keyword: status
    find: {in: cucian}
    reply: "{{ found.number }} {{ found.state }}{% if found.state == 'siap diambil' %}, silakan{% endif %}"
  - {keyword: survei#, fields: [nilai], save: survei, reply: Terima kasih.}
"""
BUDI, KEY = "6281234567890", {"SecretKey": "kunci-api-rahasia"}


def shop(folder: Path, rules: str = RULES) -> Flask:
    (folder / "rules.yaml").write_text(rules, "utf-8")
    app = Flask(__name__, root_path=str(folder), instance_path=str(folder / "instance"))
    keys = {"CHATBOT_WEBHOOK_KEY": "kunci-rahasia", "CHATBOT_API_KEY": KEY["SecretKey"]}
    app.config.update(keys, CHATBOT_TRANSPORT="simulator", CHATBOT_WORKER="off")
    Chatbot().init_app(app)
    return app


def says(app: Flask, text: str, number: str = BUDI) -> str:
    keyword, mark, rest = text.partition("#")
    body = {"webhookkey": "kunci-rahasia", "from": number, "keyword": keyword + mark, "data": [rest] if mark else []}
    answer = app.test_client().post("/chatbot/webhook", json=body).json or {}
    return "\n".join(each["content"] for each in answer["message"]["reply"])


def moves(
    app: Flask, number: int, state: str, actor: str = "Ani", now: float = 500.0, name: str = "cucian", seen: str | None = None
) -> Outcome:
    chatbot = app.extensions["chatbot"]
    return move_row(chatbot.make_database(), chatbot.lines, chatbot.bot.book, name, number, state=state, actor=actor, now=now, seen=seen)


def waiting(app: Flask) -> list[tuple[str, str]]:
    """The chats and texts of what goes out next."""
    with app.extensions["chatbot"].make_database().writing() as connection:
        claims = outbox.claim(connection, "simulator", 1e12, 60.0, 9)
        outbox.settle_sent(connection, claims, 1e12)
    return [(each.chat, each.outbound.reply.text) for each in claims if isinstance(each.outbound.reply, Text)]


def steps(app: Flask, number: int = 1) -> list[tuple[str, str]]:
    with app.extensions["chatbot"].make_database().reading() as connection:
        return [(each.state, each.actor) for each in history(connection, "cucian", number)]


def test_a_row_begins_in_the_first_state_and_its_customer_sees_and_hears_where_it_is(tmp_path: Path) -> None:
    app = shop(tmp_path)
    assert (says(app, "cuci#2,5"), says(app, "status")) == ("Nomor 1.", "1 baru")
    outcome = moves(app, 1, "Siap  diambil!")
    assert (outcome.moved.is_moved, outcome.is_told, outcome.moved.before.state) == (True, True, "baru")
    assert says(app, "status") == "1 siap diambil, silakan"
    assert waiting(app) == [(f"{BUDI}@c.us", "Kak, cucian nomor 1 (2.5 kg) siap diambil.")]
    assert steps(app) == [("baru", ""), ("siap diambil", "Ani")]


def test_a_text_that_comes_out_empty_or_is_not_there_tells_nobody(tmp_path: Path) -> None:
    app = shop(tmp_path)
    says(app, "cuci#2")
    assert [moves(app, 1, state).is_told for state in ("dicuci", "selesai")] == [False, False]
    assert waiting(app) == []


def test_a_row_that_is_in_the_state_already_is_left_alone_and_the_answer_says_since_when(tmp_path: Path) -> None:
    app = shop(tmp_path)
    says(app, "cuci#2")
    moves(app, 1, "siap diambil", actor="Ani", now=500.0)
    again = moves(app, 1, "siap diambil", actor="Budi", now=900.0)
    assert (again.moved.is_moved, again.is_told, again.moved.before.actor, again.moved.before.at) == (False, False, "Ani", 500.0)
    assert len(waiting(app)) == 1


def test_of_two_who_move_one_row_at_once_each_hears_what_was_before_and_the_customer_hears_once(tmp_path: Path) -> None:
    app = shop(tmp_path)
    says(app, "cuci#2")
    start = Barrier(2)

    def mover(name: str) -> Outcome:
        start.wait()
        return moves(app, 1, "siap diambil", actor=name)

    with ThreadPoolExecutor(2) as pool:
        first, second = sorted(pool.map(mover, ("Ani", "Budi")), key=lambda outcome: not outcome.moved.is_moved)
    assert (first.moved.before.state, second.moved.is_moved, second.moved.before.actor) == ("baru", False, steps(app)[-1][1])
    assert (len(waiting(app)), len(steps(app))) == (1, 2)


def test_of_two_who_saw_one_state_and_move_the_row_apart_only_the_first_does(tmp_path: Path) -> None:
    app = shop(tmp_path)
    says(app, "cuci#2")
    start = Barrier(2)

    def mover(state: str) -> Outcome:
        start.wait()
        return moves(app, 1, state, actor=f"to {state}", seen="baru")

    with ThreadPoolExecutor(2) as pool:
        first, second = sorted(pool.map(mover, ("dicuci", "siap diambil")), key=lambda outcome: not outcome.moved.is_moved)
    assert (first.moved.is_moved, second.moved.is_moved, second.moved.row) == (True, False, first.moved.row)
    assert second.moved.before.actor == f"to {first.moved.row.state}"
    assert len(steps(app)) == 2


@pytest.mark.parametrize(
    ("name", "number", "state", "told"),
    [
        ("cucian", 1, "siap diambl", "'siap diambl' is not a state of 'cucian'. Did you mean 'siap diambil'?"),
        ("cucian", 1, "xyz", "'xyz' is not a state of 'cucian'. The states are: baru, dicuci, siap diambil, selesai."),
        ("cucian", 9, "dicuci", "There is no row 9 in 'cucian'."),
        ("survei", 1, "dicuci", "The rows of 'survei' have no states. Give them some: `save: {to: survei, states: [...]}`"),
    ],
)
def test_a_state_or_a_row_that_is_not_there_is_told_with_a_guess_and_nothing_moves(
    tmp_path: Path, name: str, number: int, state: str, told: str
) -> None:
    app = shop(tmp_path)
    says(app, "cuci#2")
    with pytest.raises(NotAccepted) as error:
        moves(app, number, state, name=name)
    assert (str(error.value), says(app, "status")) == (told, "1 baru")


def test_the_api_moves_a_row_and_says_what_it_was(tmp_path: Path) -> None:
    app = shop(tmp_path)
    says(app, "cuci#2,5")
    client = app.test_client()
    answer = client.post("/chatbot/api/saved/cucian/1", json={"state": "siap diambil"}, headers=KEY)
    message = (answer.json or {})["message"]
    shown = {name: message[name] for name in ("number", "state", "before", "moved", "told", "fields")}
    assert shown == {
        "number": 1,
        "state": "siap diambil",
        "before": "baru",
        "moved": True,
        "told": True,
        "fields": {"berat": 2.5, "nama_cucian": None},
    }
    assert steps(app)[-1] == ("siap diambil", "API")
    again = (client.post("/chatbot/api/saved/cucian/1", json={"state": "siap diambil"}, headers=KEY).json or {})["message"]
    assert {name: again[name] for name in ("before", "by", "moved", "told")} == {
        "before": "siap diambil",
        "by": "API",
        "moved": False,
        "told": False,
    }
    assert message["since"] <= again["since"]
    rows = (client.get("/chatbot/api/saved/cucian", headers=KEY).json or {})["message"]["rows"]
    assert [row["state"] for row in rows] == ["siap diambil"]


@pytest.mark.parametrize(
    ("path", "body", "status", "message"),
    [
        ("cucian/1", {}, 400, "'state' is missing or null. Send the state as a string, such as 'siap diambil'."),
        ("cucian/1", {"state": "siap"}, 409, "'siap' is not a state of 'cucian'. Did you mean 'siap diambil'?"),
        ("cucian/7", {"state": "dicuci"}, 404, "There is no row 7 in 'cucian'."),
        ("cucian/x", {"state": "dicuci"}, 404, "There is no row x in 'cucian'."),
    ],
)
def test_calls_that_cannot_move_a_row_say_why(tmp_path: Path, path: str, body: dict[str, str], status: int, message: str) -> None:
    app = shop(tmp_path)
    says(app, "cuci#2")
    answer = app.test_client().post(f"/chatbot/api/saved/{path}", json=body, headers=KEY)
    assert (answer.status_code, (answer.json or {})["errorMessage"]) == (status, message)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('siap diambil: "{{', 'siap diambl: "{{'), "'siap diambl' is not a state of 'cucian'. Did you mean 'siap diambil'?"),
        (("({{ berat }}", "({{ brat }}"), "unknown name 'brat'. Did you mean 'berat'?"),
        (("[baru, dicuci", "[baru, Baru"), "the state 'Baru' is listed already. Remove one of them."),
        (("[baru, dicuci", "[baru, 2 kali"), "'2 kali' cannot be a state. Begin it with a letter, such as siap diambil."),
        (("found.state == 'siap diambil'", "found.state == 'siap'"), None),
        (
            ("save: survei", "save: cucian"),
            "rules 'survei#' and 'cuci#' both save to 'cucian', with different states. Write the same `states:` in both.",
        ),
    ],
)
def test_mistakes_about_states_are_told_at_load(tmp_path: Path, change: tuple[str, str], told: str | None) -> None:
    found = [each.split(": ", 1)[1] for each in problems(tmp_path, RULES.replace(*change))]
    assert (found[:1] == [told]) if told else ("siap diambil" in found[0])


STAFF = "628117601234"
WITH_STAFF = (
    RULES.replace("rules:\n", f'settings: {{staff: {{ani: "{STAFF}"}}}}\nrules:\n', 1)
    + """\
  - {keyword: pesan#, fields: [kue], save: {to: pesanan, states: [baru, selesai]}, reply: "Nomor {{ saved.number }}."}
  - {fallback: true, reply: Maaf.}
"""
)


def test_staff_move_a_row_by_a_message_and_hear_whose_it_is(tmp_path: Path) -> None:
    app = shop(tmp_path, WITH_STAFF)
    says(app, "cuci#2,5")
    told = [says(app, text, STAFF) for text in ("1 siap diambil", "#1 Siap Diambil!", "7 dicuci", "1 menit lagi", "halo")]
    already, _, mover = told.pop(1).partition(", oleh ")
    assert re.fullmatch(r"cucian 1 \(\+62 812-3456-7890\) sudah \*siap diambil\* sejak \S+ pukul \S+", already)
    assert mover == f"{STAFF}."
    assert told == [
        "cucian 1 (+62 812-3456-7890): *siap diambil*.",
        "Tidak ada nomor 7 di cucian.",
        "Tidak ada keadaan *menit lagi*. Kalau ini maksudnya, balas dengan:\n"
        + "\n".join(f"cucian 1 {state} (+62 812-3456-7890)" for state in ("baru", "dicuci", "siap diambil", "selesai")),
        "Maaf.",
    ]
    assert (steps(app)[-1], len(waiting(app))) == (("siap diambil", STAFF), 1)


def test_who_moves_a_row_that_another_has_moved_or_that_was_closed_hears_from_what_it_was_moved(tmp_path: Path) -> None:
    rules = WITH_STAFF.replace(f'{{ani: "{STAFF}"}}', f'{{ani: "{STAFF}", tono: "628117605678"}}').replace(
        "siap diambil, selesai]", "siap diambil, selesai, batal]"
    )
    app = shop(tmp_path, rules)
    says(app, "cuci#2,5")
    own, other = (STAFF, "628117605678")
    told = [
        says(app, f"1 {state}", by)
        for state, by in (("dicuci", own), ("batal", own), ("selesai", own), ("dicuci", other), ("selesai", other))
    ]
    befores = [re.sub(r"sejak \S+ pukul [^,]+", "sejak", each).split("\n")[1:] for each in told]
    assert befores == [
        [],
        [],
        [f"Sebelumnya *batal* sejak, oleh {own}."],
        [f"Sebelumnya *selesai* sejak, oleh {own}."],
        [],
    ]


def test_staff_are_asked_which_row_is_meant_where_several_have_the_number(tmp_path: Path) -> None:
    app = shop(tmp_path, WITH_STAFF)
    says(app, "cuci#2")
    says(app, "pesan#bolu")
    assert says(app, "1 selesai", STAFF) == (
        "Nomor 1 ada lebih dari satu. Balas dengan salah satu:\ncucian 1 selesai (+62 812-3456-7890)\npesanan 1 selesai (+62 812-3456-7890)"
    )
    assert (says(app, "pesanan 1 selesai", STAFF), steps(app)) == ("pesanan 1 (+62 812-3456-7890): *selesai*.", [("baru", "")])


@pytest.mark.parametrize(
    "text",
    [
        "siap diambil 1",
        "Siap Diambil no. 1",
        "siap diambil cucian 1",
        "no 1 siap diambil",
        "1 siap diambil ya makasih",
        "1 siap diambil kak",
        "cucian nomor 1: siap diambil",
    ],
)
def test_the_state_may_stand_in_front_and_a_word_before_the_number(tmp_path: Path, text: str) -> None:
    app = shop(tmp_path, WITH_STAFF)
    says(app, "cuci#2")
    assert says(app, text, STAFF) == "cucian 1 (+62 812-3456-7890): *siap diambil*."


def test_a_rule_that_staff_may_mean_is_not_taken_for_the_state_of_a_row(tmp_path: Path) -> None:
    rules = """\
  - {keyword: selesai#, fields: [{nomor: {type: integer}}], reply: "Selesai {{ nomor }}."}
  - {keyword: 1 porsi, reply: Satu porsi.}
  - {keyword: jumlah, ask: [{berapa: {question: Berapa?, type: integer}}], reply: "{{ berapa }}."}
"""
    app = shop(tmp_path, WITH_STAFF.replace("  - {fallback", rules + "  - {fallback"))
    says(app, "cuci#2")
    told = [says(app, text, STAFF) for text in ("selesai 1", "1 porsi", "jumlah", "2 kak")]
    assert (told[:2], told[3], steps(app)) == (["Selesai 1.", "Satu porsi."], "2.", [("baru", "")])


def test_a_customer_moves_nothing(tmp_path: Path) -> None:
    app = shop(tmp_path, WITH_STAFF)
    says(app, "cuci#2")
    assert (says(app, "1 selesai"), steps(app)) == ("Maaf.", [("baru", "")])
