"""The endpoints for systems that cannot run commands: saved rows, pauses and opt-outs."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from flask_chatbot.store import optouts, saved
from flask_chatbot.store.memory import StoreMemory
from flask_chatbot.store.saved import SavedRow
from tests.delivery.apps import API_KEY, BUDI, START, gateway_app, gateway_of
from tests.views.test_api import post, refusal

RULES = """\
version: 1
rules:
  - {keyword: halo, reply: Halo}
  - {name: nilai, keyword: nilai#, fields: [nilai], save: survei, reply: Terima kasih}
  - {name: pesan, keyword: pesan#, fields: [barang], save: pesanan, reply: Siap}
  - {keyword: admin, pause: 2 hours, reply: Sebentar ya}
"""
HALO = {"keyword": "halo", "data": [], "from": BUDI}


@pytest.fixture
def shop(tmp_path: Path) -> Flask:
    return shop_in(tmp_path)


def shop_in(folder: Path, rules: str = RULES, **config: Any) -> Flask:
    """An app with a webhook and the API, whose clock stands still."""
    lines = {"toko": "kunci-toko", "bengkel": "kunci-bengkel"}
    app = gateway_app(folder, rules=rules, CHATBOT_WEBHOOK_KEY=lines, **config)
    app.extensions["chatbot"].bot.clock = lambda: datetime.fromtimestamp(START, UTC)
    return app


def saved_rows(app: Flask, path: str, **options: Any) -> Any:
    return app.test_client().get(f"/chatbot/api/saved/{path}", headers={"SecretKey": API_KEY}, **options)


def says(app: Flask, line: str = "toko") -> list[str]:
    """The replies to a customer who writes halo on a line."""
    answer = app.test_client().post("/chatbot/webhook", json={**HALO, "webhookkey": f"kunci-{line}"})
    assert answer.json is not None
    return [each["content"] for each in answer.json["message"]["reply"]]


def save(app: Flask, *numbers: int, name: str = "survei") -> None:
    with gateway_of(app).database.writing() as connection:
        for number in numbers:
            row = SavedRow(name=name, number=number, fields={"nilai": "5"}, sender=BUDI, sender_name="Budi", at=START - 600, person="")
            saved.add(connection, row)


@pytest.mark.parametrize("ending", ["", "/"])
def test_saved_rows_are_told_with_who_sent_them_and_when(shop: Flask, ending: str) -> None:
    save(shop, 1)
    answer = saved_rows(shop, f"survei{ending}")
    (row,) = answer.json["message"]["rows"]
    told = {"number": 1, "code": None, "timestamp": int(START) - 600, "sender": BUDI, "sender_name": "Budi", "fields": {"nilai": "5"}}
    assert answer.json == {"success": True, "message": {"rows": [{**told, "person": row["person"], "state": None}], "more": False}}
    assert len(row["person"]) == 26


def test_all_rows_are_got_by_asking_after_the_last_one_until_there_are_no_more(shop: Flask) -> None:
    save(shop, *range(1, 231))
    got: list[int] = []
    pages = 0
    while True:
        page = saved_rows(shop, f"survei?after={got[-1] if got else 0}").json["message"]
        got += [row["number"] for row in page["rows"]]
        pages += 1
        if not page["more"]:
            break
    assert (got, pages) == (list(range(1, 231)), 3)
    assert saved_rows(shop, "survei?after=230").json["message"] == {"rows": [], "more": False}


def test_a_table_without_rows_is_empty_and_one_of_a_rule_that_is_gone_is_still_told(shop: Flask) -> None:
    assert saved_rows(shop, "pesanan").json["message"] == {"rows": [], "more": False}
    save(shop, 1, name="lama")
    assert [row["number"] for row in saved_rows(shop, "lama?after=0").json["message"]["rows"]] == [1]


def test_an_unknown_table_is_404_with_the_names_there_are(shop: Flask, tmp_path: Path) -> None:
    assert refusal(saved_rows(shop, "survey")) == (404, "Nothing is saved under 'survey'. The names are: pesanan, survei.")
    none = shop_in(tmp_path / "none", "version: 1\nrules:\n  - {keyword: halo, reply: Halo}\n")
    assert refusal(saved_rows(none, "survei")) == (404, "Nothing is saved under 'survei': no rule has 'save'.")


@pytest.mark.parametrize("after", ["-1", "x", "1.5", "", "٣", "9" * 16, "1&after=2"])
def test_a_wrong_number_to_go_on_from_is_refused(shop: Flask, after: str) -> None:
    status, said = refusal(saved_rows(shop, f"survei?after={after}"))
    assert (status, said.partition("' is ")[0]) == (400, "'after")


@pytest.mark.parametrize("name", ["saved/survei", "pause", "resume", "optout", "optin"])
def test_each_needs_the_key_and_its_method(shop: Flask, name: str) -> None:
    client, method = shop.test_client(), "GET" if "/" in name else "POST"
    without = client.open(f"/chatbot/api/{name}", method=method, json=None if method == "GET" else {"nohp": BUDI})
    assert refusal(without) == (400, "The header SecretKey is missing.")
    other = client.open(f"/chatbot/api/{name}", method="PUT", headers={"SecretKey": API_KEY})
    assert (refusal(other)[0], other.headers["Allow"]) == (405, "GET, HEAD" if method == "GET" else "POST")


@pytest.mark.parametrize(("duration", "seconds"), [({}, 7200), ({"duration": None}, 7200), ({"duration": "30 menit"}, 1800)])
def test_a_paused_person_gets_no_answer_until_then_or_until_resumed(shop: Flask, duration: dict[str, object], seconds: int) -> None:
    client = shop.test_client()
    answer = post(client, "pause/", json={"nohp": "0812-3456-7890", **duration})
    assert answer.json == {"success": True, "message": {"nohp": BUDI, "until": int(START) + seconds}}
    assert says(shop) == []
    resumed = [post(client, "resume", json={"nohp": f"{BUDI}@c.us"}).json for _ in range(2)]
    ended = ({"nohp": BUDI, "until": None, "was_until": until} for until in (int(START) + seconds, None))
    assert resumed == [{"success": True, "message": each} for each in ended]
    assert says(shop) == ["Halo"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"nohp": BUDI, "duration": 5}, "'duration' is a number. Send a string such as '2 hours' or '30 menit'."),
        ({"nohp": BUDI, "duration": "lama"}, "'duration': 'lama' is not a length of time."),
        ({"nohp": BUDI, "duration": "900 hari"}, "'duration': '900 hari' is too long: the limit is 366 days. Write less."),
        ({"nohp": "62812xxx"}, "'nohp': '62812xxx' "),
        ({}, "'nohp' is missing or null. Send the number"),
    ],
)
def test_a_wrong_pause_is_refused_and_pauses_nobody(shop: Flask, body: dict[str, object], said: str) -> None:
    status, told = refusal(post(shop.test_client(), "pause", json=body))
    assert (status, told[: len(said)]) == (400, said)
    assert says(shop) == ["Halo"]


def test_where_rules_look_for_no_pause_none_is_accepted(tmp_path: Path) -> None:
    app = shop_in(tmp_path, "version: 1\nrules:\n  - {keyword: halo, reply: Halo}\n")
    told = "These rules remember nothing of people, so nobody can be paused. Give one of them 'pause', and call again."
    assert refusal(post(app.test_client(), "pause", json={"nohp": BUDI})) == (400, told)


def test_who_is_opted_out_gets_no_promotion_until_opted_in(shop: Flask) -> None:
    client, promo = shop.test_client(), {"nohp": BUDI, "pesan": "Diskon", "promo": True}
    assert post(client, "optout", json={"nohp": BUDI}).json == {"success": True, "message": {"nohp": BUDI, "promo": False}}
    assert post(client, "sendwa", json=promo).status_code == 400
    assert post(client, "optin", json={"nohp": BUDI}).json == {"success": True, "message": {"nohp": BUDI, "promo": True}}
    assert post(client, "sendwa", json=promo).status_code == 200


def test_a_key_with_the_name_of_a_line_counts_for_that_line_only(tmp_path: Path) -> None:
    app = shop_in(tmp_path, CHATBOT_API_KEY={"toko": "api-kunci-toko", "gudang": "api-kunci-gudang"})
    client = app.test_client()
    for name in ("pause", "optout"):
        assert post(client, name, key="api-kunci-toko", json={"nohp": BUDI}).status_code == 200
    assert [says(app, line) for line in ("toko", "bengkel")] == [[], ["Halo"]]
    with gateway_of(app).database.reading() as connection:
        assert [optouts.has_opted_out(connection, BUDI, line) for line in ("toko", "bengkel")] == [True, False]
    post(client, "optout", key="api-kunci-gudang", json={"nohp": BUDI})
    assert post(client, "optin", key="api-kunci-toko", json={"nohp": BUDI}).status_code == 200
    with gateway_of(app).database.reading() as connection:
        assert [(line, at) for _, line, at in optouts.opted_out_people(connection)] == [("", START)]
    post(client, "pause", key="api-kunci-gudang", json={"nohp": BUDI})
    assert [says(app, line) for line in ("toko", "bengkel")] == [[], []]


@pytest.mark.parametrize("name", ["pause", "resume", "optout", "optin"])
def test_who_is_not_known_and_groups_are_refused_in_words_that_fit_a_call_that_sends_nothing(shop: Flask, name: str) -> None:
    said = [refusal(post(shop.test_client(), name, json={"nohp": to})) for to in ("ID.1349", "120363041234567890@g.us")]
    assert said == [
        (400, "'nohp': 'ID.1349' is an id that nobody on this line has. Name a number, or the id that a message of the person brought."),
        (
            400,
            "'nohp': '120363041234567890@g.us' is a group, not a person. Messages to groups name them by their id, in 'groupid'.",
        ),
    ]


def test_nothing_else_of_what_is_remembered_is_lost(shop: Flask) -> None:
    memory = StoreMemory(gateway_of(shop).database)
    before = memory.recall(BUDI, START)
    memory.commit(BUDI, type(before)(seen=True, answered={"harga": START + 600}), START)
    for name in ("pause", "resume"):
        post(shop.test_client(), name, json={"nohp": BUDI})
    after = memory.recall(BUDI, START)
    assert (after.seen, after.answered, after.last_pause) == (True, {"harga": START + 600}, 0.0)


def test_a_process_that_answers_nothing_but_the_api_knows_changed_rules(shop: Flask, tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(RULES.replace("save: survei", "save: masukan"), encoding="utf-8")
    assert refusal(saved_rows(shop, "x")) == (404, "Nothing is saved under 'x'. The names are: masukan, pesanan.")
