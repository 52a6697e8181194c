"""Files of customers that other programs fetch: forwarded with an address of ours, which ends, and which nobody can make."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from flask_chatbot.core.values.contents import FILE_LIMIT
from flask_chatbot.database.tables import files
from flask_chatbot.store import people
from tests.delivery.apps import BUDI
from tests.media.test_keeping import HASHED, PNG, UNFIT, Shop
from tests.webclient.servers import Request, ok, serving

PUBLIC = "https://toko.example.com"
ANSWER = ok(b'{"success": true, "message": {"reply": [{"type": "message", "content": "Diterima."}]}}')
RULES = """\
version: 1
rules:
  - {name: bukti, keyword: bukti, forward: {url: "URL"}}
  - {name: foto, sends: [image, location], forward: {url: "URL"}}
  - name: bayar
    keyword: bayar
    ask: [{bukti: {question: Kirim fotonya., type: image}}, {nama: {question: Atas nama?}}]
    forward: {url: "URL"}
"""


@contextmanager
def forwarding(folder: Path, **config: str) -> Iterator[tuple[Shop, list[Request]]]:
    """A shop that forwards to a server on loopback, and what that is asked."""
    with serving(lambda _: ANSWER) as server:
        shop = Shop(folder, rules=RULES.replace("URL", server.url("/hook", host="127.0.0.1")), **config)
        try:
            yield shop, server.requests
        finally:
            shop.gateway.client.close()
            shop.database.close()


def told(requests: list[Request]) -> dict[str, Any]:
    """The keys beside the documented ones that the last call had."""
    body: dict[str, Any] = json.loads(requests[-1].body)
    return {name: body[name] for name in ("kind", "mediaurl", "latitude", "longitude") if name in body}


def test_another_program_fetches_the_file_from_an_address_of_ours(tmp_path: Path) -> None:
    with forwarding(tmp_path, CHATBOT_PUBLIC_URL=PUBLIC) as (shop, requests):
        assert shop.receives(handle="f1") == ["Diterima."]
        assert (shop.kept, told(requests)["kind"]) == ([HASHED], "image")
        url = told(requests)["mediaurl"]
        assert url.startswith(f"{PUBLIC}/chatbot/media/{HASHED}/image.png?until=")
        answer = shop.app.test_client().get(url.removeprefix(PUBLIC))
        assert (answer.status_code, answer.data, answer.content_type) == (200, PNG, "image/png")
        assert answer.headers["Content-Disposition"] == "inline; filename*=UTF-8''image.png"
        assert answer.headers["Cache-Control"].startswith("private, max-age=")


def test_a_stranger_is_known_by_our_id_from_their_first_message_on(tmp_path: Path) -> None:
    with forwarding(tmp_path) as (shop, requests):
        for _ in range(2):
            shop.receives("bukti")
        with shop.database.reading() as connection:
            person = people.find(connection, BUDI)
        assert [json.loads(each.body)["person"] for each in requests] == [person] * 2


def test_a_customers_file_is_at_no_address_that_is_not_signed_or_never_ends(tmp_path: Path) -> None:
    with forwarding(tmp_path, CHATBOT_PUBLIC_URL=PUBLIC) as (shop, requests):
        shop.receives(handle="f1")
        client, urls = shop.app.test_client(), shop.app.extensions["chatbot"].media_urls
        path = told(requests)["mediaurl"].removeprefix(PUBLIC)
        for_ever = urls.url(HASHED, "image.png", 0).removeprefix(PUBLIC)
        statuses = [client.get(each).status_code for each in (f"/chatbot/media/{HASHED}", path.replace("until=1", "until=2"), for_ever)]
        assert statuses == [404, 404, 404]


def test_a_file_that_is_gone_is_not_found(tmp_path: Path) -> None:
    with forwarding(tmp_path, CHATBOT_PUBLIC_URL=PUBLIC) as (shop, requests):
        shop.receives(handle="f1")
        shop.folder.delete(HASHED)
        assert shop.app.test_client().get(told(requests)["mediaurl"].removeprefix(PUBLIC)).status_code == 404


def test_a_file_that_nothing_refers_to_any_more_is_not_found_even_before_it_is_deleted(tmp_path: Path) -> None:
    with forwarding(tmp_path, CHATBOT_PUBLIC_URL=PUBLIC) as (shop, requests):
        shop.receives(handle="f1")
        path, client = told(requests)["mediaurl"].removeprefix(PUBLIC), shop.app.test_client()
        assert client.get(path).status_code == 200
        with shop.database.writing() as connection:
            connection.execute(files.delete())
        assert (client.get(path).status_code, shop.kept) == (404, [HASHED])


def test_the_other_program_may_fetch_the_file_before_it_answers(tmp_path: Path) -> None:
    fetched: list[int] = []

    def fetch(request: Request) -> bytes:
        url = json.loads(request.body)["mediaurl"]
        fetched.append(shops[0].app.test_client().get(url.removeprefix(PUBLIC)).status_code)
        return ANSWER

    shops: list[Shop] = []
    with serving(fetch) as server:
        shops.append(Shop(tmp_path, rules=RULES.replace("URL", server.url("/hook", host="127.0.0.1")), CHATBOT_PUBLIC_URL=PUBLIC))
        assert (shops[0].receives(handle="f1"), fetched) == (["Diterima."], [200])
        shops[0].gateway.client.close()
        shops[0].database.close()


def test_a_photo_goes_along_with_the_keyword_in_its_caption(tmp_path: Path) -> None:
    with forwarding(tmp_path, CHATBOT_PUBLIC_URL=PUBLIC) as (shop, requests):
        shop.receives("bukti", handle="f1")
        body = json.loads(requests[-1].body)
        assert (body["keyword"], HASHED in body["mediaurl"], shop.transport.fetched) == ("bukti", True, ["f1"])


def test_the_photo_of_a_form_goes_along_with_its_last_answer(tmp_path: Path) -> None:
    with forwarding(tmp_path, CHATBOT_PUBLIC_URL=PUBLIC) as (shop, requests):
        for text, handle in (("bayar", ""), ("", "f1"), ("Budi", "")):
            shop.receives(text, handle)
        body = json.loads(requests[-1].body)
        assert (body["data"], body["kind"], HASHED in body["mediaurl"]) == (["Budi"], "image", True)


def test_a_file_that_is_too_large_is_not_forwarded_and_its_sender_is_told(tmp_path: Path) -> None:
    with forwarding(tmp_path, CHATBOT_PUBLIC_URL=PUBLIC) as (shop, requests):
        assert shop.receives("bukti", handle="f1", size=FILE_LIMIT + 1) == [f"{UNFIT}\nDiterima."]
        assert told(requests) == {"kind": "image"}


def test_without_a_public_url_nothing_is_fetched_and_the_start_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    with forwarding(tmp_path) as (shop, requests):
        shop.receives(handle="f1")
        assert (told(requests), shop.transport.fetched) == ({"kind": "image"}, [])
        rules = f"'foto' at {tmp_path}/rules.yaml:4:5, 'bayar' at {tmp_path}/rules.yaml:5:5"
    said = (
        "files are forwarded without a mediaurl, since nothing says where others reach the app. Set CHATBOT_PUBLIC_URL to its address, "
        f"such as https://toko.example.com, for: {rules}"
    )
    assert [each for each in caplog.messages if "mediaurl" in each] == [said]


def test_a_public_url_is_enough_to_start_without_a_word(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    with forwarding(tmp_path, CHATBOT_PUBLIC_URL=PUBLIC):
        assert caplog.messages == []
