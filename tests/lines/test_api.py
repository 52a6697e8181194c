"""The API of an app with several lines: a key named like one of them is for that line alone, other calls name one."""

from typing import Any

import pytest

from flask_chatbot.store import optouts
from tests.delivery.apps import API_KEY, BUDI
from tests.lines.two_lines import KEYS, TwoLines
from tests.views.test_api import message, post, refusal

TEXT = {"nohp": BUDI, "pesan": "Halo"}
GROSIR = KEYS["grosir"]
UNNAMED = "This app has several lines. Name one of them as 'line': toko, grosir."


def accepted(shop: TwoLines, key: str = API_KEY, **more: Any) -> tuple[str, str]:
    """The id of a message that the API accepted, and the line by which it goes."""
    answer = post(shop.app.test_client(), "sendwa", key=key, json={**TEXT, **more})
    assert answer.json is not None
    id_ = answer.json["message"]["id"]
    found = shop.lines.first.message(id_)
    assert found is not None
    return id_, found.session


def test_a_key_named_like_a_line_is_for_that_line(shop: TwoLines) -> None:
    id_, line = accepted(shop, GROSIR)
    assert line == "grosir"
    assert message(shop.app.test_client(), id_, GROSIR).status_code == 200


def test_other_keys_name_the_line(shop: TwoLines) -> None:
    assert [accepted(shop, line=name)[1] for name in ("toko", "grosir")] == ["toko", "grosir"]


@pytest.mark.parametrize(
    ("key", "line", "told"),
    [
        (API_KEY, None, "This app has several lines, and nobody has written from there by any of them. Name one as 'line': toko, grosir."),
        (API_KEY, "gudang", "There is no line 'gudang'. The lines are: toko, grosir."),
        (API_KEY, 5, "'line' is a number. Send the name of a line as a string."),
        (GROSIR, "toko", "This key is for the line 'grosir' only. Leave 'line' out, or use another key."),
    ],
)
def test_a_call_for_no_line_is_told_what_to_do(shop: TwoLines, key: str, line: object, told: str) -> None:
    assert refusal(post(shop.app.test_client(), "sendwa", key=key, json={**TEXT, "line": line})) == (400, told)


def test_a_key_of_one_line_sees_no_message_of_another(shop: TwoLines) -> None:
    id_, _ = accepted(shop, line="toko")
    client = shop.app.test_client()
    assert [message(client, id_, key).status_code for key in (API_KEY, GROSIR)] == [200, 404]


def test_a_call_without_a_body_names_the_line_in_the_query(shop: TwoLines) -> None:
    shop.grosir.log_out()
    client = shop.app.test_client()
    with shop.working():
        answers = [post(client, "getqr", key=key).json for key in (API_KEY, GROSIR)]
        named = post(client, "getqr?line=toko").json
        checked = post(client, "checknumber", json={"nohp": BUDI, "line": "toko"}).json
    assert answers[0] == {"success": False, "errorMessage": UNNAMED}
    assert answers[1] is not None
    assert answers[1]["message"]["isAuthenticated"] is False
    assert named == {
        "success": True,
        "message": {"isAuthenticated": True, "number": "628110000001", "name": "Simulator", "qrcode": ""},
    }
    assert checked == {"success": True, "message": True}


def test_opt_outs_count_on_the_line_of_the_key_or_of_the_call_else_on_all(shop: TwoLines) -> None:
    client = shop.app.test_client()
    calls = [("628110001001", API_KEY, {}), ("628110001002", GROSIR, {}), ("628110001003", API_KEY, {"line": "toko"})]
    for number, key, more in calls:
        assert post(client, "optout", key=key, json={"nohp": number, **more}).status_code == 200
    with shop.lines.database.reading() as connection:
        out = [[optouts.has_opted_out(connection, number, line) for line in shop.lines.names] for number, _, _ in calls]
    assert out == [[True, True], [False, True], [True, False]]
